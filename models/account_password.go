package models

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The bounds of a portal password, in characters. The upper one keeps hashing cheap.
const (
	MinPassword = 12
	MaxPassword = 128
)

// NormalisePassword gives the form in which passwords are hashed: what looks alike
// and is typed differently, such as full-width letters, is one password.
func NormalisePassword(typed string) string { return norm.NFKC.String(typed) }

// CheckPassword checks a password that somebody chose, normalised. Any characters
// may stand in it; it must be long and say neither address nor brand. Whether it
// is a common one is asked elsewhere.
func CheckPassword(field, password, email string, brand ...string) []FieldError {
	switch n := utf8.RuneCountInString(password); {
	case password == "":
		return []FieldError{Field(field, "required")}
	case !utf8.ValidString(password):
		return []FieldError{Field(field, "not_utf8")}
	case strings.ContainsFunc(password, unicode.IsControl):
		return []FieldError{Field(field, "control_characters")}
	case n < MinPassword:
		return []FieldError{Field(field, "password_short", "min", strconv.Itoa(MinPassword))}
	case n > MaxPassword:
		return []FieldError{Field(field, "too_long", "max", strconv.Itoa(MaxPassword))}
	case mostly(password, email) || mostly(password, strings.SplitN(email, "@", 2)[0]):
		return []FieldError{Field(field, "password_address")}
	}
	for _, name := range brand {
		if mostly(password, name) {
			return []FieldError{Field(field, "password_brand")}
		}
	}
	return nil
}

// leftOver is how much of a password must be its own beside a word that everybody
// knows: "taro@example.jp1" is the address with a digit.
const leftOver = 8

// mostly says whether a password is little more than a word, however often it
// says it. Case, spaces and signs make no difference.
func mostly(password, word string) bool {
	password, word = lettersOf(password), lettersOf(NormalisePassword(word))
	if utf8.RuneCountInString(word) < 3 || !strings.Contains(password, word) {
		return false
	}
	return utf8.RuneCountInString(strings.ReplaceAll(password, word, "")) < leftOver
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// RecoveryCodes is how many are given out at once.
const RecoveryCodes = 10

// recoveryBytes gives 80 bits, which nobody tries through: a hash without salt is enough.
const recoveryBytes = 10

// NewRecoveryCode makes a code in groups of four.
func NewRecoveryCode(random io.Reader) (string, error) {
	raw := make([]byte, recoveryBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	letters := base32.StdEncoding.EncodeToString(raw)
	groups := make([]string, 0, len(letters)/4)
	for i := 0; i < len(letters); i += 4 {
		groups = append(groups, letters[i:i+4])
	}
	return strings.Join(groups, "-"), nil
}

// RecoveryHash is what a recovery code is kept as and looked up by, however it was
// typed. Nothing for what cannot be one.
func RecoveryHash(typed string) string {
	code := lettersOf(NormalisePassword(typed))
	if len(code) != base32.StdEncoding.EncodedLen(recoveryBytes) {
		return ""
	}
	sum := sha256.Sum256([]byte("recovery/" + code))
	return hex.EncodeToString(sum[:])
}
