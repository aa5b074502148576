//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/test/e2e/visitor"
)

// These are the decisions of staff, each by the form that stands on the order's page.

// orderPage opens an order at the desk of a clerk who has just signed in.
func (h *house) orderPage(t *testing.T, number string) *visitor.Page {
	t.Helper()
	page := h.desk(t).Open("/console/orders/" + number)
	if page.Status != http.StatusOK {
		t.Fatalf("the page of %s answers %d", number, page.Status)
	}
	return page
}

// accepted fails the test unless a decision led back to the order's page without an error.
func accepted(t *testing.T, page *visitor.Page) *visitor.Page {
	t.Helper()
	if page.Status != http.StatusOK || !strings.HasPrefix(page.URL.Path, "/console/orders/ORDC") || page.Has(".notice.bad") {
		t.Fatalf("the decision ends at %s with %d: %s", page.URL.Path, page.Status, page.Text(".notice.bad, .wrong"))
	}
	return page
}

// confirm settles one reason by a value; an empty value takes what the page suggests.
func (h *house) confirm(t *testing.T, number, code, value string) {
	t.Helper()
	form := h.orderPage(t, number).Form("form#confirm")
	if value != "" {
		form.Set("value."+code, value)
	}
	accepted(t, form.Press("only", code))
}

// confirmLicense settles which license ID is right.
func (h *house) confirmLicense(t *testing.T, number, license string) {
	t.Helper()
	const code = "license_holder_mismatch"
	form := h.orderPage(t, number).Form("form#confirm")
	if form.Value("choice."+code) != "" { // an unknown ID has no holder to choose
		form.Set("choice."+code, "id")
	}
	accepted(t, form.Set("value."+code, license).Press("only", code))
}

// dropName settles that the registered holder's name is used.
func (h *house) dropName(t *testing.T, number string) {
	t.Helper()
	const code = "license_holder_mismatch"
	accepted(t, h.orderPage(t, number).Form("form#confirm").Set("choice."+code, "registered_holder").Press("only", code))
}

// act presses the button of one of the page's other actions, with its field filled in.
func (h *house) act(t *testing.T, number, action, field, text string) *visitor.Page {
	t.Helper()
	form := h.orderPage(t, number).Form("#act-" + action + " form")
	if field != "" {
		form.Set(field, text)
	}
	return accepted(t, form.Submit())
}

// pass lets an order that waits for staff go on.
func (h *house) pass(t *testing.T, number string) { h.act(t, number, "pass", "", "") }

// cancelAtDesk cancels an order as staff do.
func (h *house) cancelAtDesk(t *testing.T, number, why string) {
	h.act(t, number, "cancel", "reason", why)
}

// replaceAtDesk corrects the first line of an order's sheet at the desk.
func (h *house) replaceAtDesk(t *testing.T, number string, fields map[string]string) {
	t.Helper()
	page := h.desk(t).Open("/console/orders/" + number + "/replace")
	form := page.Form(`form[method="post"][action$="/replace"]`)
	for name, value := range fields {
		form.Set(name, value)
	}
	accepted(t, form.Submit())
}
