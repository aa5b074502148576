package public

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/ui"
)

// Activation is what the pages work with that the links of issue mails lead to.
type Activation struct {
	Ring ActivationRing
	// Teller hears of what is to be mailed; nil leaves that to the schedule.
	Teller interface{ Tell(outboxID int64) }
}

// ActivationRing derives what links and their pages carry, and seals and opens codes.
type ActivationRing interface {
	store.Sealer
	// ActivationMailbox is the mailbox whose link a token stands in.
	ActivationMailbox(r models.ActivationRequest, token string) (models.Mailbox, bool)
	// ActivationForm is what the page with the button sends back.
	ActivationForm(r models.ActivationRequest, m models.Mailbox) (string, error)
	OpenIssued(c models.IssuedCode) (string, error)
}

// activationAt is the page that the links lead to. Opening it changes nothing:
// programs open links of mails to look at them.
const activationAt = "/activation/:id/:token"

// How many wrong links one client may open.
const (
	activationWindow = 15 * time.Minute
	activationWrongs = 50
)

// activationView is what any of the pages shows.
type activationView struct {
	ui.Page
	Shows string // which page: received, used, expired …
	Form  string // what the button sends
	Again string // why the button has to be pressed again

	Number, Kind, Product, License, Environment, Asked, Until string

	CodeKind models.CodeKind
	Code     string
	Detail   string // why no code was issued
}

// linked is a request whose link was opened.
type linked struct {
	store.ActivationLink
	mailbox models.Mailbox
	older   bool // the link is one that a newer one took the place of
}

// noLink answers what is no link of ours.
var noLink = models.NotFound("activation")

// activationLink finds the request that a link belongs to. Whatever is wrong with one
// that is not ours is answered alike.
func (s *Site) activationLink(c *gin.Context) (linked, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return linked{}, noLink
	}
	found, err := s.Store.ActivationOfLink(c.Request.Context(), id)
	if err != nil {
		return linked{}, err
	}
	r := found.Request
	for ; r.LinkVersion > 0; r.LinkVersion-- {
		if mailbox, right := s.Activation.Ring.ActivationMailbox(r, c.Param("token")); right {
			return linked{found, mailbox, r.LinkVersion != found.Request.LinkVersion}, nil
		}
	}
	return linked{}, noLink
}

// openLink finds a link's request, or answers that there is none. Wrong links are
// counted by client.
func (s *Site) openLink(c *gin.Context) (l linked, answered bool, err error) {
	wrongs := ui.Limit("activation-link", ui.ClientOf(c.ClientIP()), activationWindow, activationWrongs)
	reached, err := s.Store.AttemptsReached(c.Request.Context(), wrongs)
	if err != nil {
		return l, false, err
	}
	if reached {
		return l, true, s.activationPage(c, http.StatusTooManyRequests, linked{}, activationView{Shows: "limited"})
	}
	l, err = s.activationLink(c)
	if !models.IsKind(err, models.KindNotFound) {
		return l, false, err
	}
	if err := s.Store.CountAttempt(c.Request.Context(), wrongs); err != nil {
		return l, false, err
	}
	return l, true, s.activationPage(c, http.StatusNotFound, linked{}, activationView{Shows: "unknown"})
}

// peekActivation answers programs that ask for less than the page: nothing is looked
// up for them, so every link is answered alike.
func (s *Site) peekActivation(c *gin.Context) error {
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}

// prefetched says whether a browser or a program fetches a page that nobody asked for yet.
func prefetched(r *http.Request) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		value := strings.ToLower(r.Header.Get(name))
		if strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
			return true
		}
	}
	return false
}

// showActivation shows the request and the button that issues the code.
func (s *Site) showActivation(c *gin.Context) error {
	if prefetched(c.Request) {
		return s.peekActivation(c)
	}
	l, answered, err := s.openLink(c)
	if answered || err != nil {
		return err
	}
	return s.requestPage(c, l, "")
}

// endedPages are the pages of requests that are over.
var endedPages = map[models.ActivationStatus]string{
	models.ActivationIssued: "used", models.ActivationExpired: "expired",
	models.ActivationCancelled: "cancelled", models.ActivationReplaced: "replaced",
}

// requestPage shows a request as it stands: with the button while it waits. Again says
// why what the button sent was not taken.
func (s *Site) requestPage(c *gin.Context, l linked, again string) error {
	if ended := endedPages[l.Request.StatusAt(s.Clock())]; ended != "" {
		return s.activationPage(c, http.StatusGone, l, activationView{Shows: ended})
	}
	if l.older {
		return s.activationPage(c, http.StatusGone, l, activationView{Shows: "older"})
	}
	form, err := s.Activation.Ring.ActivationForm(l.Request, l.mailbox)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if again != "" {
		status = http.StatusUnprocessableEntity
	}
	return s.activationPage(c, status, l, activationView{Shows: "received", Form: form, Again: again})
}

// activationPage answers with one of the pages, in the language of the mail that led
// here unless another one was chosen.
func (s *Site) activationPage(c *gin.Context, status int, l linked, view activationView) error {
	view.Page = s.frame(c)
	if l.Request.ID != 0 {
		view.Language = ui.LanguageOf(c.Request, l.Request.Language)
		s.fillRequest(&view, l)
	}
	view.Title, view.NoIndex = view.T("ui.activation.title")+" | "+s.Brand.Company.In(view.Language), true
	view.Styles, view.Scripts = append(view.Styles, "activation.css"), []string{"delivery.js", "activation.js"}
	return ui.Write(c, status, activationPage(view))
}

func (s *Site) fillRequest(view *activationView, l linked) {
	r, lang := l.Request, view.Language
	view.Number, view.License = r.Number, l.Contract.LicenseID
	view.Asked, view.Until = ui.Moment(lang, r.CreatedAt), ui.Moment(lang, r.LinkUntil)
	product, known := s.Rules.Catalogue.Product(r.ProductCode)
	view.Product = r.ProductCode
	if known {
		view.Product = product.Names.In(lang)
	}
	kind, _ := s.Rules.Activation.Kind(r.Kind)
	view.Kind, view.CodeKind = kind.Names.In(lang), kind.CodeKindOf(product)
	view.Environment = view.T("ui.activation.environment." + string(kind.Environment))
}

// activationHeaders keep the link to whoever has it: out of referrers, caches and
// search engines.
func activationHeaders(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
	c.Next()
}

// confirmActivation issues the code. It takes a form of the page itself: sent from our
// site, with what the page carries for this link alone.
func (s *Site) confirmActivation(c *gin.Context) error {
	if err := s.fromOwnPage(c.Request); err != nil {
		return models.NewError(models.KindForbidden, "cross_origin").WithCause(err)
	}
	if err := c.Request.ParseForm(); err != nil {
		return models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	l, answered, err := s.openLink(c)
	if answered || err != nil {
		return err
	}
	form, err := s.Activation.Ring.ActivationForm(l.Request, l.mailbox)
	if err != nil {
		return err
	}
	if l.older || subtle.ConstantTimeCompare([]byte(form), []byte(c.PostForm("form"))) != 1 {
		return s.requestPage(c, l, texts.T(ui.LanguageOf(c.Request, l.Request.Language), "ui.activation.page_old"))
	}
	done, err := s.Store.ConfirmActivation(c.Request.Context(),
		store.ConfirmActivation{RequestID: l.Request.ID, LinkVersion: l.Request.LinkVersion, Mailbox: l.mailbox, CallID: ui.RequestID(c)}, s.Activation.Ring)
	if err != nil {
		return s.notIssued(c, models.AsError(err))
	}
	if s.Activation.Teller != nil {
		for _, id := range done.OutboxIDs {
			s.Activation.Teller.Tell(id)
		}
	}
	code, err := s.Activation.Ring.OpenIssued(*done.Code)
	if err != nil {
		return err
	}
	return s.activationPage(c, http.StatusOK, l, activationView{Shows: "issued", Code: code})
}

// fromOwnPage refuses forms of other sites. Our page sends no referrer, so browsers
// from before Sec-Fetch-Site call its origin null; what the form carries, which no
// other site knows, then stands alone.
func (s *Site) fromOwnPage(r *http.Request) error {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
		return nil
	}
	return s.origin.Check(r)
}

// notIssued says why no code was issued: the request ended meanwhile, or the contract
// gives none.
func (s *Site) notIssued(c *gin.Context, e *models.Error) error {
	if e.Kind != models.KindConflict && e.Kind != models.KindNotFound {
		return e
	}
	l, answered, err := s.openLink(c) // as it is now
	if answered || err != nil {
		return err
	}
	if l.older || l.Request.StatusAt(s.Clock()) != models.ActivationWaiting {
		return s.requestPage(c, l, "")
	}
	detail := texts.Error(ui.LanguageOf(c.Request, l.Request.Language), e)
	return s.activationPage(c, http.StatusConflict, l, activationView{Shows: "refused", Detail: detail})
}
