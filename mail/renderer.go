package mail

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strconv"
	"strings"
	texttemplate "text/template"
	"unicode"

	"github.com/todoke/todoke/models"
)

//go:embed templates
var templateFiles embed.FS

// Brand is who the mails come from, out of the vendor profile.
type Brand struct {
	Name    string      // the name in Latin letters, as it stands in subjects in both languages
	Company models.Text // the company as people call it, in each language
	Contact models.Text // where to ask: a line with a URL or hours; may be empty
}

// Content is a rendered mail without addresses.
type Content struct {
	Subject string
	Text    string
	HTML    string
}

// Renderer turns the data of a mail into its content. It may be used by many
// goroutines at once.
type Renderer struct {
	brand    Brand
	subjects Subjects
	text     map[templateKey]*texttemplate.Template
	html     map[templateKey]*htmltemplate.Template
}

type templateKey struct {
	kind Kind
	lang models.Language
}

// view is what a template sees.
type view struct {
	Subject string
	Lang    models.Language
	Company string
	Contact string
	Inquiry string // number of the inquiry whose thread it belongs to: it may be answered
	D       Data
}

// NewRenderer reads all templates. Subjects may leave kinds out; see
// DefaultSubjects. The error is a fault in the profile or in a template.
func NewRenderer(brand Brand, subjects Subjects) (*Renderer, error) {
	all, err := subjects.withDefaults()
	if err != nil {
		return nil, err
	}
	if brand.Name == "" || brand.Company.JA == "" || brand.Company.EN == "" {
		return nil, fmt.Errorf("the brand of mails needs a name and a company name in both languages")
	}
	r := &Renderer{
		brand: brand, subjects: all,
		text: map[templateKey]*texttemplate.Template{}, html: map[templateKey]*htmltemplate.Template{},
	}
	for _, kind := range Kinds() {
		for _, lang := range []models.Language{models.Japanese, models.English} {
			if err := r.parse(kind, lang); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

func (r *Renderer) parse(kind Kind, lang models.Language) error {
	funcs := functions(lang)
	body := fmt.Sprintf("%s.%s", templateOf(kind), lang)
	shared := []string{"templates/footer." + string(lang), "templates/reasons." + string(lang), "templates/" + body}
	text, err := texttemplate.New(body+".txt").Option("missingkey=error").Funcs(funcs).
		ParseFS(templateFiles, ending(shared, ".txt")...)
	if err != nil {
		return fmt.Errorf("mail template: %w", err)
	}
	html, err := htmltemplate.New("layout.html").Option("missingkey=error").Funcs(funcs).
		ParseFS(templateFiles, append(ending(shared, ".html"), "templates/layout.html")...)
	if err != nil {
		return fmt.Errorf("mail template: %w", err)
	}
	r.text[templateKey{kind, lang}], r.html[templateKey{kind, lang}] = text, html
	return nil
}

func ending(names []string, suffix string) []string {
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = name + suffix
	}
	return files
}

// Render gives the mail in the language. The same data gives the same content,
// so a retry sends what the first attempt sent.
func (r *Renderer) Render(lang models.Language, data Data) (Content, error) {
	key := templateKey{data.Kind(), lang}
	text, html := r.text[key], r.html[key]
	if text == nil || html == nil {
		return Content{}, models.Internal(fmt.Errorf("no template for %s in %q", data.Kind(), lang))
	}
	pattern := r.subjects[key.kind]
	if own, ok := data.(patterned); ok {
		pattern = own.pattern()
	}
	v := view{
		Subject: fill(pattern.In(lang), r.brand, lang, data.subject(), inquiryOf(data), titleOf(data)),
		Lang:    lang, Company: r.brand.Company.In(lang), Contact: r.brand.Contact.In(lang), Inquiry: inquiryOf(data), D: data,
	}
	if wrong := checkHeaderText("subject", v.Subject); len(wrong) > 0 {
		return Content{}, models.Invalid(wrong...)
	}
	var textOut, htmlOut strings.Builder
	if err := text.Execute(&textOut, v); err != nil {
		return Content{}, models.Internal(fmt.Errorf("mail template: %w", err))
	}
	if err := html.Execute(&htmlOut, v); err != nil {
		return Content{}, models.Internal(fmt.Errorf("mail template: %w", err))
	}
	return Content{Subject: v.Subject, Text: textOut.String(), HTML: htmlOut.String()}, nil
}

// functions gives what templates may call, for one language.
func functions(lang models.Language) map[string]any {
	return map[string]any{
		"line":  oneLine,
		"lines": splitLines,
		"say":   func(t models.Text) string { return oneLine(t.In(lang)) },
		"day":   func(d models.Date) string { return dayIn(lang, d) },
		"pair":  func(label, value string) labelled { return labelled{label, value} },
		"count": counted,
		"next":  func(i int) int { return i + 1 },
		"css":   styleOf,
	}
}

// counted writes a number with its thousands apart.
func counted(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// labelled is a label with its value, for the rows and buttons of the layout.
type labelled struct{ Label, Value string }

// oneLine keeps a value on its line: in a text mail, a line break inside a
// company's name could otherwise pass for a line of ours.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// splitLines parts a text of several lines, whatever line ends it came with.
func splitLines(s string) []string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(strings.TrimSpace(s))
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = oneLine(line)
	}
	return lines
}

func dayIn(lang models.Language, d models.Date) string {
	if lang == models.English {
		return fmt.Sprintf("%s %d, %d", d.Month(), d.Day(), d.Year())
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}
