package models

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Longest texts that are taken, in characters. Generous: real names are kept as
// typed, and the bound only keeps abuse out.
const (
	MaxNameLength  = 300
	MaxEmailLength = 254
	MaxPhoneLength = 40
	MaxFreeText    = 2000
	MaxPONumber    = 100
)

// textProblem gives the code of what is wrong with a text of one line, or nothing.
func textProblem(s string, longest int) (code string, params []string) {
	switch {
	case !utf8.ValidString(s):
		return "not_utf8", nil
	case strings.ContainsFunc(s, isForbidden):
		return "control_characters", nil
	case utf8.RuneCountInString(s) > longest:
		return "too_long", []string{"max", strconv.Itoa(longest)}
	}
	return "", nil
}

// isForbidden says whether a character has no business in a line of text: line
// breaks would reach mail headers, direction marks would forge what is shown.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') ||
		(r >= '\u2066' && r <= '\u2069') || r == utf8.RuneError
}

// CheckLine checks a text of one line.
func CheckLine(field, s string, longest int) []FieldError {
	if code, params := textProblem(s, longest); code != "" {
		return []FieldError{Field(field, code, params...)}
	}
	return nil
}

// CheckFreeText checks a text that may have line breaks and tabs.
func CheckFreeText(field, s string) []FieldError {
	return CheckLine(field, strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s), MaxFreeText)
}

// CheckEmail checks a single bare mail address.
func CheckEmail(field, s string) []FieldError {
	if errs := CheckLine(field, s, MaxEmailLength); errs != nil {
		return errs
	}
	if !ValidEmail(s) {
		return []FieldError{Field(field, "email_malformed")}
	}
	return nil
}

// mailLocal and mailDomain are narrower than RFC 5322: quoted local parts and
// address literals are how addresses are abused, and no customer has one.
var (
	mailLocal  = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$")
	mailDomain = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]$`)
)

// ValidEmail says whether s is one bare address that mail may be sent to.
// Japanese mobile carriers gave out addresses with dots in odd places, so dots
// in the local part are not judged beyond what net/mail can carry.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || !mailLocal.MatchString(local) || !mailDomain.MatchString(domain) {
		return false
	}
	address, err := mail.ParseAddress("<" + s + ">")
	return err == nil && address.Address == s
}

var (
	postalCode = regexp.MustCompile(`^[0-9]{3}-?[0-9]{4}$`)
	phone      = regexp.MustCompile(`^\+?[0-9][0-9() .-]{5,}$`)
)

func postalCodeProblem(s string) string {
	if !postalCode.MatchString(foldHyphens(s)) {
		return "postal_code_malformed"
	}
	return ""
}

func phoneProblem(s string) string {
	if !phone.MatchString(foldHyphens(s)) {
		return "phone_malformed"
	}
	return ""
}

// kanaProblem accepts kana of both kinds and widths, and the letters and digits
// that company names carry along.
func kanaProblem(s string) string {
	for _, r := range s {
		kana := unicode.In(r, unicode.Katakana, unicode.Hiragana) || r == 'ー' || r == 'ｰ' || r == '・' || r == '･' ||
			r == 'ﾞ' || r == 'ﾟ' || r == '゛' || r == '゜'
		if !kana && !unicode.IsSpace(r) && !unicode.In(r, unicode.Latin, unicode.Nd) && !unicode.IsPunct(r) {
			return "kana_expected"
		}
	}
	return ""
}

func prefectureProblem(s string) string {
	if !IsPrefecture(s) {
		return "prefecture_unknown"
	}
	return ""
}

func foldHyphens(s string) string {
	return strings.Map(func(r rune) rune {
		if isHyphen(r) {
			return '-'
		}
		return r
	}, width.Fold.String(s))
}
