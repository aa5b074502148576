package ui

import (
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// Status is the one mapping from what went wrong to a page's HTTP status.
func Status(e *models.Error) int {
	if status, known := statusOfCode[e.Code]; known {
		return status
	}
	switch e.Kind {
	case models.KindInvalid:
		return http.StatusUnprocessableEntity
	case models.KindNotFound:
		return http.StatusNotFound
	case models.KindConflict:
		return http.StatusConflict
	case models.KindUnsigned:
		return http.StatusUnauthorized
	case models.KindForbidden:
		return http.StatusForbidden
	case models.KindTooMany:
		return http.StatusTooManyRequests
	case models.KindUnavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// ErrorView is what an error page says.
type ErrorView struct {
	Page
	Status int
	Detail string // the domain error's own text, or nothing
	Home   string
}

// errorGroup names the texts of the page: one for each thing that the reader can do about it.
func (v ErrorView) errorGroup() string {
	switch v.Status {
	case http.StatusNotFound:
		return "not_found"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusConflict, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge, http.StatusMethodNotAllowed:
		return "refused"
	case http.StatusTooManyRequests:
		return "too_many"
	case http.StatusServiceUnavailable:
		return "unavailable"
	default:
		return "internal"
	}
}

// statusOfCode are the refusals whose HTTP status is known more exactly than
// their kind says: the engine's own, of requests that no page ever saw.
var statusOfCode = map[string]int{
	"body_too_large":     http.StatusRequestEntityTooLarge,
	"method_not_allowed": http.StatusMethodNotAllowed,
}

// ErrorWriter gives the writer of error pages for what no site answers: paths
// that are not there, bodies that are too long, panics. It is for the engine.
func ErrorWriter(brand profile.Brand, logger *slog.Logger) func(c *gin.Context, err error) {
	return func(c *gin.Context, err error) {
		e := models.AsError(err)
		lang := LanguageOf(c.Request, "")
		view := ErrorView{Status: Status(e), Home: "/", Page: Page{
			Language: lang, Title: texts.T(lang, "ui.error.title"), Here: "/", Brand: brand,
			RequestID: RequestID(c), NoIndex: true, Styles: []string{"site.css"},
		}}
		if c.Request.Method == http.MethodGet {
			view.Here = c.Request.URL.RequestURI()
		}
		if e.Kind == models.KindInternal || e.Kind == models.KindUnavailable {
			logger.ErrorContext(c.Request.Context(), "page", "code", e.Code, "cause", store.Cause(e), "route", c.FullPath(), "request_id", view.RequestID)
		}
		if e.Kind != models.KindInternal {
			view.Detail = texts.Error(lang, e)
		}
		setSecureHeaders(c)
		if err := Write(c, view.Status, ErrorPage(view)); err != nil {
			logger.ErrorContext(c.Request.Context(), "error page", "error", err)
			c.String(http.StatusInternalServerError, "todoke: internal error, request %s\n", view.RequestID)
		}
	}
}
