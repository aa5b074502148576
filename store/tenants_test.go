package store_test

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// What another reseller has is not there: no read and no decision tells it apart
// from what never was.
func TestAnotherResellersRowsAreNotThere(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, stranger := h.newReseller("ZZ99ZZ99", "別の販売店")
		a := h.application()
		done, license := h.delivered(a, h.sheet())
		o := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		d := store.Decide{OrderNumber: o.OrderNumber}
		strangers := h.applicationBy(stranger)
		for name, try := range map[string]struct {
			code string
			do   func() error
		}{
			"application by receipt": {"application_not_found", func() error { _, err := h.ApplicationByReceipt(ctx, stranger, a.ReceiptNumber); return err }},
			"application by row":     {"application_not_found", func() error { _, err := h.ApplicationByID(ctx, stranger, a.ID); return err }},
			"order":                  {"order_not_found", func() error { _, err := h.OrderByNumber(ctx, stranger, o.OrderNumber); return err }},
			"order's page":           {"order_not_found", func() error { _, err := h.OrderDetail(ctx, stranger, done.OrderNumber); return err }},
			"contract":               {"contract_not_found", func() error { _, err := h.ContractByLicense(ctx, stranger, license); return err }},
			"reapply":                {"order_not_found", func() error { _, err := h.ReapplyOrder(ctx, stranger, d, strangers.ReceiptNumber); return err }},
			"replace":                {"order_not_found", func() error { _, err := h.ReplaceOrder(ctx, stranger, d, h.sheet()); return err }},
			"cancel":                 {"order_not_found", func() error { _, err := h.CancelOrder(ctx, stranger, d, "not mine"); return err }},
			"nobody":                 {"order_not_found", func() error { _, err := h.OrderByNumber(ctx, models.Actor{}, o.OrderNumber); return err }},
		} {
			t.Log(name)
			wantCode(t, try.do(), models.KindNotFound, try.code)
		}
		orders, _, err := h.Orders(ctx, stranger, store.OrderFilter{}, store.Page{})
		must(t, err)
		equal(t, "orders in the list", len(orders), 0)
		orders, _, err = h.Orders(ctx, stranger, store.OrderFilter{ResellerID: h.reseller.ID, Query: o.OrderNumber}, store.Page{})
		must(t, err)
		equal(t, "orders asked for", len(orders), 0)
		n, err := h.CountOrders(ctx, stranger, store.OrderFilter{})
		must(t, err)
		equal(t, "orders counted", n, 0)
		filed, _, err := h.Applications(ctx, stranger, store.ApplicationFilter{}, store.Page{})
		must(t, err)
		equal(t, "applications in the list", len(filed), 1)
		// The same idempotency key of another tenant is another key.
		key := &store.Idempotency{Key: "same", BodyHash: "same"}
		_, err = h.EnterOrder(ctx, h.api, store.Entry{Order: h.sheet(), ReceiptNumber: h.application().ReceiptNumber, Idempotency: key})
		must(t, err)
		entered, err := h.EnterOrder(ctx, stranger, store.Entry{Order: h.sheet(), ReceiptNumber: strangers.ReceiptNumber, Idempotency: key})
		must(t, err)
		equal(t, "replayed", entered.Replayed, false)
		h.sound()
	})
}

// A receipt is a bearer number: who quotes a stranger's learns what differs and
// nothing else.
func TestAQuotedReceiptShowsNoMoreThanWhatDiffers(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		_, stranger := h.newReseller("ZZ99ZZ99", "別の販売店")
		a := h.application(endUser("株式会社極秘顧客"))
		entered, err := h.EnterOrder(ctx, stranger, store.Entry{Order: h.sheet(), ReceiptNumber: a.ReceiptNumber})
		must(t, err)
		o := entered.Order
		h.run(o)
		equal(t, "name in the answer", o.EndUserName, "")
		read, err := h.OrderByNumber(ctx, stranger, o.OrderNumber)
		must(t, err)
		equal(t, "name on the order", read.EndUserName+read.EndUserKey, "")
		rows, _, err := h.Orders(ctx, stranger, store.OrderFilter{}, store.Page{})
		must(t, err)
		equal(t, "name in the list", rows[0].EndUserName, "")
		found, _, err := h.Orders(ctx, stranger, store.OrderFilter{Query: "極秘"}, store.Page{})
		must(t, err)
		equal(t, "found by trying names", len(found), 0)
		d, err := h.OrderDetail(ctx, stranger, o.OrderNumber)
		must(t, err)
		equal(t, "name in the detail", d.Order.EndUserName+d.Application.EndUser.CompanyName+d.Application.DeliveryEmail, "")
		for _, m := range d.Mails {
			if strings.Contains(m.Recipient, "customer") {
				t.Errorf("mail %s shows %s", m.Kind, m.Recipient)
			}
		}
		equal(t, "house's own", len(d.Audit)+len(d.Notes)+len(d.Tasks), 0)
		equal(t, "what differs", d.SendBacks[0].Reasons[0].ApplicationValue, h.reseller.PartnerCode)
		equal(t, "kept for staff", d.SendBacks[0].Reasons[0].StaffValue, "")
		equal(t, "staff see it", h.order(o.OrderNumber).EndUserName, "株式会社極秘顧客")
	})
}
