package store_test

import (
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Where staff enter an address that mails are held back from, they are told at once.
func TestAMarkedAddressIsRefusedWhereItIsEntered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, mailID := h.accepted()
		h.bounce(mailID, models.BounceHard, "5.1.1", deliveryAddress)
		const dead = "DELIVERY@customer.example.jp"
		elsewhere := func(a *models.Application) { a.DeliveryEmail = "elsewhere@customer.example.jp" }

		back := h.enter(h.application(elsewhere).ReceiptNumber, h.sheet())
		h.run(back, "elsewhere@customer.example.jp")
		d := store.Decide{OrderNumber: back.OrderNumber, Version: h.order(back.OrderNumber).Version}
		confirm := func(value string) error {
			_, err := h.ConfirmOrder(ctx, h.staff, d, []store.Confirm{{Code: models.ReasonDeliveryMail, Value: value}})
			return err
		}
		wantField(t, confirm(dead), "value", "address_marked")
		must(t, confirm("another@customer.example.jp"))

		o, _ := h.delivered(h.application(elsewhere), h.sheet())
		_, _, err := h.RequestResend(ctx, h.staff, models.ResendRequest{
			Source: models.ResendByStaff, Reference: h.shipment(o).DeliveryNumber, ResendTo: dead, Reason: "電話で依頼",
		})
		wantField(t, err, "resend_to", "address_marked")

		// Nor is an answer written that would never leave; the inquiry stays open.
		asked := h.inquire(func(a *store.Asking) { a.Form.Asker.Email = dead })
		_, err = h.AnswerInquiry(ctx, h.staff, decideOn(asked, "はい。"))
		wantField(t, err, "text", "asker_unreachable")
		equal(t, "inquiry", h.inquiry(asked.Inquiry.Number).Inquiry.Status, models.InquiryOpen)
		h.sound()
	})
}
