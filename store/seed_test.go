package store_test

import (
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestSeededOrdersKeepTheRules(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		real, license := h.delivered(h.application(), h.sheet())
		var seen []int
		for _, n := range []int{1, 1100} { // the second beside the first, in several batches
			seen = nil
			must(t, h.Seed(ctx, store.SeedOptions{Orders: n, RandSeed: 7, Sealer: h.ring, Progress: func(n int) { seen = append(seen, n) }}))
			equal(t, "reported", seen[len(seen)-1], n)
		}
		counts, err := h.Counts(ctx)
		must(t, err)
		total := int64(0)
		for _, status := range models.OrderStatuses {
			total += counts.Orders[status]
			if counts.Orders[status] == 0 {
				t.Errorf("no order is %s", status)
			}
		}
		equal(t, "orders", total, 1102)
		h.sound()

		// What was there is untouched, and work goes on: numbers, licenses, decisions.
		equal(t, "real order", h.order(real.OrderNumber).Status, models.OrderDelivered)
		_, next := h.delivered(h.application(), h.sheet())
		if next <= license {
			t.Errorf("license %s follows %s", next, license)
		}
		h.seededOrdersGoOn()
		h.sound()
	})
}

// seededOrdersGoOn takes some of the made-up orders further.
func (h *house) seededOrdersGoOn() {
	h.t.Helper()
	ctx := h.t.Context()
	list := func(f store.OrderFilter) []store.OrderRow {
		rows, _, err := h.Orders(ctx, h.staff, f, store.Page{})
		must(h.t, err)
		if len(rows) == 0 {
			h.t.Fatalf("no made-up order for %+v", f)
		}
		return rows
	}
	term := list(store.OrderFilter{Statuses: []models.OrderStatus{models.OrderSentBack}, Reason: models.ReasonTerm})[0]
	d := h.detail(term.OrderNumber)
	h.confirm(d.Order, store.Confirm{Code: models.ReasonTerm, Value: d.SendBacks[0].Reasons[0].OrderValue})
	h.expectDelivered(d.Order)
	waiting := list(store.OrderFilter{Statuses: []models.OrderStatus{models.OrderChecking}, WaitingFor: models.WaitingForStaff})[0]
	_, err := h.PassOrder(ctx, h.staff, store.Decide{OrderNumber: waiting.OrderNumber})
	must(h.t, err)
	h.expectDelivered(waiting.Order)
	failed := list(store.OrderFilter{OpenTask: models.TaskDeliveryFailed})[0]
	_, err = h.RedirectDelivery(ctx, h.staff, store.Decide{OrderNumber: failed.OrderNumber}, "new@customer.example.jp")
	must(h.t, err)
	h.expectDelivered(failed.Order)
	received := list(store.OrderFilter{Statuses: []models.OrderStatus{models.OrderReceived}})[0]
	h.expectDelivered(received.Order)
}
