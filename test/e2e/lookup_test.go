//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// problem is an answer of the API that is no success.
type problem struct {
	Status int               `json:"status"`
	Code   string            `json:"code"`
	Params map[string]string `json:"params"`
	Errors []struct {
		Field string `json:"field"`
		Code  string `json:"code"`
	} `json:"errors"`
	raw string
}

// refused sends an order and gives the problem that comes back; an order that is taken fails the test.
func (h *house) refused(t *testing.T, client *harness.Client, o harness.Order) problem {
	t.Helper()
	taken, err := client.Order(h.context(t), fmt.Sprintf("key-%d", next()), o)
	if err == nil {
		t.Fatalf("the order was taken as %s", taken.OrderNumber)
	}
	return problemOf(t, err)
}

func problemOf(t *testing.T, err error) problem {
	t.Helper()
	refusal, ok := errors.AsType[*harness.Refusal](err)
	if !ok {
		t.Fatalf("no answer: %v", err)
	}
	p := problem{raw: refusal.Body}
	decode(t, []byte(refusal.Body), &p)
	if p.Status != refusal.Status {
		t.Errorf("the problem says %d, the status is %d", p.Status, refusal.Status)
	}
	return p
}

// wants checks status and code, of the problem or of its only field.
func (p problem) wants(t *testing.T, status int, code string) {
	t.Helper()
	got := p.Code
	if len(p.Errors) == 1 && p.Errors[0].Field == "receipt_number" {
		got = p.Errors[0].Code
	}
	if p.Status != status || got != code {
		t.Errorf("the answer is %d %s, not %d %s: %s", p.Status, got, status, code, p.raw)
	}
}

// testLookUp goes through the rows of the table of look-ups. What is refused makes no order: PO number and receipt
// can be used right after.
func testLookUp(t *testing.T, h *house) {
	rows := map[string]func(*testing.T, *house){
		"check character wrong": lookUpMistyped, "unknown": lookUpUnknown, "used by another order": lookUpUsed,
		"used by another reseller's order": lookUpUsedByOther, "fine": lookUpFine, "discarded": lookUpDiscarded,
		"as people type it": lookUpTyped, "twice at once": lookUpTwiceAtOnce,
		// The rows about type and reseller end in a send-back and stand with those.
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row(t, h)
		})
	}
}

func lookUpMistyped(t *testing.T, h *house) {
	receipt := h.file(t)
	mistyped := receipt[:10] + string(otherCharacter(receipt[10])) + receipt[11:]
	o := order(mistyped)
	h.refused(t, h.seller, o).wants(t, http.StatusUnprocessableEntity, "receipt_mistyped")
	if got := h.applicationStatus(t, receipt); got != "open" {
		t.Errorf("the application is %s", got)
	}
	o.ReceiptNumber = receipt
	h.await(t, h.enter(t, o), "delivered")
}

func otherCharacter(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}

func lookUpUnknown(t *testing.T, h *house) {
	never, err := models.NewReceiptNumber(random)
	if err != nil {
		t.Fatalf("number: %v", err)
	}
	o := order(never)
	h.refused(t, h.seller, o).wants(t, http.StatusUnprocessableEntity, "receipt_unknown")
	if n := h.count(t, "SELECT COUNT(*) FROM orders WHERE po_number = '"+o.PONumber+"'"); n != 0 {
		t.Errorf("%d orders were made", n)
	}
}

func lookUpUsed(t *testing.T, h *house) {
	receipt := h.file(t, func(a *harness.Application) { a.Contract.Months = 24 })
	waiting := h.enter(t, order(receipt))
	h.awaitSentBack(t, waiting, 1)
	again := order(receipt)
	for _, state := range []string{"reserved", "used"} {
		p := h.refused(t, h.seller, again)
		p.wants(t, http.StatusConflict, "receipt_used")
		if p.Params["order_number"] != waiting {
			t.Errorf("%s: the refusal names %q, not %s", state, p.Params["order_number"], waiting)
		}
		if state == "reserved" {
			h.replace(t, waiting, order(receipt, orderedMonths(24)))
			h.await(t, waiting, "delivered")
		}
	}
	// Staff are told which order has it, whoever's it is.
	form := h.desk(t).Open("/console/orders/new?receipt=" + receipt)
	if !strings.Contains(form.Text("main"), waiting) {
		t.Errorf("the desk is not told that %s has the receipt: %s", waiting, form.Text("main"))
	}
}

func lookUpUsedByOther(t *testing.T, h *house) {
	receipt := h.file(t)
	first := h.await(t, h.enter(t, order(receipt)), "delivered")
	p := h.refused(t, h.other, order(receipt))
	p.wants(t, http.StatusConflict, "receipt_used")
	if strings.Contains(p.raw, first.OrderNumber) || strings.Contains(p.raw, "ORDC") {
		t.Errorf("another reseller is told the order: %s", p.raw)
	}
}

func lookUpFine(t *testing.T, h *house) {
	receipt := h.file(t)
	// With a communication the order waits, so that the reservation can be seen.
	number := h.enter(t, order(receipt, func(o *harness.Order) { o.Communication = "到着前にお電話ください" }))
	if got := h.applicationStatus(t, receipt); got != "reserved" {
		t.Errorf("the application of an order just entered is %s", got)
	}
	h.awaitView(t, number, "waiting", func(v orderView) bool { return v.WaitingFor == "staff" })
	h.pass(t, number)
	h.await(t, number, "delivered")
	if got := h.applicationStatus(t, receipt); got != "used" {
		t.Errorf("the application of a registered order is %s", got)
	}
}

func lookUpDiscarded(t *testing.T, h *house) {
	receipt := h.file(t, func(a *harness.Application) { a.Contract.Months = 24 })
	o := order(receipt)
	number := h.enter(t, o)
	h.awaitSentBack(t, number, 1)
	reapplyRight()(t, h, &caseOrder{number: number, receipt: receipt})
	h.await(t, number, "delivered")
	// To resellers a discarded number is as good as none; staff are told what became of it.
	h.refused(t, h.seller, order(receipt)).wants(t, http.StatusUnprocessableEntity, "receipt_unknown")
}

func lookUpTyped(t *testing.T, h *house) {
	receipt := h.file(t)
	wide := make([]rune, 0, len(receipt)+5)
	for i, c := range strings.ToLower(receipt) {
		if i > 0 && i%4 == 0 {
			wide = append(wide, []rune{'-', ' ', 'ー', '−', '　'}[i/4-1])
		}
		wide = append(wide, c+'ａ'-'a')
	}
	h.await(t, h.enter(t, order(string(wide))), "delivered")
}

// lookUpTwiceAtOnce quotes one receipt in many orders at the same moment: one gets it.
func lookUpTwiceAtOnce(t *testing.T, h *house) {
	receipt := h.file(t)
	const tries = 12
	type outcome struct {
		number string
		err    error
	}
	outcomes := make(chan outcome, tries)
	for range tries {
		go func() {
			taken, err := h.seller.Order(t.Context(), fmt.Sprintf("key-%d", next()), order(receipt))
			outcomes <- outcome{taken.OrderNumber, err}
		}()
	}
	var numbers []string
	for range tries {
		o := <-outcomes
		if o.err == nil {
			numbers = append(numbers, o.number)
			continue
		}
		problemOf(t, o.err).wants(t, http.StatusConflict, "receipt_used")
	}
	if len(numbers) != 1 {
		t.Fatalf("%d orders quote one receipt: %q", len(numbers), numbers)
	}
	h.await(t, numbers[0], "delivered")
}
