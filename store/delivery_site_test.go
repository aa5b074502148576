package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// shipment gives what was delivered for the order.
func (h *house) shipment(o models.Order) models.Shipment {
	h.t.Helper()
	s, err := h.ShipmentByOrder(h.t.Context(), o.ID)
	must(h.t, err)
	return s
}

// requestPassword asks for a delivery's password and says whether a mail is due.
func (h *house) requestPassword(typed string) bool {
	h.t.Helper()
	outbox, err := h.RequestPassword(h.t.Context(), models.Process, typed)
	must(h.t, err)
	return outbox != 0
}

// passwordMails lists the mails that bring a password once more, newest first.
func (h *house) passwordMails() []models.Mail {
	h.t.Helper()
	mails, _, err := h.Mails(h.t.Context(), store.MailFilter{Kind: models.MailPasswordAgain}, store.Page{Limit: 100})
	must(h.t, err)
	return mails
}

func TestDeliveriesAreFoundAsTyped(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		s := h.shipment(o)
		digits := s.DeliveryNumber[len("SHPC"):]
		for _, typed := range []string{s.DeliveryNumber, strings.ToLower(s.DeliveryNumber), " ＳＨＰＣ－" + digits + "　", "shpc " + digits} {
			found, err := h.DeliveryByNumber(t.Context(), typed)
			must(t, err)
			equal(t, typed, found.ID, s.ID)
		}
		for _, typed := range []string{"", digits, s.DeliveryNumber + "0", "' OR 1=1 --", "%"} {
			_, err := h.DeliveryByNumber(t.Context(), typed)
			wantCode(t, err, models.KindNotFound, "delivery_not_found")
		}
		found, err := h.DeliveryByID(t.Context(), s.ID)
		must(t, err)
		equal(t, "by its row", found.DeliveryNumber, s.DeliveryNumber)
		_, err = h.DeliveryByID(t.Context(), s.ID+1000)
		wantCode(t, err, models.KindNotFound, "delivery_not_found")
	})
}

func TestHoldingsOfAnOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first, license := h.delivered(h.application(), h.sheet(line("CSSP", 10), line("TXSL", 2)))
		h.clock.pass(day)
		sheet := h.sheet(lineOf(models.LineRenewal, "CSSP", 8))
		sheet.OrderType = models.OrderTypeRenewal
		second, _ := h.delivered(h.application(forLicense(models.OrderTypeRenewal, license)), sheet)
		other, _ := h.delivered(h.application(endUser("別の株式会社")), h.sheet())
		for _, c := range []struct {
			order models.Order
			codes []string
		}{{first, []string{"CSSP", "TXSL"}}, {second, []string{"CSSP"}}, {other, []string{"CSSP"}}} {
			holdings, err := h.HoldingsOf(t.Context(), c.order.ID)
			must(t, err)
			d := h.detail(c.order.OrderNumber)
			equal(t, "holdings", len(holdings), len(c.codes))
			for i, change := range d.Changes {
				equal(t, "product", holdings[change.HoldingID].ProductCode, c.codes[i])
			}
		}
		none, err := h.HoldingsOf(t.Context(), other.ID+1000)
		must(t, err)
		equal(t, "holdings of no order", len(none), 0)
	})
}

// While a password works the same one is mailed, so that a stranger cannot lock
// anybody out; the mail goes to the address on record.
func TestPasswordAgainWhileItWorks(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		before := h.shipment(o)
		h.clock.pass(89 * day)
		equal(t, "mailed", h.requestPassword(strings.ToLower(before.DeliveryNumber)), true)
		mails := h.passwordMails()
		equal(t, "mails", len(mails), 1)
		equal(t, "recipient", mails[0].Recipient, before.DeliveryEmail)
		h.send(mails[0].ID, models.MailSent)
		after := h.shipment(o)
		equal(t, "version", after.PasswordVersion, before.PasswordVersion)
		equal(t, "sent at", after.PasswordSentAt.Equal(*before.PasswordSentAt), true)
		h.sound()
	})
}

// After it expired a new one is made, and its 90 days begin with its mail.
func TestNewPasswordAfterExpiry(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		before := h.shipment(o)
		h.clock.pass(91 * day)
		equal(t, "mailed", h.requestPassword(before.DeliveryNumber), true)
		waiting := h.shipment(o)
		equal(t, "version", waiting.PasswordVersion, before.PasswordVersion+1)
		equal(t, "usable before its mail", waiting.PasswordUsable(h.Now(), h.Rules().PasswordDays), false)
		old, err := h.ring.DeliveryPassword(before)
		must(t, err)
		fresh, err := h.ring.DeliveryPassword(waiting)
		must(t, err)
		if old == fresh {
			t.Error("the new password is the old one")
		}

		// Asked for again before the first mail is out: still the same new one.
		equal(t, "mailed again", h.requestPassword(before.DeliveryNumber), true)
		equal(t, "version", h.shipment(o).PasswordVersion, before.PasswordVersion+1)

		// A mail that the server refuses begins nothing; the next one does, at its own time.
		mails := h.passwordMails()
		h.send(mails[1].ID, models.MailFailed)
		equal(t, "days begun by a refused mail", h.shipment(o).PasswordSentAt == nil, true)
		h.clock.pass(3 * time.Hour)
		sent := h.Now()
		h.send(mails[0].ID, models.MailSent)
		equal(t, "sent at", h.shipment(o).PasswordSentAt.Equal(sent), true)
		equal(t, "usable", h.shipment(o).PasswordUsable(h.Now(), h.Rules().PasswordDays), true)
		h.sound()
	})
}

// Three requests a day and number, by the day in Japan.
func TestPasswordRequestsADay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		other, _ := h.delivered(h.application(), h.sheet())
		number := h.shipment(o).DeliveryNumber
		for i, want := range []bool{true, true, true, false, false} {
			if got := h.requestPassword(number); got != want {
				t.Errorf("request %d is mailed: %v, want %v", i+1, got, want)
			}
		}
		equal(t, "mails", len(h.passwordMails()), 3)
		equal(t, "another number", h.requestPassword(h.shipment(other).DeliveryNumber), true)
		h.clock.pass(12*time.Hour - time.Second) // 23:59:59 in Japan
		equal(t, "the day's last second", h.requestPassword(number), false)
		h.clock.pass(time.Second)
		equal(t, "the next day's first", h.requestPassword(number), true)
		h.sound()
	})
}

// Unknown numbers and deliveries that are not out yet mail nothing.
func TestPasswordOfWhatIsNotDelivered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o := h.enter(h.application().ReceiptNumber, h.sheet())
		state, err := h.Advance(t.Context(), o.ID)
		must(t, err)
		for state.Next != models.NextDeliver {
			for _, id := range state.Mails {
				h.send(id, models.MailSent)
			}
			if state.Next == models.NextRegister {
				state, err = h.RegisterOrder(t.Context(), models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
			} else {
				state, err = h.Advance(t.Context(), o.ID)
			}
			must(t, err)
		}
		s := h.shipment(o)
		equal(t, "usable", s.PasswordUsable(h.Now(), h.Rules().PasswordDays), false)
		for _, typed := range []string{s.DeliveryNumber, "SHPC0000000", "", "?"} {
			equal(t, "mailed for "+typed, h.requestPassword(typed), false)
		}
		equal(t, "mails", len(h.passwordMails()), 0)
	})
}

// Requests at the same moment are counted one by one.
func TestPasswordRequestsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		number := h.shipment(o).DeliveryNumber
		mailed := make(chan int64, 12)
		for range cap(mailed) {
			go func() {
				outbox, err := h.RequestPassword(t.Context(), models.Process, number)
				if err != nil {
					outbox = -1
				}
				mailed <- outbox
			}()
		}
		told := 0
		for range cap(mailed) {
			switch outbox := <-mailed; {
			case outbox < 0:
				t.Error("a request failed")
			case outbox > 0:
				told++
			}
		}
		equal(t, "mailed", told, h.Rules().PasswordRequests)
		equal(t, "mails", len(h.passwordMails()), h.Rules().PasswordRequests)
		h.sound()
	})
}
