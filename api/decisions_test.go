package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// sentBack enters an order whose months differ from the application's and runs
// it until it is sent back.
func (h *house) sentBack() (number string, body object) {
	h.t.Helper()
	body = h.sheet(h.receipt(), func(b object) { firstLine(b)["months"] = 36 })
	number = h.entered(body)
	h.run(number)
	if o := h.detail(number); o.Status != "sent_back" {
		h.t.Fatalf("the order is %s", o.Status)
	}
	return number, body
}

func (h *house) decide(number, action string, body any) answer {
	h.t.Helper()
	return h.send(http.MethodPost, "/v1/orders/"+number+"/"+action, body)
}

func TestSendBackTellsBothValues(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		body := h.sheet(h.receipt(func(b object) { b["contract"].(object)["credits"] = true }), func(b object) { firstLine(b)["months"] = 36 })
		number := h.entered(body)
		h.run(number)
		ja, en := h.detail(number), h.detail(number, "Accept-Language", "en")
		if len(ja.SendBacks) != 1 || ja.SendBacks[0].ClosedAt != nil || ja.WaitingFor != "reseller" || len(ja.SendBacks[0].Reasons) != 2 {
			t.Fatalf("order %+v", ja)
		}
		want := []api.ReasonAnswer{
			{Code: "term_mismatch", ApplicationValue: "12", OrderValue: "36", Resolution: "confirm_or_replace"},
			{Code: "credits_mismatch", ApplicationValue: "true", OrderValue: "V1ES-STD", Resolution: "reapply_or_replace"},
		}
		for i, r := range ja.SendBacks[0].Reasons {
			e := en.SendBacks[0].Reasons[i]
			if r.Title == "" || r.Message == "" || r.Title == e.Title || r.Message == e.Message || strings.HasPrefix(e.Message, "reason") {
				t.Errorf("texts of %+v and %+v", r, e)
			}
			r.Title, r.Message = "", ""
			if r != want[i] {
				t.Errorf("reason %+v instead of %+v", r, want[i])
			}
		}
	})
}

func TestReplace(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number, body := h.sentBack()
		sheet := object{"po_number": body["po_number"], "order_type": "new", "lines": body["lines"]}
		firstLine(sheet)["months"] = 12
		var taken api.OrderTaken
		h.decide(number, "replace", sheet).want(http.StatusAccepted, &taken)
		if taken.OrderNumber != number || taken.Status != "checking" {
			t.Errorf("answer %+v", taken)
		}
		h.run(number)
		o := h.detail(number)
		if o.Status != "delivered" || o.SendBacks[0].ClosedAt == nil || o.Lines[0].Months != 12 {
			t.Errorf("order %+v", o)
		}
		h.decide(number, "replace", sheet).problem(http.StatusConflict, "order_state")
		// Wrong sheets are told field by field, and the order stays sent back.
		number, _ = h.sentBack()
		p := h.decide(number, "replace", object{"po_number": "", "order_type": "new", "lines": []any{object{"product_code": "NONE", "quantity": 0}}}).
			problem(http.StatusUnprocessableEntity, "invalid_input")
		for _, want := range []string{
			"po_number: required", "lines[0].product_code: product_unknown", "lines[0].quantity: quantity_out_of_range",
			"lines[0].months: months_not_allowed", "lines[0].unit_price: required",
		} {
			if !slices.Contains(fieldCodes(p), want) {
				t.Errorf("%q is missing in %q", want, fieldCodes(p))
			}
		}
		if o := h.detail(number); o.Status != "sent_back" {
			t.Errorf("the order is %s", o.Status)
		}
	})
}

func TestReapply(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number, _ := h.sentBack()
		for receipt, code := range map[string]string{
			"": "required", "x": "receipt_malformed", "7K2M9QX4HT6B1RW8Z3PD5CV3": "receipt_mistyped", "7K2M9QX4HT6B1RW8Z3PD5CV2": "receipt_unknown",
		} {
			p := h.decide(number, "reapply", object{"receipt_number": receipt}).problem(http.StatusUnprocessableEntity, "invalid_input")
			if want := "receipt_number: " + code; !slices.Contains(fieldCodes(p), want) {
				t.Errorf("%q: %q", receipt, fieldCodes(p))
			}
		}
		other := h.receipt()
		used := h.entered(h.sheet(other))
		p := h.decide(number, "reapply", object{"receipt_number": other}).problem(http.StatusConflict, "receipt_used")
		if p.Params["order_number"] != used || !strings.Contains(p.Detail, used) {
			t.Errorf("problem %+v", p)
		}
		fresh := h.receipt(func(b object) { b["contract"].(object)["months"] = 36 })
		typed := strings.ToLower(fresh[:4]) + "-" + fresh[4:12] + " " + fresh[12:]
		h.decide(number, "reapply", object{"receipt_number": typed}).want(http.StatusAccepted)
		h.run(number)
		if o := h.detail(number); o.Status != "delivered" {
			t.Errorf("the order is %s", o.Status)
		}
	})
}

func TestCancel(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		receipt := h.receipt()
		body := h.sheet(receipt)
		number := h.entered(body)
		for _, bad := range []object{{}, {"reason": "  "}, {"reason": "a\x00b"}, {"reason": strings.Repeat("長", 2001)}} {
			h.decide(number, "cancel", bad).problem(http.StatusUnprocessableEntity, "invalid_input")
		}
		var taken api.OrderTaken
		h.decide(number, "cancel", object{"reason": "お客様都合\nによる"}).want(http.StatusAccepted, &taken)
		if taken.Status != "cancelled" {
			t.Errorf("answer %+v", taken)
		}
		if o := h.detail(number); o.Status != "cancelled" || o.CancelReason != "お客様都合\nによる" {
			t.Errorf("order %+v", o)
		}
		h.decide(number, "cancel", object{"reason": "again"}).problem(http.StatusConflict, "order_state")
		// Receipt and PO number are free again.
		h.entered(body)
	})
}

func TestRefusedOrders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		receipt := h.receipt()
		body := h.sheet(receipt)
		number := h.entered(body)
		p := h.order(h.sheet(receipt)).problem(http.StatusConflict, "receipt_used")
		if !strings.Contains(p.Detail, number) {
			t.Errorf("the reseller's own order is not named: %q", p.Detail)
		}
		p = h.order(h.sheet(h.receipt(), func(b object) { b["po_number"] = body["po_number"] })).problem(http.StatusConflict, "po_number_used")
		if p.Params["order_number"] != number || !strings.Contains(p.Detail, number) {
			t.Errorf("problem %+v", p)
		}
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders", models.English)
		a := h.order(h.sheet(receipt), "Authorization", "Bearer "+stranger)
		a.problem(http.StatusConflict, "receipt_used")
		if strings.Contains(string(a.body), number) {
			t.Errorf("another reseller is told the order's number: %s", a.body)
		}
		// The PO number is unique per reseller only.
		h.order(h.sheet(h.receipt(), func(b object) { b["po_number"] = body["po_number"] }), "Authorization", "Bearer "+stranger).want(http.StatusAccepted)
	})
}

// What staff wrote for the reseller arrives, and what is theirs alone does not.
func TestStaffsWordsAndSecrets(t *testing.T) {
	h := newHouse(t)
	ctx := context.Background()
	clerk := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	must(t, h.store.CreateStaff(ctx, models.Process, &clerk))
	staff := models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name}
	number := h.entered(h.sheet(h.receipt(), func(b object) { b["communication"] = "12/1以降の納品で" }))
	h.run(number)
	if o := h.detail(number); o.Status != "checking" || o.WaitingFor != "staff" {
		t.Fatalf("order %+v", o)
	}
	must(t, h.store.AddNote(ctx, staff, number, "内部メモ"))
	_, err := h.store.SendBackOrder(ctx, staff, store.Decide{OrderNumber: number, Note: "内部の理由"}, "数量をご確認ください")
	must(t, err)
	a := h.get("/v1/orders/" + number).want(http.StatusOK)
	for _, secret := range []string{"受注 花子", "内部", "clerk@"} {
		if strings.Contains(string(a.body), secret) {
			t.Errorf("the answer shows %q: %s", secret, a.body)
		}
	}
	o := h.detail(number)
	reason := o.SendBacks[0].Reasons[0]
	if reason.Code != "other" || !strings.HasPrefix(reason.Message, "数量をご確認ください") {
		t.Errorf("reason %+v", reason)
	}
	if last := o.Timeline[len(o.Timeline)-1]; last.Event != "sent_back" || last.By != "staff" {
		t.Errorf("timeline %+v", o.Timeline)
	}
}
