package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// registered takes an order as far as its delivery mails and gives them, ID then PW.
func (h *house) registered() (models.Order, []models.Mail) {
	h.t.Helper()
	o := h.enter(h.application().ReceiptNumber, h.sheet())
	state, err := h.RegisterOrder(h.t.Context(), h.readyToRegister(o), h.ring)
	must(h.t, err)
	equal(h.t, "next", state.Next, models.NextDeliver)
	var mails []models.Mail
	for _, id := range state.Mails {
		m, err := h.MailByID(h.t.Context(), id)
		must(h.t, err)
		mails = append(mails, m)
	}
	if len(mails) != 2 || mails[0].Kind != models.MailDeliveryID || mails[1].Kind != models.MailDeliveryPassword {
		h.t.Fatalf("mails due are %v", mails)
	}
	return o, mails
}

func TestOneOfTwentySendersGetsAMail(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, mails := h.registered()
		var claims atomic.Int64
		race(20, func(int) {
			m, claimed, err := h.ClaimMail(t.Context(), mails[0].ID, time.Minute)
			if err != nil {
				t.Errorf("claiming: %v %s", err, causes(err))
			}
			if claimed {
				claims.Add(1)
				equal(t, "attempts", m.Attempts, 1)
			}
		})
		equal(t, "claims", claims.Load(), 1)
	})
}

func TestASenderThatDiedLeavesAnUnknownMail(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mails := h.registered()
		_, claimed, err := h.ClaimMail(ctx, mails[1].ID, time.Minute)
		must(t, err)
		equal(t, "claimed", claimed, true)
		h.clock.pass(30 * time.Second)
		m, claimed, err := h.ClaimMail(ctx, mails[1].ID, time.Minute)
		must(t, err)
		equal(t, "claimed within the lease", claimed, false)
		equal(t, "status within the lease", m.Status, models.MailSending)
		h.clock.pass(31 * time.Second)
		m, claimed, err = h.ClaimMail(ctx, mails[1].ID, time.Minute)
		must(t, err)
		equal(t, "claimed after the lease", claimed, false)
		equal(t, "status after the lease", m.Status, models.MailUnknown)
		// The first sender was only slow: what it says now comes too late.
		m, err = h.FinishMail(ctx, mails[1].ID, models.MailSent, "250 ok")
		must(t, err)
		equal(t, "status stays", m.Status, models.MailUnknown)

		h.send(mails[0].ID, models.MailSent)
		d := h.expectDelivered(o)
		equal(t, "tasks", len(d.Tasks), 1)
		equal(t, "task", d.Tasks[0].Kind, models.TaskMailUnknown)
		if d.Shipment.PasswordSentAt == nil {
			t.Error("the password's validity does not count")
		}
		must(t, h.CloseTask(ctx, h.staff, d.Tasks[0].ID, "it arrived, says the recipient"))
		wantCode(t, h.CloseTask(ctx, h.staff, d.Tasks[0].ID, "again"), models.KindConflict, "task_closed")
		q, err := h.Queues(ctx)
		must(t, err)
		equal(t, "unknown mails", q.MailsUnknown, 0)
		equal(t, "delivered today", q.DeliveredToday, 1)
		h.sound()
	})
}

func TestATemporaryRefusalIsTriedAgainUntilGivenUp(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mails := h.registered()
		h.send(mails[1].ID, models.MailSent)
		h.send(mails[0].ID, models.MailQueued) // refused for now
		m, err := h.MailByID(ctx, mails[0].ID)
		must(t, err)
		equal(t, "status", m.Status, models.MailQueued)
		state, err := h.FinishDelivery(ctx, o.ID)
		must(t, err)
		equal(t, "next", state.Next, models.NextDeliver)
		h.clock.pass(h.Rules().MailGiveUp + time.Second)
		h.send(mails[0].ID, models.MailQueued)
		m, err = h.MailByID(ctx, mails[0].ID)
		must(t, err)
		equal(t, "status", m.Status, models.MailFailed)
		equal(t, "attempts", m.Attempts, 2)
		state, err = h.FinishDelivery(ctx, o.ID)
		must(t, err)
		equal(t, "waiting for", state.WaitingFor, models.WaitingForStaff)
		h.sound()
	})
}

func TestADeadDeliveryAddressIsRedirected(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mails := h.registered()
		h.send(mails[0].ID, models.MailFailed)
		h.send(mails[1].ID, models.MailSent)
		h.run(o)
		d := h.detail(o.OrderNumber)
		equal(t, "status", d.Order.Status, models.OrderRegistered)
		equal(t, "waiting for", d.Order.WaitingFor, models.WaitingForStaff)
		equal(t, "password version", d.Shipment.PasswordVersion, 1)
		rows, _, err := h.Orders(ctx, h.staff, store.OrderFilter{OpenTask: models.TaskDeliveryFailed}, store.Page{})
		must(t, err)
		equal(t, "in the queue of failed deliveries", len(rows), 1)
		_, err = h.RedirectDelivery(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, "no address")
		wantField(t, err, "email", "email_malformed")
		_, err = h.RedirectDelivery(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, "new@customer.example.jp")
		must(t, err)
		d = h.expectDelivered(o)
		equal(t, "password version", d.Shipment.PasswordVersion, 2)
		equal(t, "address", d.Shipment.DeliveryEmail, "new@customer.example.jp")
		to := 0
		for _, m := range d.Mails {
			if m.Version == 2 && m.Recipient == "new@customer.example.jp" && m.Status == models.MailSent {
				to++
			}
		}
		equal(t, "mails to the new address", to, 2)
		for _, task := range d.Tasks {
			if task.ClosedAt == nil {
				t.Errorf("task %s is still open", task.Kind)
			}
		}
		h.sound()
	})
}

// A refused mail is tried for days; after a redirect or a cancellation it must
// not go out any more.
func TestMailsThatHaveBecomeWrongAreWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, mails := h.registered()
		h.send(mails[1].ID, models.MailQueued) // the password is still to be tried
		_, err := h.RedirectDelivery(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, "new@customer.example.jp")
		must(t, err)
		_, claimed, err := h.ClaimMail(ctx, mails[1].ID, time.Minute)
		must(t, err)
		equal(t, "claimed after the redirect", claimed, false)
		d := h.expectDelivered(o)
		for _, m := range d.Mails {
			if m.Status == models.MailSent && m.Version == 1 && (m.Kind == models.MailDeliveryID || m.Kind == models.MailDeliveryPassword) {
				t.Errorf("%s went to %s after all", m.Kind, m.Recipient)
			}
		}

		o = h.enter(h.application().ReceiptNumber, h.sheet())
		state, err := h.Advance(ctx, o.ID)
		must(t, err)
		_, err = h.CancelOrder(ctx, h.staff, store.Decide{OrderNumber: o.OrderNumber}, "no longer wanted")
		must(t, err)
		_, claimed, err = h.ClaimMail(ctx, state.Mails[0], time.Minute)
		must(t, err)
		equal(t, "order-accepted mail of a cancelled order claimed", claimed, false)
		state, err = h.Advance(ctx, o.ID)
		must(t, err)
		equal(t, "mails due: that it was cancelled", len(state.Mails), 1)
		h.sound()
	})
}

func TestRemindersWhileAnOrderIsSentBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o := h.sentBack(h.application(months(24)), h.sheet(), models.ReasonTerm)
		state, err := h.Advance(ctx, o.ID)
		must(t, err)
		equal(t, "reminders", len(state.RemindAt), 2)
		equal(t, "first, 3 business days on", state.RemindAt[0].Format(time.DateOnly), "2026-06-15")
		equal(t, "second, 7 business days on", state.RemindAt[1].Format(time.DateOnly), "2026-06-19")
		first, err := h.QueueReminder(ctx, state.SendBackID, 1)
		must(t, err)
		again, err := h.QueueReminder(ctx, state.SendBackID, 1)
		must(t, err)
		equal(t, "asked twice", again, first)
		m, err := h.MailByID(ctx, first)
		must(t, err)
		equal(t, "recipient", m.Recipient, h.reseller.Email)
		facts, err := h.MailFacts(ctx, first)
		must(t, err)
		equal(t, "reasons in the mail", len(facts.SendBack.Reasons), 1)
		equal(t, "lines in the mail", len(facts.Order.Lines), 1)

		late := func() int64 {
			q, err := h.Queues(ctx)
			must(t, err)
			rows, _, err := h.Orders(ctx, h.staff, store.OrderFilter{Overdue: true}, store.Page{})
			must(t, err)
			equal(t, "overdue in the list", int64(len(rows)), q.SentBackLate)
			return q.SentBackLate
		}
		h.clock.pass(8 * day) // Thursday the 18th: six business days
		equal(t, "late after six business days", late(), 0)
		h.clock.pass(day)
		equal(t, "late after seven", late(), 1)

		h.confirm(o, store.Confirm{Code: models.ReasonTerm, Value: "12"})
		second, err := h.QueueReminder(ctx, state.SendBackID, 2)
		must(t, err)
		equal(t, "reminder of what was answered", second, 0)
	})
}

func TestMailsFallDueOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o := h.enter(h.application().ReceiptNumber, h.sheet())
		for range 3 { // asked again, as after a crash
			state, err := h.Advance(ctx, o.ID)
			must(t, err)
			equal(t, "mails due", len(state.Mails), 1)
		}
		list, _, err := h.Mails(ctx, store.MailFilter{Query: o.OrderNumber}, store.Page{})
		must(t, err)
		equal(t, "mails of the order", len(list), 1)
		equal(t, "kind", list[0].Kind, models.MailOrderAccepted)
		receipts, _, err := h.Mails(ctx, store.MailFilter{Kind: models.MailReceiptNumber, Statuses: []models.MailStatus{models.MailQueued}}, store.Page{})
		must(t, err)
		equal(t, "receipt mails", len(receipts), 1)
	})
}

func TestOrdersWithoutElectronicDelivery(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		d := h.expectDelivered(h.enter(h.application().ReceiptNumber, h.sheet(line("DDI", 1))))
		for _, m := range d.Mails {
			if m.Kind == models.MailDeliveryID || m.Kind == models.MailDeliveryPassword {
				t.Errorf("an appliance is delivered by %s", m.Kind)
			}
		}
		h.sound()
	})
}
