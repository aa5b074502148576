// Package portal is the contract portal: contacts of valid contracts sign in with
// their mail address and see and change what is theirs.
package portal

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/documents"
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

// Secrets derives temporary passwords and the secrets of links for scripts, which are
// stored nowhere, and seals what authenticator apps share with us.
type Secrets interface {
	TemporaryPassword(a models.Account) (string, error)
	SealSecond(accountID int64, secret []byte) (sealed []byte, key int, err error)
	OpenSecond(a models.Account) ([]byte, error)
	PatternSecret(t models.PatternToken) (string, error)
	PatternAllowed(t models.PatternToken, secret string) bool
	// CurrentKey is the number of a key that is on the ring for certain.
	CurrentKey() int
}

// Codes opens the activation codes of holdings and those issued besides, finds them
// by what was typed, and seals new ones.
type Codes interface {
	store.Sealer
	OpenCode(h models.Holding) (string, error)
	OpenIssued(c models.IssuedCode) (string, error)
	CodeHash(typed string) string
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
	// LicenseFile makes the license file of a code for use offline; nil offers none.
	LicenseFile func(ctx context.Context, f models.LicenseFileFacts, c models.IssuedCode) ([]byte, error)
	// Documents draws what people save as PDF.
	Documents *documents.Renderer
	Logger    *slog.Logger
	// PublicURL is the address of this installation without a slash at its end.
	PublicURL string
	// Clock gives the time; nil is the machine's.
	Clock func() time.Time
	// Secure says that people reach the site over HTTPS, so cookies may not travel without.
	Secure bool
	// Idle is how long a person may do nothing before signing in again; 0 means 20 minutes.
	Idle time.Duration
	// Floor is the step in which refusing a sign-in and taking a request for a temporary
	// password are answered, so that their time tells nothing about an address; 0 means 250 ms.
	Floor time.Duration
}

// Site is the contract portal.
type Site struct {
	Options
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	decoy    models.Account // stands in for accounts that are not there
}

const (
	defaultIdle  = 20 * time.Minute
	defaultFloor = 250 * time.Millisecond
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
	decoy := models.Account{PasswordHash: passwords.Decoy, TemporaryVersion: 1, TemporaryKey: o.Secrets.CurrentKey()}
	var err error
	if decoy.TemporarySalt, err = models.NewToken(rand.Reader); err != nil {
		return nil, err
	}
	if _, err := o.Secrets.TemporaryPassword(decoy); err != nil {
		return nil, err
	}
	return &Site{Options: o, sessions: newSessions(o), origin: http.NewCrossOriginProtection(), decoy: decoy}, nil
}

// Mount puts the site's routes under /portal, the links for scripts beside them, and
// the shared assets where no other site did.
func (s *Site) Mount(r *gin.Engine) {
	ui.Mount(r)
	group := r.Group(home, ui.SecureHeaders, ui.NoStore, noIndex, ui.Session(s.sessions, s.Logger, s.failed), s.sameOrigin)
	for _, route := range open {
		group.Handle(route.method, route.path, s.visitor(route.handle))
	}
	for _, route := range signedIn {
		group.Handle(route.method, route.path, s.holder(route.handle))
	}
	s.mountScripts(r)
}

// noIndex keeps every answer out of search engines, files too.
func noIndex(g *gin.Context) {
	g.Header("X-Robots-Tag", "noindex, nofollow")
	g.Next()
}
