// Package texts holds every short text that a person reads, in both languages:
// <area>.ja.yaml and <area>.en.yaml side by side. Whole mails are in package mail.
package texts

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/todoke/todoke/models"
	"golang.org/x/text/language"
	"gopkg.in/yaml.v3"
)

//go:embed *.yaml
var files embed.FS

var localizers = load()

// load reads all files; a broken one is a mistake of the build, found at start.
func load() map[models.Language]*i18n.Localizer {
	bundle := i18n.NewBundle(language.Japanese)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(fmt.Sprintf("texts: %v", err))
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			panic(fmt.Sprintf("texts: %s: %v", name, err))
		}
	}
	return map[models.Language]*i18n.Localizer{
		models.Japanese: i18n.NewLocalizer(bundle, "ja"),
		models.English:  i18n.NewLocalizer(bundle, "en"),
	}
}

// T gives the text of that ID; pairs are its parameters, name then value. A text
// that is missing comes out as its ID, which a test finds before people do.
func T(lang models.Language, id string, pairs ...string) string {
	data := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i]] = pairs[i+1]
	}
	return With(lang, id, data)
}

// With is T with the parameters in a map.
func With(lang models.Language, id string, params map[string]string) string {
	localizer, ok := localizers[lang]
	if !ok {
		localizer = localizers[models.Japanese]
	}
	text, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: params})
	if err != nil {
		return id
	}
	return text
}

// Error gives the text of a domain error's code.
func Error(lang models.Language, e *models.Error) string {
	return With(lang, "error."+e.Code, e.Params)
}

// Field gives the text of what is wrong with a field.
func Field(lang models.Language, f models.FieldError) string {
	return With(lang, "field."+f.Code, f.Params)
}
