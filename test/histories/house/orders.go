package house

import (
	"context"
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// Addresses of the sample end user.
const (
	DeliveryAddress  = "nouhin@customer.example.jp"
	ApplicantAddress = "shinsei@customer.example.jp"
)

func party(name string) models.Party {
	return models.Party{
		CompanyName: name, CompanyKana: "ミホンショウジ", Department: "情報システム部", PostalCode: "151-0053", Prefecture: "東京都",
		City: "渋谷区", Street: "代々木二丁目一番地", Phone: "03-5334-3600", PersonName: "髙﨑 薫", PersonKana: "タカサキ カオル",
		Email: "kaoru@customer.example.jp",
	}
}

// File files an application that passes all checks; changes are made before.
func (h *House) File(changes ...func(*models.Application)) models.Application {
	h.t.Helper()
	reseller := party(h.Reseller.Name)
	reseller.PartnerCode = h.Reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("見本商事株式会社"), SupportSame: true, Reseller: reseller, DealerSame: true,
		Months: 12, DeliveryEmail: DeliveryAddress, ApplicantEmail: ApplicantAddress, ApplicantLanguage: models.Japanese,
	}
	for _, change := range changes {
		change(&a)
	}
	_, err := h.FileApplication(context.Background(), h.API, &a)
	Must(h.t, err)
	return a
}

// Months sets the months applied for.
func Months(n int) func(*models.Application) {
	return func(a *models.Application) { a.Months = n }
}

// Sheet gives an order sheet of twelve months with a PO number of its own.
func (h *House) Sheet() models.Order {
	return models.Order{
		PONumber: fmt.Sprintf("PO-HOUSE-%d", h.numbers.Add(1)), OrderDate: h.Today(), OrderType: models.OrderTypeNew,
		Lines: []models.OrderLine{{ProductCode: "CSSP", Kind: models.LineNew, Quantity: 10, Months: 12, UnitPrice: 3000}},
	}
}

// Enter enters an order that quotes the application.
func (h *House) Enter(a models.Application, changes ...func(*models.Order)) store.Entered {
	h.t.Helper()
	sheet := h.Sheet()
	for _, change := range changes {
		change(&sheet)
	}
	entered, err := h.EnterOrder(context.Background(), h.API, store.Entry{Order: sheet, ReceiptNumber: a.ReceiptNumber})
	Must(h.t, err)
	return entered
}

// NewOrder files an application and enters its order.
func (h *House) NewOrder(changes ...func(*models.Application)) models.Order {
	h.t.Helper()
	return h.Enter(h.File(changes...)).Order
}

// Order gives an order as it is now.
func (h *House) Order(number string) models.Order {
	h.t.Helper()
	o, err := h.OrderByNumber(context.Background(), h.Staff, number)
	Must(h.t, err)
	return o
}

// Detail gives all about an order as it is now.
func (h *House) Detail(number string) store.OrderDetail {
	h.t.Helper()
	d, err := h.OrderDetail(context.Background(), h.Staff, number)
	Must(h.t, err)
	return d
}

// MailOf gives the newest mail of a kind about an order.
func (h *House) MailOf(number string, kind models.MailKind) models.Mail {
	h.t.Helper()
	var newest models.Mail
	for _, m := range h.Detail(number).Mails {
		if m.Kind == kind && m.ID > newest.ID {
			newest = m
		}
	}
	if newest.ID == 0 {
		h.t.Fatalf("%s has no mail of kind %s", number, kind)
	}
	return newest
}

// MailsOf counts the mails of a kind about an order.
func (h *House) MailsOf(number string, kind models.MailKind) int {
	h.t.Helper()
	count := 0
	for _, m := range h.Detail(number).Mails {
		if m.Kind == kind {
			count++
		}
	}
	return count
}

// Settle notes in the ledger how sending a mail ended, without sending it.
func (h *House) Settle(mailID int64, status models.MailStatus) {
	h.t.Helper()
	_, claimed, err := h.ClaimMail(context.Background(), mailID, time.Minute)
	Must(h.t, err)
	if !claimed {
		h.t.Fatalf("mail %d could not be claimed", mailID)
	}
	_, err = h.FinishMail(context.Background(), mailID, status, "noted by a test")
	Must(h.t, err)
}

// Accept takes a received order to where it can be registered: checked, and its
// order-accepted mail sent.
func (h *House) Accept(o models.Order) protocol.OrderRef {
	h.t.Helper()
	state, err := h.Advance(context.Background(), o.ID)
	Must(h.t, err)
	if state.Next != models.NextAccept || len(state.Mails) != 1 {
		h.t.Fatalf("the order is not accepted but %+v", state)
	}
	h.Settle(state.Mails[0], models.MailSent)
	return protocol.OrderRef{OrderID: o.ID, Version: state.Version}
}

// Register takes a received order to registered; its delivery mails are queued.
func (h *House) Register(o models.Order) models.OrderProgress {
	h.t.Helper()
	ref := h.Accept(o)
	state, err := h.RegisterOrder(context.Background(), models.OrderVersion(ref), h.Ring)
	Must(h.t, err)
	if state.Next != models.NextDeliver {
		h.t.Fatalf("the order is not registered but %+v", state)
	}
	return state
}

// Decide names an order to decide on, whatever its version.
func Decide(o models.Order) store.Decide { return store.Decide{OrderNumber: o.OrderNumber} }

// Sound fails the test when the database breaks a rule between its rows.
func (h *House) Sound() {
	h.t.Helper()
	broken, err := h.Invariants(context.Background())
	Must(h.t, err)
	for _, v := range broken {
		h.t.Errorf("invariant %s is broken %d times, for example %s", v.Name, v.Count, v.Example)
	}
}
