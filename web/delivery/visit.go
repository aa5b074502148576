package delivery

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// visit is one request to the site, with the delivery that is signed in to.
type visit struct {
	*gin.Context
	*Site
	shipment models.Shipment // ID 0 while nobody is signed in
	language models.Language
}

func (s *Site) visit(g *gin.Context) *visit {
	return &visit{Context: g, Site: s, language: ui.LanguageOf(g.Request, "")}
}

func (v *visit) ctx() context.Context { return v.Request.Context() }

// actor is who acts, for the audit log: recipients have no account, so what they
// ask for counts as done by the site, under the request's ID.
func (v *visit) actor() models.Actor {
	actor := models.Process
	actor.RequestID, actor.Language = ui.RequestID(v.Context), v.language
	return actor
}

// t gives a text in the visitor's language.
func (v *visit) t(id string, pairs ...string) string { return texts.T(v.language, id, pairs...) }

func (v *visit) page(title string) ui.Page {
	here := v.Request.URL.Path
	if v.Request.Method == get {
		here = v.Request.URL.RequestURI()
	}
	return ui.Page{
		Language: v.language, Title: title + " | " + v.Brand.Sites.Delivery.In(v.language), Here: here, Brand: v.Brand,
		RequestID: ui.RequestID(v.Context), NoIndex: true, Styles: []string{"delivery.css"},
	}
}

func (v *visit) frame(page ui.Page) views.Frame {
	return views.Frame{Page: page, DeliveryNumber: v.shipment.DeliveryNumber}
}

// show answers with a page.
func (v *visit) show(status int, page templ.Component) error {
	return ui.Write(v.Context, status, page)
}

// seeOther leads on after a form was taken, so that reloading sends nothing twice.
func (v *visit) seeOther(url string) error {
	v.Redirect(http.StatusSeeOther, url)
	return nil
}

// tell hands on what a request made necessary.
func (v *visit) tell(outboxID int64) {
	if v.Teller != nil && outboxID != 0 {
		v.Teller.Tell(outboxID)
	}
}

// parse reads the form; one that cannot be read is refused.
func (v *visit) parse() error {
	if err := v.Request.ParseForm(); err != nil {
		return models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	return nil
}
