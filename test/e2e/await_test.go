//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/test/harness"
)

const pollEvery = 50 * time.Millisecond

// until asks again and again until the condition holds, and fails the test with what it was told last when that
// takes too long.
func until(t *testing.T, what string, condition func() (ok bool, state string)) {
	t.Helper()
	deadline := time.Now().Add(stepDeadline)
	for {
		ok, state := condition()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within %s; last seen: %s", what, stepDeadline, state)
		}
		time.Sleep(pollEvery)
	}
}

// viewAs reads an order with some reseller's key.
func viewAs(ctx context.Context, client *harness.Client, number string) (orderView, error) {
	var raw []byte
	if err := client.Do(ctx, http.MethodGet, "/v1/orders/"+number, nil, nil, http.StatusOK, &raw); err != nil {
		return orderView{}, err
	}
	v := orderView{raw: string(raw)}
	err := json.Unmarshal(raw, &v)
	return v, err
}

// await waits until an order of the first reseller has the status.
func (h *house) await(t *testing.T, number, status string) orderView {
	t.Helper()
	return h.awaitView(t, number, status, func(v orderView) bool { return v.Status == status })
}

// awaitSentBack waits for the order's n-th send-back.
func (h *house) awaitSentBack(t *testing.T, number string, n int) orderView {
	t.Helper()
	return h.awaitView(t, number, "sent back", func(v orderView) bool {
		return v.Status == "sent_back" && len(v.SendBacks) == n
	})
}

func (h *house) awaitView(t *testing.T, number, what string, fits func(orderView) bool) orderView {
	t.Helper()
	var v orderView
	until(t, number+" "+what, func() (bool, string) {
		v = h.view(t, number)
		return fits(v), v.raw
	})
	return v
}

// applicationStatus is what an application can still be used for.
func (h *house) applicationStatus(t *testing.T, receipt string) string {
	t.Helper()
	var a struct {
		Status string `json:"status"`
	}
	if err := h.seller.Do(h.context(t), http.MethodGet, "/v1/applications/"+receipt, nil, nil, http.StatusOK, &a); err != nil {
		t.Fatalf("application: %v", err)
	}
	return a.Status
}

// mail is a mail that arrived, with its text.
type mail struct {
	mailbox.Message
	body mailbox.Body
}

// mailsTo gives the mails to an address that speak of an order, oldest first.
func (h *house) mailsTo(t *testing.T, to, order string) []mail {
	t.Helper()
	var found []mail
	for _, m := range h.Sink.Mailbox.Messages() {
		if !slices.ContainsFunc(m.To, func(a string) bool { return strings.EqualFold(a, to) }) {
			continue
		}
		body, err := m.Body()
		if err != nil {
			t.Fatalf("mail: %v", err)
		}
		if order == "" || strings.Contains(m.Subject, order) || strings.Contains(body.Text, order) {
			found = append(found, mail{Message: m, body: body})
		}
	}
	return found
}

// awaitMail waits for a mail to an address about an order whose subject contains the words.
func (h *house) awaitMail(t *testing.T, to, order, words string) mail {
	t.Helper()
	var found mail
	until(t, "a mail "+words+" about "+order, func() (bool, string) {
		for _, m := range h.mailsTo(t, to, order) {
			if strings.Contains(m.Subject, words) {
				found = m
				return true, ""
			}
		}
		return false, "no such mail"
	})
	return found
}
