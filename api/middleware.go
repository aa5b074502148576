package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
)

// unmatched stands in logs and metrics for paths without a route: the path
// itself is the client's text and may hold anything.
const unmatched = "unmatched"

// routeOf gives the route's template, never the path, which can carry receipt
// numbers and tokens.
func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return unmatched
}

// AccessLog writes one line per request: method, route, status, size, duration
// and request ID, and the key's ID where one was used. Paths, queries, headers,
// bodies and addresses stay out, because they are personal data.
func AccessLog(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		ctx := c.Request.Context()
		attrs := []slog.Attr{
			slog.String("method", knownMethod(c.Request.Method)),
			slog.String("route", routeOf(c)),
			slog.Int("status", c.Writer.Status()),
			slog.Int("bytes", max(0, c.Writer.Size())),
			slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000),
			slog.String("request_id", RequestID(ctx)),
		}
		if id := c.GetInt64(apiKeyIDKey); id != 0 {
			attrs = append(attrs, slog.Int64("api_key_id", id))
		}
		logger.LogAttrs(ctx, slog.LevelInfo, "request", attrs...)
	}
}

// knownMethod keeps what a client invents as a method out of logs and metrics.
func knownMethod(method string) string {
	methods := []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
	if slices.Contains(methods, method) {
		return method
	}
	return "other"
}

// ErrorWriter answers a request with an error in the form that the caller reads:
// problem+json for the API, a page for people.
type ErrorWriter func(c *gin.Context, err error)

// Recover turns a panic into the answer "internal error" and logs where it
// happened. The panic's value is logged only where it is the runtime's own: any
// other text may quote what a person typed.
func Recover(logger *slog.Logger, fail ErrorWriter) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value) // the server's own way to cut a connection
			}
			logger.LogAttrs(c.Request.Context(), slog.LevelError, "panic",
				slog.String("route", routeOf(c)),
				slog.String("request_id", RequestID(c.Request.Context())),
				slog.String("panic", panicText(value)),
				slog.String("stack", string(debug.Stack())))
			if c.Writer.Written() {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			fail(c, models.Internal(errors.New("panic: "+panicText(value))))
		}()
		c.Next()
	}
}

func panicText(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", value)
}

// LimitBody refuses bodies of more bytes than the route takes with 413: at once
// where the length is announced, else as soon as too much was read.
func LimitBody(most func(route string) int64, fail ErrorWriter) gin.HandlerFunc {
	return func(c *gin.Context) {
		max := most(c.FullPath())
		if c.Request.ContentLength > max {
			// The rest is not read, so the connection cannot be used again.
			c.Header("Connection", "close")
			fail(c, models.NewError(models.KindInvalid, codeTooLarge, "max", fmt.Sprint(max)))
			c.Abort()
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, max)
		c.Next()
	}
}

// uploadTime is how long a form with files may take to arrive, over a line of a
// megabit a second say; the server's own limits are for everything else.
const uploadTime = 5 * time.Minute

// Timeout gives each request so long until its database calls are cancelled. One
// that brings files has the time that they take besides; one that streams bounds itself.
func Timeout(limit time.Duration, bringsFiles, streams func(*gin.Context) bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		if streams(c) {
			c.Next()
			return
		}
		limit := limit
		if bringsFiles(c) {
			limit += uploadTime
			connection, until := http.NewResponseController(c.Writer), time.Now().Add(limit)
			// A writer without deadlines, as tests have, has none to move.
			_ = connection.SetReadDeadline(until)
			_ = connection.SetWriteDeadline(until)
		}
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

// SecurityHeaders sets what every answer carries. The content policy allows
// nothing at all; pages that need more set their own over it. With https, browsers
// are told to come back over TLS only.
func SecurityHeaders(https bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		// Nearly every answer is somebody's data; what may be kept says so itself.
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		c.Next()
	}
}
