package portal

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// visit is one request to the site, with the account that is signed in.
type visit struct {
	*gin.Context
	*Site
	account  models.Account // ID 0 while nobody is signed in
	session  models.AccountSession
	language models.Language
}

func (s *Site) visit(g *gin.Context) *visit {
	return &visit{Context: g, Site: s, language: ui.LanguageOf(g.Request, "")}
}

func (v *visit) ctx() context.Context { return v.Request.Context() }

// actor is who acts, for decisions and the audit log: the account, or while nobody
// is signed in the site.
func (v *visit) actor() models.Actor {
	if v.account.ID == 0 {
		actor := models.Process
		actor.RequestID, actor.Language = ui.RequestID(v.Context), v.language
		return actor
	}
	return v.actorOf(v.account)
}

// actorOf is an account that acts before it is signed in, such as by signing in.
func (v *visit) actorOf(a models.Account) models.Actor {
	return models.Actor{Kind: models.ActorAccount, ID: a.ID, Name: a.Email, RequestID: ui.RequestID(v.Context), Language: v.language}
}

// t gives a text in the visitor's language.
func (v *visit) t(id string, pairs ...string) string { return texts.T(v.language, id, pairs...) }

func (v *visit) page(title string) ui.Page {
	here := v.Request.URL.Path
	if v.Request.Method == get {
		here = v.Request.URL.RequestURI()
	}
	return ui.Page{
		Language: v.language, Title: title + " | " + v.Brand.Sites.Portal.In(v.language), Here: here, Brand: v.Brand,
		RequestID: ui.RequestID(v.Context), NoIndex: true, Styles: []string{"portal.css"},
	}
}

// frame makes the frame of a page. Section is the menu's current place, or nothing.
func (v *visit) frame(section, title string) views.Frame {
	return views.Frame{Page: v.page(title), Email: v.account.Email, Section: section, Flash: v.takeFlash()}
}

// show answers with a page.
func (v *visit) show(status int, page templ.Component) error {
	return ui.Write(v.Context, status, page)
}

// showOr answers with a page, unless building it failed.
func (v *visit) showOr(err error, page templ.Component) error {
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, page)
}

// seeOther leads on after a form was taken, so that reloading sends nothing twice.
func (v *visit) seeOther(url string) error {
	v.Redirect(http.StatusSeeOther, url)
	return nil
}

// flash keeps a message for the next page of this person.
func (v *visit) flash(text string) { v.sessions.Put(v.ctx(), sessionFlash, text) }

func (v *visit) takeFlash() string {
	if v.account.ID == 0 || !v.sessions.Exists(v.ctx(), sessionFlash) {
		return ""
	}
	return v.sessions.PopString(v.ctx(), sessionFlash)
}

// id reads a row's ID from the path; anything else is not there.
func (v *visit) id(name, what string) (int64, error) {
	id, err := strconv.ParseInt(v.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, models.NotFound(what)
	}
	return id, nil
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

// fieldTexts words what is wrong with fields, by field.
func fieldTexts(lang models.Language, errs []models.FieldError) map[string]string {
	wrong := make(map[string]string, len(errs))
	for _, e := range errs {
		wrong[e.Field] = texts.Field(lang, e)
	}
	return wrong
}
