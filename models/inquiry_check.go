package models

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// MaxInquiryText is the longest question or answer, in characters.
const MaxInquiryText = 5000

// InquiryForm is an inquiry as it was typed.
type InquiryForm struct {
	Asker           Asker
	ContractCompany string
	ContractPerson  string
	Identifier      string // license ID or activation code
	QuotedNumber    string
	Text            string
	Language        Language
}

// Trim takes the spaces around the values away.
func (f *InquiryForm) Trim() {
	f.Asker.Trim()
	for _, s := range []*string{&f.ContractCompany, &f.ContractPerson, &f.Identifier, &f.QuotedNumber, &f.Text} {
		*s = strings.TrimSpace(*s)
	}
}

// Check gives everything that is wrong with the form at once. Nothing in it
// depends on what exists.
func (f InquiryForm) Check() []FieldError {
	errs := f.Asker.Check("")
	for _, line := range []struct{ field, value string }{
		{"contract_company", f.ContractCompany}, {"contract_person", f.ContractPerson},
	} {
		errs = append(errs, requiredLine(line.field, line.value)...)
	}
	errs = append(errs, f.checkIdentifier()...)
	errs = append(errs, CheckLine("number", f.QuotedNumber, MaxNameLength)...)
	return append(errs, CheckInquiryText("text", f.Text)...)
}

func requiredLine(field, value string) []FieldError {
	if strings.TrimSpace(value) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckLine(field, value, MaxNameLength)
}

func (f InquiryForm) checkIdentifier() []FieldError {
	const field = "identifier"
	if errs := requiredLine(field, f.Identifier); errs != nil {
		return errs
	}
	if _, ok := ParseLicenseID(f.Identifier); ok {
		return nil
	}
	if _, ok := ActivationCodeKey(f.Identifier); ok {
		return nil
	}
	return []FieldError{Field(field, "license_or_code_malformed")}
}

// CheckInquiryText checks a text of several lines that must not be empty.
func CheckInquiryText(field, text string) []FieldError {
	if strings.TrimSpace(text) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckLine(field, strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text), MaxInquiryText)
}

// typedCode finds what looks like an activation code, in a text of one byte a character.
var typedCode = regexp.MustCompile(`[0-9A-Za-z]{2}[- ]?[0-9A-Za-z]{4}(?:[- ]?[0-9A-Za-z]{5}){5}`)

// HideCodes puts dots in the place of activation codes, in whatever width they
// were typed: they are never kept in clear. Only what carries the right check
// character is one.
func HideCodes(text string) string {
	runes, plain := []rune(text), oneByteEach(text)
	if len(runes) != len(plain) {
		return text
	}
	var b strings.Builder
	kept := 0
	for at := 0; ; {
		found := typedCode.FindStringIndex(plain[at:])
		if found == nil {
			break
		}
		from, to := at+found[0], at+found[1]
		if _, ok := ActivationCodeKey(plain[from:to]); !ok {
			at = from + 1 // a code may begin one character further on
			continue
		}
		b.WriteString(string(runes[kept:from]) + plain[from:from+2] + "-••••-•••••-•••••-•••••-•••••-•••••")
		at, kept = to, to
	}
	if kept == 0 {
		return text
	}
	return b.String() + string(runes[kept:])
}

// oneByteEach gives a text with as many bytes as the other has characters: in
// half width, and zero for what is no ASCII then.
func oneByteEach(text string) string {
	folded := []rune(foldHyphens(text))
	plain := make([]byte, len(folded))
	for i, r := range folded {
		if r < utf8.RuneSelf {
			plain[i] = byte(r)
		}
	}
	return string(plain)
}

// inquiryNumber finds an inquiry's reference in a subject, whatever a mail
// program has made of its brackets and width.
func (f NumberFormats) inquiryNumber() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^0-9A-Z])(` + regexp.QuoteMeta(f.InquiryPrefix) + `[0-9]{` + strconv.Itoa(minNumberDigits) + `,})(?:[^0-9A-Z]|$)`)
}

// minNumberDigits is the least that a profile may set.
const minNumberDigits = 5

// InquiryNumberIn gives the inquiry number that a subject quotes, or nothing.
func (f NumberFormats) InquiryNumberIn(subject string) string {
	if f.InquiryPrefix == "" || !utf8.ValidString(subject) {
		return ""
	}
	found := f.inquiryNumber().FindStringSubmatch(strings.ToUpper(width.Fold.String(subject)))
	if found == nil {
		return ""
	}
	return found[1]
}

// QuotedNumber finds the order or delivery number in what was typed, which may
// be a whole subject; nothing where there is none.
func (f NumberFormats) QuotedNumber(typed string) string {
	text := NormaliseNumber(typed)
	for _, prefix := range []string{f.OrderPrefix, f.DeliveryPrefix} {
		at := strings.Index(text, prefix)
		if prefix == "" || at < 0 {
			continue
		}
		end := at + len(prefix)
		for end < len(text) && text[end] >= '0' && text[end] <= '9' {
			end++
		}
		if end-at >= len(prefix)+minNumberDigits {
			return text[at:end]
		}
	}
	return ""
}
