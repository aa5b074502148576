package console

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// sameOrigin refuses forms that another site sent.
func (c *Console) sameOrigin(g *gin.Context) {
	if err := c.origin.Check(g.Request); err != nil {
		c.fail(c.visit(g), models.NewError(models.KindForbidden, "cross_origin").WithCause(err))
		g.Abort()
	}
}

// unloadable answers when the session cannot be read.
func (c *Console) unloadable(g *gin.Context, err error) { c.fail(c.visit(g), models.AsError(err)) }

// visitor answers for those who are not signed in.
func (c *Console) visitor(handle func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		v := c.visit(g)
		if err := handle(v); err != nil {
			c.fail(v, models.AsError(err))
		}
	}
}

// staff answers for those who are signed in with at least that role. Role and
// being disabled are read with each request, so a change holds at once.
func (c *Console) staff(role models.Role, handle func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		v := c.visit(g)
		err := c.identify(v)
		if err == nil && !v.staffMember.Role.AtLeast(role) {
			err = models.NewError(models.KindForbidden, "role_required")
		}
		if err == nil {
			err = handle(v)
		}
		if err != nil {
			c.fail(v, models.AsError(err))
		}
	}
}

var errUnsigned = models.NewError(models.KindUnsigned, "sign_in_required")

// identify finds out who is signed in.
func (c *Console) identify(v *visit) error {
	id := c.sessions.GetInt64(v.ctx(), sessionStaff)
	if id == 0 {
		return errUnsigned
	}
	member, err := c.Store.StaffByID(v.ctx(), id)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return err
	}
	if err != nil || member.DisabledAt != nil || c.idle(v) ||
		fingerprint(member.PasswordHash) != c.sessions.GetString(v.ctx(), sessionPassword) {
		if err := c.sessions.Destroy(v.ctx()); err != nil {
			return err
		}
		return errUnsigned
	}
	v.staffMember, v.language = member, ui.LanguageOf(v.Request, member.Language)
	return nil
}

// fingerprint ties a session to the password it was opened with: a new password
// ends all others.
func fingerprint(passwordHash string) string {
	sum := sha256.Sum256([]byte(passwordHash))
	return hex.EncodeToString(sum[:8])
}

// idle says whether the person has done nothing for too long, and notes that
// they did something now. A page that looks again by itself does not count.
func (c *Console) idle(v *visit) bool {
	now := c.Clock()
	seen := time.Unix(c.sessions.GetInt64(v.ctx(), sessionSeen), 0)
	if now.Sub(seen) > c.Idle {
		return true
	}
	if now.Sub(seen) >= seenStep && !ui.IsHTMX(v.Request) {
		c.sessions.Put(v.ctx(), sessionSeen, now.Unix())
	}
	return false
}

// fail answers with an error: the way to sign in for strangers, else a page that
// says what happened. Only what is ours to mend is logged.
func (c *Console) fail(v *visit, e *models.Error) {
	if e.Kind == models.KindUnsigned {
		c.sendToSignIn(v)
		return
	}
	if e.Kind == models.KindInternal || e.Kind == models.KindUnavailable {
		c.Logger.ErrorContext(v.ctx(), "console", "code", e.Code, "cause", store.Cause(e),
			"route", v.FullPath(), "request_id", ui.RequestID(v.Context))
	}
	if ui.IsHTMX(v.Request) { // htmx would put the error page in the place of a part
		v.Header("HX-Reswap", "none")
		v.Status(ui.Status(e))
		v.Writer.WriteHeaderNow()
		return
	}
	view := ui.ErrorView{Page: v.page(v.t("ui.error.title")), Status: ui.Status(e), Home: "/console"}
	if e.Kind != models.KindInternal {
		view.Detail = v.errorText(e)
	}
	var err error
	if v.staffMember.ID == 0 {
		view.Styles, view.Scripts = []string{"site.css"}, nil
		err = v.show(view.Status, ui.ErrorPage(view))
	} else {
		err = v.show(view.Status, views.Error(v.frameWith("", v.t("ui.error.title"), views.Waiting{}), view))
	}
	if err != nil {
		c.Logger.ErrorContext(v.ctx(), "error page", "error", err)
		v.String(http.StatusInternalServerError, "todoke: internal error, request %s\n", ui.RequestID(v.Context))
	}
}

// errorText is the text of a domain error; a state in it is put in the page's words.
func (v *visit) errorText(e *models.Error) string {
	status := e.Params["status"]
	words := map[string]string{"order_state": "order_status.", "resend_state": "resend_status.", "name_change_state": "name_change_status.", "news_state": "news_status."}[e.Code]
	if words == "" || status == "" {
		return texts.Error(v.language, e)
	}
	return texts.With(v.language, "error."+e.Code, map[string]string{"status": v.t(words + status)})
}

// sendToSignIn leads to the sign-in page, and from there back to what was asked for.
func (c *Console) sendToSignIn(v *visit) {
	target := "/console/sign-in"
	if v.Request.Method == http.MethodGet && v.Request.URL.Path != "/console" && !ui.IsHTMX(v.Request) {
		target += "?" + url.Values{"next": {v.Request.URL.RequestURI()}}.Encode()
	}
	if ui.IsHTMX(v.Request) {
		v.Header("HX-Redirect", target)
		v.Status(http.StatusUnauthorized)
		v.Writer.WriteHeaderNow()
		return
	}
	v.Redirect(http.StatusSeeOther, target)
}
