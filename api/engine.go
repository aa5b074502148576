package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/todoke/todoke/models"
)

// EngineOptions says how the engine that API and pages share is set up.
type EngineOptions struct {
	Logger   *slog.Logger
	Registry prometheus.Registerer
	// TrustedProxies are addresses or networks whose X-Forwarded-For is believed;
	// none means that the connection's own address is the client's.
	TrustedProxies []string
	// HTTPS says that people reach the site over TLS, here or at a proxy.
	HTTPS bool
	// MaxBody is the longest body taken, in bytes; 0 means 1 MiB.
	MaxBody int64
	// MaxUpload gives the longest body of a route that takes files, by its path as
	// routed; 0, or no function, means MaxBody.
	MaxUpload func(route string) int64
	// Streams says by its path as routed whether a route passes its body on as it arrives. How long that may take is
	// bounded by the route itself, by progress; nil means that none does.
	Streams func(route string) bool
	// Timeout is how long one request may take; 0 means 30 seconds. It must be
	// longer than the 5 seconds that a repeated order waits for the first one.
	Timeout time.Duration
	// Page answers people's requests that failed; nil means a page without any style.
	Page ErrorWriter
	// Problem answers the API's; see API.WriteProblem.
	Problem ErrorWriter
}

// NewEngine makes the engine with the middleware that every request passes, in
// the order in which it must stand: identity, log and metrics outside, so that
// they see what the ones inside answered.
func NewEngine(o EngineOptions) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode) // debug mode writes to stdout, which belongs to the JSON logs
	r := gin.New()
	if err := r.SetTrustedProxies(o.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	metrics, err := Metrics(o.Registry)
	if err != nil {
		return nil, fmt.Errorf("HTTP metrics: %w", err)
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	fail := o.failed()
	// Redirects would answer before any of the middleware; a wrong path is a 404.
	r.RedirectTrailingSlash = false
	r.HandleMethodNotAllowed = true
	r.Use(IdentifyRequest(), AccessLog(o.Logger), metrics, SecurityHeaders(o.HTTPS),
		Recover(o.Logger, fail), Timeout(o.Timeout, o.bringsFiles, o.streams), LimitBody(o.maxBody, fail))
	r.NoRoute(func(c *gin.Context) { fail(c, models.NotFound("page")) })
	r.NoMethod(func(c *gin.Context) { fail(c, models.NewError(models.KindInvalid, codeMethod)) })
	return r, nil
}

// maxBody gives the longest body of a route.
func (o EngineOptions) maxBody(route string) int64 {
	if o.MaxUpload != nil {
		return max(o.MaxBody, o.MaxUpload(route))
	}
	return o.MaxBody
}

// bringsFiles says whether a request may carry files.
func (o EngineOptions) bringsFiles(c *gin.Context) bool {
	return c.Request.Method == http.MethodPost && o.MaxUpload != nil && o.MaxUpload(c.FullPath()) > 0
}

// streams says whether a request's body is passed on as it arrives.
func (o EngineOptions) streams(c *gin.Context) bool {
	return c.Request.Method == http.MethodPost && o.Streams != nil && o.Streams(c.FullPath())
}

// failed gives the writer of errors by who asks: programs under /v1/, people elsewhere.
func (o EngineOptions) failed() ErrorWriter {
	page := o.Page
	if page == nil {
		page = PlainPage
	}
	return func(c *gin.Context, err error) {
		if o.Problem != nil && strings.HasPrefix(c.Request.URL.Path, "/v1/") {
			o.Problem(c, err)
			return
		}
		page(c, err)
	}
}

// NewServer gives the HTTP server for a handler, with bounds on slow clients.
// The write timeout is longer than a request may take.
func NewServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
