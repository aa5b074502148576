package api

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// operation is what is said of an operation in one place: for the router, the
// authentication and the documentation.
type operation struct {
	id      string // names the texts "api.operation.<id>" and "api.operation_about.<id>"
	method  string
	path    string
	tag     string
	status  int            // of success
	scopes  []models.Scope // any one of them will do; none: every key
	query   []*huma.Param
	problem []int // statuses beside 401, 403, 429, 500, 503
	body    any   // an example of the request body, of the type that describes it; nil for none
	answer  any   // an example of the answer; nil where the answer is a PDF
}

// pdfType is the media type of operations that answer with a document.
const pdfType = "application/pdf"

// register mounts an operation: it authenticates, calls the handler, and turns
// what the handler returns as an error into a problem.
func register[I, O any](a *API, h huma.API, o operation, handler func(context.Context, call, *I) (*O, error)) {
	op := o.describe(h)
	op.Middlewares = huma.Middlewares{a.authenticate(o.scopes)}
	if o.body != nil {
		op.Middlewares = append(op.Middlewares, a.onlyJSON)
	}
	huma.Register(h, *op, func(ctx context.Context, in *I) (*O, error) {
		c, ok := callOf(ctx)
		if !ok {
			return nil, a.problem(ctx, models.NewError(models.KindUnsigned, codeKeyMissing))
		}
		out, err := handler(ctx, c, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	o.finish(h)
	a.operations = append(a.operations, o)
}

// onlyJSON refuses bodies that say they are something else.
func (a *API) onlyJSON(ctx huma.Context, next func(huma.Context)) {
	kind, _, _ := strings.Cut(ctx.Header("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if kind != "" && kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		a.WriteProblem(humagin.Unwrap(ctx), models.NewError(models.KindInvalid, codeMediaType))
		return
	}
	next(ctx)
}

func (o operation) describe(h huma.API) *huma.Operation {
	op := &huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.title(models.English),
		Description: o.about(models.English) + "\n\n" + o.scopeNote(models.English), DefaultStatus: o.status, Parameters: o.query,
		Security: []map[string][]string{{"api_key": {}}},
		// Everything is checked by the domain, all at once and in the caller's
		// language; the schemas are there to be read.
		SkipValidateParams: true, SkipValidateBody: true,
		BodyReadTimeout: 15 * time.Second,
		Responses:       map[string]*huma.Response{},
	}
	if o.body != nil {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	}
	success := &huma.Response{Description: http.StatusText(o.status)}
	if o.answer == nil {
		success.Content = map[string]*huma.MediaType{pdfType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	op.Responses[strconv.Itoa(o.status)] = success
	schema := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, status := range o.problems() {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{problemType: {Schema: schema}},
		}
	}
	return op
}

func (o operation) title(lang models.Language) string { return texts.T(lang, "api.operation."+o.id) }

func (o operation) about(lang models.Language) string {
	return texts.T(lang, "api.operation_about."+o.id)
}

// scopeNote says which keys may call the operation.
func (o operation) scopeNote(lang models.Language) string {
	if len(o.scopes) == 0 {
		return texts.T(lang, "api.docs.scopes") + ": " + texts.T(lang, "api.docs.any_key")
	}
	or := " " + texts.T(lang, "api.docs.or") + " "
	return texts.T(lang, "api.docs.scopes") + ": " + strings.ReplaceAll(joinScopes(o.scopes), ", ", or)
}

// problems lists the statuses of failure: those of this operation and those that every one has.
func (o operation) problems() []int {
	all := map[int]bool{
		http.StatusUnauthorized: true, http.StatusForbidden: true, http.StatusTooManyRequests: true,
		http.StatusInternalServerError: true, http.StatusServiceUnavailable: true,
	}
	for _, status := range o.problem {
		all[status] = true
	}
	if o.body != nil {
		for _, status := range []int{400, 413, 415, 422} {
			all[status] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// finish puts the body's real schema and the examples into the description:
// bodies are read raw, so huma has only seen bytes.
func (o operation) finish(h huma.API) {
	described := operationAt(h.OpenAPI(), o.method, o.path)
	schemas := h.OpenAPI().Components.Schemas
	if o.body != nil {
		t := reflect.TypeOf(o.body)
		described.RequestBody.Content["application/json"] = &huma.MediaType{
			Schema: schemas.Schema(t, true, t.Name()), Example: o.body,
		}
	}
	if o.answer != nil {
		described.Responses[strconv.Itoa(o.status)].Content["application/json"].Example = o.answer
	}
}

func operationAt(d *huma.OpenAPI, method, path string) *huma.Operation {
	item := d.Paths[path]
	if method == http.MethodPost {
		return item.Post
	}
	return item.Get
}
