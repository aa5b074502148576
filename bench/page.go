package bench

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

var page = template.Must(template.New("performance").Funcs(template.FuncMap{
	"mb":    func(bytes int64) string { return fmt.Sprintf("%.0f MB", float64(bytes)/(1<<20)) },
	"gb":    func(bytes int64) string { return fmt.Sprintf("%.0f GB", float64(bytes)/(1<<30)) },
	"kb":    func(bytes uint64) string { return fmt.Sprintf("%.0f KB", float64(bytes)/1000) },
	"one":   func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"two":   func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"whole": func(v float64) string { return fmt.Sprintf("%.0f", v) },
	"list":  list,
	"bound": bound,
	"value": func(c Check) string { return written(c.Name, c.Value) },
}).Parse(pageText))

// Page is docs/performance.md for the figures.
func Page(f Figures) string {
	var out strings.Builder
	if err := page.Execute(&out, f); err != nil {
		panic(err) // only a template that does not fit the struct, which the first test shows
	}
	return out.String()
}

func list(values []float64) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprintf("%.1f", v)
	}
	return strings.Join(words, ", ")
}

func bound(c Check) string {
	if c.AtLeast {
		return "at least " + written(c.Name, c.Bound)
	}
	return "at most " + written(c.Name, c.Bound)
}

// written writes bytes as whole numbers and everything else with two digits after the point.
func written(name string, value float64) string {
	if strings.HasSuffix(name, "bytes") {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.2f", value)
}
