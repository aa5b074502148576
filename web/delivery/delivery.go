// Package delivery is the e-delivery site: whoever got the two delivery mails
// signs in with delivery number and password, sees what was delivered, prints the
// license certificate, and has a lost password mailed again. Every delivery is
// signed in to on its own.
package delivery

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/ui"
)

// Teller hands an outbox entry over right after the commit, without blocking;
// what it does not get to, the schedule that drains the outbox does.
type Teller interface {
	Tell(outboxID int64)
}

// Secrets derives delivery passwords and the tokens of links, which are stored nowhere.
type Secrets interface {
	DeliveryPassword(s models.Shipment) (string, error)
	ResendAllowed(r models.Resend, token string) bool
	// CurrentKey is the number of a key that is on the ring for certain.
	CurrentKey() int
}

// Codes opens the activation codes of holdings.
type Codes interface {
	OpenCode(h models.Holding) (string, error)
}

// Options says what the site works with.
type Options struct {
	Store    *store.Store
	Rules    models.Rules
	Brand    profile.Brand
	Teller   Teller
	Sessions scs.Store // usually Store.SessionStore()
	Secrets  Secrets
	Codes    Codes
	Files    *files.Store
	Logger   *slog.Logger
	// PublicURL is the address of this installation without a slash at its end:
	// printed certificates lead back to it.
	PublicURL string
	// Clock gives the time; nil is the machine's.
	Clock func() time.Time
	// Secure says that people reach the site over HTTPS, so cookies may not travel without.
	Secure bool
	// Idle is how long a person may do nothing before signing in again; 0 means 20 minutes.
	Idle time.Duration
	// Floor is the step in which refusing a sign-in and taking a request for a password
	// are answered, so that their time tells nothing about a number; 0 means 100 ms.
	Floor time.Duration
}

// Site is the delivery site.
type Site struct {
	Options
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	decoy    models.Shipment // stands in for deliveries that are not there
}

const (
	defaultIdle  = 20 * time.Minute
	defaultFloor = 100 * time.Millisecond
)

// New makes the site. It fails where the machine gives no random bytes, and where
// no password can be derived.
func New(o Options) (*Site, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Idle == 0 {
		o.Idle = defaultIdle
	}
	if o.Floor == 0 {
		o.Floor = defaultFloor
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	salt, err := models.NewToken(rand.Reader)
	if err != nil {
		return nil, err
	}
	decoy := models.Shipment{PasswordSalt: salt, PasswordVersion: 1, PasswordKey: o.Secrets.CurrentKey()}
	if _, err := o.Secrets.DeliveryPassword(decoy); err != nil {
		return nil, err
	}
	return &Site{Options: o, sessions: newSessions(o), origin: http.NewCrossOriginProtection(), decoy: decoy}, nil
}

// Mount puts the site's routes under /delivery, and the shared assets where no
// other site did.
func (s *Site) Mount(r *gin.Engine) {
	ui.Mount(r)
	group := r.Group(home, ui.SecureHeaders, ui.NoStore, noIndex, ui.Session(s.sessions, s.Logger, s.failed), s.sameOrigin)
	for _, route := range open {
		group.Handle(route.method, route.path, s.visitor(route.handle))
	}
	for _, route := range signedIn {
		group.Handle(route.method, route.path, s.recipient(route.handle))
	}
}

// noIndex keeps every answer out of search engines, the PDF too.
func noIndex(g *gin.Context) {
	g.Header("X-Robots-Tag", "noindex, nofollow")
	g.Next()
}
