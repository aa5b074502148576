package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

// Every kind of error has a status of its own, and codes that say more go before it.
func TestStatusOf(t *testing.T) {
	for kind, status := range map[models.Kind]int{
		models.KindInvalid: 422, models.KindNotFound: 404, models.KindConflict: 409, models.KindUnsigned: 401, models.KindForbidden: 403,
		models.KindTooMany: 429, models.KindUnavailable: 503, models.KindInternal: 500, "new kind": 500,
	} {
		if got := StatusOf(models.NewError(kind, "anything")); got != status {
			t.Errorf("%s: %d instead of %d", kind, got, status)
		}
	}
	for code, status := range map[string]int{codeMalformed: 400, codeIdempotencyNone: 400, codeTooLarge: 413, codeMediaType: 415, codeMethod: 405} {
		if got := StatusOf(models.NewError(models.KindInvalid, code)); got != status {
			t.Errorf("%s: %d instead of %d", code, got, status)
		}
	}
}

func TestUnderstand(t *testing.T) {
	conflict := models.NewError(models.KindConflict, "order_changed")
	for _, c := range []struct {
		err  error
		code string
	}{
		{conflict, "order_changed"},
		{fmt.Errorf("while deciding: %w", conflict), "order_changed"},
		{conflict.WithCause(context.DeadlineExceeded), "order_changed"},
		{context.DeadlineExceeded, codeTimeout},
		{models.Internal(fmt.Errorf("query: %w", context.DeadlineExceeded)), codeTimeout},
		{fmt.Errorf("query: %w", context.Canceled), codeTimeout},
		{io.ErrUnexpectedEOF, "internal"},
		{errors.New("株式会社"), "internal"},
	} {
		if got := Understand(c.err); got.Code != c.code {
			t.Errorf("%v: %s instead of %s", c.err, got.Code, c.code)
		}
	}
}

// Every code with a status of its own can be looked up by callers.
func TestProblemCodesAreListed(t *testing.T) {
	for code := range statusByCode {
		if _, ok := problemNamed(code); !ok {
			t.Errorf("%s has no page", code)
		}
	}
	seen := map[string]bool{}
	for _, p := range problemCodes {
		if seen[p.code] {
			t.Errorf("%s is listed twice", p.code)
		}
		seen[p.code] = true
		for _, lang := range []models.Language{models.Japanese, models.English} {
			if text := p.text(lang); strings.HasPrefix(text, "error.") || strings.Contains(text, "<no value>") {
				t.Errorf("%s has no whole text in %s: %q", p.code, lang, text)
			}
			if title := problemTitle(lang, p.status()); strings.HasPrefix(title, "api.") {
				t.Errorf("%d has no title in %s", p.status(), lang)
			}
		}
	}
}
