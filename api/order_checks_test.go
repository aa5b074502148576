package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// The two tables of orders.md, row by row, through the API and on both databases.

// clerk gives a member of staff, for what is decided in the console.
func (h *house) clerk() models.Actor {
	h.t.Helper()
	ctx := context.Background()
	if s, err := h.store.StaffByEmail(ctx, "clerk@example.jp"); err == nil {
		return models.Actor{Kind: models.ActorStaff, ID: s.ID, Name: s.Name}
	}
	s := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	must(h.t, h.store.CreateStaff(ctx, models.Process, &s))
	return models.Actor{Kind: models.ActorStaff, ID: s.ID, Name: s.Name}
}

func (h *house) confirm(number string, code models.ReasonCode, value string) {
	h.t.Helper()
	_, err := h.store.ConfirmOrder(context.Background(), h.clerk(), store.Decide{OrderNumber: number}, []store.Confirm{{Code: code, Value: value}})
	must(h.t, err)
}

func (h *house) status(receipt string) string {
	h.t.Helper()
	var a api.ApplicationAnswer
	h.get("/v1/applications/"+receipt).want(http.StatusOK, &a)
	return a.Status
}

func TestReceiptLookUp(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		refused := func(receipt, want string) {
			t.Helper()
			p := h.order(h.sheet(receipt)).problem(http.StatusUnprocessableEntity, "invalid_input")
			if got := fieldCodes(p); !slices.Equal(got, []string{"receipt_number: " + want}) {
				t.Errorf("%s: %q", receipt, got)
			}
		}
		refused("7K2M9QX4HT6B1RW8Z3PD5CV3", "receipt_mistyped")
		refused("7K2M9QX4HT6B1RW8Z3PD5CV2", "receipt_unknown")
		// Fine: reserved, then used when the order is registered.
		receipt := h.receipt()
		number := h.entered(h.sheet(receipt))
		if got := h.status(receipt); got != "reserved" {
			t.Errorf("the application of an entered order is %s", got)
		}
		h.run(number)
		if got := h.status(receipt); got != "used" {
			t.Errorf("the application of a registered order is %s", got)
		}
		if p := h.order(h.sheet(receipt)).problem(http.StatusConflict, "receipt_used"); p.Params["order_number"] != number {
			t.Errorf("the reseller's own order is not named: %+v", p)
		}
		// Free again when the order is cancelled before that.
		receipt = h.receipt()
		number = h.entered(h.sheet(receipt))
		h.decide(number, "cancel", object{"reason": "x"}).want(http.StatusAccepted)
		if got := h.status(receipt); got != "open" {
			t.Errorf("the application of a cancelled order is %s", got)
		}
		h.entered(h.sheet(receipt))
		// Discarded after a new application took its place: no order can quote it.
		number, body := h.sentBack()
		old := body["receipt_number"].(string)
		h.decide(number, "reapply", object{"receipt_number": h.receipt()}).want(http.StatusAccepted)
		if got := h.status(old); got != "discarded" {
			t.Errorf("the replaced application is %s", got)
		}
		refused(old, "receipt_unknown")
	})
}

// license makes a contract of the end user through the API and gives its ID.
func (h *house) license(endUser string) string {
	h.t.Helper()
	number := h.entered(h.sheet(h.receipt(func(b object) { b["end_user"] = party(endUser) })))
	h.run(number)
	o := h.detail(number)
	if len(o.LicenseIDs) != 1 {
		h.t.Fatalf("the order is %s", o.Status)
	}
	return o.LicenseIDs[0]
}

// forLicense makes an application one about a contract that exists.
func forLicense(orderType, endUser, license string) func(object) {
	return func(b object) {
		b["order_type"], b["end_user"] = orderType, party(endUser)
		b["contract"].(object)["license_id"] = license
	}
}

// renews makes a sheet one that renews.
func renews(b object) {
	b["order_type"] = "renewal"
	firstLine(b)["kind"] = "renewal"
}

func adds(b object) {
	b["order_type"] = "trsl_new"
	firstLine(b)["product_code"] = "VBCORP-PLUS"
}

// check is a row of the table "Checks and send-backs".
type check struct {
	name        string
	application func(h *house) func(object) // what is wrong with the application
	order       func(object)                // what is wrong with the order
	refused     []string                    // addresses that mail cannot reach
	want        api.ReasonAnswer            // without title and message
	settle      func(h *house, number string)
	status      string // in the end
}

func nothing(object) {}

func plain(change func(object)) func(*house) func(object) {
	return func(*house) func(object) { return change }
}

func reapplied(change ...func(object)) func(*house, string) {
	return func(h *house, number string) {
		h.decide(number, "reapply", object{"receipt_number": h.receipt(change...)}).want(http.StatusAccepted)
	}
}

func replaced(change ...func(object)) func(*house, string) {
	return func(h *house, number string) {
		sheet := h.sheet("", change...)
		delete(sheet, "receipt_number")
		delete(sheet, "order_date")
		h.decide(number, "replace", sheet).want(http.StatusAccepted)
	}
}

func confirmed(code models.ReasonCode, value string) func(*house, string) {
	return func(h *house, number string) { h.confirm(number, code, value) }
}

func months(n int) func(object) { return func(b object) { firstLine(b)["months"] = n } }
func credits(b object)          { b["contract"].(object)["credits"] = true }
func deliverTo(a string) func(object) {
	return func(b object) { b["contract"].(object)["delivery_email"] = a }
}

func reason(code, application, order, resolution string) api.ReasonAnswer {
	return api.ReasonAnswer{Code: code, ApplicationValue: application, OrderValue: order, Resolution: resolution}
}

var checks = []check{
	{name: "term, application wrong", application: plain(nothing), order: months(36),
		want: reason("term_mismatch", "12", "36", "confirm_or_replace"), settle: confirmed(models.ReasonTerm, "36")},
	{name: "term, order wrong", application: plain(nothing), order: months(36),
		want: reason("term_mismatch", "12", "36", "confirm_or_replace"), settle: replaced()},
	{name: "delivery mail", application: plain(deliverTo("dead@customer.example.jp")), refused: []string{"dead@customer.example.jp"},
		want:   reason("delivery_mail_undeliverable", "dead@customer.example.jp", "", "confirm"),
		settle: confirmed(models.ReasonDeliveryMail, "alive@customer.example.jp")},
	{name: "product not eligible", application: plain(nothing), order: func(b object) { firstLine(b)["product_code"] = "SPNT-PKG" },
		want: reason("product_not_eligible", "", "SPNT-PKG", "cancel"), status: "cancelled",
		settle: func(h *house, number string) {
			_, err := h.store.CancelOrder(context.Background(), h.clerk(), store.Decide{OrderNumber: number}, "専用の申請書で")
			must(h.t, err)
		}},
	{name: "credits, application wrong", application: plain(credits),
		want: reason("credits_mismatch", "true", "V1ES-STD", "reapply_or_replace"), settle: reapplied()},
	{name: "credits, order wrong", application: plain(nothing), order: func(b object) { firstLine(b)["product_code"] = "V1-CREDITS" },
		want: reason("credits_mismatch", "false", "V1-CREDITS", "reapply_or_replace"), settle: replaced()},
	{name: "end user's name, a slip", application: plain(func(b object) { b["end_user"] = party("見本商事株式会社 御中") }),
		want: reason("end_user_name_invalid", "見本商事株式会社 御中", "", "reapply"), settle: reapplied()},
	{name: "license holder, license ID wrong",
		application: func(h *house) func(object) {
			return forLicense("renewal", "株式会社正しい", h.license("株式会社別人"))
		}, order: renews,
		want: reason("license_holder_mismatch", "株式会社正しい", "?", "confirm"),
		settle: func(h *house, number string) {
			h.confirm(number, models.ReasonLicenseHolder, h.license("株式会社正しい"))
		}},
	{name: "license holder, name wrong",
		application: func(h *house) func(object) {
			return forLicense("renewal", "株式会社別入", h.license("株式会社別人"))
		}, order: renews,
		want:   reason("license_holder_mismatch", "株式会社別入", "?", "confirm"),
		settle: confirmed(models.ReasonLicenseHolder, models.ConfirmRegisteredHolder)},
	{name: "license holder, trsl_new",
		application: func(h *house) func(object) {
			return forLicense("trsl_new", "株式会社別入", h.license("株式会社別人"))
		}, order: adds,
		want:   reason("license_holder_mismatch", "株式会社別入", "?", "confirm"),
		settle: confirmed(models.ReasonLicenseHolder, models.ConfirmRegisteredHolder)},
	{name: "order type, application wrong", application: plain(nothing), order: renews,
		want: reason("order_type_mismatch", "new", "renewal", "reapply_or_replace"),
		settle: func(h *house, number string) {
			reapplied(forLicense("renewal", "株式会社みなと精機", h.license("株式会社みなと精機")))(h, number)
		}},
	{name: "order type, order wrong",
		application: func(h *house) func(object) {
			return forLicense("renewal", "株式会社正しい", h.license("株式会社正しい"))
		},
		want: reason("order_type_mismatch", "renewal", "new", "reapply_or_replace"), settle: replaced(renews)},
	{name: "reseller, application wrong", application: plain(func(b object) { b["reseller"].(object)["partner_code"] = "ZZ99YY88" }),
		want: reason("reseller_mismatch", "ZZ99YY88", "AB12CD34", "reapply"), settle: reapplied()},
}

func TestChecksAndSendBacks(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for _, c := range checks {
			t.Run(c.name, func(t *testing.T) {
				h.t = t
				c.run(h)
			})
		}
	})
}

func (c check) run(h *house) {
	h.t.Helper()
	application := c.application(h)
	order := c.order
	if order == nil {
		order = nothing
	}
	number := h.entered(h.sheet(h.receipt(application), order))
	h.run(number, c.refused...)
	o := h.detail(number)
	if o.Status != "sent_back" || len(o.SendBacks) != 1 || len(o.SendBacks[0].Reasons) != 1 {
		h.t.Fatalf("the order is %s with %+v", o.Status, o.SendBacks)
	}
	got := o.SendBacks[0].Reasons[0]
	if got.Title == "" || got.Message == "" {
		h.t.Errorf("no texts: %+v", got)
	}
	got.Title, got.Message = "", ""
	if c.want.OrderValue == "?" { // a license ID, which differs from run to run
		if got.OrderValue == "" {
			h.t.Error("the license ID is not shown")
		}
		got.OrderValue = "?"
	}
	if got != c.want {
		h.t.Errorf("reason %+v instead of %+v", got, c.want)
	}
	if o.Shipment != nil || len(o.LicenseIDs) != 0 {
		h.t.Errorf("something was registered: %+v", o)
	}
	c.settle(h, number)
	h.run(number, c.refused...)
	want := c.status
	if want == "" {
		want = "delivered"
	}
	o = h.detail(number)
	if o.Status != want || o.SendBacks[0].ClosedAt == nil {
		h.t.Errorf("the order is %s: %s", o.Status, fmt.Sprintf("%+v", o.SendBacks))
	}
}

// An order is sent back once with all its reasons, not one by one.
func TestAllReasonsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number := h.entered(h.sheet(h.receipt(credits, func(b object) {
			b["end_user"] = party("見本商事株式会社 御中")
			b["reseller"].(object)["partner_code"] = "ZZ99YY88"
		}), months(36), func(b object) {
			b["lines"] = append(b["lines"].([]any), object{"product_code": "SPNT-PKG", "quantity": 1, "months": 36, "unit_price": 0})
		}))
		h.run(number)
		o := h.detail(number)
		var codes []string
		for _, r := range o.SendBacks[0].Reasons {
			codes = append(codes, r.Code)
		}
		slices.Sort(codes)
		want := []string{"credits_mismatch", "end_user_name_invalid", "product_not_eligible", "reseller_mismatch", "term_mismatch"}
		if len(o.SendBacks) != 1 || !slices.Equal(codes, want) {
			t.Errorf("%d send-backs with %v", len(o.SendBacks), codes)
		}
	})
}

// TestOrderUnderTheWrongReseller has staff enter an order by hand for one reseller
// although the application names another: the sheet is replaced, and the order is
// the right reseller's from then on.
func TestOrderUnderTheWrongReseller(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		other, otherKey := h.newReseller("ZZ99YY88", "株式会社別販売", "orders applications read", models.Japanese)
		receipt := h.receipt()
		lines := []models.OrderLine{{ProductCode: "V1ES-STD", Quantity: 250, Months: 12, UnitPrice: 4800}}
		sheet := models.Order{
			PartnerCode: other.PartnerCode, PONumber: "BY-HAND-1", OrderDate: h.store.Today(), OrderType: models.OrderTypeNew, Lines: lines,
		}
		entered, err := h.store.EnterOrder(t.Context(), h.clerk(), store.Entry{Order: sheet, ReceiptNumber: receipt})
		must(t, err)
		number := entered.Order.OrderNumber
		h.run(number)
		theirs := []string{"Authorization", "Bearer " + otherKey}
		o := h.detail(number, theirs...)
		if len(o.SendBacks) != 1 || o.SendBacks[0].Reasons[0].Code != "reseller_mismatch" || o.SendBacks[0].Reasons[0].Resolution != "reapply_or_replace" {
			t.Fatalf("it is %s with %+v", o.Status, o.SendBacks)
		}
		sheet.PartnerCode = h.reseller.PartnerCode
		_, err = h.store.ReplaceOrder(t.Context(), h.clerk(), store.Decide{OrderNumber: number}, sheet)
		must(t, err)
		h.run(number)
		if o := h.detail(number); o.Status != "delivered" {
			t.Errorf("the right reseller sees it %s", o.Status)
		}
		h.get("/v1/orders/"+number, theirs...).problem(http.StatusNotFound, "order_not_found")

		// What came with a reseller's own key stays that reseller's.
		own := h.entered(h.sheet(h.receipt(func(b object) { b["reseller"].(object)["partner_code"] = "ZZ99YY88" })))
		h.run(own)
		sheet.PartnerCode, sheet.PONumber = other.PartnerCode, "BY-HAND-2"
		_, err = h.store.ReplaceOrder(t.Context(), h.clerk(), store.Decide{OrderNumber: own}, sheet)
		if e := models.AsError(err); len(e.Fields) != 1 || e.Fields[0].Code != "reseller_fixed" {
			t.Errorf("it is given away: %v", err)
		}
	})
}
