package ui

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/texts"
)

// Page is what the frame of every page needs.
type Page struct {
	Language  models.Language
	Title     string
	Here      string        // path and query to come back to after switching the language
	Brand     profile.Brand // whose back office it is
	RequestID string
	NoIndex   bool
	Styles    []string // assets besides the shared ones
	Scripts   []string
}

// T gives a text in the page's language; pairs are its parameters.
func (p Page) T(id string, pairs ...string) string { return texts.T(p.Language, id, pairs...) }

// Write renders a page into the answer. It is rendered whole before the first
// byte leaves, so that a template that fails gives an error page and no half of one.
func Write(c *gin.Context, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(c.Request.Context(), &b); err != nil {
		return models.Internal(fmt.Errorf("render: %w", err))
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// RequestIDHeader carries the request's ID, for people to quote.
const RequestIDHeader = "X-Request-ID"

// RequestID gives the ID under which the request is logged: the one that the
// engine's middleware set on the answer, else a fresh one.
func RequestID(c *gin.Context) string {
	id := c.Writer.Header().Get(RequestIDHeader)
	if id == "" {
		id = "req_" + rand.Text()
		c.Writer.Header().Set(RequestIDHeader, id)
	}
	return id
}

// IsHTMX says whether htmx asks for a part of a page.
func IsHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// htmxConfig turns off what the content policy forbids anyway, and history, which
// plain links already have.
const htmxConfig = `{"includeIndicatorCSS":false,"history":false}`
