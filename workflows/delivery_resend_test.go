package workflows_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
)

// resendJourney is the process of one resend in the environment that skips over
// waiting; what is resent was delivered at the start.
type resendJourney struct {
	*journey
	resend models.Resend
}

func newResend(t *testing.T, start time.Time, changes ...func(*models.ResendRequest)) *resendJourney {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite, Start: start})
	j := &resendJourney{journey: &journey{House: h, t: t, start: start}}
	j.order = h.Delivered()
	j.resend, _ = h.Ask(h.Wish(j.order, changes...))
	j.begin(start)
	return j
}

// toStaff makes a request that waits for staff.
var toStaff = house.To(house.AskerAddress)

// finish runs the process and checks how the resend ended, that no timer is left
// behind and that the database is sound.
func (j *resendJourney) finish(want models.ResendStatus) store.ResendDetail {
	j.t.Helper()
	j.at(0, func() { j.tell(1) })
	j.env.ExecuteWorkflow(workflows.DeliveryResend, protocol.Started{SubjectID: j.resend.ID})
	if !j.env.IsWorkflowCompleted() {
		j.t.Fatal("the process does not end")
	}
	house.Must(j.t, j.env.GetWorkflowError())
	d := j.Resend(j.resend.ResendNumber)
	if d.Resend.Status != want {
		j.t.Errorf("the resend is %s, want %s", d.Resend.Status, want)
	}
	if j.timers.scheduled != j.timers.fired+j.timers.cancelled {
		j.t.Errorf("of %d timers %d fired and %d were cancelled", j.timers.scheduled, j.timers.fired, j.timers.cancelled)
	}
	for _, m := range d.Mails {
		if !m.Status.Final() {
			j.t.Errorf("the %s mail is still %s", m.Kind, m.Status)
		}
	}
	j.Sound()
	return d
}

// settled takes a decision that the store has just accepted, and tells the process.
func (j *resendJourney) settled(d store.ResendDecided, err error) {
	j.t.Helper()
	j.decided(store.Decided{OutboxID: d.OutboxID}, err)
}

func (j *resendJourney) approve(note string) {
	j.settled(j.ApproveResend(context.Background(), j.Staff, house.DecideResend(j.resend, note)))
}

func (j *resendJourney) refuse(note string) {
	j.settled(j.RefuseResend(context.Background(), j.Staff, house.DecideResend(j.resend, note)))
}

func (j *resendJourney) askBack(note string) {
	j.settled(j.AskBackResend(context.Background(), j.Staff, house.DecideResend(j.resend, note)))
}

func (j *resendJourney) answer(text string) {
	j.settled(j.AnswerResend(context.Background(), j.resend.ResendNumber, text))
}

// audited gives when the resend was noted to be something.
func audited(d store.ResendDetail, action string) []time.Time {
	var at []time.Time
	for _, e := range d.Audit {
		if e.Action == action {
			at = append(at, e.At)
		}
	}
	return at
}

func kinds(mails []models.Mail) []models.MailKind {
	var list []models.MailKind
	for _, m := range mails {
		list = append(list, m.Kind)
	}
	return list
}

func wantKinds(t *testing.T, d store.ResendDetail, want ...models.MailKind) {
	t.Helper()
	if got := kinds(d.Mails); !slices.Equal(got, want) {
		t.Errorf("mails are %v, want %v", got, want)
	}
}

// about checks that a moment is the wanted one, or shortly after.
func about(t *testing.T, what string, got []time.Time, want ...time.Time) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s at %v, want %v", what, got, want)
		return
	}
	for i, wanted := range want {
		if late := got[i].Sub(wanted); late < 0 || late > time.Minute {
			t.Errorf("%s at %s, want %s", what, got[i], wanted)
		}
	}
}

func TestResendByItself(t *testing.T) {
	t.Parallel()
	j := newResend(t, house.Noon)
	before, err := j.ShipmentByOrder(t.Context(), j.order.ID)
	house.Must(t, err)
	d := j.finish(models.ResendSent)
	wantKinds(t, d, models.MailResendReceived, models.MailResentID, models.MailResentPassword)
	if d.Shipment.PasswordVersion != before.PasswordVersion+1 || d.Shipment.DeliveryEmail != before.DeliveryEmail {
		t.Errorf("the shipment is %+v", d.Shipment)
	}
	password, err := j.Ring.DeliveryPassword(*d.Shipment)
	house.Must(t, err)
	token, err := j.Ring.ResendToken(d.Resend)
	house.Must(t, err)
	for _, m := range j.Mailbox.Messages() {
		switch {
		case m.Subject == "電子納品再送受付":
			if !slices.Equal(m.To, []string{house.AskerAddress}) || !strings.Contains(textOf(t, m), token) {
				t.Errorf("the acknowledgement goes to %v:\n%s", m.To, textOf(t, m))
			}
			if strings.Contains(textOf(t, m), j.order.OrderNumber) || strings.Contains(textOf(t, m), "見本商事") {
				t.Errorf("the acknowledgement says what was typed:\n%s", textOf(t, m))
			}
		case strings.HasPrefix(m.Subject, "再送:重要:納品 Trend Micro "+j.order.OrderNumber+" "):
			if !slices.Equal(m.To, []string{house.ResendAddress}) {
				t.Errorf("%q goes to %v", m.Subject, m.To)
			}
			isPassword := strings.Contains(m.Subject, " PW ")
			if strings.Contains(textOf(t, m), password) != isPassword || strings.Contains(textOf(t, m), d.Shipment.DeliveryNumber) == isPassword {
				t.Errorf("%q tells the wrong half:\n%s", m.Subject, textOf(t, m))
			}
		default:
			t.Errorf("a mail %q arrived", m.Subject)
		}
	}
	if received := len(j.Mailbox.Messages()); received != 3 {
		t.Errorf("%d mails arrived, want three", received)
	}
}

// TestResendDue waits through weekends, holidays and the turn of the year: staff
// are warned a business day before, and the third day passing is noted once.
func TestResendDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ start, warned, due time.Time }{
		"a weekend":          {jst(2026, time.June, 11, 15), jst(2026, time.June, 15, 15), jst(2026, time.June, 16, 15)},
		"asked on a Sunday":  {jst(2026, time.June, 14, 8), jst(2026, time.June, 16, 8), jst(2026, time.June, 17, 8)},
		"a day between two":  {jst(2026, time.September, 18, 10), jst(2026, time.September, 25, 10), jst(2026, time.September, 28, 10)},
		"the turn of year":   {jst(2026, time.December, 25, 10), jst(2027, time.January, 4, 10), jst(2027, time.January, 5, 10)},
		"midnight in Japan":  {jst(2026, time.June, 12, 0), jst(2026, time.June, 16, 0), jst(2026, time.June, 17, 0)},
		"before it in Japan": {jst(2026, time.June, 11, 23), jst(2026, time.June, 15, 23), jst(2026, time.June, 16, 23)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newResend(t, c.start, toStaff)
			j.at(c.due.Sub(c.start)-time.Second, func() { j.wantQueue(store.ResendCounts{Waiting: 1, Warned: 1}) })
			j.at(c.due.Sub(c.start)+time.Second, func() { j.wantQueue(store.ResendCounts{Waiting: 1, Warned: 1, Overdue: 1}) })
			j.at(40*day, func() { j.approve("") })
			d := j.finish(models.ResendSent)
			about(t, "warned", audited(d, "warned"), c.warned)
			about(t, "escalated", audited(d, "escalated"), c.due)
			wantKinds(t, d, models.MailResendReceived, models.MailResentID, models.MailResentPassword)
		})
	}
}

func (j *resendJourney) wantQueue(want store.ResendCounts) {
	got, err := j.ResendCounts(context.Background())
	if err != nil || got != want {
		j.t.Errorf("the queue has %+v, want %+v (%v)", got, want, err)
	}
}

// TestResendDecidedInTime decides before the warning, between warning and due
// day, and in the very moment of the timer.
func TestResendDecidedInTime(t *testing.T) {
	t.Parallel()
	start := jst(2026, time.June, 11, 15)
	warned := 4 * day
	for name, c := range map[string]struct {
		after    time.Duration
		warnings int
	}{"before": {warned - time.Second, 0}, "the same moment": {warned, 0}, "between": {warned + time.Hour, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newResend(t, start, toStaff)
			j.at(c.after, func() { j.approve("電話で確認済み") })
			d := j.finish(models.ResendSent)
			if got := len(audited(d, "warned")); got != c.warnings {
				t.Errorf("%d warnings, want %d", got, c.warnings)
			}
			if escalated := audited(d, "escalated"); len(escalated) != 0 {
				t.Errorf("escalated at %v", escalated)
			}
		})
	}
}

// TestResendAnswerStopsTheClock asks back for ten days: no clock runs while the
// person who asked has to answer, and the business days of that do not count.
func TestResendAnswerStopsTheClock(t *testing.T) {
	t.Parallel()
	start := jst(2026, time.June, 11, 15) // a Thursday, due on Tuesday
	j := newResend(t, start, toStaff)
	j.at(day, func() { j.askBack("現在のご担当者様は\nどなたでしょうか") })
	j.at(5*day+time.Hour, func() { j.wantQueue(store.ResendCounts{AskedBack: 1}) })
	j.at(11*day, func() { j.answer("佐藤です") }) // Monday; six business days after Friday
	j.at(11*day+time.Hour, func() {
		if due := j.Resend(j.resend.ResendNumber).Resend.DueAt; !due.Equal(jst(2026, time.June, 24, 15)) {
			j.t.Errorf("it is due at %s", due)
		}
	})
	j.at(30*day, func() { j.refuse("ご契約者様の確認ができませんでした。") })
	d := j.finish(models.ResendRefused)
	about(t, "warned", audited(d, "warned"), jst(2026, time.June, 23, 15))
	about(t, "escalated", audited(d, "escalated"), jst(2026, time.June, 24, 15))
	wantKinds(t, d, models.MailResendReceived, models.MailResendQuestion, models.MailResendRefused)
	for _, m := range j.Mailbox.Messages() {
		if !slices.Equal(m.To, []string{house.AskerAddress}) {
			t.Errorf("%q goes to %v", m.Subject, m.To)
		}
		said := map[string]string{"電子納品再送についてのご確認": "どなたでしょうか", "電子納品再送についてのご回答": "確認ができませんでした"}[m.Subject]
		if !strings.Contains(textOf(t, m), said) || !strings.Contains(textOf(t, m), "/delivery/resend/"+d.Resend.ResendNumber+"/") {
			t.Errorf("%q lacks what was said or the link:\n%s", m.Subject, textOf(t, m))
		}
	}
	if d.Shipment != nil {
		t.Error("a refused resend has a delivery")
	}
}

// TestResendComesBackToStaff refuses a resent mail: staff decide again, and the
// next approval makes another password.
func TestResendComesBackToStaff(t *testing.T) {
	t.Parallel()
	j := newResend(t, house.Noon)
	refusing := true
	j.journey.refuse(func(to string) bool { return refusing && to == house.ResendAddress })
	j.at(time.Hour, func() {
		if r := j.Resend(j.resend.ResendNumber).Resend; r.Status != models.ResendReviewing {
			j.t.Errorf("the resend is %s", r.Status)
		}
		refusing = false
		j.approve("宛先の容量を空けていただいた")
	})
	d := j.finish(models.ResendSent)
	wantKinds(t, d, models.MailResendReceived, models.MailResentID, models.MailResentPassword, models.MailResentID, models.MailResentPassword)
	if d.Shipment.PasswordVersion != 3 {
		t.Errorf("the password's version is %d, want 3", d.Shipment.PasswordVersion)
	}
	if tasks := j.Detail(j.order.OrderNumber).Tasks; len(tasks) != 2 {
		t.Errorf("%d tasks, want one for each refused mail", len(tasks))
	}
}

// TestResendHearsWhileMailsArePutOff has the server put the acknowledgement off:
// the decision is heard meanwhile, and the mails go out then.
func TestResendHearsWhileMailsArePutOff(t *testing.T) {
	t.Parallel()
	j := newResend(t, house.Noon, toStaff)
	busyUntil := j.start.Add(2 * time.Minute)
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && j.Clock.Now().Before(busyUntil) {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	j.at(30*time.Second, func() { j.approve("") })
	j.at(time.Minute, func() {
		if r := j.Resend(j.resend.ResendNumber).Resend; r.Status != models.ResendApproved {
			j.t.Errorf("the resend is %s", r.Status)
		}
		j.tell(3)
	})
	j.finish(models.ResendSent)
	if received := len(j.Mailbox.Messages()); received != 3 {
		t.Errorf("%d mails arrived, want three", received)
	}
}

// TestResendByStaff is approved before its process looks.
func TestResendByStaff(t *testing.T) {
	t.Parallel()
	j := newResend(t, house.Noon)
	var err error
	j.resend, _, err = j.RequestResend(t.Context(), j.Staff, models.ResendRequest{
		Source: models.ResendByStaff, Reference: j.order.OrderNumber, Reason: "お電話でのご依頼", LinkKey: j.Ring.CurrentKey(),
	})
	house.Must(t, err)
	d := j.finish(models.ResendSent)
	wantKinds(t, d, models.MailResentID, models.MailResentPassword)
	for _, m := range j.Mailbox.Messages() {
		if !slices.Equal(m.To, []string{house.DeliveryAddress}) {
			t.Errorf("%q goes to %v", m.Subject, m.To)
		}
	}
}

// textOf gives what a mail says in plain text.
func textOf(t *testing.T, m mailbox.Message) string {
	t.Helper()
	body, err := m.Body()
	house.Must(t, err)
	return body.Text
}
