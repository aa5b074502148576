package models

import (
	"io"
	"strings"
	"time"
)

// PatternToken lets a script fetch the newest pattern files of products that its account holds, by a link that stays.
// The link's secret is derived from the row and stored nowhere; the handle finds the row.
type PatternToken struct {
	ID        int64
	AccountID int64
	Name      string // what it is for, as its owner calls it
	Handle    string
	LinkSalt  string
	LinkKey   int // number of the server key that the secret derives from
	CreatedAt time.Time
	UsedAt    *time.Time // nil until a script came with it
	RevokedAt *time.Time
}

// MaxPatternTokens is how many links an account may have at a time.
const MaxPatternTokens = 10

// MaxTokenName is the longest name of a link, in characters.
const MaxTokenName = 100

// handleAlphabet leaves out what is mistaken for one another, and has no hyphen: one stands behind the handle.
const handleAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

const handleLength = 10

// NewPatternHandle makes the public half of a link's token; the database refuses one that is taken.
func NewPatternHandle(random io.Reader) (string, error) {
	return randomText(random, handleAlphabet, handleLength)
}

// Token is the part of the link that is its owner's alone.
func (t PatternToken) Token(secret string) string { return t.Handle + "-" + secret }

// SplitPatternToken takes a token apart.
func SplitPatternToken(token string) (handle, secret string, ok bool) {
	handle, secret, ok = strings.Cut(token, "-")
	return handle, secret, ok && len(handle) == handleLength && secret != ""
}

// CheckTokenName checks what a link is called.
func CheckTokenName(field, name string) []FieldError {
	if strings.TrimSpace(name) == "" {
		return []FieldError{Field(field, "required")}
	}
	return CheckLine(field, name, MaxTokenName)
}
