package api

import (
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// problemCode is a kind of problem that callers can meet. Its code is the last
// part of the problem's type, and both stay for ever.
type problemCode struct {
	kind   models.Kind
	code   string
	params []string // that its text speaks of
}

// problemCodes are all kinds of problems of the API, by status.
var problemCodes = []problemCode{
	{models.KindInvalid, codeMalformed, []string{"position"}},
	{models.KindInvalid, codeBodyMissing, nil},
	{models.KindInvalid, codeBodyNotUTF8, nil},
	{models.KindInvalid, codeBodyUnreadable, nil},
	{models.KindInvalid, codeIdempotencyNone, nil},
	{models.KindInvalid, codeIdempotencyWrong, nil},
	{models.KindUnsigned, codeKeyMissing, nil},
	{models.KindUnsigned, codeKeyUnknown, nil},
	{models.KindForbidden, codeScope, []string{"scopes"}},
	{models.KindNotFound, "application_not_found", nil},
	{models.KindNotFound, "order_not_found", nil},
	{models.KindNotFound, "delivery_not_found", nil},
	{models.KindNotFound, "activation_code_not_found", nil},
	{models.KindNotFound, "resend_not_found", nil},
	{models.KindNotFound, "postal_code_not_found", nil},
	{models.KindNotFound, codeDocumentNotReady, nil},
	{models.KindNotFound, "page_not_found", nil},
	{models.KindInvalid, codeMethod, nil},
	{models.KindConflict, "po_number_used", []string{"order_number"}},
	{models.KindConflict, "receipt_used", []string{"order_number"}},
	{models.KindConflict, "order_state", []string{"status"}},
	{models.KindConflict, "order_changed", nil},
	{models.KindConflict, "delivery_not_mailed", nil},
	{models.KindConflict, "idempotency_in_progress", nil},
	{models.KindInvalid, codeTooLarge, []string{"max"}},
	{models.KindInvalid, codeMediaType, nil},
	{models.KindInvalid, "invalid_input", nil},
	{models.KindInvalid, "idempotency_key_reused", nil},
	{models.KindTooMany, codeTooManyRequests, []string{"seconds"}},
	{models.KindTooMany, codeTooManyFailures, []string{"seconds"}},
	{models.KindInternal, "internal", nil},
	{models.KindUnavailable, "database_busy", nil},
	{models.KindUnavailable, "database_unavailable", nil},
	{models.KindUnavailable, "files_unavailable", nil},
	{models.KindUnavailable, codeTimeout, nil},
}

func problemNamed(code string) (problemCode, bool) {
	i := slices.IndexFunc(problemCodes, func(p problemCode) bool { return p.code == code })
	if i < 0 {
		return problemCode{}, false
	}
	return problemCodes[i], true
}

func (p problemCode) status() int { return StatusOf(models.NewError(p.kind, p.code)) }

// text is the problem's detail with the names of its parameters in their places.
func (p problemCode) text(lang models.Language) string {
	var pairs []string
	for _, name := range p.params {
		pairs = append(pairs, name, "{"+name+"}")
	}
	return texts.Error(lang, models.NewError(p.kind, p.code, pairs...))
}
