package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// apiVersion is the version of the API's description, raised with what it describes.
const apiVersion = "1.0.0"

// humaConfig sets huma up for what it is used for: routing, answers and the
// description. Its documentation page would load scripts from elsewhere, its
// schema links have no place here, and its description is made while serving,
// without a lock.
func (a *API) humaConfig() huma.Config {
	// "json" is how huma calls the part behind the + of application/problem+json.
	format := huma.Format{Marshal: marshal, Unmarshal: json.Unmarshal}
	about := func(id string) string { return texts.T(models.English, "api.docs."+id) }
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "todoke API - " + a.o.Brand.EN,
				Version: apiVersion,
				Description: about("authentication_about") + "\n\n" + about("languages_about") + "\n\n" +
					about("bodies_about") + "\n\n" + about("errors_about"),
			},
			Servers: []*huma.Server{{URL: a.o.PublicURL}},
			Tags: []*huma.Tag{
				{Name: "applications", Description: about("applications")},
				{Name: "orders", Description: about("orders")},
				{Name: "deliveries", Description: about("deliveries")},
				{Name: "products", Description: about("products")},
				{Name: "directory", Description: about("directory")},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"api_key": {Type: "http", Scheme: "bearer", Description: about("authentication_about")},
				},
			},
			Extensions: map[string]any{"x-problems": a.problemList()},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
	}
}

// marshal writes an answer in one piece. A client that has gone away by then is
// no error: there is nobody to tell.
func marshal(w io.Writer, v any) error {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, _ = w.Write(buffer.Bytes())
	return nil
}

// loosenAnswers lets answers have members that the description does not name,
// because later versions add some. Bodies stay closed: there the unknown is refused.
func (a *API) loosenAnswers(schemas huma.Registry) {
	closed := map[string]bool{}
	for _, o := range a.operations {
		if o.body != nil {
			addTypes(closed, reflect.TypeOf(o.body))
		}
	}
	for name, schema := range schemas.Map() {
		if !closed[name] {
			schema.AdditionalProperties = nil
		}
	}
}

// addTypes adds the names of a DTO and of all DTOs in it.
func addTypes(names map[string]bool, t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	names[t.Name()] = true
	for i := range t.NumField() {
		addTypes(names, t.Field(i).Type)
	}
}

// problemInfo describes a kind of problem in the OpenAPI document.
type problemInfo struct {
	Type   string `json:"type"`
	Code   string `json:"code"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// problemList lists every kind of problem, for the extension x-problems.
func (a *API) problemList() []problemInfo {
	list := make([]problemInfo, len(problemCodes))
	for i, p := range problemCodes {
		list[i] = problemInfo{a.problemURI(p.code), p.code, p.status(), p.text(models.English)}
	}
	return list
}

func (a *API) serveOpenAPI(c *gin.Context) {
	// Other sites' tools may read the description; it holds nobody's data.
	c.Header("Access-Control-Allow-Origin", "*")
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/openapi+json;charset=utf-8", a.openAPI)
}
