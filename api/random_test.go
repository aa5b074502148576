package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// walker does random things to orders, allowed or not, as resellers, staff and
// processes do them, and in any order.
type walker struct {
	*house
	random   *rand.Rand
	receipts []string
	orders   []string
	done     map[string]int
}

func pick[T any](w *walker, list []T) T { return list[w.random.IntN(len(list))] }

// TestNoSequenceBreaksTheInvariants takes random walks, each from its own seed; a
// failure names the seed.
func TestNoSequenceBreaksTheInvariants(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for seed := range uint64(4) {
			w := &walker{house: h, random: rand.New(rand.NewPCG(seed, 7)), done: map[string]int{}}
			for range 80 {
				w.step()
			}
			broken, err := h.store.Invariants(t.Context())
			must(t, err)
			for _, v := range broken {
				t.Errorf("seed %d breaks %s: %d, such as %s", seed, v.Name, v.Count, v.Example)
			}
			if w.done["accepted"] < 5 || w.done["refused"] < 5 {
				t.Errorf("seed %d: only %v", seed, w.done)
			}
		}
	})
}

func (w *walker) step() {
	w.t.Helper()
	if len(w.receipts) < 2 || w.random.IntN(6) == 0 {
		w.receipts = append(w.receipts, w.receipt(w.wrongApplication()))
		return
	}
	if len(w.orders) == 0 || w.random.IntN(4) == 0 {
		var taken api.OrderTaken
		a := w.order(w.house.sheet(pick(w, w.receipts), w.wrongSheet()))
		if w.count(a.status, "order"); a.status == http.StatusAccepted {
			a.want(http.StatusAccepted, &taken)
			w.orders = append(w.orders, taken.OrderNumber)
		}
		return
	}
	number := pick(w, w.orders)
	switch w.random.IntN(6) {
	case 0:
		w.count(w.decide(number, "reapply", object{"receipt_number": pick(w, w.receipts)}).status, "reapply")
	case 1:
		sheet := w.house.sheet("", w.wrongSheet())
		delete(sheet, "receipt_number")
		delete(sheet, "order_date")
		w.count(w.decide(number, "replace", sheet).status, "replace")
	case 2:
		w.count(w.decide(number, "cancel", object{"reason": pick(w, []string{"", "x"})}).status, "cancel")
	case 3:
		w.staff(number)
	default:
		w.run(number, pick(w, [][]string{nil, nil, {"delivery@customer.example.jp"}})...)
	}
}

func (w *walker) wrongApplication() func(object) {
	return pick(w, []func(object){nothing, nothing, nothing, credits, func(b object) { b["contract"].(object)["months"] = 24 }})
}

func (w *walker) wrongSheet() func(object) {
	return pick(w, []func(object){nothing, nothing, nothing, months(24), renews, func(b object) { b["communication"] = "急ぎ" }})
}

// staff takes a random decision as a clerk would, at the version it has or at one that is gone.
func (w *walker) staff(number string) {
	w.t.Helper()
	ctx := context.Background()
	clerk, d, s := w.clerk(), store.Decide{OrderNumber: number, Version: pick(w, []int64{0, 0, 0, 1})}, w.store
	decisions := []func() (store.Decided, error){
		func() (store.Decided, error) { return s.PassOrder(ctx, clerk, d) },
		func() (store.Decided, error) { return s.HoldOrder(ctx, clerk, d) },
		func() (store.Decided, error) { return s.SendBackOrder(ctx, clerk, d, "確認のため") },
		func() (store.Decided, error) { return s.CancelOrder(ctx, clerk, d, "x") },
		func() (store.Decided, error) { return s.RedirectDelivery(ctx, clerk, d, "other@customer.example.jp") },
		func() (store.Decided, error) {
			return s.ConfirmOrder(ctx, clerk, d, []store.Confirm{{Code: models.ReasonTerm, Value: pick(w, []string{"12", "24"})}})
		},
		func() (store.Decided, error) {
			return s.ConfirmOrder(ctx, clerk, d, []store.Confirm{{Code: models.ReasonDeliveryMail, Value: "right@customer.example.jp"}})
		},
	}
	_, err := pick(w, decisions)()
	status := http.StatusAccepted
	if err != nil {
		status = http.StatusConflict
		if e := models.AsError(err); e.Kind != models.KindConflict && e.Kind != models.KindInvalid && e.Kind != models.KindNotFound {
			status = http.StatusInternalServerError
		}
	}
	w.count(status, fmt.Sprintf("a decision (%v)", err))
}

func (w *walker) count(status int, what string) {
	w.t.Helper()
	switch {
	case status >= http.StatusInternalServerError:
		w.t.Errorf("%s gives %d", what, status)
	case status >= http.StatusBadRequest:
		w.done["refused"]++
	default:
		w.done["accepted"]++
	}
}
