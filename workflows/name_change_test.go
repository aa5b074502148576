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

// nameJourney is the process of one name change in the environment that skips over
// waiting.
type nameJourney struct {
	*journey
	change models.NameChange
}

func newNameChange(t *testing.T, start time.Time) *nameJourney {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite, Start: start})
	j := &nameJourney{journey: &journey{House: h, t: t, start: start}}
	j.change, _ = h.AskName()
	j.begin(start)
	return j
}

// finish runs the process and checks how the change ended, that no timer is left
// behind and that the database is sound.
func (j *nameJourney) finish(want models.NameChangeStatus) store.NameChangeDetail {
	j.t.Helper()
	j.at(0, func() { j.tell(1) })
	j.env.ExecuteWorkflow(workflows.NameChange, protocol.Started{SubjectID: j.change.ID})
	if !j.env.IsWorkflowCompleted() {
		j.t.Fatal("the process does not end")
	}
	house.Must(j.t, j.env.GetWorkflowError())
	d := j.NameChange(j.change.Number)
	if d.Change.Status != want {
		j.t.Errorf("the change is %s, want %s", d.Change.Status, want)
	}
	if j.timers.scheduled != j.timers.fired+j.timers.cancelled {
		j.t.Errorf("of %d timers %d fired and %d were cancelled", j.timers.scheduled, j.timers.fired, j.timers.cancelled)
	}
	for _, m := range d.Mails {
		if m.Status != models.MailSent {
			j.t.Errorf("the %s mail is %s", m.Kind, m.Status)
		}
	}
	j.Sound()
	return d
}

func (j *nameJourney) settled(d store.NameChangeDone, err error) {
	j.t.Helper()
	j.decided(store.Decided{OutboxID: d.OutboxID}, err)
}

func (j *nameJourney) approve(note string) {
	j.settled(j.ApproveNameChange(context.Background(), j.Staff, house.DecideName(j.change, note)))
}

func (j *nameJourney) reject(note string) {
	j.settled(j.RejectNameChange(context.Background(), j.Staff, house.DecideName(j.change, note)))
}

func (j *nameJourney) askBack(note string) {
	j.settled(j.AskBackNameChange(context.Background(), j.Staff, house.DecideName(j.change, note)))
}

func (j *nameJourney) answer(text string) {
	j.settled(j.AnswerNameChange(context.Background(), house.Requester, house.DecideName(j.change, text), nil))
}

func (j *nameJourney) withdraw() {
	j.settled(j.WithdrawNameChange(context.Background(), house.Requester, house.DecideName(j.change, "")))
}

func (j *nameJourney) wantNames(want store.NameChangeCounts) {
	got, err := j.NameChangeCounts(context.Background())
	if err != nil || got != want {
		j.t.Errorf("the queue has %+v, want %+v (%v)", got, want, err)
	}
}

func notedName(d store.NameChangeDetail, action string) []time.Time {
	return audited(store.ResendDetail{Audit: d.Audit}, "name_"+action)
}

func wantNameMails(t *testing.T, d store.NameChangeDetail, want ...models.MailKind) {
	t.Helper()
	if got := kinds(d.Mails); !slices.Equal(got, want) {
		t.Errorf("mails are %v, want %v", got, want)
	}
}

// TestNameChangeDue waits through weekends, New Year and Golden Week: staff are
// warned a business day before the fifth, and its passing is noted once; the
// decision may come as late as it likes.
func TestNameChangeDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ start, warned, due time.Time }{
		"a weekend":        {jst(2026, time.June, 11, 15), jst(2026, time.June, 17, 15), jst(2026, time.June, 18, 15)},
		"New Year":         {jst(2026, time.December, 25, 10), jst(2027, time.January, 6, 10), jst(2027, time.January, 7, 10)},
		"before New Year":  {jst(2027, time.December, 28, 18), jst(2028, time.January, 7, 18), jst(2028, time.January, 11, 18)},
		"Golden Week 2026": {jst(2026, time.April, 28, 10), jst(2026, time.May, 8, 10), jst(2026, time.May, 11, 10)},
		"Golden Week 2027": {jst(2027, time.April, 28, 15), jst(2027, time.May, 10, 15), jst(2027, time.May, 11, 15)},
		"on a holiday":     {jst(2027, time.May, 4, 8), jst(2027, time.May, 11, 8), jst(2027, time.May, 12, 8)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newNameChange(t, c.start)
			j.at(c.due.Sub(c.start)-time.Second, func() { j.wantNames(store.NameChangeCounts{Waiting: 1, Warned: 1}) })
			j.at(c.due.Sub(c.start)+time.Second, func() { j.wantNames(store.NameChangeCounts{Waiting: 1, Warned: 1, Overdue: 1}) })
			j.at(60*day, func() { j.approve("") })
			d := j.finish(models.NameChangeApproved)
			about(t, "warned", notedName(d, "warned"), c.warned)
			about(t, "escalated", notedName(d, "escalated"), c.due)
			wantNameMails(t, d, models.MailNameChangeReceived, models.MailReviewResult)
			if d.Contract.Holder.CompanyName != "株式会社みらい商事" {
				t.Errorf("the holder is %q", d.Contract.Holder.CompanyName)
			}
		})
	}
}

// TestNameChangeDecidedInTime decides before the warning, between warning and due
// day, and in the very moment of the timer.
func TestNameChangeDecidedInTime(t *testing.T) {
	t.Parallel()
	start := jst(2026, time.June, 11, 15) // a Thursday; warned on the next Wednesday
	for name, c := range map[string]struct {
		after    time.Duration
		warnings int
	}{"before": {6*day - time.Second, 0}, "the same moment": {6 * day, 0}, "between": {6*day + time.Hour, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newNameChange(t, start)
			j.at(c.after, func() { j.approve("登記で確認") })
			d := j.finish(models.NameChangeApproved)
			if got := len(notedName(d, "warned")); got != c.warnings {
				t.Errorf("%d warnings, want %d", got, c.warnings)
			}
			if escalated := notedName(d, "escalated"); len(escalated) != 0 {
				t.Errorf("escalated at %v", escalated)
			}
		})
	}
}

// TestNameChangeAnswerStopsTheClock asks back over Golden Week: no clock runs
// while the requester has to answer, and the business days of that do not count.
func TestNameChangeAnswerStopsTheClock(t *testing.T) {
	t.Parallel()
	start := jst(2026, time.April, 27, 15) // a Monday: due on May 8
	j := newNameChange(t, start)
	j.at(day, func() { j.askBack("登記事項証明書を\nお送りください。") })
	j.at(9*day, func() { j.wantNames(store.NameChangeCounts{AskedBack: 1}) })
	j.at(14*day, func() { j.answer("お送りします") }) // May 11; five business days after April 28
	j.at(14*day+time.Hour, func() {
		if due := j.NameChange(j.change.Number).Change.DueAt; !due.Equal(jst(2026, time.May, 15, 15)) {
			j.t.Errorf("it is due at %s", due)
		}
	})
	j.at(40*day, func() { j.reject("別の法人への譲渡にあたるため、\n承ることができません。") })
	d := j.finish(models.NameChangeRejected)
	about(t, "warned", notedName(d, "warned"), jst(2026, time.May, 14, 15))
	about(t, "escalated", notedName(d, "escalated"), jst(2026, time.May, 15, 15))
	wantNameMails(t, d, models.MailNameChangeReceived, models.MailNameChangeQuestion, models.MailReviewResult)
	for _, m := range j.Mailbox.Messages() {
		said := map[string]string{
			"【トレンドマイクロ】契約者名変更についてのご確認": "お送りください。", "【トレンドマイクロ】契約者名変更の審査結果のお知らせ": "譲渡にあたるため",
			"【トレンドマイクロ】契約者名変更のお申し込みを受け付けました": "5営業日",
		}[m.Subject]
		if said == "" || !strings.Contains(textOf(t, m), said) || !strings.Contains(textOf(t, m), "/portal/contracts/"+d.Contract.LicenseID+"/name-change") {
			t.Errorf("%q lacks what was said or the link:\n%s", m.Subject, textOf(t, m))
		}
		if !slices.Equal(m.To, []string{house.RequesterAddress}) {
			t.Errorf("%q goes to %v", m.Subject, m.To)
		}
	}
	if d.Contract.Holder.CompanyName == "株式会社みらい商事" {
		t.Error("a rejected change changed the name")
	}
}

// TestNameChangeWithdrawnAndApproved withdraws in the very moment of an approval,
// in both orders: the first stands, the process ends once, and one result is told.
func TestNameChangeWithdrawnAndApproved(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]models.NameChangeStatus{"approve": models.NameChangeApproved, "withdraw": models.NameChangeWithdrawn} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			j := newNameChange(t, house.Noon)
			ctx, d := context.Background(), house.DecideName(j.change, "")
			late := func(err error) {
				if !models.IsKind(err, models.KindConflict) {
					t.Errorf("the second is taken as well: %v", err)
				}
				j.tell(1) // a signal too many changes nothing
			}
			j.at(6*day, func() { // the moment of the warning
				if first == "approve" {
					j.approve("")
					_, err := j.WithdrawNameChange(ctx, house.Requester, d)
					late(err)
				} else {
					j.withdraw()
					_, err := j.ApproveNameChange(ctx, j.Staff, d)
					late(err)
				}
			})
			got := j.finish(want)
			told := models.MailReviewResult
			if first == "withdraw" {
				told = models.MailNameChangeWithdrawn
			}
			wantNameMails(t, got, models.MailNameChangeReceived, told)
		})
	}
}

// TestNameChangeHearsWhileMailsArePutOff has the server put the acknowledgement
// off: the decision is heard meanwhile, and the mails go out then.
func TestNameChangeHearsWhileMailsArePutOff(t *testing.T) {
	t.Parallel()
	j := newNameChange(t, house.Noon)
	busyUntil := j.start.Add(2 * time.Minute)
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && j.Clock.Now().Before(busyUntil) {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	j.at(30*time.Second, func() { j.withdraw() })
	j.at(time.Minute, func() { j.tell(3) })
	j.finish(models.NameChangeWithdrawn)
	if received := len(j.Mailbox.Messages()); received != 2 {
		t.Errorf("%d mails arrived, want two", received)
	}
}
