package models

// Language is one of the two that every text exists in.
type Language string

// The languages; Japanese is the default everywhere.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// ParseLanguage reads a language tag's first part; anything unknown is Japanese.
func ParseLanguage(tag string) Language {
	if len(tag) >= 2 && (tag[:2] == "en" || tag[:2] == "EN") {
		return English
	}
	return Japanese
}

// Text is a short text in both languages.
type Text struct {
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

// In gives the text in that language.
func (t Text) In(lang Language) string {
	if lang == English {
		return t.EN
	}
	return t.JA
}
