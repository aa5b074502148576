package mailbox

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

//go:embed page.html list.html page.css page.js icon.svg
var pageFiles embed.FS

var pages = template.Must(template.New("page.html").ParseFS(pageFiles, "page.html", "list.html"))

// Handler gives the pages and the API of the mailbox.
func (m *Mailbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", m.showPage)
	mux.HandleFunc("GET /messages/{id}", m.showPage)
	mux.HandleFunc("GET /messages/{id}/html", m.showHTML)
	mux.HandleFunc("GET /list", m.showList)
	mux.HandleFunc("POST /delete", m.deleteFromPage)
	mux.HandleFunc("GET /api/messages", m.listMessages)
	mux.HandleFunc("DELETE /api/messages", m.deleteMessages)
	mux.HandleFunc("GET /page.css", asset("text/css; charset=utf-8", "page.css"))
	mux.HandleFunc("GET /icon.svg", asset("image/svg+xml", "icon.svg"))
	mux.HandleFunc("GET /page.js", asset("text/javascript; charset=utf-8", "page.js"))
	// Another site open in the same browser must not be able to delete mails.
	return http.NewCrossOriginProtection().Handler(mux)
}

func asset(contentType, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, name)
	}
}

// view is what the page and its list show.
type view struct {
	Lang     models.Language
	Other    models.Language
	Query    string
	Tab      string
	Items    []item
	Total    int
	Selected *opened
	words    map[string]models.Text
}

// item is a mail in the list.
type item struct {
	ID, From, To, Subject string
	At                    time.Time
	Current               bool
}

// opened is the mail that is being read.
type opened struct {
	item
	Sender, MessageID, Text, Raw string
	HasHTML                      bool
}

// T gives a text of the page in its language.
func (v view) T(key string) string { return v.words[key].In(v.Lang) }

// Time shows a moment in Japan time, short where it is today.
func (v view) Time(at time.Time) string {
	at = at.In(models.Tokyo)
	if models.DateOf(at) == models.DateOf(time.Now()) {
		return at.Format("15:04:05")
	}
	return at.Format("01/02 15:04")
}

// FullTime shows a moment with its date.
func (v view) FullTime(at time.Time) string {
	return at.In(models.Tokyo).Format("2006-01-02 15:04:05") + " JST"
}

// Link gives the address of a mail's page with the present language, search and tab.
func (v view) Link(id, tab string) string { return v.link(id, tab, v.Lang) }

// Switch gives the address of this very page in the other language.
func (v view) Switch() string {
	id := ""
	if v.Selected != nil {
		id = v.Selected.ID
	}
	return v.link(id, v.Tab, v.Other)
}

func (v view) link(id, tab string, lang models.Language) string {
	query := url.Values{"lang": {string(lang)}}
	if v.Query != "" {
		query.Set("q", v.Query)
	}
	if tab != "" && tab != "html" {
		query.Set("tab", tab)
	}
	path := "/"
	if id != "" {
		path = "/messages/" + url.PathEscape(id)
	}
	return path + "?" + query.Encode()
}

func (m *Mailbox) viewOf(r *http.Request, selected string) view {
	query := r.URL.Query()
	v := view{
		Lang: models.ParseLanguage(query.Get("lang")), Other: models.English,
		Query: strings.TrimSpace(query.Get("q")), Tab: query.Get("tab"), words: words,
	}
	if v.Lang == models.English {
		v.Other = models.Japanese
	}
	if v.Tab != "text" && v.Tab != "raw" {
		v.Tab = "html"
	}
	messages := m.Messages()
	v.Total = len(messages)
	for _, message := range slices.Backward(messages) {
		if message.matches(v.Query) {
			v.Items = append(v.Items, itemOf(message, selected))
		}
	}
	return v
}

func itemOf(message Message, selected string) item {
	from := message.FromName
	if from == "" {
		from = message.From
	}
	return item{
		ID: message.ID, From: from, To: strings.Join(message.To, ", "), Subject: message.Subject,
		At: message.ReceivedAt, Current: message.ID == selected,
	}
}

// showPage answers with the list and one mail; on / with the newest one.
func (m *Mailbox) showPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	v := m.viewOf(r, id)
	status := http.StatusOK
	if id == "" && len(v.Items) > 0 {
		id = v.Items[0].ID
		v.Items[0].Current = true
	}
	if message, found := m.find(id); found {
		opened, err := open(message)
		if err != nil {
			m.options.Log.Warn("mailbox: a mail cannot be read", "id", message.ID, "error", err)
			v.Tab = "raw"
		}
		if !opened.HasHTML && v.Tab == "html" {
			v.Tab = "text"
		}
		v.Selected = &opened
	} else if id != "" {
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
		"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'")
	m.answer(w, status, "page.html", v)
}

func open(message Message) (opened, error) {
	body, err := message.Body()
	o := opened{
		item: itemOf(message, message.ID), Sender: message.From, MessageID: message.MessageID,
		Text: body.Text, Raw: strings.ToValidUTF8(string(message.Raw), "\uFFFD"), HasHTML: body.HTML != "",
	}
	if message.FromName != "" {
		o.Sender = message.FromName + " <" + message.From + ">"
	}
	return o, err
}

// showList answers with the list alone, which the page fetches when mails arrive.
func (m *Mailbox) showList(w http.ResponseWriter, r *http.Request) {
	m.answer(w, http.StatusOK, "list.html", m.viewOf(r, r.URL.Query().Get("selected")))
}

// showHTML answers with a mail's HTML part for the frame on the page. Whatever
// it holds, it runs no script and fetches nothing.
func (m *Mailbox) showHTML(w http.ResponseWriter, r *http.Request) {
	message, found := m.find(r.PathValue("id"))
	if !found {
		http.NotFound(w, r)
		return
	}
	body, err := message.Body()
	if err != nil {
		m.fail(w, err)
		return
	}
	w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; "+
		"default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write([]byte(body.HTML)); err != nil {
		m.options.Log.Debug("mailbox: the reader went away", "error", err)
	}
}

// deleteFromPage answers the page's button.
func (m *Mailbox) deleteFromPage(w http.ResponseWriter, r *http.Request) {
	if err := m.Clear(); err != nil {
		m.fail(w, err)
		return
	}
	lang := models.ParseLanguage(r.FormValue("lang"))
	http.Redirect(w, r, "/?lang="+string(lang), http.StatusSeeOther) //nolint:gosec // one of two languages
}

func (m *Mailbox) answer(w http.ResponseWriter, status int, name string, v view) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		m.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(v.Lang))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := page.WriteTo(w); err != nil {
		m.options.Log.Debug("mailbox: the reader went away", "error", err)
	}
}
