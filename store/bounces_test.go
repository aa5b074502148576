package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// bounce reports a mail, each time with a report of its own.
func (h *house) bounce(mailID int64, class models.BounceClass, status string, recipients ...string) store.Bounced {
	h.t.Helper()
	done, err := h.RecordBounce(h.t.Context(), models.BounceReport{
		MailID: mailID, Class: class, StatusCode: status, Hash: fmt.Sprintf("report %d", h.numbers.Add(1)), Recipients: recipients,
	})
	must(h.t, err)
	return done
}

// accepted takes a new order as far as its sent order-accepted mail.
func (h *house) accepted() (models.Order, int64) {
	h.t.Helper()
	o := h.enter(h.application().ReceiptNumber, h.sheet())
	state, err := h.Advance(h.t.Context(), o.ID)
	must(h.t, err)
	h.send(state.Mails[0], models.MailSent)
	return o, state.Mails[0]
}

const deliveryAddress = "delivery@customer.example.jp"

// A bounce within the grace time sends the order back before anything is registered.
func TestABounceInTheGraceTimeSendsTheOrderBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mailID := h.accepted()
		state, err := h.Advance(ctx, o.ID)
		must(t, err)
		equal(t, "next", state.Next, models.NextRegister)
		done := h.bounce(mailID, models.BounceSoft, "5.2.2")
		entry, err := h.OutboxEntry(ctx, done.OutboxID)
		must(t, err)
		equal(t, "told", entry.WorkflowID, o.WorkflowID())
		// The process may have been about to register that very version.
		state, err = h.RegisterOrder(ctx, models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		must(t, err)
		equal(t, "status", state.Status, models.OrderSentBack)
		d := h.detail(o.OrderNumber)
		sameList(t, "reasons", reasonsOf(d), []models.ReasonCode{models.ReasonDeliveryMail})
		equal(t, "shipment", d.Shipment == nil, true)
		m, err := h.MailByID(ctx, mailID)
		must(t, err)
		equal(t, "reply", m.Reply, "bounced 5.2.2")
		equal(t, "bounced", m.BouncedAt != nil, true)
		h.confirm(o, store.Confirm{Code: models.ReasonDeliveryMail, Value: "other@customer.example.jp"})
		h.expectDelivered(o)
		h.sound()
	})
}

// A bounce that comes later is a task; delivered stays delivered.
func TestALaterBounceIsATask(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, _ := h.delivered(h.application(), h.sheet())
		for _, m := range h.detail(o.OrderNumber).Mails {
			if m.Kind == models.MailOrderAccepted || m.Kind == models.MailDeliveryID {
				equal(t, "outbox", h.bounce(m.ID, models.BounceSoft, "5.2.2").OutboxID, 0)
			}
		}
		d := h.detail(o.OrderNumber)
		equal(t, "status", d.Order.Status, models.OrderDelivered)
		equal(t, "tasks", len(d.Tasks), 2)
		for _, task := range d.Tasks {
			equal(t, "task", task.Kind, models.TaskDeliveryFailed)
		}
		h.sound()
	})
}

// A bounce between registering and delivery has the order wait for staff; one of
// an unknown mail answers the question whether it arrived.
func TestABounceBeforeDelivery(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		o, mails := h.registered()
		h.send(mails[0].ID, models.MailUnknown)
		h.send(mails[1].ID, models.MailSent)
		h.bounce(mails[0].ID, models.BounceSoft, "5.7.1")
		state, err := h.FinishDelivery(t.Context(), o.ID)
		must(t, err)
		equal(t, "waiting for", state.WaitingFor, models.WaitingForStaff)
		for _, task := range h.detail(o.OrderNumber).Tasks {
			equal(t, string(task.Kind)+" is open", task.ClosedAt == nil, task.Kind == models.TaskDeliveryFailed)
		}
		_, err = h.RedirectDelivery(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, "new@customer.example.jp")
		must(t, err)
		h.expectDelivered(o)
		h.bounce(mails[1].ID, models.BounceSoft, "5.7.1") // of the old address, too late to matter
		for _, task := range h.detail(o.OrderNumber).Tasks {
			equal(t, "open tasks", task.ClosedAt == nil, false)
		}
		h.sound()
	})
}

func TestReportsThatChangeNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mailID := h.accepted()
		h.bounce(mailID, models.BounceDelayed, "4.4.1")
		equal(t, "next after a delay", h.run(o).Status, models.OrderDelivered)
		_, err := h.RecordBounce(ctx, models.BounceReport{MailID: 987654, Class: models.BounceHard, Hash: "x"})
		wantCode(t, err, models.KindNotFound, "mail_not_found")

		report := models.BounceReport{MailID: mailID, Class: models.BounceSoft, StatusCode: "5.2.2", Hash: "the same"}
		var first atomic.Int64
		race(10, func(int) {
			done, err := h.RecordBounce(ctx, report)
			if err != nil {
				t.Errorf("recording: %v %s", err, causes(err))
			}
			if !done.Repeated {
				first.Add(1)
			}
		})
		equal(t, "times recorded", first.Load(), 1)
		equal(t, "tasks", len(h.detail(o.OrderNumber).Tasks), 1)
		h.sound()
	})
}

// Registering and a bounce in the same moment: either the order comes back, or
// it is registered and staff have a task. Never both, never neither.
func TestABounceWhileTheOrderIsRegistered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for range 5 {
			o, mailID := h.accepted()
			state, err := h.Advance(ctx, o.ID)
			must(t, err)
			race(2, func(i int) {
				if i == 0 {
					_, err := h.RegisterOrder(ctx, models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
					if err != nil {
						t.Errorf("registering: %v %s", err, causes(err))
					}
					return
				}
				h.bounce(mailID, models.BounceSoft, "5.2.2")
			})
			_, err = h.Advance(ctx, o.ID)
			must(t, err)
			d := h.detail(o.OrderNumber)
			registered, task := d.Order.Status == models.OrderRegistered, len(d.Tasks) == 1
			if registered != task || (!registered && d.Order.Status != models.OrderSentBack) {
				t.Errorf("the order is %s with %d tasks", d.Order.Status, len(d.Tasks))
			}
		}
		h.sound()
	})
}

// Nothing goes to an address that is marked, until staff clear it.
func TestADeadAddressIsMarked(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mailID := h.accepted()
		h.bounce(mailID, models.BounceHard, "5.1.1", "Delivery@Customer.example.jp")
		marks, _, err := h.AddressMarks(ctx, "customer.EXAMPLE", store.Page{})
		must(t, err)
		equal(t, "marks", len(marks), 1)
		equal(t, "order", marks[0].OrderNumber, o.OrderNumber)
		none, _, err := h.AddressMarks(ctx, "%", store.Page{})
		must(t, err)
		equal(t, "marks with a per cent sign", len(none), 0)

		second := h.enter(h.application(func(a *models.Application) { a.DeliveryEmail = "DELIVERY@customer.example.jp" }).ReceiptNumber, h.sheet())
		state, err := h.Advance(ctx, second.ID)
		must(t, err)
		m, claimed, err := h.ClaimMail(ctx, state.Mails[0], time.Minute)
		must(t, err)
		equal(t, "claimed", claimed, false)
		equal(t, "reply", m.Reply, "address_marked")
		state, err = h.Advance(ctx, second.ID)
		must(t, err)
		equal(t, "status", state.Status, models.OrderSentBack)

		wantField(t, h.ClearAddressMark(ctx, h.staff, marks[0].ID, " "), "note", "required")
		must(t, h.ClearAddressMark(ctx, h.staff, marks[0].ID, "the recipient says that it works again"))
		wantCode(t, h.ClearAddressMark(ctx, h.staff, marks[0].ID, "again"), models.KindConflict, "address_mark_cleared")
		third := h.enter(h.application().ReceiptNumber, h.sheet())
		h.expectDelivered(third)
		h.sound()
	})
}

// A mailing list that reports one of its members is not dead itself.
func TestAReportAboutSomebodyElseMarksNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, mailID := h.accepted()
		h.bounce(mailID, models.BounceHard, "5.1.1", "member@customer.example.jp")
		marked, err := h.MarkedAddresses(t.Context(), deliveryAddress)
		must(t, err)
		equal(t, "marked", len(marked), 0)
	})
}

// Whoever signs in with what a later mail told proves the address; an earlier
// mail proves nothing.
func TestALaterMailProvesTheAddress(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, _ := h.delivered(h.application(), h.sheet())
		d := h.detail(o.OrderNumber)
		marked := func() int {
			list, err := h.MarkedAddresses(ctx, deliveryAddress)
			must(t, err)
			return len(list)
		}
		of := func(kind models.MailKind) int64 {
			for _, m := range d.Mails {
				if m.Kind == kind {
					return m.ID
				}
			}
			t.Fatalf("no mail %s", kind)
			return 0
		}
		h.bounce(of(models.MailOrderAccepted), models.BounceHard, "5.1.1")
		equal(t, "marked", marked(), 1)
		must(t, h.ProveAddress(ctx, *d.Shipment))
		equal(t, "marked after the later password was used", marked(), 0)

		again, err := h.RequestPassword(ctx, h.staff, d.Shipment.DeliveryNumber)
		must(t, err)
		entry, err := h.OutboxEntry(ctx, again)
		must(t, err)
		h.send(entry.SubjectID, models.MailSent)
		h.bounce(entry.SubjectID, models.BounceHard, "5.1.1")
		must(t, h.ProveAddress(ctx, *d.Shipment))
		equal(t, "marked after an earlier password was used", marked(), 1)
		h.sound()
	})
}
