//go:build e2e

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/test/harness"
)

// testAllAtOnce makes an order that disagrees in everything that can at once: it is sent back once, with all reasons.
func testAllAtOnce(t *testing.T, h *house) {
	stranger := h.delivered(t)
	o := &caseOrder{application: application(), sheet: order("")}
	o.application.EndUser.CompanyName = "株式会杜あさひ検証"
	o.application.Reseller.PartnerCode = otherPartner
	o.application.Contract.Credits = true
	o.sheet.Lines = []harness.Line{
		{ProductCode: harness.Product, Kind: "new", Quantity: 10, Months: 24, UnitPrice: 4800},
		{ProductCode: "TMGS", Kind: "new", Quantity: 1, Months: 36, UnitPrice: 100},
		{ProductCode: harness.Product, Kind: "renewal", Quantity: 10, Months: 12, UnitPrice: 4800, LicenseID: stranger.LicenseIDs[0]},
	}
	wishedLongAgo(t, h, o)
	o.number = h.enter(t, o.sheet)
	v := h.awaitSentBack(t, o.number, 1)
	want := []reason{
		{wrongSeller, otherPartner, harness.PartnerCode, byReapply},
		{term, "12", "24, 36, 12", byConfirmOrReplace},
		{notEligible, "", "TMGS", byCancel},
		{credits, "true", harness.Product + ", TMGS", byReapplyOrReplace},
		{badName, o.application.EndUser.CompanyName, "", byReapply},
		{holder, o.application.EndUser.CompanyName, stranger.LicenseIDs[0], byConfirm},
		{startMonth, o.application.Contract.StartMonth, "", byConfirm},
	}
	if !slices.Equal(v.SendBacks[0].Reasons, want) {
		t.Fatalf("sent back for\n%+v, want\n%+v", v.SendBacks[0].Reasons, want)
	}
	// A new application settles its half, a corrected sheet the other; what is still wrong in between is told again.
	reapplyRight()(t, h, &caseOrder{number: o.number, receipt: o.sheet.ReceiptNumber})
	v = h.awaitSentBack(t, o.number, 2)
	var codes []string
	for _, r := range v.SendBacks[0].Reasons {
		codes = append(codes, r.Code)
	}
	if want := []string{term, notEligible, holder}; !slices.Equal(codes, want) {
		t.Fatalf("after a new application sent back for %q, want %q", codes, want)
	}
	h.replace(t, o.number, order(""))
	h.await(t, o.number, "delivered")
}

// testConfirmationLapses settles one of two reasons: it is not raised again until one of its values changes.
func testConfirmationLapses(t *testing.T, h *house) {
	receipt := h.file(t, func(a *harness.Application) { a.Contract.Credits = true })
	o := order(receipt, orderedMonths(24))
	number := h.enter(t, o)
	h.awaitSentBack(t, number, 1)
	h.confirm(t, number, term, "")
	v := h.awaitSentBack(t, number, 2)
	if want := []reason{{credits, "true", harness.Product, byReapplyOrReplace}}; !slices.Equal(v.SendBacks[0].Reasons, want) {
		t.Fatalf("with the months confirmed, sent back for %+v, want %+v", v.SendBacks[0].Reasons, want)
	}
	o.Lines[0].Months = 36
	h.replace(t, number, o)
	v = h.awaitSentBack(t, number, 3)
	want := []reason{{term, "12", "36", byConfirmOrReplace}, {credits, "true", harness.Product, byReapplyOrReplace}}
	if !slices.Equal(v.SendBacks[0].Reasons, want) {
		t.Fatalf("with other months, sent back for %+v, want %+v", v.SendBacks[0].Reasons, want)
	}
	// The values of the confirmation again: it holds as before.
	o.Lines[0].Months, o.Lines[0].ProductCode, o.Lines[0].Quantity = 24, "V1-CREDITS", 200
	h.replace(t, number, o)
	months(24)(t, h, nil, h.await(t, number, "delivered"))
}

// testWaitingForStaff has the orders that do not go straight through.
func testWaitingForStaff(t *testing.T, h *house) {
	waits := func(v orderView) bool { return v.Status == "checking" && v.WaitingFor == "staff" }
	for name, make := range map[string]func(t *testing.T) string{
		"communication": func(t *testing.T) string {
			return h.enter(t, order(h.file(t), func(o *harness.Order) { o.Communication = "納品は来月1日以降でお願いします" }))
		},
		"doubtful name": func(t *testing.T) string {
			return h.enter(t, order(h.file(t, func(a *harness.Application) { a.EndUser.CompanyName = "株式会社検証設計 営業部" })))
		},
	} {
		t.Run(name+", passed", func(t *testing.T) {
			t.Parallel()
			number := make(t)
			h.awaitView(t, number, "waiting", waits)
			h.pass(t, number)
			v := h.await(t, number, "delivered")
			if len(v.SendBacks) > 0 {
				t.Errorf("an order that was passed was sent back: %s", v.raw)
			}
		})
		t.Run(name+", sent back in free text", func(t *testing.T) {
			t.Parallel()
			number := make(t)
			h.awaitView(t, number, "waiting", waits)
			h.act(t, number, "send-back", "text", "登記簿のとおりの社名でお願いします。\n部署名は部署の欄へ。")
			v := h.awaitSentBack(t, number, 1)
			if len(v.SendBacks[0].Reasons) != 1 || v.SendBacks[0].Reasons[0].Code != "other" || !strings.Contains(v.raw, "登記簿のとおり") {
				t.Errorf("the reseller is not told why: %s", v.raw)
			}
			h.awaitMail(t, "orders@seller.example", number, "差し戻し")
			h.cancel(t, number, "出し直します")
			h.await(t, number, "cancelled")
		})
	}
	t.Run("held by staff", func(t *testing.T) {
		t.Parallel()
		number := h.enter(t, order(h.file(t), orderedMonths(24)))
		h.awaitSentBack(t, number, 1)
		h.act(t, number, "hold", "", "")
		h.confirm(t, number, term, "")
		h.awaitView(t, number, "waiting", waits)
		h.pass(t, number)
		h.await(t, number, "delivered")
	})
	t.Run("communication is in the delivery mails", func(t *testing.T) {
		t.Parallel()
		a := application()
		receipt, err := h.seller.File(h.context(t), a)
		if err != nil {
			t.Fatalf("application: %v", err)
		}
		number := h.enter(t, order(receipt, func(o *harness.Order) { o.Communication = "合言葉は「さくら」です" }))
		h.awaitView(t, number, "waiting", waits)
		h.pass(t, number)
		h.await(t, number, "delivered")
		if m := h.awaitMail(t, a.Contract.DeliveryEmail, number, " ID "); !strings.Contains(m.body.Text, "合言葉は「さくら」です") {
			t.Errorf("the ID mail lacks the communication: %s", m.body.Text)
		}
	})
}

// testCancelling cancels from every state: possible before registering and never after.
func testCancelling(t *testing.T, h *house) {
	t.Run("waiting", func(t *testing.T) {
		t.Parallel()
		receipt := h.file(t)
		o := order(receipt, func(o *harness.Order) { o.Communication = "保留" })
		number := h.enter(t, o)
		h.cancel(t, number, "不要になりました")
		v := h.await(t, number, "cancelled")
		if v.CancelReason != "不要になりました" {
			t.Errorf("the reason is %q", v.CancelReason)
		}
		freed(t, h, &caseOrder{number: number, receipt: receipt, sheet: o}, v)
	})
	t.Run("delivered", func(t *testing.T) {
		t.Parallel()
		v := h.delivered(t)
		for _, decision := range []struct {
			path string
			body any
		}{
			{"cancel", map[string]string{"reason": "遅すぎ"}},
			{"reapply", map[string]string{"receipt_number": h.file(t)}},
			{"replace", map[string]any{"po_number": v.PONumber, "order_type": "new", "lines": order("").Lines}},
		} {
			err := h.seller.Do(h.context(t), http.MethodPost, "/v1/orders/"+v.OrderNumber+"/"+decision.path, nil, decision.body, http.StatusAccepted, nil)
			problemOf(t, err).wants(t, http.StatusConflict, "order_state")
		}
		if after := h.view(t, v.OrderNumber); after.raw != v.raw {
			t.Errorf("refused decisions changed the order from\n%s to\n%s", v.raw, after.raw)
		}
	})
	t.Run("PO number twice", func(t *testing.T) {
		t.Parallel()
		first := h.delivered(t)
		p := h.refused(t, h.seller, order(h.file(t), func(o *harness.Order) { o.PONumber = first.PONumber }))
		p.wants(t, http.StatusConflict, "po_number_used")
		if p.Params["order_number"] != first.OrderNumber {
			t.Errorf("the refusal names %q, not %s", p.Params["order_number"], first.OrderNumber)
		}
	})
}
