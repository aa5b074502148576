package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Bounds of a page of a list.
const (
	defaultPage = 50
	largestPage = 200
	suggestions = 20
)

// query reads a list's parameters, strictly: one that is not known is refused, so
// that a misspelt filter is no list of everything.
type query struct {
	values url.Values
	read   []string
	wrong  []models.FieldError
}

// text gives a parameter of one line.
func (q *query) text(name string, longest int) string {
	q.read = append(q.read, name)
	values := q.values[name]
	if len(values) > 1 {
		q.wrong = append(q.wrong, models.Field(name, "given_twice"))
		return ""
	}
	if len(values) == 0 {
		return ""
	}
	q.wrong = append(q.wrong, models.CheckLine(name, values[0], longest)...)
	return values[0]
}

// oneOf gives a parameter that has one of a few values, or nothing.
func oneOf[T ~string](q *query, name string, known []T) T {
	value := T(q.text(name, 50))
	if value != "" && !slices.Contains(known, value) {
		q.wrong = append(q.wrong, models.Field(name, "unknown_value"))
	}
	return value
}

// someOf gives a parameter with values between commas.
func someOf[T ~string](q *query, name string, known []T) []T {
	text := q.text(name, 200)
	if text == "" {
		return nil
	}
	var values []T
	for part := range strings.SplitSeq(text, ",") {
		value := T(strings.TrimSpace(part))
		if !slices.Contains(known, value) {
			q.wrong = append(q.wrong, models.Field(name, "unknown_value"))
			return nil
		}
		values = append(values, value)
	}
	return values
}

// date gives a parameter that is a day.
func (q *query) date(name string) models.Date {
	text := q.text(name, 50)
	if text == "" {
		return models.Date{}
	}
	day, err := models.ParseDate(text)
	if err != nil {
		q.wrong = append(q.wrong, models.Field(name, "date_malformed"))
	}
	return day
}

// page gives cursor and limit.
func (q *query) page() store.Page {
	return store.Page{Cursor: q.text("cursor", 200), Limit: q.limit(defaultPage)}
}

// limit gives how many rows are wanted at most.
func (q *query) limit(fallback int) int {
	text := q.text("limit", 20)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > largestPage {
		q.wrong = append(q.wrong, models.Field("limit", "out_of_range", "min", "1", "max", strconv.Itoa(largestPage)))
	}
	return n
}

// errors gives everything that is wrong with the parameters, unknown ones included.
func (q *query) errors() error {
	for name := range q.values {
		if !slices.Contains(q.read, name) {
			q.wrong = append(q.wrong, models.Field(shown(strings.ToValidUTF8(name, "\uFFFD")), "unknown_parameter"))
		}
	}
	if q.wrong == nil {
		return nil
	}
	slices.SortFunc(q.wrong, func(a, b models.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return models.Invalid(q.wrong...)
}

// parameter describes a query parameter.
func parameter(name, about string, schema *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Description: about, Schema: schema}
}

func textSchema(format string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: format}
}

func enumSchema[T ~string](known []T) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, value := range known {
		s.Enum = append(s.Enum, string(value))
	}
	return s
}

// pageParameters describes what every list takes.
func pageParameters(more ...*huma.Param) []*huma.Param {
	return append(more,
		parameter("cursor", "next_cursor of the page before. Pages do not jump while rows arrive.", textSchema("")),
		limitParameter(defaultPage))
}

func limitParameter(fallback int) *huma.Param {
	least, most := 1.0, float64(largestPage)
	return parameter("limit", "How many at most.", &huma.Schema{Type: huma.TypeInteger, Minimum: &least, Maximum: &most, Default: fallback})
}
