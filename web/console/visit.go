package console

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// visit is one request to the console, with who makes it.
type visit struct {
	*gin.Context
	*Console
	staffMember models.Staff
	language    models.Language
}

func (c *Console) visit(g *gin.Context) *visit {
	return &visit{Context: g, Console: c, language: ui.LanguageOf(g.Request, "")}
}

func (v *visit) ctx() context.Context { return v.Request.Context() }

// actor is who acts, for the audit log.
func (v *visit) actor() models.Actor {
	return models.Actor{
		Kind: models.ActorStaff, ID: v.staffMember.ID, Name: v.staffMember.Name,
		RequestID: ui.RequestID(v.Context), Language: v.language,
	}
}

// t gives a text in the visitor's language.
func (v *visit) t(id string, pairs ...string) string { return texts.T(v.language, id, pairs...) }

// here is the address to come back to; after a form that failed, the page that showed it.
func (v *visit) here() string {
	if v.Request.Method == http.MethodGet {
		return v.Request.URL.RequestURI()
	}
	return v.Request.URL.Path
}

func (v *visit) page(title string) ui.Page {
	return ui.Page{
		Language: v.language, Title: title + " | " + v.Brand.Sites.Console.In(v.language), Here: v.here(), Brand: v.Brand,
		RequestID: ui.RequestID(v.Context), NoIndex: true,
		Styles: []string{"console.css", "record.css"}, Scripts: []string{"htmx.min.js", "keys.js", "console.js", "sheet.js"},
	}
}

// frame makes the frame of a signed-in page, with the menu's counts.
func (v *visit) frame(section, title string) (views.Frame, error) {
	waiting, err := v.waiting()
	if err != nil {
		return views.Frame{}, err
	}
	return v.frameWith(section, title, waiting), nil
}

func (v *visit) frameWith(section, title string, waiting views.Waiting) views.Frame {
	return views.Frame{
		Page: v.page(title), Staff: v.staffMember, Section: section, Waiting: waiting, Flash: v.takeFlash(),
	}
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

// flash keeps a message for the next page.
func (v *visit) flash(tone, text string) {
	v.sessions.Put(v.ctx(), sessionTone, tone)
	v.sessions.Put(v.ctx(), sessionFlash, text)
}

func (v *visit) takeFlash() *views.Flash {
	if !v.sessions.Exists(v.ctx(), sessionFlash) {
		return nil
	}
	return &views.Flash{Tone: v.sessions.PopString(v.ctx(), sessionTone), Text: v.sessions.PopString(v.ctx(), sessionFlash)}
}

// id reads a row's ID from the path; anything else is not there.
func (v *visit) id(name, what string) (int64, error) {
	id, err := strconv.ParseInt(v.Param(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, models.NotFound(what)
	}
	return id, nil
}

// tell hands on what a decision made necessary.
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
