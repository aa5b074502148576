package store_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestAnOrderRunsStraightThrough(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		a := h.application()
		o, license := h.delivered(a, h.sheet(line("CSSP", 10), line("TXSL", 1)))
		d := h.detail(o.OrderNumber)
		equal(t, "application", d.Application.Status, models.ApplicationUsed)
		equal(t, "license", license, "10000001")
		equal(t, "holdings", len(d.Holdings), 2)
		equal(t, "changes", len(d.Changes), 2)
		equal(t, "start", d.Holdings[0].StartsOn.String(), "2026-07-01")
		equal(t, "end", d.Holdings[0].EndsOn.String(), "2027-06-30")
		equal(t, "mails", len(d.Mails), 3)
		equal(t, "holder", d.RegisteredHolder, "見本商事株式会社")
		code, err := h.ring.OpenCode(d.Holdings[1])
		must(t, err)
		if !strings.HasPrefix(code, "SO-") {
			t.Errorf("the code of TXSL does not begin with its prefix")
		}
		c, err := h.ContractByLicense(t.Context(), h.api, license)
		must(t, err)
		equal(t, "state", c.Contract.StatusAt(h.Now()), models.ContractRegistering)
		equal(t, "valid from", c.Contract.ValidAt.String(), "2026-06-15 03:00:00 +0000 UTC")
		equal(t, "orders of the contract", len(c.Orders), 1)
		h.sound()
	})
}

// The table "Looking the receipt number up" of orders.md, row by row.
func TestReceiptLookUp(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		enter := func(actor models.Actor, receipt string) error {
			sheet := h.sheet()
			sheet.PartnerCode = h.reseller.PartnerCode
			_, err := h.EnterOrder(ctx, actor, store.Entry{Order: sheet, ReceiptNumber: receipt})
			return err
		}
		good := h.application().ReceiptNumber
		wantField(t, enter(h.api, ""), "receipt_number", "required")
		wantField(t, enter(h.api, good[:23]), "receipt_number", "receipt_malformed")
		wantField(t, enter(h.api, mistype(good)), "receipt_number", "receipt_mistyped")
		unknown, err := models.NewReceiptNumber(rand.Reader)
		must(t, err)
		wantField(t, enter(h.api, unknown), "receipt_number", "receipt_unknown")

		first := h.enter(strings.ToLower(good[:12])+" - "+good[12:], h.sheet())
		_, stranger := h.newReseller("ZZ99ZZ99", "別の販売店")
		equal(t, "named to staff", wantCode(t, enter(h.staff, good), models.KindConflict, "receipt_used").Params["order_number"], first.OrderNumber)
		equal(t, "named to its own reseller", wantCode(t, enter(h.api, good), models.KindConflict, "receipt_used").Params["order_number"], first.OrderNumber)
		equal(t, "told to a stranger", len(wantCode(t, enter(stranger, good), models.KindConflict, "receipt_used").Params), 0)

		// Cancelling frees it; registering uses it up for good.
		_, err = h.CancelOrder(ctx, h.api, store.Decide{OrderNumber: first.OrderNumber}, "wrong")
		must(t, err)
		second := h.enter(good, h.sheet())
		h.run(second)
		equal(t, "order", h.order(second.OrderNumber).Status, models.OrderDelivered)
		wantCode(t, enter(h.staff, good), models.KindConflict, "receipt_used")
		h.sound()
	})
}

func TestTypeAndResellerAreComparedByTheChecks(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, stranger := h.newReseller("ZZ99ZZ99", "別の販売店")
		entered, err := h.EnterOrder(t.Context(), stranger, store.Entry{Order: h.sheet(), ReceiptNumber: h.application().ReceiptNumber})
		must(t, err)
		h.run(entered.Order)
		sameList(t, "reasons", reasonsOf(h.detail(entered.Order.OrderNumber)), []models.ReasonCode{models.ReasonReseller})

		renewal := h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
		renewal.OrderType = models.OrderTypeRenewal
		o := h.enter(h.application().ReceiptNumber, renewal)
		h.run(o)
		sameList(t, "reasons", reasonsOf(h.detail(o.OrderNumber)), []models.ReasonCode{models.ReasonOrderType})
		h.sound()
	})
}

func TestReceiptsExpire(t *testing.T) {
	eachDatabaseBy(t, func(r *models.Rules) { r.ReceiptLifetime = 30 * day }, func(t *testing.T, h *house) {
		a, b := h.application(), h.application()
		h.clock.pass(30*day - 1000)
		h.enter(a.ReceiptNumber, h.sheet())
		h.clock.pass(1000)
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: b.ReceiptNumber})
		wantField(t, err, "receipt_number", "receipt_expired")
		_, err = h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: a.ReceiptNumber})
		wantCode(t, err, models.KindConflict, "receipt_used") // used tells more than expired
	})
}

func TestPONumberIsUniquePerReseller(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, stranger := h.newReseller("ZZ99ZZ99", "別の販売店")
		sheet := h.sheet()
		enter := func(actor models.Actor) (models.Order, error) {
			e, err := h.EnterOrder(t.Context(), actor, store.Entry{Order: sheet, ReceiptNumber: h.application().ReceiptNumber})
			return e.Order, err
		}
		first, err := enter(h.api)
		must(t, err)
		_, err = enter(h.api)
		equal(t, "named", wantCode(t, err, models.KindConflict, "po_number_used").Params["order_number"], first.OrderNumber)
		_, err = enter(stranger)
		must(t, err)
		_, err = h.CancelOrder(t.Context(), h.staff, store.Decide{OrderNumber: first.OrderNumber}, "not wanted")
		must(t, err)
		_, err = enter(h.api)
		must(t, err)
		h.sound()
	})
}

func TestFiftyTimesTheSameRequestIsOneOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		a, sheet := h.application(), h.sheet()
		numbers, replayed := make([]string, 50), make([]bool, 50)
		race(50, func(i int) {
			e, err := h.EnterOrder(t.Context(), h.api, store.Entry{
				Order: sheet, ReceiptNumber: a.ReceiptNumber, Idempotency: &store.Idempotency{Key: "k-1", BodyHash: "b"},
			})
			if err != nil {
				t.Errorf("request %d: %v %s", i, err, causes(err))
				return
			}
			numbers[i], replayed[i] = e.Order.OrderNumber, e.Replayed
			equal(t, "lines in the answer", len(e.Order.Lines), 1)
		})
		fresh := 0
		for i := range numbers {
			equal(t, fmt.Sprint("number of request ", i), numbers[i], numbers[0])
			if !replayed[i] {
				fresh++
			}
		}
		equal(t, "orders made", fresh, 1)
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{
			Order: h.sheet(), ReceiptNumber: h.application().ReceiptNumber, Idempotency: &store.Idempotency{Key: "k-1", BodyHash: "other"},
		})
		wantCode(t, err, models.KindInvalid, "idempotency_key_reused")
		h.sound()
	})
}

func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		wrong := h.sheet()
		wrong.PONumber = ""
		key := &store.Idempotency{Key: "k-1", BodyHash: "b"}
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: wrong, ReceiptNumber: h.application().ReceiptNumber, Idempotency: key})
		wantField(t, err, "po_number", "required")
		_, err = h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: h.application().ReceiptNumber, Idempotency: key})
		must(t, err)
		n, err := h.CountOrders(t.Context(), h.staff, store.OrderFilter{})
		must(t, err)
		equal(t, "orders", n, 1)
	})
}

func TestOneOfTwoOrdersGetsTheReceipt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for range 5 {
			a := h.application()
			errs := make([]error, 8)
			race(len(errs), func(i int) {
				_, errs[i] = h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: a.ReceiptNumber})
			})
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					wantCode(t, err, models.KindConflict, "receipt_used")
				}
			}
			equal(t, "orders that got it", won, 1)
		}
		h.sound()
	})
}

func TestNumbersThatAreTakenAreDrawnAgain(t *testing.T) {
	oneDigit := func(r *models.Rules) { r.Numbers.OrderDigits, r.Numbers.DeliveryDigits = 1, 1 }
	eachDatabaseBy(t, oneDigit, func(t *testing.T, h *house) {
		made := 0
		for range 8 { // up to eight of ten numbers: five draws fail now and then, which must come out as an error
			a := h.application()
			_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: a.ReceiptNumber})
			if err == nil {
				made++
			} else {
				equal(t, "kind", models.AsError(err).Kind, models.KindInternal)
			}
		}
		if made < 4 {
			t.Errorf("%d of 8 orders were entered", made)
		}
		h.sound()
	})
}

func TestNamesAreKeptAsTyped(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for _, name := range []string{"𠮷野家商店㈱", "㈱髙﨑製作所", "ｱｲｳ商事株式会社", "Ａ＆Ｂ　Ｃｏ．，Ｌｔｄ．"} {
			a := h.application(endUser(name))
			o := h.enter(a.ReceiptNumber, h.sheet())
			h.run(o)
			d := h.detail(o.OrderNumber)
			equal(t, "on the application", d.Application.EndUser.CompanyName, name)
			equal(t, "on the order", d.Order.EndUserName, name)
			equal(t, "on the contract", d.RegisteredHolder, name)
		}
		hits, err := h.Search(t.Context(), "高崎製作所", nil)
		must(t, err)
		equal(t, "found by the key", len(hits.Orders), 1)
		h.sound()
	})
}

func TestWhatIsRefusedMakesNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		h.clock.pass(800 * day) // far beyond the renewal window
		a := h.application(forLicense(models.OrderTypeRenewal, license))
		sheet := h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
		sheet.OrderType = models.OrderTypeRenewal
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: sheet, ReceiptNumber: a.ReceiptNumber})
		closed := wantField(t, err, "lines[0].license_id", "renewal_window_closed")
		equal(t, "day it closed", closed.Params["day"], "2027-07-30")
		after, err := h.ApplicationByID(t.Context(), h.staff, a.ID)
		must(t, err)
		equal(t, "application", after.Status, models.ApplicationOpen)
		n, err := h.CountOrders(t.Context(), h.staff, store.OrderFilter{})
		must(t, err)
		equal(t, "orders", n, 1)
		h.sound()
	})
}

// mistype exchanges one character of a receipt number.
func mistype(receipt string) string {
	if receipt[5] == 'A' {
		return receipt[:5] + "B" + receipt[6:]
	}
	return receipt[:5] + "A" + receipt[6:]
}

// race runs fn n times at once.
func race(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			fn(i)
		})
	}
	ready.Done()
	done.Wait()
}
