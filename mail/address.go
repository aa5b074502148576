package mail

import (
	"mime"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
)

const (
	// RFC 5321, 4.5.3.1.3: a path holds 256 octets, two of them the brackets.
	maxAddressBytes = 254
	// RFC 5322, 2.1.1: a line holds 998 octets. A text that needs no encoding
	// stands on one line, so this leaves room for the field's name.
	maxHeaderRunes = 900
)

// Address is one mailbox: the name that people read, which may be empty, and
// the address itself, bare and without brackets.
type Address struct {
	Name  string
	Email string
}

// ParseAddress checks a bare mail address. Only the plain form of one address
// passes: no display name, no brackets, no comment, no quoted local part, no
// list. The error is an invalid_input with the given field's name.
func ParseAddress(field, email string) (Address, error) {
	a := Address{Email: email}
	if wrong := a.check(field); len(wrong) > 0 {
		return Address{}, models.Invalid(wrong...)
	}
	return a, nil
}

// check gives what is wrong with the address, naming it as field.
func (a Address) check(field string) []models.FieldError {
	var wrong []models.FieldError
	if !plainAddress(a.Email) {
		wrong = append(wrong, models.Field(field, "email_invalid"))
	}
	return append(wrong, checkHeaderText(field+".name", a.Name)...)
}

// header gives the address as it stands in a header, folded. The standard
// library's own form leaves a backslash bare inside a Q-encoded name, which is
// no valid phrase and cannot be read back; base64 has no such characters.
func (a Address) header() string {
	if isASCII(a.Name) {
		return (&netmail.Address{Name: a.Name, Address: a.Email}).String()
	}
	words := strings.ReplaceAll(mime.BEncoding.Encode("utf-8", a.Name), " ", "\r\n ")
	return words + "\r\n <" + a.Email + ">"
}

// plainAddress says whether s is one address in its plain form. The parser
// strips quotes, comments and names, so whatever it gives back changed would
// stand differently in the SMTP command than in the form somebody filled in.
func plainAddress(s string) bool {
	if s == "" || len(s) > maxAddressBytes || strings.ContainsAny(s, " ,;:<>()[]\\\"") {
		return false
	}
	parsed, err := netmail.ParseAddress(s)
	return err == nil && parsed.Name == "" && parsed.Address == s && !hasControl(s)
}

// checkHeaderText gives what is wrong with a text that is to stand in a header.
// A CR or LF there could begin a header of the writer's choice.
func checkHeaderText(field, text string) []models.FieldError {
	switch {
	case hasControl(text) || !utf8.ValidString(text):
		return []models.FieldError{models.Field(field, "control_characters")}
	case utf8.RuneCountInString(text) > maxHeaderRunes:
		return []models.FieldError{models.Field(field, "too_long")}
	}
	return nil
}

// hasControl finds control characters and the two separators of Unicode that
// some programs take for a line's end.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// isASCII says whether the address can be given to a server without SMTPUTF8.
func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
