// Package console is the back office's site: what waits, the orders, the
// decisions, the registers. It reads the database and writes decisions to it;
// nothing it shows depends on a running worker.
package console

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/passwords"
	"github.com/todoke/todoke/web/ui"
)

// Teller hands an outbox entry over right after the commit, without blocking;
// what it does not get to, the schedule that drains the outbox does.
type Teller interface {
	Tell(outboxID int64)
}

// Options says what the console works with.
type Options struct {
	Store    *store.Store
	Rules    models.Rules
	Brand    profile.Brand
	Teller   Teller
	Sessions scs.Store // usually Store.SessionStore()
	Files    *files.Store
	Logger   *slog.Logger
	// Clock gives the time; nil is the machine's.
	Clock func() time.Time
	// TemporalUIURL is where operations look at processes; empty leaves the links out.
	TemporalUIURL string
	// Reveal gives a holding's activation code in clear; nil shows none.
	Reveal func(ctx context.Context, h models.Holding) (string, error)
	// FurtherCode gives a further code in clear, and Sealer makes those that replace one;
	// without them further codes are neither shown nor replaced.
	FurtherCode func(c models.IssuedCode) (string, error)
	Sealer      store.Sealer
	// LicenseFile makes the license file of a code for use offline; nil offers none.
	LicenseFile func(ctx context.Context, f models.LicenseFileFacts, c models.IssuedCode) ([]byte, error)
	// CodeHash hashes an activation code in the form of models.ActivationCodeKey,
	// for searching; nil searches no codes.
	CodeHash func(code string) string
	// Secure says that people reach the site over HTTPS, so cookies may not travel without.
	Secure bool
	// PortalKey is the number of the server key that temporary passwords of the portal derive from.
	PortalKey int
	// PortalIdle is how long one may do nothing in the portal before one is signed out there.
	PortalIdle time.Duration
	// Idle is how long a person may do nothing before signing in again; 0 means 30 minutes.
	Idle time.Duration
}

// Console is the site.
type Console struct {
	Options
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	decoy    string // a hash that no password has, compared with where there is no account
}

// New makes the site. It fails only where the machine gives no random bytes.
func New(o Options) (*Console, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Idle == 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Console{
		Options: o, sessions: newSessions(o), origin: http.NewCrossOriginProtection(),
		decoy: passwords.Decoy,
	}, nil
}

// Mount puts the site's routes under /console, and the shared assets where no
// other site did.
func (c *Console) Mount(r *gin.Engine) {
	ui.Mount(r)
	group := r.Group("/console", ui.SecureHeaders, ui.NoStore, ui.Session(c.sessions, c.Logger, c.unloadable), c.sameOrigin)
	for _, route := range open {
		group.Handle(route.method, route.path, c.visitor(route.handle))
	}
	for _, level := range levels {
		for _, route := range level.routes {
			group.Handle(route.method, route.path, c.staff(level.role, route.handle))
		}
	}
}
