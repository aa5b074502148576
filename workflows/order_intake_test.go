package workflows_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
)

const day = 24 * time.Hour

// delivery are the mails of an order that was delivered without a detour.
func delivery(more map[models.MailKind]int) map[models.MailKind]int {
	all := map[models.MailKind]int{models.MailOrderAccepted: 1, models.MailDeliveryID: 1, models.MailDeliveryPassword: 1}
	for kind, n := range more {
		all[kind] = n
	}
	return all
}

func TestStraightThrough(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	d := j.finish(models.OrderDelivered)
	j.wantMails(delivery(nil))
	if received := len(j.Mailbox.Messages()); received != 3 {
		t.Errorf("%d mails arrived, want three", received)
	}
	if d.Certificate == nil || len(j.FilePaths()) != 1 {
		t.Errorf("certificate %+v, files %v", d.Certificate, j.FilePaths())
	}
	if len(d.Licenses) != 1 || d.Shipment == nil || d.Application.Status != models.ApplicationUsed {
		t.Errorf("licenses %v, shipment %+v, application %s", d.Licenses, d.Shipment, d.Application.Status)
	}
	// Nothing is registered before the grace time is over, and then at once.
	accepted := j.MailOf(j.order.OrderNumber, models.MailOrderAccepted)
	if waited := d.Order.RegisteredAt.Sub(*accepted.FinishedAt); waited < j.Rules().Grace || waited > j.Rules().Grace+time.Minute {
		t.Errorf("registered %s after the order-accepted mail, want %s", waited, j.Rules().Grace)
	}
	if j.timers.scheduled == 0 {
		t.Error("there was no grace time")
	}
}

// TestReminders waits through weekends and holidays: reminders go out with the
// clock time of the send-back, on the days that the calendar gives.
func TestReminders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ start, first, second time.Time }{
		"a weekend":         {jst(2026, time.June, 11, 15), jst(2026, time.June, 16, 15), jst(2026, time.June, 22, 15)},
		"the turn of year":  {jst(2026, time.December, 25, 10), jst(2027, time.January, 5, 10), jst(2027, time.January, 12, 10)},
		"midnight in Japan": {jst(2026, time.June, 12, 0), jst(2026, time.June, 17, 0), jst(2026, time.June, 23, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, c.start, house.Months(24))
			j.at(40*day, func() { j.confirm(models.ReasonTerm, "12") })
			d := j.finish(models.OrderDelivered)
			j.wantMails(delivery(map[models.MailKind]int{
				models.MailSendBack: 1, models.MailSendBackReminder: 2,
			}))
			var reminded []time.Time
			for _, m := range d.Mails {
				if m.Kind == models.MailSendBackReminder {
					reminded = append(reminded, m.QueuedAt)
				}
			}
			slices.SortFunc(reminded, time.Time.Compare)
			for i, want := range []time.Time{c.first, c.second} {
				if late := reminded[i].Sub(want); late < 0 || late > time.Minute {
					t.Errorf("reminder %d goes out at %s, want %s", i+1, reminded[i], want)
				}
			}
		})
	}
}

// TestDecisionAndReminder has a decision before a reminder's moment, after it,
// and in that very moment, on either side of the timer. When the timer has just
// fired, the decision and the step that queues the reminder run at once, and the
// database takes either first: both ends are right, and no third.
func TestDecisionAndReminder(t *testing.T) {
	t.Parallel()
	thursday := jst(2026, time.June, 11, 15)
	due := 5 * day // the third business day
	for name, c := range map[string]struct {
		decide    func(j *journey, do func())
		reminders []int
	}{
		"before":               {func(j *journey, do func()) { j.at(due-time.Second, do) }, []int{0}},
		"after":                {func(j *journey, do func()) { j.at(due+time.Second, do) }, []int{1}},
		"just before the same": {func(j *journey, do func()) { j.at(due, do) }, []int{0}},
		"just after the same": {func(j *journey, do func()) {
			// A callback set later comes after the timer of the same moment.
			j.at(due-time.Second, func() { j.at(time.Second, do) })
		}, []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, thursday, house.Months(24))
			c.decide(j, func() { j.confirm(models.ReasonTerm, "12") })
			d := j.finish(models.OrderDelivered)
			want := delivery(map[models.MailKind]int{models.MailSendBack: 1})
			reminded := 0
			for _, m := range d.Mails {
				if m.Kind == models.MailSendBackReminder {
					reminded++
				}
			}
			if !slices.Contains(c.reminders, reminded) {
				t.Errorf("%d reminders, want one of %v", reminded, c.reminders)
			}
			if reminded > 0 {
				want[models.MailSendBackReminder] = reminded
			}
			j.wantMails(want)
			if passed := d.Order.DeliveredAt.Sub(thursday); passed > due+time.Hour {
				t.Errorf("delivered only %s after it was entered", passed)
			}
		})
	}
}

func TestRefusedAddressIsConfirmedAnew(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	j.refuse(func(to string) bool { return to == house.DeliveryAddress })
	const other = "nouhin2@customer.example.jp"
	j.at(time.Hour, func() { j.confirm(models.ReasonDeliveryMail, other) })
	d := j.finish(models.OrderDelivered)
	j.wantMails(map[models.MailKind]int{
		models.MailOrderAccepted: 2, models.MailSendBack: 1, models.MailDeliveryID: 1, models.MailDeliveryPassword: 1,
	})
	if d.Shipment.DeliveryEmail != other || len(d.SendBacks) != 1 || d.SendBacks[0].ClosedAt == nil {
		t.Errorf("the shipment goes to %s after send-backs %+v", d.Shipment.DeliveryEmail, d.SendBacks)
	}
	if d.Order.RegisteredAt.Sub(j.start) < time.Hour {
		t.Error("it was registered before the address was right")
	}
	for _, m := range j.Mailbox.Messages() {
		if slices.Contains(m.To, house.DeliveryAddress) {
			t.Error("a mail arrived at the address that refuses")
		}
	}
}

func TestCancelInsideTheGraceTime(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	j.at(5*time.Minute, func() { j.cancel(j.Staff) })
	d := j.finish(models.OrderCancelled)
	j.wantMails(map[models.MailKind]int{models.MailOrderAccepted: 1, models.MailOrderCancelled: 1})
	if d.Application.Status != models.ApplicationOpen || len(d.Licenses) != 0 || d.Shipment != nil || d.Certificate != nil {
		t.Errorf("the application is %s, licenses %v, shipment %+v", d.Application.Status, d.Licenses, d.Shipment)
	}
	if j.timers.cancelled == 0 {
		t.Error("the timer of the grace time was not cancelled")
	}
}

// TestRegisteringFindsTheOrderChanged holds the order inside the grace time, but
// the process is not told: it finds out when it registers.
func TestRegisteringFindsTheOrderChanged(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	j.at(5*time.Minute, func() {
		if _, err := j.HoldOrder(context.Background(), j.Staff, house.Decide(j.order)); err != nil {
			t.Error(err)
		}
	})
	j.at(time.Hour, func() {
		if o := j.Order(j.order.OrderNumber); o.Status != models.OrderChecking || o.WaitingFor != models.WaitingForStaff {
			t.Errorf("the order is %s and waits for %q", o.Status, o.WaitingFor)
		}
		j.decided(j.PassOrder(context.Background(), j.Staff, house.Decide(j.order)))
	})
	d := j.finish(models.OrderDelivered)
	j.wantMails(delivery(nil))
	if d.Order.RegisteredAt.Sub(j.start) < time.Hour {
		t.Error("it was registered while staff held it")
	}
}

// TestRefusedDeliveryIsRedirected refuses one of the two delivery mails.
func TestRefusedDeliveryIsRedirected(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	var toDelivery atomic.Int64
	j.refuse(func(to string) bool { return to == house.DeliveryAddress && toDelivery.Add(1) == 2 })
	const other = "nouhin2@customer.example.jp"
	j.at(2*day, func() {
		d := j.Detail(j.order.OrderNumber)
		if d.Order.Status != models.OrderRegistered || d.Order.WaitingFor != models.WaitingForStaff {
			t.Errorf("the order is %s and waits for %q", d.Order.Status, d.Order.WaitingFor)
		}
		j.decided(j.RedirectDelivery(context.Background(), j.Staff, house.Decide(j.order), other))
	})
	d := j.finish(models.OrderDelivered)
	j.wantMails(map[models.MailKind]int{
		models.MailOrderAccepted: 1, models.MailDeliveryID: 2, models.MailDeliveryPassword: 2,
	})
	if d.Shipment.PasswordVersion != 2 || d.Shipment.DeliveryEmail != other {
		t.Errorf("the shipment is %+v", d.Shipment)
	}
	if len(j.FilePaths()) != 1 {
		t.Errorf("certificates are %v, want one", j.FilePaths())
	}
}

// TestCancelInEveryState cancels wherever the rules allow it, by staff and by the
// reseller, who needs no mail about it.
func TestCancelInEveryState(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes []func(*models.Application)
		prepare func(j *journey)
		mails   map[models.MailKind]int
	}{
		"received, before the process looks": {
			prepare: func(j *journey) {
				if _, err := j.CancelOrder(context.Background(), j.Staff, house.Decide(j.order), "客先都合"); err != nil {
					j.t.Error(err)
				}
			},
			mails: map[models.MailKind]int{models.MailOrderCancelled: 1},
		},
		"checking, waiting for staff": {
			prepare: func(j *journey) {
				if _, err := j.HoldOrder(context.Background(), j.Staff, house.Decide(j.order)); err != nil {
					j.t.Error(err)
				}
				j.at(9*day, func() { j.cancel(j.Staff) })
			},
			mails: map[models.MailKind]int{models.MailOrderCancelled: 1},
		},
		"sent back": {
			changes: []func(*models.Application){house.Months(24)},
			prepare: func(j *journey) { j.at(6*day, func() { j.cancel(j.Staff) }) },
			mails: map[models.MailKind]int{
				models.MailSendBack: 1, models.MailSendBackReminder: 1, models.MailOrderCancelled: 1,
			},
		},
		"sent back, by the reseller": {
			changes: []func(*models.Application){house.Months(24)},
			prepare: func(j *journey) { j.at(30*day, func() { j.cancel(j.API) }) },
			mails:   map[models.MailKind]int{models.MailSendBack: 1, models.MailSendBackReminder: 2},
		},
		"accepted, by the reseller": {
			prepare: func(j *journey) { j.at(time.Minute, func() { j.cancel(j.API) }) },
			mails:   map[models.MailKind]int{models.MailOrderAccepted: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJourney(t, house.Noon, c.changes...)
			c.prepare(j)
			d := j.finish(models.OrderCancelled)
			j.wantMails(c.mails)
			if d.Application.Status != models.ApplicationOpen || len(d.Licenses) != 0 {
				t.Errorf("the application is %s, licenses %v", d.Application.Status, d.Licenses)
			}
		})
	}
}

// TestRegisteredIsNotCancelled asks for it while a refused delivery waits.
func TestRegisteredIsNotCancelled(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	var toDelivery atomic.Int64
	j.refuse(func(to string) bool { return to == house.DeliveryAddress && toDelivery.Add(1) > 1 })
	j.at(day, func() {
		_, err := j.CancelOrder(context.Background(), j.Staff, house.Decide(j.order), "客先都合")
		if !models.IsKind(err, models.KindConflict) {
			t.Errorf("cancelling a registered order gives %v", err)
		}
		j.tell(1)
	})
	j.at(2*day, func() {
		j.decided(j.RedirectDelivery(context.Background(), j.Staff, house.Decide(j.order), "nouhin2@customer.example.jp"))
	})
	j.finish(models.OrderDelivered)
}

// TestSignalsTwiceAndLate signals over and over, with and without a decision
// behind it: the row counts, not the signal.
func TestSignalsTwiceAndLate(t *testing.T) {
	t.Parallel()
	j := newJourney(t, jst(2026, time.June, 11, 15), house.Months(24))
	j.tellAt(time.Minute, 3)
	j.tellAt(5*day+time.Minute, 2) // after the first reminder
	j.tellAt(12*day, 1)            // after both
	j.at(13*day, func() {
		j.confirm(models.ReasonTerm, "12")
		j.tell(2)
	})
	j.tellAt(13*day+time.Minute, 2) // inside the grace time
	j.finish(models.OrderDelivered)
	j.wantMails(delivery(map[models.MailKind]int{models.MailSendBack: 1, models.MailSendBackReminder: 2}))
	if received := len(j.Mailbox.Messages()); received != 6 {
		t.Errorf("%d mails arrived, want six", received)
	}
}

func (j *journey) tellAt(after time.Duration, n int) { j.at(after, func() { j.tell(n) }) }

// TestSendBackTwice sends an order back again after it was answered: the second
// one has reminders of its own.
func TestSendBackTwice(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon, house.Months(24))
	j.at(2*day, func() { j.confirm(models.ReasonTerm, "12") })
	j.at(2*day+time.Minute, func() {
		j.decided(j.SendBackOrder(context.Background(), j.Staff, house.Decide(j.order), "注文書の写しをお送りください"))
	})
	j.at(8*day, func() {
		sheet := j.Sheet()
		j.decided(j.ReplaceOrder(context.Background(), j.API, store.Decide{OrderNumber: j.order.OrderNumber}, sheet))
	})
	d := j.finish(models.OrderDelivered)
	if len(d.SendBacks) != 2 {
		t.Errorf("%d send-backs, want 2", len(d.SendBacks))
	}
	j.wantMails(delivery(map[models.MailKind]int{models.MailSendBack: 2, models.MailSendBackReminder: 1}))
}

// TestLateRemindersGoOutOnce begins the process of an order long after it was sent
// back, as after an outage: of two reminders that are due the later one goes out.
func TestLateRemindersGoOutOnce(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon, house.Months(24))
	_, err := j.Advance(t.Context(), j.order.ID)
	house.Must(t, err)
	j.begin(house.Noon.Add(12 * day))
	j.at(day, func() { j.cancel(j.Staff) })
	j.finish(models.OrderCancelled)
	j.wantMails(map[models.MailKind]int{
		models.MailSendBack: 1, models.MailSendBackReminder: 1, models.MailOrderCancelled: 1,
	})
	if m := j.MailOf(j.order.OrderNumber, models.MailSendBackReminder); m.Version != 2 {
		t.Errorf("reminder %d goes out, want the second", m.Version)
	}
}
