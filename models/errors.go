// Package models holds the nouns of the business and its rules: statuses and
// their transitions, numbers, checks, business days, errors. It knows no clock
// and does no I/O, so that a workflow may call any of it.
package models

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms of what the caller can do about it; one
// place maps kinds to HTTP.
type Kind string

// The kinds of domain errors.
const (
	KindInvalid     Kind = "invalid"     // the input is wrong: Fields say where
	KindNotFound    Kind = "not_found"   // no such thing, or not yours: never told apart
	KindConflict    Kind = "conflict"    // the thing is no longer in the state this needs
	KindUnsigned    Kind = "unsigned"    // nobody is signed in, or the key is not good
	KindForbidden   Kind = "forbidden"   // signed in, but the role or scope does not allow it
	KindTooMany     Kind = "too_many"    // limited: try later
	KindUnavailable Kind = "unavailable" // something needed does not answer right now
	KindInternal    Kind = "internal"    // ours to mend; the cause is logged, never shown
)

// Error is the one error that crosses rooms. Code is stable and names the text
// that people read (texts: "error.<code>"); Params fill that text and must hold
// no personal data, because activities let them into histories.
type Error struct {
	Kind   Kind
	Code   string
	Params map[string]string
	Fields []FieldError
	cause  error
}

// FieldError says what is wrong with one input field. Field is the path as the
// caller wrote it (end_user.company_name, lines[2].quantity); Code names the
// text "field.<code>".
type FieldError struct {
	Field  string
	Code   string
	Params map[string]string
}

// NewError makes a domain error; pairs are the text's parameters, name then value.
func NewError(kind Kind, code string, pairs ...string) *Error {
	return &Error{Kind: kind, Code: code, Params: paramsOf(pairs)}
}

// Invalid makes the error for input with wrong fields, all of them at once.
func Invalid(fields ...FieldError) *Error {
	return &Error{Kind: KindInvalid, Code: "invalid_input", Fields: fields}
}

// Field makes one field's error; pairs are the text's parameters, name then value.
func Field(field, code string, pairs ...string) FieldError {
	return FieldError{Field: field, Code: code, Params: paramsOf(pairs)}
}

// NotFound is the answer for what is not there and for what is not the caller's.
func NotFound(what string) *Error { return NewError(KindNotFound, what+"_not_found") }

// Internal wraps a cause that no caller can do anything about.
func Internal(cause error) *Error {
	return &Error{Kind: KindInternal, Code: "internal", cause: cause}
}

// WithCause keeps what led to the error, for the log alone.
func (e *Error) WithCause(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error gives code and field names, never what was typed.
func (e *Error) Error() string {
	s := string(e.Kind) + ": " + e.Code
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Field, f.Code)
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is lets errors.Is compare by kind and code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Code == e.Code
}

// AsError gives the domain error in err's chain, or an internal one around it.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Internal(err)
}

// IsKind says whether err is a domain error of that kind.
func IsKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}

func paramsOf(pairs []string) map[string]string {
	if len(pairs) == 0 {
		return nil
	}
	params := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i]] = pairs[i+1]
	}
	return params
}

// LineField makes one field's error in a list's line, counted from 0 as in the API.
func LineField(line int, field, code string, pairs ...string) FieldError {
	return Field(fmt.Sprintf("lines[%d].%s", line, field), code, pairs...)
}
