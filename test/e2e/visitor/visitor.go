// Package visitor is a person at the console whose browser runs no scripts: it opens pages, fills in the forms that
// stand on them, and presses their buttons. What no page offers it cannot do.
package visitor

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// answerDeadline is how long the person waits for a page.
const answerDeadline = 30 * time.Second

// Visitor is one person with a browser of their own. A page that does not come at all fails the test.
type Visitor struct {
	t        testing.TB
	site     *url.URL
	language string
	browser  *http.Client
}

// New gives a person in front of the site at address, such as http://127.0.0.1:8080, whose browser asks for pages in
// the language ("ja" or "en").
func New(t testing.TB, address, language string) *Visitor {
	t.Helper()
	site, err := url.Parse(address)
	if err != nil {
		t.Fatalf("address of the site: %v", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("cookies: %v", err)
	}
	return &Visitor{t: t, site: site, language: language, browser: &http.Client{Jar: jar, Timeout: answerDeadline}}
}

// Page is what the browser shows: the answer after all redirects.
type Page struct {
	visitor *Visitor
	// Status is the HTTP status, URL where the page came from in the end.
	Status int
	URL    *url.URL
	// Doc is the page, or nil for what is no HTML; Body is it as it came.
	Doc    *goquery.Document
	Body   []byte
	Header http.Header
}

// Open goes to a path of the site.
func (v *Visitor) Open(path string) *Page {
	v.t.Helper()
	at, err := v.site.Parse(path)
	if err != nil {
		v.t.Fatalf("path %q: %v", path, err)
	}
	return v.send(http.MethodGet, at, nil)
}

// SignIn signs in at the console and fails the test when that is refused.
func (v *Visitor) SignIn(email, password string) *Page {
	v.t.Helper()
	page := v.TrySignIn(email, password)
	if page.Status != http.StatusOK || page.URL.Path == "/console/sign-in" {
		v.t.Fatalf("signing in ends at %s with %d: %s", page.URL.Path, page.Status, page.Text(".wrong"))
	}
	return page
}

// TrySignIn fills in the sign-in page and gives whatever comes of it.
func (v *Visitor) TrySignIn(email, password string) *Page {
	v.t.Helper()
	form := v.Open("/console/sign-in").Form(`form[action="/console/sign-in"]`)
	return form.Set("email", email).Set("password", password).Submit()
}

func (v *Visitor) send(method string, at *url.URL, values url.Values) *Page {
	v.t.Helper()
	var body io.Reader
	if values != nil {
		body = strings.NewReader(values.Encode())
	}
	request, err := http.NewRequestWithContext(v.t.Context(), method, at.String(), body)
	if err != nil {
		v.t.Fatalf("request: %v", err)
	}
	request.Header.Set("Accept-Language", v.language)
	if values != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", v.site.Scheme+"://"+v.site.Host)
	}
	answer, err := v.browser.Do(request)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, at.Path, err)
	}
	content, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		v.t.Fatalf("%s %s: %v", method, at.Path, err)
	}
	page := &Page{visitor: v, Status: answer.StatusCode, URL: answer.Request.URL, Body: content, Header: answer.Header}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		if page.Doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content)); err != nil {
			v.t.Fatalf("%s %s is no page: %v", method, at.Path, err)
		}
	}
	return page
}

// Text is the text under a selector, with white space as a browser shows it; empty when nothing fits.
func (p *Page) Text(selector string) string {
	if p.Doc == nil {
		return ""
	}
	return strings.Join(strings.Fields(p.Doc.Find(selector).Text()), " ")
}

// Has says whether something on the page fits the selector.
func (p *Page) Has(selector string) bool { return p.Doc != nil && p.Doc.Find(selector).Length() > 0 }

// Follow presses the first link that fits the selector.
func (p *Page) Follow(selector string) *Page {
	p.visitor.t.Helper()
	if !p.Has(selector) {
		p.visitor.t.Fatalf("%s has no link %s", p.URL.Path, selector)
	}
	to, err := p.URL.Parse(p.Doc.Find(selector).First().AttrOr("href", ""))
	if err != nil {
		p.visitor.t.Fatalf("link %s: %v", selector, err)
	}
	return p.visitor.send(http.MethodGet, to, nil)
}

// Form is a form as the person fills it in.
type Form struct {
	page   *Page
	node   *goquery.Selection
	values url.Values
}

// Form takes the first form that fits the selector, with what stands in its fields.
func (p *Page) Form(selector string) *Form {
	p.visitor.t.Helper()
	if !p.Has(selector) {
		p.visitor.t.Fatalf("%s (%d) has no form %s", p.URL.Path, p.Status, selector)
	}
	f := &Form{page: p, node: p.Doc.Find(selector).First(), values: url.Values{}}
	f.node.Find("input, select, textarea").Each(func(_ int, field *goquery.Selection) { f.prefill(field) })
	return f
}

// prefill takes over what a browser would send of a field nobody touched.
func (f *Form) prefill(field *goquery.Selection) {
	name, named := field.Attr("name")
	_, disabled := field.Attr("disabled")
	if !named || disabled {
		return
	}
	switch kind := field.AttrOr("type", "text"); {
	case goquery.NodeName(field) == "textarea":
		f.values.Add(name, strings.TrimPrefix(field.Text(), "\n"))
	case goquery.NodeName(field) == "select":
		chosen := field.Find("option[selected]")
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		f.values.Add(name, chosen.AttrOr("value", strings.TrimSpace(chosen.Text())))
	case kind == "submit", kind == "button":
	case kind == "checkbox", kind == "radio":
		if _, checked := field.Attr("checked"); checked {
			f.values.Add(name, field.AttrOr("value", "on"))
		}
	default:
		f.values.Add(name, field.AttrOr("value", ""))
	}
}

// Set types into a field, or chooses one of a list or of several buttons. A field or choice that the form does not
// have fails the test.
func (f *Form) Set(name, value string) *Form {
	f.page.visitor.t.Helper()
	fields := f.node.Find("[name]").FilterFunction(func(_ int, field *goquery.Selection) bool {
		return field.AttrOr("name", "") == name
	})
	if fields.Length() == 0 {
		f.page.visitor.t.Fatalf("the form %s has no field %s", f.node.AttrOr("action", ""), name)
	}
	if choices := choicesOf(fields); choices != nil && !slices.Contains(choices, value) {
		f.page.visitor.t.Fatalf("the field %s does not offer %q but %q", name, value, choices)
	}
	f.values.Set(name, value)
	return f
}

// choicesOf lists what a field offers; nil for one that is typed into.
func choicesOf(fields *goquery.Selection) []string {
	var choices []string
	fields.Each(func(_ int, field *goquery.Selection) {
		switch kind := field.AttrOr("type", ""); {
		case goquery.NodeName(field) == "select":
			field.Find("option").Each(func(_ int, o *goquery.Selection) {
				choices = append(choices, o.AttrOr("value", strings.TrimSpace(o.Text())))
			})
		case kind == "radio", kind == "checkbox":
			choices = append(choices, field.AttrOr("value", "on"))
		}
	})
	return choices
}

// Value is what a field holds now.
func (f *Form) Value(name string) string { return f.values.Get(name) }

// Submit sends the form by its only button, or by Enter.
func (f *Form) Submit() *Page {
	f.page.visitor.t.Helper()
	return f.submit()
}

// Press sends the form by the button with this name and value.
func (f *Form) Press(name, value string) *Page {
	f.page.visitor.t.Helper()
	button := fmt.Sprintf("button[name=%q][value=%q]", name, value)
	if f.node.Find(button).Length() == 0 {
		f.page.visitor.t.Fatalf("the form %s has no %s", f.node.AttrOr("action", ""), button)
	}
	f.values.Set(name, value)
	return f.submit()
}

func (f *Form) submit() *Page {
	f.page.visitor.t.Helper()
	to, err := f.page.URL.Parse(f.node.AttrOr("action", f.page.URL.String()))
	if err != nil {
		f.page.visitor.t.Fatalf("action of the form: %v", err)
	}
	if strings.EqualFold(f.node.AttrOr("method", http.MethodGet), http.MethodPost) {
		return f.page.visitor.send(http.MethodPost, to, f.values)
	}
	to.RawQuery = f.values.Encode()
	return f.page.visitor.send(http.MethodGet, to, nil)
}
