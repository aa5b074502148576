package house

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// AskerAddress is where the sample person who asks for a resend reads mail. It is on
// no application: a resend to it waits for staff.
const AskerAddress = "irai@customer.example.jp"

// ResendAddress is an address on the sample's application: a resend to it goes by itself.
const ResendAddress = "kaoru@customer.example.jp"

// Delivered takes a new order to its end; its mails are noted as sent.
func (h *House) Delivered(changes ...func(*models.Application)) models.Order {
	h.t.Helper()
	o := h.NewOrder(changes...)
	for _, id := range h.Register(o).Mails {
		h.Settle(id, models.MailSent)
	}
	_, err := h.FinishDelivery(context.Background(), o.ID)
	Must(h.t, err)
	return h.Order(o.OrderNumber)
}

// Wish gives a form's request to resend an order's delivery, which goes by itself;
// changes can make it wait for staff.
func (h *House) Wish(o models.Order, changes ...func(*models.ResendRequest)) models.ResendRequest {
	r := models.ResendRequest{
		Source: models.ResendByForm, Reference: o.OrderNumber, EndUserName: "見本商事（株）", ResendTo: ResendAddress,
		Asker: models.Asker{
			CompanyName: "見本商事株式会社", Department: "購買部", PersonName: "再送 次郎", Phone: "03-5334-9999", Email: AskerAddress,
			Prefecture: "東京都", City: "渋谷区",
		},
		LinkKey: h.Ring.CurrentKey(),
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// To has a resend go to another address.
func To(address string) func(*models.ResendRequest) {
	return func(r *models.ResendRequest) { r.ResendTo = address }
}

// Ask sends a request for a resend.
func (h *House) Ask(request models.ResendRequest) (r models.Resend, outboxID int64) {
	h.t.Helper()
	r, outboxID, err := h.RequestResend(context.Background(), models.Process, request)
	Must(h.t, err)
	return r, outboxID
}

// Resend gives all about a resend as it is now.
func (h *House) Resend(number string) store.ResendDetail {
	h.t.Helper()
	d, err := h.ResendDetail(context.Background(), number)
	Must(h.t, err)
	return d
}

// DecideResend names a resend to decide on, whatever its version.
func DecideResend(r models.Resend, note string) store.DecideResend {
	return store.DecideResend{ResendNumber: r.ResendNumber, Note: note}
}

// AwaitResend waits until a resend has a status.
func (h *House) AwaitResend(t testing.TB, number string, status models.ResendStatus) models.Resend {
	t.Helper()
	for deadline := time.Now().Add(awaited); ; time.Sleep(20 * time.Millisecond) {
		r := h.Resend(number).Resend
		if r.Status == status {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s, not %s", number, r.Status, status)
		}
	}
}

// ToldResend tells Temporal of a decision on a resend, which must not have been refused.
func (h *House) ToldResend(t testing.TB, d store.ResendDecided, err error) {
	t.Helper()
	Must(t, err)
	h.Outbox.Tell(d.OutboxID)
}
