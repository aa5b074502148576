package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// wish gives a form's request for a delivery of the house's end user, which goes by
// itself unless a change makes something not fit.
func (h *house) wish(reference string, changes ...func(*models.ResendRequest)) models.ResendRequest {
	r := models.ResendRequest{
		Source: models.ResendByForm, Reference: reference, EndUserName: "㈱見本商事", ResendTo: "TARO@customer.example.jp",
		Asker: models.Asker{
			CompanyName: "見本商事", Department: "総務部", PersonName: "見本 次郎", Phone: "03-1234-5678", Email: "jiro@customer.example.jp",
			Prefecture: "東京都", City: "千代田区",
		},
		LinkKey: h.ring.CurrentKey(),
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

// ask sends a request and has it checked.
func (h *house) ask(actor models.Actor, request models.ResendRequest) models.Resend {
	h.t.Helper()
	r, outbox, err := h.RequestResend(h.t.Context(), actor, request)
	must(h.t, err)
	if outbox == 0 {
		h.t.Fatal("nobody is told of the request")
	}
	_, err = h.AdvanceResend(h.t.Context(), r.ID)
	must(h.t, err)
	return h.resend(r.ResendNumber).Resend
}

func (h *house) resend(number string) store.ResendDetail {
	h.t.Helper()
	d, err := h.ResendDetail(h.t.Context(), number)
	must(h.t, err)
	return d
}

// sendResend sends the mails of an approved resend and ends it.
func (h *house) sendResend(r models.Resend, outcome models.MailStatus) models.Resend {
	h.t.Helper()
	state, err := h.AdvanceResend(h.t.Context(), r.ID)
	must(h.t, err)
	for _, id := range state.Mails {
		h.send(id, outcome)
	}
	_, err = h.FinishResend(h.t.Context(), r.ID)
	must(h.t, err)
	return h.resend(r.ResendNumber).Resend
}

func (h *house) password(s models.Shipment) string {
	h.t.Helper()
	password, err := h.ring.DeliveryPassword(s)
	must(h.t, err)
	return password
}

// kindsOf lists kinds and recipients of mails.
func kindsOf(mails []models.Mail) []string {
	var list []string
	for _, m := range mails {
		list = append(list, string(m.Kind)+" "+m.Recipient)
	}
	return list
}

func TestResendThatGoesByItself(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		before := h.shipment(o)
		for i, reference := range []string{
			o.OrderNumber, strings.ToLower(before.DeliveryNumber), " ＰＯ－" + o.PONumber[len("PO-"):],
		} {
			h.clock.pass(day)
			r := h.ask(models.Process, h.wish(reference))
			equal(t, reference, r.Status, models.ResendApproved)
			equal(t, "fits", r.NumberFits && r.NameFits && r.AddressFits, true)
			now := h.shipment(o)
			equal(t, "version", now.PasswordVersion, before.PasswordVersion+i+1)
			equal(t, "old password works", now.PasswordSentAt != nil, false)
			equal(t, "address on record", now.DeliveryEmail, before.DeliveryEmail)
			sameList(t, "mails", kindsOf(h.resend(r.ResendNumber).Mails), []string{
				"resend_received jiro@customer.example.jp",
				"resent_delivery_id TARO@customer.example.jp", "resent_delivery_password TARO@customer.example.jp",
			})
			r = h.sendResend(r, models.MailSent)
			equal(t, "in the end", r.Status, models.ResendSent)
			equal(t, "closed", r.ClosedAt != nil, true)
			now = h.shipment(o)
			equal(t, "usable", now.PasswordUsable(h.Now(), h.Rules().PasswordDays), true)
			if h.password(now) == h.password(before) {
				t.Error("the old password is mailed again")
			}
		}
		h.sound()
	})
}

// What does not fit waits for staff, and what it was is kept.
func TestResendThatStaffReview(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		waiting := h.enter(h.application(endUser("別の会社")).ReceiptNumber, h.sheet())
		for what, c := range map[string]struct {
			reference             string
			change                func(*models.ResendRequest)
			number, name, address bool
		}{
			"unknown number":  {"ORDC0000000", func(*models.ResendRequest) {}, false, false, false},
			"not registered":  {waiting.OrderNumber, func(*models.ResendRequest) {}, false, false, false},
			"another name":    {o.OrderNumber, func(r *models.ResendRequest) { r.EndUserName = "見本産業" }, true, false, false},
			"another address": {o.OrderNumber, func(r *models.ResendRequest) { r.ResendTo = "" }, true, true, false},
		} {
			r := h.ask(models.Process, h.wish(c.reference, c.change))
			equal(t, what, r.Status, models.ResendReviewing)
			equal(t, what+": number", r.NumberFits, c.number)
			equal(t, what+": name", r.NameFits, c.name)
			equal(t, what+": address", r.AddressFits, c.address)
			sameList(t, "mails", kindsOf(h.resend(r.ResendNumber).Mails), []string{"resend_received jiro@customer.example.jp"})
		}
		equal(t, "version", h.shipment(o).PasswordVersion, 1)
		counts, err := h.ResendCounts(t.Context())
		must(t, err)
		equal(t, "counts", counts, store.ResendCounts{Waiting: 4})
		h.sound()
	})
}

// A PO number that several resellers used is told apart by the corporate name.
func TestResendOfASharedPONumber(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		mine, other := h.sheet(), h.sheet()
		other.PONumber = mine.PONumber
		first, _ := h.delivered(h.application(), mine)
		reseller, second := h.newReseller("ZZ99ZZ99", "株式会社別販売")
		a := h.applicationBy(second, endUser("別の株式会社"), func(a *models.Application) {
			a.Reseller.PartnerCode, a.Reseller.CompanyName = reseller.PartnerCode, reseller.Name
		})
		entered, err := h.EnterOrder(t.Context(), second, store.Entry{Order: other, ReceiptNumber: a.ReceiptNumber})
		must(t, err)
		h.run(entered.Order)
		r := h.ask(models.Process, h.wish(mine.PONumber))
		equal(t, "status", r.Status, models.ResendApproved)
		equal(t, "delivery", *r.ShipmentID, h.shipment(first).ID)
		r = h.ask(models.Process, h.wish(mine.PONumber, func(r *models.ResendRequest) { r.EndUserName = "また別の会社" }))
		equal(t, "no name fits", r.Status, models.ResendReviewing)
		d := h.resend(r.ResendNumber)
		equal(t, "candidates", len(d.Candidates), 2)
		_, err = h.ApproveResend(t.Context(), h.staff, store.DecideResend{ResendNumber: r.ResendNumber})
		wantField(t, err, "shipment", "delivery_ambiguous")
		for _, c := range d.Candidates {
			if c.AppliedName == "別の株式会社" {
				_, err = h.ApproveResend(t.Context(), h.staff, store.DecideResend{
					ResendNumber: r.ResendNumber, Version: r.Version, ShipmentID: c.Shipment.ID,
				})
				must(t, err)
			}
		}
		equal(t, "its own", *h.resend(r.ResendNumber).Resend.ShipmentID, h.shipment(entered.Order).ID)
		h.sound()
	})
}

// The same delivery goes by itself only so often a day, by the day in Japan.
func TestResendsADay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		for i, want := range []models.ResendStatus{models.ResendApproved, models.ResendApproved, models.ResendReviewing, models.ResendReviewing} {
			r := h.ask(models.Process, h.wish(o.OrderNumber))
			if r.Status != want {
				t.Errorf("resend %d is %s, want %s", i+1, r.Status, want)
			}
		}
		h.clock.pass(12 * time.Hour) // midnight in Japan
		equal(t, "the next day", h.ask(models.Process, h.wish(o.OrderNumber)).Status, models.ResendApproved)
	})
}

// An API key asks for its own reseller's deliveries only; the address on record
// fits by itself, and of a stranger's application no address can be found out.
func TestResendByAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		_, stranger := h.newReseller("ZZ99ZZ99", "株式会社別販売")
		byKey := models.ResendRequest{Source: models.ResendByAPI, Reference: h.shipment(o).DeliveryNumber}
		_, _, err := h.RequestResend(t.Context(), stranger, byKey)
		wantCode(t, err, models.KindNotFound, "shipment_not_found")
		_, _, err = h.RequestResend(t.Context(), h.staff, byKey)
		wantCode(t, err, models.KindForbidden, "staff_only")

		r := h.ask(h.api, byKey)
		equal(t, "status", r.Status, models.ResendApproved)
		equal(t, "the key's owner is told", r.Asker.Email, "owner@reseller.example.jp")
		equal(t, "to the address on record", h.resend(r.ResendNumber).Mails[2].Recipient, "delivery@customer.example.jp")
		_, err = h.ResendByNumber(t.Context(), stranger, r.ResendNumber)
		wantCode(t, err, models.KindNotFound, "resend_not_found")

		foreign := h.applicationBy(stranger, endUser("見本商事株式会社"))
		bought := h.enter(foreign.ReceiptNumber, h.sheet())
		h.run(bought)
		for to, want := range map[string]models.ResendStatus{
			"": models.ResendApproved, "taro@customer.example.jp": models.ResendReviewing, "delivery@customer.example.jp": models.ResendReviewing,
		} {
			byKey.Reference, byKey.ResendTo = bought.OrderNumber, to
			equal(t, "a stranger's application, to "+to, h.ask(h.api, byKey).Status, want)
		}
		h.sound()
	})
}

func TestResendByStaff(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		byStaff := models.ResendRequest{Source: models.ResendByStaff, Reference: o.OrderNumber, ResendTo: "new@customer.example.jp"}
		_, _, err := h.RequestResend(t.Context(), h.staff, byStaff)
		wantField(t, err, "reason", "required")
		byStaff.Reason = "お電話でのご依頼"
		_, _, err = h.RequestResend(t.Context(), h.api, byStaff)
		wantCode(t, err, models.KindForbidden, "staff_only")
		r, outbox, err := h.RequestResend(t.Context(), h.staff, byStaff)
		must(t, err)
		equal(t, "told", outbox > 0, true)
		equal(t, "approved at once", r.Status, models.ResendApproved)
		d := h.resend(r.ResendNumber)
		sameList(t, "mails", kindsOf(d.Mails), []string{
			"resent_delivery_id new@customer.example.jp", "resent_delivery_password new@customer.example.jp",
		})
		equal(t, "address on record", h.shipment(o).DeliveryEmail, "delivery@customer.example.jp")
		equal(t, "sent", h.sendResend(r, models.MailSent).Status, models.ResendSent)

		byStaff.Reference = "SHPC0000000"
		_, _, err = h.RequestResend(t.Context(), h.staff, byStaff)
		wantField(t, err, "reference", "delivery_unknown")
		undelivered := h.enter(h.application().ReceiptNumber, h.sheet())
		h.run(undelivered, "delivery@customer.example.jp")
		h.sound()
	})
}

// A resent mail that is refused opens a task on the order, and the resend waits
// for staff again; one that nobody knows of counts as sent, with a task.
func TestResentMailsThatFail(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		r := h.ask(models.Process, h.wish(o.OrderNumber))
		r = h.sendResend(r, models.MailFailed)
		equal(t, "refused mail", r.Status, models.ResendReviewing)
		equal(t, "tasks", len(h.detail(o.OrderNumber).Tasks), 2)
		decided, err := h.ApproveResend(t.Context(), h.staff, store.DecideResend{ResendNumber: r.ResendNumber, Version: r.Version})
		must(t, err)
		equal(t, "version", h.shipment(o).PasswordVersion, 3)
		r = h.sendResend(decided.Resend, models.MailUnknown)
		equal(t, "unknown mail", r.Status, models.ResendSent)
		equal(t, "tasks", len(h.detail(o.OrderNumber).Tasks), 4)
		h.sound()
	})
}

// A resend that a newer one overtook brings no password any more.
func TestResendOvertaken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		first, second := h.ask(models.Process, h.wish(o.OrderNumber)), h.ask(models.Process, h.wish(o.OrderNumber))
		equal(t, "the first", h.sendResend(first, models.MailSent).Status, models.ResendReviewing)
		equal(t, "usable", h.shipment(o).PasswordSentAt != nil, false)
		equal(t, "the second", h.sendResend(second, models.MailSent).Status, models.ResendSent)
		equal(t, "version", h.shipment(o).PasswordVersion, 3)
		h.sound()
	})
}
