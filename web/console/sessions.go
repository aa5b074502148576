package console

import (
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// What a session holds.
const (
	sessionStaff    = "staff"    // ID of who is signed in
	sessionPassword = "password" // fingerprint of the password hash signed in with
	sessionSeen     = "seen"     // Unix time of the last thing the person did
	sessionFlash    = "flash"
	sessionTone     = "tone"
)

// sessionLife bounds a session however busy it is: a working day.
const sessionLife = 12 * time.Hour

// seenStep is how exactly the last activity is kept, so that not every page
// view writes to the database.
const seenStep = time.Minute

func newSessions(o Options) *scs.SessionManager {
	s := scs.New()
	s.Store, s.Lifetime = o.Sessions, sessionLife
	s.Cookie.Name, s.Cookie.Path = "todoke_console", "/console"
	s.Cookie.HttpOnly, s.Cookie.Secure, s.Cookie.SameSite = true, o.Secure, http.SameSiteLaxMode
	s.Cookie.Persist = false // it ends with the browser
	return s
}
