package store_test

import (
	"slices"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// sentBack enters an order for the application, runs it, and checks that it was
// sent back for just these reasons.
func (h *house) sentBack(a models.Application, sheet models.Order, want ...models.ReasonCode) models.Order {
	h.t.Helper()
	o := h.enter(a.ReceiptNumber, sheet)
	h.expectSentBack(o, want...)
	return o
}

func (h *house) expectSentBack(o models.Order, want ...models.ReasonCode) {
	h.t.Helper()
	state := h.run(o)
	d := h.detail(o.OrderNumber)
	equal(h.t, "status", d.Order.Status, models.OrderSentBack)
	equal(h.t, "next", state.Next, models.NextWait)
	equal(h.t, "waiting for", d.Order.WaitingFor, models.WaitingForReseller)
	sameList(h.t, "reasons", reasonsOf(d), want)
	for _, r := range d.SendBacks[0].Reasons {
		if r.Code != models.ReasonHolding && r.Code != models.ReasonNotEligible && r.Code != models.ReasonOther && r.ApplicationValue == "" {
			h.t.Errorf("%s does not say what the application has", r.Code)
		}
	}
}

// expectDelivered runs the order and checks that it went through.
func (h *house) expectDelivered(o models.Order) store.OrderDetail {
	h.t.Helper()
	h.run(o)
	d := h.detail(o.OrderNumber)
	if d.Order.Status != models.OrderDelivered {
		h.t.Errorf("order is %s for %v, waiting for %q; want delivered", d.Order.Status, reasonsOf(d), d.Order.WaitingFor)
	}
	return d
}

func (h *house) confirm(o models.Order, confirms ...store.Confirm) {
	h.t.Helper()
	_, err := h.ConfirmOrder(h.t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, confirms)
	must(h.t, err)
}

func (h *house) replace(o models.Order, sheet models.Order) {
	h.t.Helper()
	_, err := h.ReplaceOrder(h.t.Context(), h.api, store.Decide{OrderNumber: o.OrderNumber}, sheet)
	must(h.t, err)
}

func (h *house) reapply(o models.Order, receipt string) {
	h.t.Helper()
	_, err := h.ReapplyOrder(h.t.Context(), h.api, store.Decide{OrderNumber: o.OrderNumber}, receipt)
	must(h.t, err)
}

func months(n int) func(*models.Application) { return func(a *models.Application) { a.Months = n } }

func credits(a *models.Application) { a.Credits = true }

func deliveryTo(address string) func(*models.Application) {
	return func(a *models.Application) { a.DeliveryEmail = address }
}

// The table "Checks and send-backs" of orders.md: each reason, and what settles it.

func TestTermMismatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		// The application is wrong: staff confirm the months of the order.
		o := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		_, err := h.ConfirmOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, []store.Confirm{{Code: models.ReasonTerm, Value: "36"}})
		wantField(t, err, "value", "confirm_order_months")
		h.confirm(o, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		d := h.expectDelivered(o)
		equal(t, "end", d.Holdings[0].EndsOn.String(), "2027-06-30")

		// The order is wrong: the sheet is replaced.
		o = h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		sheet := h.sheet(line("CSSP", 10))
		sheet.Lines[0].Months = 24
		h.replace(o, sheet)
		d = h.expectDelivered(o)
		equal(t, "end", d.Holdings[0].EndsOn.String(), "2028-06-30")
		equal(t, "PO number", d.Order.PONumber, sheet.PONumber)
		h.sound()
	})
}

func TestDeliveryMailUndeliverable(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.enter(h.application(deliveryTo("dead@customer.example.jp")).ReceiptNumber, h.sheet())
		h.run(o, "dead@customer.example.jp")
		sameList(t, "reasons", reasonsOf(h.detail(o.OrderNumber)), []models.ReasonCode{models.ReasonDeliveryMail})
		equal(t, "registered", h.detail(o.OrderNumber).Shipment == nil, true)
		_, err := h.ConfirmOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber},
			[]store.Confirm{{Code: models.ReasonDeliveryMail, Value: "DEAD@customer.example.jp"}})
		wantField(t, err, "value", "address_unchanged")
		// Another dead address, then a good one; each gets an order-accepted mail of its own.
		h.confirm(o, store.Confirm{Code: models.ReasonDeliveryMail, Value: "dead2@customer.example.jp"})
		h.run(o, "dead2@customer.example.jp")
		equal(t, "status", h.order(o.OrderNumber).Status, models.OrderSentBack)
		h.confirm(o, store.Confirm{Code: models.ReasonDeliveryMail, Value: "alive@customer.example.jp"})
		d := h.expectDelivered(o)
		equal(t, "shipped to", d.Shipment.DeliveryEmail, "alive@customer.example.jp")
		accepted := 0
		for _, m := range d.Mails {
			if m.Kind == models.MailOrderAccepted {
				accepted++
			}
		}
		equal(t, "order-accepted mails", accepted, 3)
		h.sound()
	})
}

func TestProductNotEligible(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		a := h.application()
		o := h.sentBack(a, h.sheet(line("SPNT-PKG", 1), line("CSSP", 10)), models.ReasonNotEligible)
		_, err := h.CancelOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, "own form")
		must(t, err)
		d := h.detail(o.OrderNumber)
		equal(t, "status", d.Order.Status, models.OrderCancelled)
		free, err := h.ApplicationByID(t.Context(), h.staff, a.ID)
		must(t, err)
		equal(t, "application", free.Status, models.ApplicationOpen)
		equal(t, "told to the reseller", slices.ContainsFunc(d.Mails, func(m models.Mail) bool { return m.Kind == models.MailOrderCancelled }), true)
		h.sound()
	})
}

func TestCreditsMismatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		// Wrong application: a new one takes its place, the old one is discarded for good.
		a := h.application(credits)
		o := h.sentBack(a, h.sheet(), models.ReasonCredits)
		b := h.application()
		h.reapply(o, b.ReceiptNumber)
		h.expectDelivered(o)
		old, err := h.ApplicationByID(t.Context(), h.staff, a.ID)
		must(t, err)
		equal(t, "old application", old.Status, models.ApplicationDiscarded)
		_, err = h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(), ReceiptNumber: a.ReceiptNumber})
		if err == nil {
			t.Error("a discarded application was quoted again")
		}
		// The other way, and the order is wrong.
		o = h.sentBack(h.application(), h.sheet(line("V1-CREDITS", 100)), models.ReasonCredits)
		h.replace(o, h.sheet())
		h.expectDelivered(o)
		h.sound()
	})
}

func TestEndUserNameInvalid(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.sentBack(h.application(endUser("見本商事株式会社 御中")), h.sheet(), models.ReasonEndUserName)
		d := h.detail(o.OrderNumber)
		told := slices.ContainsFunc(d.Mails, func(m models.Mail) bool {
			return m.Kind == models.MailSendBackApplicant && m.Recipient == "applicant@example.jp"
		})
		equal(t, "applicant told", told, true)
		h.sentBack(h.application(endUser("㈱販売対象外見本")), h.sheet(), models.ReasonEndUserName)
		h.reapply(o, h.application().ReceiptNumber)
		h.expectDelivered(o)
		h.sound()
	})
}

func TestLicenseHolderMismatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(endUser("株式会社正しい")), h.sheet())
		_, other := h.delivered(h.application(endUser("株式会社別人")), h.sheet())
		renewal := func() models.Order {
			s := h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
			s.OrderType = models.OrderTypeRenewal
			return s
		}
		// A slip in the license ID: staff confirm the right one.
		o := h.sentBack(h.application(endUser("(株)正しい"), forLicense(models.OrderTypeRenewal, other)), renewal(), models.ReasonLicenseHolder)
		d := h.detail(o.OrderNumber)
		equal(t, "holder for staff", d.SendBacks[0].Reasons[0].StaffValue, "株式会社別人")
		shown, err := h.OrderDetail(t.Context(), h.api, o.OrderNumber)
		must(t, err)
		equal(t, "holder for the reseller", shown.SendBacks[0].Reasons[0].StaffValue+shown.RegisteredHolder, "")
		h.confirm(o, store.Confirm{Code: models.ReasonLicenseHolder, Value: license})
		d = h.expectDelivered(o)
		sameList(t, "license", d.Licenses, []string{license})
		equal(t, "end", d.Holdings[0].EndsOn.String(), "2028-06-30")

		// An unknown ID; then a slip in the name: the registered holder's is used.
		o = h.sentBack(h.application(endUser("株式会社別入"), forLicense(models.OrderTypeTRSLNew, "99999999")), trsl(h.sheet(line("VBCORP-PLUS", 5))), models.ReasonLicenseHolder)
		_, err = h.ConfirmOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber},
			[]store.Confirm{{Code: models.ReasonLicenseHolder, Value: models.ConfirmRegisteredHolder}})
		wantField(t, err, "value", "license_unknown")
		h.confirm(o, store.Confirm{Code: models.ReasonLicenseHolder, Value: other})
		h.expectSentBack(o, models.ReasonLicenseHolder)
		h.confirm(o, store.Confirm{Code: models.ReasonLicenseHolder, Value: models.ConfirmRegisteredHolder})
		d = h.expectDelivered(o)
		equal(t, "holder", d.RegisteredHolder, "株式会社別人")
		facts, err := h.MailFacts(t.Context(), d.Mails[len(d.Mails)-1].ID)
		must(t, err)
		equal(t, "name in mails", facts.EndUserName, "株式会社別人")
		h.sound()
	})
}

func trsl(o models.Order) models.Order {
	o.OrderType = models.OrderTypeTRSLNew
	return o
}

func TestOrderTypeMismatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		renewal := h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
		renewal.OrderType = models.OrderTypeRenewal
		// The application is wrong.
		o := h.sentBack(h.application(), renewal, models.ReasonOrderType)
		h.reapply(o, h.application(forLicense(models.OrderTypeRenewal, license)).ReceiptNumber)
		h.expectDelivered(o)
		// The order is wrong; checks that only one of the types has do not run: no credits_mismatch here.
		o = h.sentBack(h.application(forLicense(models.OrderTypeRenewal, license)), h.sheet(line("V1-CREDITS", 100)), models.ReasonOrderType)
		renewal = h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
		renewal.OrderType = models.OrderTypeRenewal
		h.replace(o, renewal)
		h.expectDelivered(o)
		h.sound()
	})
}

func TestResellerMismatch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		other := func(a *models.Application) { a.Reseller = party("別の販売店") }
		o := h.sentBack(h.application(other), h.sheet(), models.ReasonReseller)
		h.reapply(o, h.application().ReceiptNumber)
		h.expectDelivered(o)
		byName := func(a *models.Application) { a.Reseller = party("(株)見本販売") }
		h.expectDelivered(h.enter(h.application(byName).ReceiptNumber, h.sheet()))
		h.sound()
	})
}

func TestStartMonthIsCheckedAgainWhenOrdering(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		start := func(a *models.Application) { a.StartMonth = models.NewDate(2026, 7, 1) }
		late := h.application(start)
		h.clock.pass(60 * day) // August: July is over
		o := h.sentBack(late, h.sheet(), models.ReasonStartMonth)
		confirm := func(month string) error {
			_, err := h.ConfirmOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, []store.Confirm{{Code: models.ReasonStartMonth, Value: month}})
			return err
		}
		wantField(t, confirm("2026-07"), "value", "start_month_out_of_range")
		wantField(t, confirm("July"), "value", "month_malformed")
		must(t, confirm("2026-10"))
		d := h.expectDelivered(o)
		equal(t, "start", d.Holdings[0].StartsOn.String(), "2026-10-01")
		h.sound()
	})
}

func TestAllReasonsAtOnceAndOneByOne(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		wrong := func(a *models.Application) {
			a.Months, a.Credits, a.Reseller = 36, true, party("別の販売店")
			a.EndUser = party("見本 御中")
		}
		o := h.sentBack(h.application(wrong), h.sheet(),
			models.ReasonReseller, models.ReasonTerm, models.ReasonCredits, models.ReasonEndUserName)
		// A new application settles all but the months; the confirmation of them is kept.
		h.confirm(o, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		h.expectSentBack(o, models.ReasonReseller, models.ReasonCredits, models.ReasonEndUserName)
		h.reapply(o, h.application(months(36)).ReceiptNumber)
		d := h.expectDelivered(o)
		equal(t, "rounds", len(d.SendBacks), 2)
		equal(t, "newest first", d.SendBacks[0].Round, 2)
		h.sound()
	})
}

func TestConfirmationsLapseWhenAValueChanges(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.sentBack(h.application(months(24), endUser("見本 御中")), h.sheet(), models.ReasonTerm, models.ReasonEndUserName)
		h.confirm(o, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		h.expectSentBack(o, models.ReasonEndUserName)
		h.reapply(o, h.application(months(36)).ReceiptNumber) // 36 against 12 was never confirmed
		h.expectSentBack(o, models.ReasonTerm)
		h.confirm(o, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		h.expectDelivered(o)
		h.sound()
	})
}

func TestOrdersThatStaffMustPass(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		sheet := h.sheet()
		sheet.Communication = "納期は\n急ぎません"
		o := h.enter(h.application(endUser("見本商事株式会社 総務部")).ReceiptNumber, sheet)
		h.run(o)
		now := h.order(o.OrderNumber)
		equal(t, "status", now.Status, models.OrderChecking)
		equal(t, "waiting for", now.WaitingFor, models.WaitingForStaff)
		// Sent back by staff in their own words, answered, passed.
		_, err := h.SendBackOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, "部署名を除いてください")
		must(t, err)
		h.expectSentBack(o, models.ReasonOther)
		h.reapply(o, h.application().ReceiptNumber)
		h.run(o)
		equal(t, "waiting for", h.order(o.OrderNumber).WaitingFor, models.WaitingForStaff)
		_, err = h.PassOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		h.expectDelivered(o)

		// A hold set by staff.
		o = h.enter(h.application().ReceiptNumber, h.sheet())
		_, err = h.HoldOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		h.run(o)
		equal(t, "waiting for", h.order(o.OrderNumber).WaitingFor, models.WaitingForStaff)
		_, err = h.PassOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		h.expectDelivered(o)
		h.sound()
	})
}

func TestPassingLapsesWithTheName(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		sheet := h.sheet()
		sheet.Communication = "よろしく"
		o := h.enter(h.application(months(24)).ReceiptNumber, sheet)
		_, err := h.PassOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber})
		must(t, err)
		h.expectSentBack(o, models.ReasonTerm)
		h.reapply(o, h.application(endUser("別の見本株式会社")).ReceiptNumber)
		h.run(o)
		equal(t, "waiting for", h.order(o.OrderNumber).WaitingFor, models.WaitingForStaff)
		h.sound()
	})
}
