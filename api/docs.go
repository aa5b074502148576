package api

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

//go:embed docs.html docs.css
var docsFiles embed.FS

var docsTemplates = template.Must(template.New("").Funcs(template.FuncMap{"pair": pairFields}).ParseFS(docsFiles, "docs.html"))

// fieldTable is a table of fields together with the page that it stands on.
type fieldTable struct {
	Page   docsPage
	Fields []docsField
}

func pairFields(p docsPage, fields []docsField) fieldTable { return fieldTable{p, fields} }

// docsPolicy allows the pages' own style sheet and nothing else.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// docsPage is what the templates show.
type docsPage struct {
	Lang      models.Language
	Other     models.Language
	Path      string
	Brand     string
	PublicURL string
	Groups    []docsGroup
	Scopes    []docsTerm
	Problems  []docsProblem
}

// T gives a text of the frame.
func (p docsPage) T(id string) string { return texts.T(p.Lang, "api.docs."+id) }

type docsTerm struct{ Name, About string }

type docsGroup struct {
	Tag, Title string
	Operations []docsOperation
}

type docsOperation struct {
	ID, Method, Path, Title, About, Scopes string
	Parameters                             []docsField
	Body                                   []docsField
	BodyExample                            string
	Status                                 int
	Answer                                 []docsField
	AnswerExample                          string
	PDF                                    bool
	Failures                               []int
}

type docsField struct {
	Name, Type, About string
	Required          bool
	Values            []string
}

type docsProblem struct {
	Code, Title, Text, TextJA, TextEN string
	Status                            int
}

// renderDocs makes the documentation in both languages, once: it changes only
// with the program.
func (a *API) renderDocs(described *huma.OpenAPI) (map[models.Language][]byte, error) {
	pages := map[models.Language][]byte{}
	for _, lang := range []models.Language{models.Japanese, models.English} {
		page := a.docsFrame(lang, "/v1/docs")
		for _, tag := range described.Tags {
			group := docsGroup{Tag: tag.Name, Title: page.T(tag.Name)}
			for _, o := range a.operations {
				if o.tag != tag.Name {
					continue
				}
				shown, err := o.shown(lang, operationAt(described, o.method, o.path), described.Components.Schemas)
				if err != nil {
					return nil, err
				}
				group.Operations = append(group.Operations, shown)
			}
			page.Groups = append(page.Groups, group)
		}
		var out bytes.Buffer
		if err := docsTemplates.ExecuteTemplate(&out, "docs", page); err != nil {
			return nil, err
		}
		pages[lang] = out.Bytes()
	}
	return pages, nil
}

func (a *API) docsFrame(lang models.Language, path string) docsPage {
	page := docsPage{Lang: lang, Other: models.English, Path: path, Brand: a.o.Brand.In(lang), PublicURL: a.o.PublicURL}
	if lang == models.English {
		page.Other = models.Japanese
	}
	for _, s := range models.Scopes {
		page.Scopes = append(page.Scopes, docsTerm{string(s), page.T("scope_" + string(s))})
	}
	for _, p := range problemCodes {
		page.Problems = append(page.Problems, p.shown(lang))
	}
	return page
}

func (p problemCode) shown(lang models.Language) docsProblem {
	return docsProblem{
		Code: p.code, Status: p.status(), Title: problemTitle(lang, p.status()), Text: p.text(lang),
		TextJA: p.text(models.Japanese), TextEN: p.text(models.English),
	}
}

// shown prepares one operation of the description for the page.
func (o operation) shown(lang models.Language, described *huma.Operation, schemas huma.Registry) (docsOperation, error) {
	d := docsOperation{
		ID: o.id, Method: o.method, Path: o.path, Title: o.title(lang), About: o.about(lang), Scopes: o.scopeNote(lang),
		Status: o.status, Failures: o.problems(), PDF: o.answer == nil,
	}
	for _, p := range described.Parameters {
		d.Parameters = append(d.Parameters, docsField{
			Name: p.Name, Type: p.In, About: p.Description, Required: p.Required, Values: valuesOf(p.Schema),
		})
	}
	var err error
	if o.body != nil {
		d.Body = fieldsShown(schemas, reflect.TypeOf(o.body), "")
		if d.BodyExample, err = indented(o.body); err != nil {
			return d, err
		}
	}
	if o.answer != nil {
		d.Answer = fieldsShown(schemas, reflect.TypeOf(o.answer), "")
		d.AnswerExample, err = indented(o.answer)
	}
	return d, err
}

func indented(example any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(example)
	return strings.TrimSpace(out.String()), err
}

func valuesOf(s *huma.Schema) []string {
	var values []string
	for _, v := range s.Enum {
		values = append(values, fmt.Sprint(v))
	}
	return values
}

// fieldsShown lists a DTO's fields with those of the objects in it, in the order
// of the source, which is the order to read them in.
func fieldsShown(schemas huma.Registry, t reflect.Type, path string) []docsField {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		if t.Kind() == reflect.Slice {
			path += "[]"
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return nil
	}
	schema := schemas.Schema(t, false, t.Name())
	var fields []docsField
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		property := schema.Properties[name]
		if name == "" || property == nil {
			continue
		}
		at := strings.TrimPrefix(path+"."+name, ".")
		fields = append(fields, docsField{
			Name: at, Type: typeShown(property, f.Type), About: f.Tag.Get("doc"),
			Required: slices.Contains(schema.Required, name), Values: valuesOf(property),
		})
		if property.Ref != "" || f.Type.Kind() == reflect.Slice {
			fields = append(fields, fieldsShown(schemas, f.Type, at)...)
		}
	}
	return fields
}

func typeShown(s *huma.Schema, t reflect.Type) string {
	if s.Ref != "" || t.Kind() == reflect.Struct {
		if s.Format != "" {
			return s.Format
		}
		return "object"
	}
	if s.Format != "" && s.Type == huma.TypeString {
		return s.Format
	}
	return s.Type
}

// docsLanguage is the language of a page: the one in its address, else the browser's.
func docsLanguage(c *gin.Context) models.Language {
	switch models.Language(c.Query("lang")) {
	case models.English:
		return models.English
	case models.Japanese:
		return models.Japanese
	}
	return RequestLanguage(c.Request.Context(), models.Japanese)
}

func (a *API) serveDocs(c *gin.Context) {
	lang := docsLanguage(c)
	writePage(c, http.StatusOK, lang, a.docs[lang])
}

func writePage(c *gin.Context, status int, lang models.Language, page []byte) {
	c.Header("Content-Security-Policy", docsPolicy)
	c.Header("Content-Language", string(lang))
	c.Writer.Header().Add("Vary", "Accept-Language")
	c.Data(status, "text/html; charset=utf-8", page)
}

func serveDocsStyle(c *gin.Context) {
	style, err := docsFiles.ReadFile("docs.css")
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Header("Cache-Control", "public, max-age=3600")
	c.Data(http.StatusOK, "text/css; charset=utf-8", style)
}

// serveProblems lists the kinds of problems.
func (a *API) serveProblems(c *gin.Context) {
	a.writeProblemPage(c, "problems", docsLanguage(c), a.docsFrame(docsLanguage(c), "/problems"))
}

// serveProblemPage describes one kind of problem in both languages: it is the
// page that problem+json's type points to.
func (a *API) serveProblemPage(c *gin.Context) {
	p, ok := problemNamed(c.Param("code"))
	if !ok {
		PlainPage(c, models.NotFound("page"))
		return
	}
	lang := docsLanguage(c)
	page := a.docsFrame(lang, "/problems/"+p.code)
	page.Problems = []docsProblem{p.shown(lang)}
	a.writeProblemPage(c, "problem", lang, page)
}

func (a *API) writeProblemPage(c *gin.Context, template string, lang models.Language, page docsPage) {
	var out bytes.Buffer
	if err := docsTemplates.ExecuteTemplate(&out, template, page); err != nil {
		PlainPage(c, models.Internal(err))
		return
	}
	writePage(c, http.StatusOK, lang, out.Bytes())
}

// PlainPage answers with a page of one sentence, for people whose request failed
// where no site has a page of its own for it.
func PlainPage(c *gin.Context, err error) {
	e := Understand(err)
	lang := docsLanguage(c)
	var out bytes.Buffer
	page := struct {
		Lang            models.Language
		Title, Text, ID string
	}{lang, problemTitle(lang, StatusOf(e)), texts.Error(lang, e), RequestID(c.Request.Context())}
	if templateErr := docsTemplates.ExecuteTemplate(&out, "plain", page); templateErr != nil {
		out.Reset()
		out.WriteString("<!doctype html><title>todoke</title>")
	}
	writePage(c, StatusOf(e), lang, out.Bytes())
	c.Abort()
}
