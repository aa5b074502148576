// Package api is the JSON API for resellers: requests in, domain calls, answers
// out. It also holds the middleware and the engine that the pages share.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Teller passes an outbox row on to its process. It does not wait, and it may
// forget: a schedule drains what was not told.
type Teller interface {
	Tell(outboxID int64)
}

// Files reads kept documents; *files.Store is one.
type Files interface {
	Get(ctx context.Context, key string) ([]byte, error)
}

// Limits bounds what callers may do. A zero takes the default.
type Limits struct {
	KeyPerSecond      float64 // requests per second and API key; default 200
	KeyBurst          int     // how many of them at once; default 400
	FailuresPerMinute float64 // wrong keys per minute and client address; default 6
	FailureBurst      int     // how many of them at once; default 20
}

func (l Limits) withDefaults() Limits {
	if l.KeyPerSecond == 0 {
		l.KeyPerSecond = 200
	}
	if l.KeyBurst == 0 {
		l.KeyBurst = 400
	}
	if l.FailuresPerMinute == 0 {
		l.FailuresPerMinute = 6
	}
	if l.FailureBurst == 0 {
		l.FailureBurst = 20
	}
	return l
}

// Options is what the API needs from others.
type Options struct {
	Store  *store.Store
	Teller Teller
	Files  Files
	Logger *slog.Logger
	// Brand is the vendor's name, for the documentation.
	Brand models.Text
	// PublicURL is the address that callers use, such as https://todoke.example; no
	// slash at the end.
	PublicURL string
	// LinkKey gives the number of the server key that links in mails are made under now.
	LinkKey func() int
	// CodeHash gives the keyed hash that a typed activation code is looked up by, or
	// nothing for what can be none; keys.Ring has it.
	CodeHash func(typed string) string
	Limits   Limits
}

// API answers resellers' requests.
type API struct {
	o          Options
	keys       *limiters[int64]
	failures   *limiters[string]
	examples   examples
	operations []operation // as mounted, for the documentation
	openAPI    []byte
	docs       map[models.Language][]byte
}

// New makes the API. It fails on a public URL that is none.
func New(o Options) (*API, error) {
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	if u, err := url.Parse(o.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("the public URL must begin with http:// or https:// and name a host")
	}
	o.Limits = o.Limits.withDefaults()
	return &API{
		o:        o,
		keys:     newLimiters[int64](o.Limits.KeyPerSecond, o.Limits.KeyBurst),
		failures: newLimiters[string](o.Limits.FailuresPerMinute/60, o.Limits.FailureBurst),
	}, nil
}

// Mount puts the API on the engine: its operations under /v1, their description
// and documentation, and the pages that problem types point to.
func (a *API) Mount(r *gin.Engine) error {
	speakProblems()
	a.examples = newExamples(a.o.Store.Rules().Catalogue, a.o.Store.Today())
	// The paths carry their prefix themselves: a group would lose it in the description.
	h := humagin.New(r, a.humaConfig())
	h.UseMiddleware(a.attach)
	a.mountApplications(h)
	a.mountOrders(h)
	a.mountDecisions(h)
	a.mountResends(h)
	a.mountProducts(h)
	a.mountActivationCodes(h)
	a.mountDirectory(h)
	a.loosenAnswers(h.OpenAPI().Components.Schemas)
	var err error
	if a.openAPI, err = json.Marshal(h.OpenAPI()); err != nil {
		return fmt.Errorf("OpenAPI description: %w", err)
	}
	if a.docs, err = a.renderDocs(h.OpenAPI()); err != nil {
		return fmt.Errorf("API documentation: %w", err)
	}
	r.GET("/v1/openapi.json", a.serveOpenAPI)
	r.GET("/v1/docs", a.serveDocs)
	r.GET("/v1/docs/style.css", serveDocsStyle)
	r.GET("/problems", a.serveProblems)
	r.GET("/problems/:code", a.serveProblemPage)
	return nil
}

type ownerKey struct{}

// attach lets huma's own errors find the API that they belong to.
func (a *API) attach(ctx huma.Context, next func(huma.Context)) {
	next(huma.WithValue(ctx, ownerKey{}, a))
}

var speakOnce sync.Once

// speakProblems makes huma's own errors the API's: huma would echo the values
// that were sent. Its hooks are global, so they are set once.
func speakProblems() {
	speakOnce.Do(func() {
		huma.NewError = func(status int, _ string, _ ...error) huma.StatusError { return &Problem{Status: status} }
		huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
			a, ok := ctx.Context().Value(ownerKey{}).(*API)
			if !ok {
				return &Problem{Status: status, Code: "internal"}
			}
			p := a.problem(ctx.Context(), humaFailure(status, errs))
			for name, values := range p.headers {
				ctx.SetHeader(name, values[0])
			}
			return p
		}
	})
}

// humaFailure says in the domain's words what huma found wrong. Only reading the
// body is left to huma, so whatever is not known here is ours to mend.
func humaFailure(status int, errs []error) error {
	err := errors.Join(errs...)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return models.NewError(models.KindInvalid, codeTooLarge, "max", strconv.FormatInt(tooLarge.Limit, 10))
	}
	switch status {
	case http.StatusBadRequest:
		return models.NewError(models.KindInvalid, codeBodyMissing)
	case http.StatusRequestTimeout:
		return models.NewError(models.KindInvalid, codeBodyUnreadable)
	}
	if err != nil { // the connection broke while the body was read
		return models.NewError(models.KindInvalid, codeBodyUnreadable).WithCause(err)
	}
	return models.Internal(fmt.Errorf("huma answered %d", status))
}
