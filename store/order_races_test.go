package store_test

import (
	"fmt"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestOneOutcomeOfDecisionsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for range 5 {
			o := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
			version := h.order(o.OrderNumber).Version
			d := store.Decide{OrderNumber: o.OrderNumber, Version: version}
			errs := make([]error, 6)
			race(len(errs), func(i int) {
				if i%2 == 0 {
					_, errs[i] = h.ConfirmOrder(t.Context(), h.staff, d, []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
				} else {
					_, errs[i] = h.CancelOrder(t.Context(), h.api, d, "no longer wanted")
				}
			})
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !models.IsKind(err, models.KindConflict) {
					t.Errorf("refused with %v %s", err, causes(err))
				}
			}
			equal(t, "decisions accepted", won, 1)
			equal(t, "version", h.order(o.OrderNumber).Version, version+1)
		}
		h.sound()
	})
}

func TestCancellingRacesRegistering(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for range 5 {
			o := h.enter(h.application().ReceiptNumber, h.sheet())
			ref := h.readyToRegister(o)
			var cancelled, registered error
			race(2, func(i int) {
				if i == 0 {
					_, cancelled = h.CancelOrder(t.Context(), h.api, store.Decide{OrderNumber: o.OrderNumber}, "no longer wanted")
				} else {
					_, registered = h.RegisterOrder(t.Context(), ref, h.ring)
				}
			})
			must(t, registered)
			status := h.order(o.OrderNumber).Status
			if cancelled == nil {
				equal(t, "status", status, models.OrderCancelled)
			} else {
				wantCode(t, cancelled, models.KindConflict, "order_state")
				equal(t, "status", status, models.OrderRegistered)
			}
		}
		h.sound()
	})
}

// readyToRegister takes an order to where only registering is left.
func (h *house) readyToRegister(o models.Order) models.OrderVersion {
	h.t.Helper()
	state, err := h.Advance(h.t.Context(), o.ID)
	must(h.t, err)
	for _, id := range state.Mails {
		h.send(id, models.MailSent)
	}
	state, err = h.Advance(h.t.Context(), o.ID)
	must(h.t, err)
	equal(h.t, "next", state.Next, models.NextRegister)
	return models.OrderVersion{OrderID: o.ID, Version: state.Version}
}

func TestRegisteringWritesOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for range 3 {
			o := h.enter(h.application().ReceiptNumber, h.sheet())
			ref := h.readyToRegister(o)
			race(6, func(i int) {
				if _, err := h.RegisterOrder(t.Context(), ref, h.ring); err != nil {
					t.Errorf("registering: %v %s", err, causes(err))
				}
			})
			state, err := h.RegisterOrder(t.Context(), ref, h.ring)
			must(t, err)
			equal(t, "next", state.Next, models.NextDeliver)
			d := h.detail(o.OrderNumber)
			equal(t, "changes", len(d.Changes), 1)
			equal(t, "mails", len(d.Mails), 3)
		}
		contracts, _, err := h.Contracts(t.Context(), store.ContractFilter{}, store.Page{})
		must(t, err)
		equal(t, "contracts", len(contracts), 3)
		for i, c := range contracts {
			equal(t, "license", c.LicenseID, fmt.Sprint(10000003-i)) // running, without gaps
		}
		h.sound()
	})
}

func TestRegisteringWhatChangedMeanwhileWritesNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.enter(h.application().ReceiptNumber, h.sheet())
		ref := h.readyToRegister(o)
		_, err := h.HoldOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		state, err := h.RegisterOrder(t.Context(), ref, h.ring)
		must(t, err)
		equal(t, "status", h.order(o.OrderNumber).Status, models.OrderChecking)
		if state.Next == models.NextDeliver || state.Next == models.NextRegister {
			t.Errorf("next is %s", state.Next)
		}
		_, err = h.PassOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		h.expectDelivered(o)
		h.sound()
	})
}

func TestDecisionsAreRefusedWhereTheyMakeNoSense(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, _ := h.delivered(h.application(), h.sheet())
		d := store.Decide{OrderNumber: o.OrderNumber}
		for name, decide := range map[string]func() error{
			"confirm": func() error {
				_, err := h.ConfirmOrder(ctx, h.staff, d, []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
				return err
			},
			"reapply":   func() error { _, err := h.ReapplyOrder(ctx, h.staff, d, h.application().ReceiptNumber); return err },
			"replace":   func() error { _, err := h.ReplaceOrder(ctx, h.staff, d, h.sheet()); return err },
			"cancel":    func() error { _, err := h.CancelOrder(ctx, h.staff, d, "late"); return err },
			"pass":      func() error { _, err := h.PassOrder(ctx, h.staff, d); return err },
			"hold":      func() error { _, err := h.HoldOrder(ctx, h.staff, d); return err },
			"send back": func() error { _, err := h.SendBackOrder(ctx, h.staff, d, "late"); return err },
			"redirect":  func() error { _, err := h.RedirectDelivery(ctx, h.staff, d, "new@example.jp"); return err },
		} {
			e := wantCode(t, decide(), models.KindConflict, "order_state")
			equal(t, name+" names the state", e.Params["status"], "delivered")
		}
		open := h.enter(h.application().ReceiptNumber, h.sheet())
		_, err := h.CancelOrder(ctx, h.staff, store.Decide{OrderNumber: open.OrderNumber, Version: 99}, "stale")
		wantCode(t, err, models.KindConflict, "order_changed")
		_, err = h.CancelOrder(ctx, h.staff, store.Decide{OrderNumber: open.OrderNumber}, " ")
		wantField(t, err, "reason", "required")
		h.sound()
	})
}

func TestRefusedAnswersLeaveTheOrderSentBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		other := h.enter(h.application().ReceiptNumber, h.sheet())
		_, err := h.ReapplyOrder(ctx, h.api, store.Decide{OrderNumber: o.OrderNumber}, h.detail(other.OrderNumber).Application.ReceiptNumber)
		wantCode(t, err, models.KindConflict, "receipt_used")
		sheet := h.sheet()
		sheet.PONumber = other.PONumber
		_, err = h.ReplaceOrder(ctx, h.api, store.Decide{OrderNumber: o.OrderNumber}, sheet)
		wantCode(t, err, models.KindConflict, "po_number_used")
		_, err = h.ConfirmOrder(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, []store.Confirm{{Code: models.ReasonCredits, Value: "x"}})
		wantField(t, err, "confirm", "reason_not_confirmable")
		now := h.order(o.OrderNumber)
		equal(t, "status", now.Status, models.OrderSentBack)
		equal(t, "PO number", now.PONumber, o.PONumber)
		sheet.PONumber = o.PONumber // its own number is no duplicate
		sheet.Lines[0].Months = 24
		h.replace(o, sheet)
		h.expectDelivered(o)
		h.sound()
	})
}
