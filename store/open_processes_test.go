package store_test

import (
	"slices"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// TestOpenProcesses follows an order and its application: they are open as long as
// something is left to do, and only after Temporal was told of them.
func TestOpenProcesses(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		open := func() []string {
			t.Helper()
			list, err := h.OpenProcesses(ctx)
			must(t, err)
			ids := make([]string, len(list))
			for i, p := range list {
				ids[i] = p.WorkflowID
			}
			slices.Sort(ids)
			return ids
		}
		told := func() {
			t.Helper()
			due, err := h.OutboxDue(ctx, 100)
			must(t, err)
			for _, e := range due {
				must(t, h.OutboxTold(ctx, e.ID))
			}
		}
		a := h.application()
		o := h.enter(a.ReceiptNumber, h.sheet())
		sameList(t, "before Temporal was told", open(), []string{})
		told()
		sameList(t, "entered", open(), []string{a.WorkflowID(), o.WorkflowID()})
		h.finish(a.ApplicantEmail, models.MailReceiptNumber, models.MailSent)
		sameList(t, "the applicant was told", open(), []string{o.WorkflowID()})
		h.expectDelivered(o)
		sameList(t, "delivered", open(), []string{})
		_, err := h.RequestPassword(ctx, models.Process, h.detail(o.OrderNumber).Shipment.DeliveryNumber)
		must(t, err)
		told()
		again := h.mailOf(o, models.MailPasswordAgain)
		sameList(t, "the password once more", open(), []string{models.MailWorkflowID(again.ID)})
		h.send(again.ID, models.MailSent)

		second := h.application()
		h.finish(second.ApplicantEmail, models.MailReceiptNumber, models.MailSent)
		cancelled := h.enter(second.ReceiptNumber, h.sheet())
		_, err = h.CancelOrder(ctx, h.staff, store.Decide{OrderNumber: cancelled.OrderNumber}, "x")
		must(t, err)
		told()
		sameList(t, "cancelled, and the reseller is to be told", open(), []string{cancelled.WorkflowID()})
		h.run(cancelled)
		for _, m := range h.detail(cancelled.OrderNumber).Mails {
			if m.Status == models.MailQueued {
				h.send(m.ID, models.MailSent)
			}
		}
		sameList(t, "told", open(), []string{})
		sameList(t, "keys that rows name", h.keysInUse(), []int{1})
	})
}

func (h *house) mailOf(o models.Order, kind models.MailKind) models.Mail {
	h.t.Helper()
	for _, m := range h.detail(o.OrderNumber).Mails {
		if m.Kind == kind {
			return m
		}
	}
	h.t.Fatalf("%s has no mail %s", o.OrderNumber, kind)
	return models.Mail{}
}
