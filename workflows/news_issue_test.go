package workflows_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

var news *activities.News

// newsroom is the process of one issue in the environment that skips over waiting.
type newsroom struct {
	*house.House
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	issue models.NewsIssue
}

// newNewsroom schedules an issue for n subscribers in some time from noon.
func newNewsroom(t *testing.T, n int, in time.Duration) *newsroom {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite, Rules: func(r *models.Rules) { r.News.PerSecond = 500 }})
	h.Subscribers(n)
	r := &newsroom{House: h, t: t, issue: h.ScheduledNews(in)}
	r.begin(house.Noon)
	return r
}

func (r *newsroom) begin(at time.Time) {
	r.env = newEnvironment(r.House)
	r.env.SetStartTime(at)
	r.Clock.Follow(r.env.Now)
}

// after has somebody decide once so much time has passed; the process is told.
func (r *newsroom) after(d time.Duration, decide func() error) {
	r.env.RegisterDelayedCallback(func() {
		if err := decide(); err != nil {
			r.t.Errorf("after %s it is refused: %v", d, err)
		}
		r.env.SignalWorkflow(protocol.DecidedSignal, protocol.Decided{})
	}, d)
}

func (r *newsroom) decision() store.DecideNews { return store.DecideNews{Number: r.issue.Number} }

// run runs the process to its end.
func (r *newsroom) run() {
	r.t.Helper()
	r.env.ExecuteWorkflow(workflows.NewsIssue, protocol.Started{SubjectID: r.issue.ID})
	if !r.env.IsWorkflowCompleted() {
		r.t.Fatal("the process does not end")
	}
	house.Must(r.t, r.env.GetWorkflowError())
}

// want checks how the issue and its mails ended.
func (r *newsroom) want(status models.NewsStatus, mails map[models.MailStatus]int64) {
	r.t.Helper()
	d := r.News(r.issue.Number)
	if d.Issue.Status != status {
		r.t.Errorf("the issue is %s, want %s", d.Issue.Status, status)
	}
	for _, s := range models.MailStatuses {
		if d.Counts.ByStatus[s] != mails[s] {
			r.t.Errorf("%d mails are %s, want %d", d.Counts.ByStatus[s], s, mails[s])
		}
	}
	r.Sound()
}

// It waits for its moment, days ahead, and goes to everybody once.
func TestAnIssueGoesOutAtItsMoment(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 5, 72*time.Hour)
	r.run()
	r.want(models.NewsSent, map[models.MailStatus]int64{models.MailSent: 5})
	d := r.News(r.issue.Number)
	if late := d.Issue.StartedAt.Sub(house.Noon.Add(72 * time.Hour)); late < 0 || late > time.Second {
		t.Errorf("it began %s after its moment", late)
	}
	if n := len(r.Mailbox.Messages()); n != 5 {
		t.Errorf("%d mails arrived", n)
	}
}

// Taken back, scheduled anew for another day, then cancelled before it goes out.
func TestAnIssueIsTakenBackAndCancelled(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 2, 24*time.Hour)
	r.after(time.Hour, func() error {
		_, err := r.UnscheduleNews(t.Context(), r.Staff, r.decision())
		return err
	})
	r.after(48*time.Hour, func() error {
		_, err := r.ScheduleNews(t.Context(), r.Staff, r.decision(), r.Now().Add(24*time.Hour))
		return err
	})
	r.after(50*time.Hour, func() error {
		d := r.decision()
		d.Note = "誤記"
		_, err := r.CancelNews(t.Context(), r.Staff, d)
		return err
	})
	r.run()
	r.want(models.NewsCancelled, nil)
	if n := len(r.Mailbox.Messages()); n != 0 {
		t.Errorf("%d mails arrived", n)
	}
}

// Paused in the middle for days, then resumed: everybody gets it, nobody twice.
func TestAnIssueIsPausedAndResumed(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 300, 0)
	var arrived atomic.Int64
	r.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageEnd && arrived.Add(1) == 20 {
			if _, err := r.PauseNews(context.Background(), r.Staff, r.decision()); err != nil {
				t.Errorf("pausing gives %v", err)
			}
		}
		return mailbox.Behaviour{}
	})
	var meanwhile models.NewsStatus
	var sent int
	r.after(48*time.Hour, func() error {
		d := r.News(r.issue.Number)
		meanwhile, sent = d.Issue.Status, int(d.Counts.ByStatus[models.MailSent])
		_, err := r.ResumeNews(t.Context(), r.Staff, r.decision())
		return err
	})
	r.run()
	if meanwhile != models.NewsPaused || sent < 20 || sent >= 300 {
		t.Errorf("meanwhile it was %s, with %d sent", meanwhile, sent)
	}
	r.want(models.NewsSent, map[models.MailStatus]int64{models.MailSent: 300})
	if to := recipients(r.House); len(slices.Compact(to)) != 300 || len(to) != 300 {
		t.Errorf("%d mails arrived", len(to))
	}
}

func recipients(h *house.House) []string {
	var to []string
	for _, m := range h.Mailbox.Messages() {
		to = append(to, m.To...)
	}
	slices.Sort(to)
	return to
}

// Cancelled in the middle: nobody gets it any more.
func TestAnIssueIsCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 300, 0)
	var arrived atomic.Int64
	r.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageEnd && arrived.Add(1) == 20 {
			d := r.decision()
			d.Note = "誤記"
			if _, err := r.CancelNews(context.Background(), r.Staff, d); err != nil {
				t.Errorf("cancelling gives %v", err)
			}
		}
		return mailbox.Behaviour{}
	})
	r.run()
	n := int64(len(r.Mailbox.Messages()))
	if n < 20 || n >= 300 {
		t.Errorf("%d mails arrived", n)
	}
	r.want(models.NewsCancelled, map[models.MailStatus]int64{models.MailSent: n, models.MailFailed: 300 - n})
}

// Who refuses for the moment is tried again later; the mail server's own absence is waited out.
func TestAnIssueWaitsForServers(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 4, 0)
	var deferred, away atomic.Int64
	r.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		switch {
		case stage == mailbox.StageMail && away.Add(1) <= 2:
			return mailbox.Behaviour{Fault: mailbox.Defer}
		case stage == mailbox.StageRcpt && to == house.Subscriber(2) && deferred.Add(1) <= 3:
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	r.run()
	r.want(models.NewsSent, map[models.MailStatus]int64{models.MailSent: 4})
	if to := recipients(r.House); len(to) != 4 || deferred.Load() != 4 {
		t.Errorf("%d mails arrived after %d tries", len(to), deferred.Load())
	}
}

// What a worker that died was sending stays unknown; the rest goes out after the claims
// are old, and the process ends.
func TestAnIssueGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	r := newNewsroom(t, 6, 0)
	for range 3 { // the first process prepared it, and died while it sent two
		_, err := r.Store.AdvanceNews(t.Context(), r.issue.ID, time.Minute)
		house.Must(t, err)
	}
	claimed, _, err := r.ClaimNews(t.Context(), r.issue.ID, 0, 2)
	house.Must(t, err)
	r.begin(house.Noon.Add(time.Second))
	r.run()
	r.want(models.NewsSent, map[models.MailStatus]int64{models.MailSent: 4, models.MailUnknown: 2})
	for _, to := range recipients(r.House) {
		if to == claimed[0].Recipient || to == claimed[1].Recipient {
			t.Errorf("%s is sent again", to)
		}
	}
}

// However long it takes, a run's history is bounded: the next one finds all in the database.
func TestALongIssueGoesOnInTheNextRun(t *testing.T) {
	t.Parallel()
	env := newMocks()
	env.RegisterActivity(&activities.News{})
	looks := 0
	env.OnActivity(news.AdvanceNews, mock.Anything, mock.Anything).Return(func(context.Context, int64) (protocol.NewsState, error) {
		looks++
		return protocol.NewsState{Next: models.NextSend, Status: string(models.NewsSending)}, nil
	})
	env.OnActivity(news.SendNews, mock.Anything, mock.Anything).Return(protocol.NewsBatch{Sent: 600}, nil)
	env.ExecuteWorkflow(workflows.NewsIssue, protocol.Started{SubjectID: 7})
	next, ok := errors.AsType[*workflow.ContinueAsNewError](env.GetWorkflowError())
	if !ok || next.WorkflowType.Name != protocol.NewsIssueWorkflow || looks > 500 {
		t.Errorf("after %d looks it ends with %v", looks, env.GetWorkflowError())
	}
}
