package delivery

import (
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// What a session holds.
const (
	sessionShipment = "shipment" // ID of the delivery signed in to
	sessionVersion  = "version"  // of the password signed in with
	sessionSeen     = "seen"     // Unix time of the last thing the person did
)

// sessionLife bounds a session however busy it is.
const sessionLife = 8 * time.Hour

// seenStep is how exactly the last activity is kept, so that not every page
// view writes to the database.
const seenStep = time.Minute

func newSessions(o Options) *scs.SessionManager {
	s := scs.New()
	s.Store, s.Lifetime = o.Sessions, sessionLife
	s.Cookie.Name, s.Cookie.Path = "todoke_delivery", home
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

// recipient answers for those who are signed in to a delivery.
func (s *Site) recipient(handle func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		v := s.visit(g)
		end, err := v.identify()
		switch {
		case err != nil:
			s.fail(v, models.AsError(err))
		case v.shipment.ID == 0 && v.GetHeader("Range") != "":
			// A transfer that goes on would take the page for signing in for the rest of the file.
			s.fail(v, models.NewError(models.KindUnsigned, "delivery_not_signed_in"))
		case v.shipment.ID == 0:
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
	endedIdle     = "idle"
	endedPassword = "password" // reissued or expired
	endedSignOut  = "out"
)

// identify finds the delivery that the session is for. Its password is looked at
// with every request: once it is reissued or expired the session is over. Where
// there is none any more end says why.
func (v *visit) identify() (end string, err error) {
	id := v.sessions.GetInt64(v.ctx(), sessionShipment)
	if id == 0 {
		return "", nil
	}
	shipment, err := v.Store.DeliveryByID(v.ctx(), id)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return "", err
	}
	switch {
	case err != nil, shipment.PasswordVersion != v.sessions.GetInt(v.ctx(), sessionVersion), !v.usable(shipment):
		end = endedPassword
	case v.idle():
		end = endedIdle
	default:
		v.shipment = shipment
		return "", nil
	}
	return end, v.sessions.Destroy(v.ctx())
}

// usable says whether a delivery's password signs in now.
func (s *Site) usable(shipment models.Shipment) bool {
	return shipment.PasswordUsable(s.Clock(), s.Rules.PasswordDays)
}

// idle says whether the person has done nothing for too long, and notes that they
// did something now.
func (v *visit) idle() bool {
	now := v.Clock()
	seen := time.Unix(v.sessions.GetInt64(v.ctx(), sessionSeen), 0)
	if now.Sub(seen) > v.Idle {
		return true
	}
	if now.Sub(seen) >= seenStep {
		v.sessions.Put(v.ctx(), sessionSeen, now.Unix())
	}
	return false
}

// sendToSignIn leads to the sign-in page, and from there back to what was asked for.
func (v *visit) sendToSignIn(end string) {
	query := url.Values{}
	if end != "" {
		query.Set("ended", end)
	}
	if v.Request.Method == get && v.Request.URL.Path != home {
		query.Set("next", v.Request.URL.Path)
	}
	target := url.URL{Path: signInAt, RawQuery: query.Encode()}
	v.Redirect(http.StatusSeeOther, target.String())
}

// failed answers where there is no session to ask.
func (s *Site) failed(g *gin.Context, err error) { s.fail(s.visit(g), models.AsError(err)) }

// fail answers with a page that says what happened. Only what is ours to mend is logged.
func (s *Site) fail(v *visit, e *models.Error) {
	if e.Kind == models.KindInternal || e.Kind == models.KindUnavailable {
		s.Logger.ErrorContext(v.ctx(), "delivery", "code", e.Code, "cause", e.Unwrap(),
			"route", v.FullPath(), "request_id", ui.RequestID(v.Context))
	}
	view := ui.ErrorView{Page: v.page(v.t("ui.error.title")), Status: ui.Status(e), Home: home}
	if v.Request.Method != get { // after switching the language there is no form to send again
		view.Here = home
	}
	if e.Kind != models.KindInternal {
		view.Detail = texts.Error(v.language, e)
	}
	if err := v.show(view.Status, views.Failed(v.frame(view.Page), view)); err != nil {
		s.Logger.ErrorContext(v.ctx(), "error page", "error", err)
		v.String(http.StatusInternalServerError, "todoke: internal error, request %s\n", ui.RequestID(v.Context))
	}
}
