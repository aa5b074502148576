//go:build e2e

package e2e

import (
	"net/http"
	"testing"

	"github.com/todoke/todoke/test/harness"
)

// caseOrder is one order of a send-back case on its way.
type caseOrder struct {
	number      string
	receipt     string
	application harness.Application
	sheet       harness.Order
	// own is the license ID of the end user's contract, where the case made one; strangers that of somebody else's.
	own, strangers string
}

// settlement is one way to settle a send-back.
type settlement struct {
	name string
	do   func(t *testing.T, h *house, o *caseOrder)
	// ends is the state that it leads to: delivered unless said otherwise.
	ends string
	// check looks at the order in the end.
	check func(t *testing.T, h *house, o *caseOrder, v orderView)
}

// sendBackCase is one row of the table of send-backs.
type sendBackCase struct {
	name string
	// prepare changes a fine application and order so that they disagree.
	prepare func(t *testing.T, h *house, o *caseOrder)
	// reasons are what the API is to tell; a function where they depend on what was prepared.
	reasons func(o *caseOrder) []reason
	settle  []settlement
	// hidden gives words that must not stand in what the reseller is told.
	hidden func(o *caseOrder) []string
}

// reapplyRight files an application that fits the order and quotes it.
func reapplyRight(changes ...func(*harness.Application)) func(*testing.T, *house, *caseOrder) {
	return func(t *testing.T, h *house, o *caseOrder) {
		t.Helper()
		receipt := h.file(t, changes...)
		var taken harness.Taken
		body := map[string]string{"receipt_number": receipt}
		if err := h.seller.Do(h.context(t), http.MethodPost, "/v1/orders/"+o.number+"/reapply", nil, body, http.StatusAccepted, &taken); err != nil {
			t.Fatalf("reapply: %v", err)
		}
		old := o.receipt
		o.receipt = receipt
		if got := h.applicationStatus(t, old); got != "discarded" {
			t.Errorf("the old application is %s, not discarded", got)
		}
	}
}

// replaceWith sends a corrected sheet.
func replaceWith(change func(*harness.Order)) func(*testing.T, *house, *caseOrder) {
	return func(t *testing.T, h *house, o *caseOrder) {
		t.Helper()
		change(&o.sheet)
		h.replace(t, o.number, o.sheet)
	}
}

// replace sends a sheet in the place of an order's.
func (h *house) replace(t *testing.T, number string, sheet harness.Order) {
	t.Helper()
	body := map[string]any{"po_number": sheet.PONumber, "order_type": sheet.OrderType, "lines": sheet.Lines}
	var taken harness.Taken
	if err := h.seller.Do(h.context(t), http.MethodPost, "/v1/orders/"+number+"/replace", nil, body, http.StatusAccepted, &taken); err != nil {
		t.Fatalf("replace: %v", err)
	}
}

// cancel cancels an order as its reseller.
func (h *house) cancel(t *testing.T, number, why string) {
	t.Helper()
	var taken harness.Taken
	body := map[string]string{"reason": why}
	if err := h.seller.Do(h.context(t), http.MethodPost, "/v1/orders/"+number+"/cancel", nil, body, http.StatusAccepted, &taken); err != nil {
		t.Fatalf("cancel: %v", err)
	}
}

// only is a case's single reason.
func only(code, application, order, resolution string) func(*caseOrder) []reason {
	return func(*caseOrder) []reason { return []reason{{code, application, order, resolution}} }
}

func confirmWith(code, value string) func(*testing.T, *house, *caseOrder) {
	return func(t *testing.T, h *house, o *caseOrder) {
		t.Helper()
		h.confirm(t, o.number, code, value)
	}
}

// months says that every holding's period has so many months.
func months(want int) func(*testing.T, *house, *caseOrder, orderView) {
	return func(t *testing.T, _ *house, _ *caseOrder, v orderView) {
		t.Helper()
		for _, holding := range v.Holdings {
			if got := monthsBetween(t, holding.StartsOn, holding.EndsOn); got != want {
				t.Errorf("the holding runs from %s to %s, %d months, not %d", holding.StartsOn, holding.EndsOn, got, want)
			}
		}
		if len(v.Holdings) == 0 {
			t.Error("the order made no holding")
		}
	}
}

// underLicense says that the order changed this contract alone.
func underLicense(license func(*caseOrder) string) func(*testing.T, *house, *caseOrder, orderView) {
	return func(t *testing.T, _ *house, o *caseOrder, v orderView) {
		t.Helper()
		if len(v.LicenseIDs) != 1 || v.LicenseIDs[0] != license(o) {
			t.Errorf("the order changed the contracts %q, not %s", v.LicenseIDs, license(o))
		}
	}
}

func ownLicense(o *caseOrder) string { return o.own }

func strangersLicense(o *caseOrder) string { return o.strangers }

// mailedTo says where the delivery mails went.
func mailedTo(address string) func(*testing.T, *house, *caseOrder, orderView) {
	return func(t *testing.T, h *house, o *caseOrder, _ orderView) {
		t.Helper()
		for _, subject := range []string{"ご購入受付", " ID ", " PW "} {
			h.awaitMail(t, address, o.number, subject)
		}
		if strays := h.mailsTo(t, o.application.Contract.DeliveryEmail, o.number); len(strays) > 0 {
			t.Errorf("%d mails reached the address that was refused", len(strays))
		}
	}
}

// freed says that application and PO number are free again: another order may have both.
func freed(t *testing.T, h *house, o *caseOrder, v orderView) {
	t.Helper()
	if v.Shipment != nil || len(v.LicenseIDs) > 0 {
		t.Errorf("a cancelled order has shipment %v and licenses %q", v.Shipment, v.LicenseIDs)
	}
	if got := h.applicationStatus(t, o.receipt); got != "open" {
		t.Errorf("the application is %s, not open", got)
	}
	again := order(o.receipt, func(again *harness.Order) { again.PONumber = o.sheet.PONumber })
	h.await(t, h.enter(t, again), "delivered")
}
