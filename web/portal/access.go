package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// What a session holds besides messages.
const (
	sessionRow   = "session" // ID of the row in the database that says more
	sessionFlash = "flash"
)

// sessionLife bounds a session however busy it is.
const sessionLife = 12 * time.Hour

// seenStep is how exactly the last activity is kept, so that not every page
// view writes to the database.
const seenStep = time.Minute

func newSessions(o Options) *scs.SessionManager {
	s := scs.New()
	s.Store, s.Lifetime = o.Sessions, sessionLife
	s.Cookie.Name, s.Cookie.Path = "todoke_portal", home
	s.Cookie.HttpOnly, s.Cookie.Secure, s.Cookie.SameSite = true, o.Secure, http.SameSiteLaxMode
	s.Cookie.Persist = false // it ends with the browser
	return s
}

// sameOrigin refuses forms that another site sent.
func (s *Site) sameOrigin(g *gin.Context) {
	if err := s.origin.Check(g.Request); err != nil {
		s.fail(s.visit(g), models.NewError(models.KindForbidden, "cross_origin").WithCause(err))
		g.Abort()
	}
}

// visitor answers for those who are not signed in.
func (s *Site) visitor(handle func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		v := s.visit(g)
		if err := handle(v); err != nil {
			s.fail(v, models.AsError(err))
		}
	}
}

// holder answers for those who are signed in; others are led to the sign-in page
// and from there back.
func (s *Site) holder(handle func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		v := s.visit(g)
		end, err := v.identify()
		switch {
		case err != nil:
			s.fail(v, models.AsError(err))
		case v.account.ID == 0 && v.GetHeader("Range") != "":
			// A transfer that goes on would take the page for signing in for the rest of the file.
			s.fail(v, models.NewError(models.KindUnsigned, "download_not_signed_in"))
		case v.account.ID == 0:
			v.sendToSignIn(end)
		default:
			if err := handle(v); err != nil {
				s.fail(v, models.AsError(err))
			}
		}
	}
}

// Why somebody finds themselves at the sign-in page again.
const (
	endedIdle      = "idle"
	endedLong      = "long"      // busy, but for too long
	endedElsewhere = "elsewhere" // signed out or given a new password from elsewhere
	endedAddress   = "address"   // the address is no contact any more
	endedOut       = "out"
	endedOutAll    = "everywhere"
)

// identify finds the account that the session is for. All that could end it is
// looked at with every request; where there is no session any more end says why.
func (v *visit) identify() (end string, err error) {
	id := v.sessions.GetInt64(v.ctx(), sessionRow)
	if id == 0 {
		return "", nil
	}
	account, session, err := v.Store.AccountInSession(v.ctx(), id)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return "", err
	}
	now := v.Clock()
	switch {
	case err != nil:
		end = endedElsewhere
	case now.Sub(session.SeenAt) > v.Idle:
		end = endedIdle
	case now.Sub(session.StartedAt) > sessionLife:
		end = endedLong
	default:
		allowed, err := v.Store.AddressMaySignIn(v.ctx(), account.Email)
		if err != nil {
			return "", err
		}
		if allowed {
			v.account, v.session, v.language = account, session, ui.LanguageOf(v.Request, account.Language)
			return "", v.seen(now)
		}
		end = endedAddress
	}
	if err == nil {
		if err := v.Store.EndAccountSession(v.ctx(), v.actorOf(account), account.ID, session.ID); err != nil && !models.IsKind(err, models.KindNotFound) {
			return "", err
		}
	}
	return end, v.sessions.Destroy(v.ctx())
}

// seen notes that the person did something now.
func (v *visit) seen(now time.Time) error {
	if now.Sub(v.session.SeenAt) < seenStep {
		return nil
	}
	return v.Store.SeenAccountSession(v.ctx(), v.session.ID)
}

// sendToSignIn leads to the sign-in page, and from there back to what was asked
// for, or to the page with the form that can no longer be taken.
func (v *visit) sendToSignIn(end string) {
	query := url.Values{}
	if end != "" {
		query.Set("ended", end)
	}
	back := v.Request.URL.RequestURI()
	if v.Request.Method != get {
		back = ""
		if from, err := url.Parse(v.Request.Referer()); err == nil {
			back = from.RequestURI()
		}
	}
	if back = portalPath(back); back != home {
		query.Set("next", back)
	}
	target := url.URL{Path: signInAt, RawQuery: query.Encode()}
	v.Redirect(http.StatusSeeOther, target.String())
}

// beforeSignIn are the pages that nobody is led back to.
var beforeSignIn = []string{home + "/", signInAt, secondAt, temporaryAt, temporaryAt + "/sent", passwordAt}

// portalPath gives the path if it leads to a page behind the sign-in, else the beginning.
func portalPath(path string) string {
	path = ui.LocalPath(path, home)
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(u.Path, home+"/") || strings.Contains(u.Path, "..") || slices.Contains(beforeSignIn, u.Path) {
		return home
	}
	return path
}

// failed answers where there is no session to ask.
func (s *Site) failed(g *gin.Context, err error) { s.fail(s.visit(g), models.AsError(err)) }

// fail answers with a page that says what happened. Only what is ours to mend is logged.
func (s *Site) fail(v *visit, e *models.Error) {
	if e.Kind == models.KindInternal || e.Kind == models.KindUnavailable {
		s.Logger.ErrorContext(v.ctx(), "portal", "code", e.Code, "cause", store.Cause(e),
			"route", v.FullPath(), "request_id", ui.RequestID(v.Context))
	}
	view := ui.ErrorView{Page: v.page(v.t("ui.error.title")), Status: ui.Status(e), Home: home}
	if v.Request.Method != get { // after switching the language there is no form to send again
		view.Here = home
	}
	if e.Kind != models.KindInternal {
		view.Detail = texts.Error(v.language, e)
	}
	if err := v.show(view.Status, views.Failed(views.Frame{Page: view.Page, Email: v.account.Email}, view)); err != nil {
		s.Logger.ErrorContext(v.ctx(), "error page", "error", err)
		v.String(http.StatusInternalServerError, "todoke: internal error, request %s\n", ui.RequestID(v.Context))
	}
}
