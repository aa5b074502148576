package ui

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
)

// Session loads a request's session from its cookie and keeps it just before the
// first byte of the answer leaves, so that handlers need not think of it. Fail
// answers when the store of sessions does not; there is no session then, so it
// must not ask for one.
func Session(sessions *scs.SessionManager, logger *slog.Logger, fail func(*gin.Context, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		token := ""
		if cookie, err := c.Request.Cookie(sessions.Cookie.Name); err == nil {
			token = cookie.Value
		}
		ctx, err := sessions.Load(c.Request.Context(), token)
		if err != nil {
			fail(c, err)
			c.Abort()
			return
		}
		c.Request = c.Request.WithContext(ctx)
		w := &sessionWriter{ResponseWriter: c.Writer, sessions: sessions, logger: logger, ctx: ctx}
		c.Writer = w
		c.Next()
		w.keep()
	}
}

// sessionWriter keeps the session just before the answer's head is written.
type sessionWriter struct {
	gin.ResponseWriter
	sessions *scs.SessionManager
	logger   *slog.Logger
	ctx      context.Context
	kept     bool
}

func (w *sessionWriter) keep() {
	if w.kept {
		return
	}
	w.kept = true
	switch w.sessions.Status(w.ctx) {
	case scs.Modified:
		token, expiry, err := w.sessions.Commit(w.ctx)
		if err != nil {
			// The answer stands; at worst the person signs in again or misses a message.
			w.logger.ErrorContext(w.ctx, "session not kept", "cookie", w.sessions.Cookie.Name, "error", err)
			return
		}
		w.sessions.WriteSessionCookie(w.ctx, w.ResponseWriter, token, expiry)
	case scs.Destroyed:
		w.sessions.WriteSessionCookie(w.ctx, w.ResponseWriter, "", time.Time{})
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

// Unwrap lets http.ResponseController reach the connection.
func (w *sessionWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
