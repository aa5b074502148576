package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json"

// Problem is how the API says what went wrong (RFC 9457). It is the only form
// an error leaves the API in, and it never repeats what was sent.
type Problem struct {
	Type      string            `json:"type" format:"uri" doc:"Identifies the kind of problem; a page in both languages stands there." example:"https://todoke.example/problems/invalid_input"`
	Title     string            `json:"title" doc:"What kind of problem it is, in the caller's language." example:"The input is not acceptable"`
	Status    int               `json:"status" doc:"The HTTP status." example:"422"`
	Detail    string            `json:"detail" doc:"What happened, in the caller's language." example:"Some fields need a correction."`
	Code      string            `json:"code" doc:"The last part of type, for programs to act on. Codes are never renamed." example:"invalid_input"`
	RequestID string            `json:"request_id" doc:"Name it when you ask about the request." example:"req_01JD0Q3T5W8ZK4M6N9P2R7S1V3"`
	Params    map[string]string `json:"params,omitempty" doc:"The values that detail speaks of, such as order_number."`
	Errors    []FieldProblem    `json:"errors,omitempty" doc:"Every field that is wrong, all at once."`

	headers http.Header
}

// FieldProblem says what is wrong with one field of the request.
type FieldProblem struct {
	Field   string            `json:"field" doc:"Path of the field as the request has it: end_user.company_name, lines[0].quantity." example:"lines[0].quantity"`
	Code    string            `json:"code" doc:"What is wrong, for programs." example:"quantity_out_of_range"`
	Message string            `json:"message" doc:"What is wrong, in the caller's language." example:"Give a number from 1 to 999999."`
	Params  map[string]string `json:"params,omitempty" doc:"The values that message speaks of, such as min and max."`
}

// Error gives the code; what people read is in Title and Detail.
func (p *Problem) Error() string { return p.Code }

// GetStatus tells huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders tells huma the headers that go with the problem.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType tells huma the media type.
func (*Problem) ContentType(string) string { return problemType }

// Codes of errors that exist on the way in only, before the domain hears of the request.
const (
	codeMalformed        = "malformed_json"
	codeBodyMissing      = "body_missing"
	codeBodyUnreadable   = "body_unreadable"
	codeBodyNotUTF8      = "body_not_utf8"
	codeTooLarge         = "body_too_large"
	codeMediaType        = "media_type_unsupported"
	codeMethod           = "method_not_allowed"
	codeTimeout          = "timed_out"
	codeKeyMissing       = "api_key_missing"
	codeKeyUnknown       = "api_key_unknown"
	codeScope            = "scope_missing"
	codeTooManyFailures  = "too_many_failures"
	codeTooManyRequests  = "too_many_requests"
	codeIdempotencyNone  = "idempotency_key_missing"
	codeIdempotencyWrong = "idempotency_key_malformed"
	codeDocumentNotReady = "document_not_ready"
)

// statusByCode holds the errors whose status says more than their kind does.
var statusByCode = map[string]int{
	codeMalformed:        http.StatusBadRequest,
	codeBodyMissing:      http.StatusBadRequest,
	codeBodyUnreadable:   http.StatusBadRequest,
	codeBodyNotUTF8:      http.StatusBadRequest,
	codeIdempotencyNone:  http.StatusBadRequest,
	codeIdempotencyWrong: http.StatusBadRequest,
	codeTooLarge:         http.StatusRequestEntityTooLarge,
	codeMediaType:        http.StatusUnsupportedMediaType,
	codeMethod:           http.StatusMethodNotAllowed,
}

var statusByKind = map[models.Kind]int{
	models.KindInvalid:     http.StatusUnprocessableEntity,
	models.KindNotFound:    http.StatusNotFound,
	models.KindConflict:    http.StatusConflict,
	models.KindUnsigned:    http.StatusUnauthorized,
	models.KindForbidden:   http.StatusForbidden,
	models.KindTooMany:     http.StatusTooManyRequests,
	models.KindUnavailable: http.StatusServiceUnavailable,
	models.KindInternal:    http.StatusInternalServerError,
}

// StatusOf gives the HTTP status of a domain error. It is the one place that
// says so, for pages as for the API.
func StatusOf(e *models.Error) int {
	if status, ok := statusByCode[e.Code]; ok {
		return status
	}
	if status, ok := statusByKind[e.Kind]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// retryAfter is the pause in seconds that a caller is asked for when nothing
// more exact is known.
const retryAfter = 5

// maxFieldErrors bounds the list of wrong fields: a body of a hundred thousand
// unknown fields must not make an answer of megabytes.
const maxFieldErrors = 300

// Understand makes a domain error of whatever a request ended in.
func Understand(err error) *models.Error {
	if _, ok := errors.AsType[*models.Error](err); !ok || models.IsKind(err, models.KindInternal) {
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return models.NewError(models.KindUnavailable, codeTimeout).WithCause(err)
		}
	}
	return models.AsError(err)
}

// problem makes the answer for an error and logs what is ours to mend.
func (a *API) problem(ctx context.Context, err error) *Problem {
	e := Understand(err)
	LogFailure(ctx, a.o.Logger, e)
	lang, status := languageOf(ctx), StatusOf(e)
	p := &Problem{
		Type: a.problemURI(e.Code), Title: problemTitle(lang, status), Status: status, Detail: texts.Error(lang, e),
		Code: e.Code, RequestID: RequestID(ctx), Params: e.Params, headers: http.Header{},
	}
	for _, f := range e.Fields[:min(len(e.Fields), maxFieldErrors)] {
		p.Errors = append(p.Errors, FieldProblem{Field: f.Field, Code: f.Code, Message: texts.Field(lang, f), Params: f.Params})
	}
	p.headers.Set("Content-Language", string(lang))
	switch status {
	case http.StatusUnauthorized:
		p.headers.Set("WWW-Authenticate", `Bearer realm="todoke"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		p.headers.Set("Retry-After", cmp.Or(e.Params["seconds"], strconv.Itoa(retryAfter)))
	}
	return p
}

func (a *API) problemURI(code string) string { return a.o.PublicURL + "/problems/" + code }

// problemTitle names the kind of problem; RFC 9457 wants it the same every time.
func problemTitle(lang models.Language, status int) string {
	return texts.T(lang, "api.problem_title."+strconv.Itoa(status))
}

// LogFailure logs an error that somebody has to look at, with its cause; what
// callers did wrong is no news. Causes name tables and hosts, never people.
func LogFailure(ctx context.Context, logger *slog.Logger, e *models.Error) {
	level := slog.LevelError
	switch {
	case e.Kind == models.KindUnavailable:
		level = slog.LevelWarn
	case e.Kind != models.KindInternal:
		return
	}
	attrs := []slog.Attr{slog.String("code", e.Code), slog.String("request_id", RequestID(ctx))}
	if cause := store.Cause(e); cause != "" {
		attrs = append(attrs, slog.String("cause", cause))
	}
	logger.LogAttrs(ctx, level, "request failed", attrs...)
}

// WriteProblem answers with problem+json, for requests that reach no operation.
func (a *API) WriteProblem(c *gin.Context, err error) {
	p := a.problem(c.Request.Context(), err)
	for name, values := range p.headers {
		c.Writer.Header()[name] = values
	}
	body, jsonErr := json.Marshal(p)
	if jsonErr != nil {
		a.o.Logger.ErrorContext(c.Request.Context(), "problem not written", "cause", jsonErr)
	}
	c.Data(p.Status, problemType, body)
	c.Abort()
}
