//go:build e2e

package e2e

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/todoke/todoke/test/harness"
)

var random = rand.Reader

func decode(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("the answer is no JSON: %v: %.300s", err, raw)
	}
}

// count asks the database for a number.
func (h *house) count(t *testing.T, query string) int {
	t.Helper()
	db, err := h.store.DB()
	if err != nil {
		t.Fatalf("database: %v", err)
	}
	var n int
	if err := db.QueryRowContext(h.context(t), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// testIdempotency repeats requests as clients do that got no answer.
func testIdempotency(t *testing.T, h *house) {
	t.Run("50 at once make one order", func(t *testing.T) {
		t.Parallel()
		fiftyAtOnce(t, h)
	})
	t.Run("another body", func(t *testing.T) {
		t.Parallel()
		key, o := fmt.Sprintf("key-%d", next()), order(h.file(t))
		taken, err := h.seller.Order(h.context(t), key, o)
		if err != nil {
			t.Fatalf("order: %v", err)
		}
		o.Lines[0].Quantity++
		_, err = h.seller.Order(h.context(t), key, o)
		problemOf(t, err).wants(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
		if v := h.await(t, taken.OrderNumber, "delivered"); v.Lines[0].Quantity != o.Lines[0].Quantity-1 {
			t.Errorf("the order has the other body's quantity")
		}
	})
	t.Run("no key", func(t *testing.T) {
		t.Parallel()
		o := order(h.file(t))
		var taken harness.Taken
		err := h.seller.Do(h.context(t), http.MethodPost, "/v1/orders", nil, o, http.StatusAccepted, &taken)
		problemOf(t, err).wants(t, http.StatusBadRequest, "idempotency_key_missing")
		if n := h.count(t, "SELECT COUNT(*) FROM orders WHERE po_number = '"+o.PONumber+"'"); n != 0 {
			t.Errorf("%d orders were made", n)
		}
	})
	t.Run("a key belongs to its API key", func(t *testing.T) {
		t.Parallel()
		key := fmt.Sprintf("key-%d", next())
		first, err := h.seller.Order(h.context(t), key, order(h.file(t)))
		if err != nil {
			t.Fatalf("order: %v", err)
		}
		second, err := h.other.Order(h.context(t), key, order(h.fileAsOther(t)))
		if err != nil || second.OrderNumber == first.OrderNumber {
			t.Errorf("another API key's order under the same key: %q, %v", second.OrderNumber, err)
		}
		h.await(t, first.OrderNumber, "delivered")
	})
	t.Run("a refused request binds nothing", func(t *testing.T) {
		t.Parallel()
		key, o := fmt.Sprintf("key-%d", next()), order(h.file(t))
		right := o.Lines[0].Quantity
		o.Lines[0].Quantity = 0
		_, err := h.seller.Order(h.context(t), key, o)
		problemOf(t, err).wants(t, http.StatusUnprocessableEntity, "invalid_input")
		o.Lines[0].Quantity = right
		taken, err := h.seller.Order(h.context(t), key, o)
		if err != nil {
			t.Fatalf("the corrected order under the same key: %v", err)
		}
		h.await(t, taken.OrderNumber, "delivered")
	})
}

// fileAsOther files an application that fits the second reseller.
func (h *house) fileAsOther(t *testing.T) string {
	t.Helper()
	receipt, err := h.other.File(h.context(t), application(func(a *harness.Application) {
		a.Reseller.PartnerCode, a.Reseller.CompanyName = otherPartner, "株式会社別販売"
	}))
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	return receipt
}

func fiftyAtOnce(t *testing.T, h *house) {
	t.Helper()
	key, o := fmt.Sprintf("key-%d", next()), order(h.file(t))
	const requests = 50
	type outcome struct {
		taken harness.Taken
		err   error
	}
	outcomes := make(chan outcome, requests)
	for range requests {
		go func() {
			taken, err := h.seller.Order(t.Context(), key, o)
			outcomes <- outcome{taken, err}
		}()
	}
	answers := map[harness.Taken]int{}
	for range requests {
		got := <-outcomes
		if got.err != nil {
			// Who waited 5 s without an answer is told so; nobody is told anything else.
			problemOf(t, got.err).wants(t, http.StatusConflict, "idempotency_in_progress")
			continue
		}
		answers[got.taken]++
	}
	if len(answers) != 1 {
		t.Fatalf("the same request got %d different answers: %v", len(answers), answers)
	}
	if n := h.count(t, "SELECT COUNT(*) FROM orders WHERE po_number = '"+o.PONumber+"'"); n != 1 {
		t.Errorf("%d orders were made", n)
	}
	for taken := range answers {
		h.await(t, taken.OrderNumber, "delivered")
		again, err := h.seller.Order(h.context(t), key, o)
		if err != nil || again != taken {
			t.Errorf("asked again after the delivery: %v, %v, not %v", again, err, taken)
		}
	}
}

// TestIdempotencyAfterARestart asks again after serve was killed and started anew.
func TestIdempotencyAfterARestart(t *testing.T) {
	inHouse(t, harness.Options{}, askAfterRestart)
}

func askAfterRestart(t *testing.T, h *house) {
	o := order(h.file(t))
	taken, err := h.seller.Order(h.context(t), "before-the-restart", o)
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	if err := h.Serve.Kill(); err != nil {
		t.Fatalf("kill serve: %v", err)
	}
	if err := h.Serve.Start(h.context(t)); err != nil {
		t.Fatalf("start serve: %v", err)
	}
	again, err := h.seller.Order(h.context(t), "before-the-restart", o)
	if err != nil || again != taken {
		t.Errorf("after the restart: %v, %v, not %v", again, err, taken)
	}
	o.PONumber += "-other"
	_, err = h.seller.Order(h.context(t), "before-the-restart", o)
	problemOf(t, err).wants(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	h.await(t, taken.OrderNumber, "delivered")
}
