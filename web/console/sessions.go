package console

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
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

// withSession loads the session and keeps it before the first byte of the answer.
func (c *Console) withSession(g *gin.Context) {
	token := ""
	if cookie, err := g.Request.Cookie(c.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := c.sessions.Load(g.Request.Context(), token)
	if err != nil {
		c.fail(c.visit(g), models.AsError(err))
		g.Abort()
		return
	}
	g.Request = g.Request.WithContext(ctx)
	w := &sessionWriter{ResponseWriter: g.Writer, console: c, ctx: ctx}
	g.Writer = w
	g.Next()
	w.keep()
}

// sessionWriter keeps the session just before the answer's head is written.
type sessionWriter struct {
	gin.ResponseWriter
	console *Console
	ctx     context.Context
	kept    bool
}

func (w *sessionWriter) keep() {
	if w.kept {
		return
	}
	w.kept = true
	s := w.console.sessions
	switch s.Status(w.ctx) {
	case scs.Modified:
		token, expiry, err := s.Commit(w.ctx)
		if err != nil {
			// The answer stands; at worst the person signs in again or misses a message.
			w.console.Logger.ErrorContext(w.ctx, "session not kept", "error", err)
			return
		}
		s.WriteSessionCookie(w.ctx, w.ResponseWriter, token, expiry)
	case scs.Destroyed:
		s.WriteSessionCookie(w.ctx, w.ResponseWriter, "", time.Time{})
	}
}

func (w *sessionWriter) Write(b []byte) (int, error) {
	w.keep()
	return w.ResponseWriter.Write(b)
}

func (w *sessionWriter) WriteString(s string) (int, error) {
	w.keep()
	return w.ResponseWriter.WriteString(s)
}

func (w *sessionWriter) WriteHeaderNow() {
	w.keep()
	w.ResponseWriter.WriteHeaderNow()
}

func (w *sessionWriter) Flush() {
	w.keep()
	w.ResponseWriter.Flush()
}
