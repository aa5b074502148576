package worker_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/worker"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
)

// losing loses the answer to the first try of every activity after its effect, as
// if the worker had died before Temporal heard of it.
type losing struct {
	interceptor.WorkerInterceptorBase
	mu   sync.Mutex
	lost map[string]int
}

func (l *losing) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &losingInbound{outer: l}
	in.Next = next
	return in
}

type losingInbound struct {
	interceptor.ActivityInboundInterceptorBase
	outer *losing
}

func (in *losingInbound) ExecuteActivity(ctx context.Context, input *interceptor.ExecuteActivityInput) (any, error) {
	result, err := in.Next.ExecuteActivity(ctx, input)
	info := activity.GetInfo(ctx)
	if err == nil && info.Attempt == 1 {
		in.outer.mu.Lock()
		defer in.outer.mu.Unlock()
		in.outer.lost[info.ActivityType.Name]++
		return nil, errors.New("lost")
	}
	return result, err
}

func hasty(r *models.Rules) { r.Grace = 0 }

// enter enters an order and has its process started.
func enter(t *testing.T, h *house.House, changes ...func(*models.Application)) models.Order {
	t.Helper()
	o := h.NewOrder(changes...)
	_, err := h.Outbox.Drain(t.Context(), 100)
	house.Must(t, err)
	return o
}

func over(t *testing.T, c client.Client, workflowIDs ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, id := range workflowIDs {
		if err := c.GetWorkflow(ctx, id, "").Get(ctx, nil); err != nil {
			t.Errorf("%s ends with %v", id, err)
		}
	}
}

// TestEveryAnswerLost carries an order through a send-back to its delivery on a
// real server, while every activity's first answer gets lost. What is left behind
// must be the same as without that, and no history may name anybody.
func TestEveryAnswerLost(t *testing.T) {
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			l := &losing{lost: map[string]int{}}
			want := deliver(t, dialect)
			got := deliver(t, dialect, l)
			for _, d := range house.Difference(got, want) {
				t.Error(d)
			}
			for _, name := range []string{
				"AdvanceOrder", "RegisterOrder", "FinishDelivery", "MailsOfApplication", "SendMail", "RenderCertificate", "RenderApplication",
			} {
				if l.lost[name] == 0 {
					t.Errorf("no answer of %s got lost", name)
				}
			}
			if got["mails in the mailbox"] != 5 { // receipt, send-back, accepted, ID, PW
				t.Errorf("%d mails arrived, want 5", got["mails in the mailbox"])
			}
		})
	}
}

// deliver has an order sent back, confirmed and delivered, and gives the census.
func deliver(t *testing.T, dialect string, outer ...interceptor.WorkerInterceptor) map[string]int {
	t.Helper()
	c := house.Dial(t)
	h := house.New(t, house.Options{Dialect: dialect, Temporal: c, Rules: hasty})
	h.Clock.Follow(time.Now)
	h.Work(t, c, time.Second, outer...)
	o := enter(t, h, house.Months(24))
	h.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
	_, err := h.ConfirmOrder(t.Context(), h.Staff, house.Decide(o), []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
	house.Must(t, err)
	_, err = h.Outbox.Drain(t.Context(), 100)
	house.Must(t, err)
	application := h.Detail(o.OrderNumber).Application.WorkflowID()
	over(t, c, o.WorkflowID(), application)
	if got := h.Order(o.OrderNumber).Status; got != models.OrderDelivered {
		t.Errorf("the order is %s", got)
	}
	h.Sound()
	wantNobodyIn(t, h, c, o.WorkflowID(), application)
	return h.Census()
}

// wantNobodyIn looks for personal data of the house in histories, and shows that
// it would be found there.
func wantNobodyIn(t *testing.T, h *house.House, c client.Client, workflowIDs ...string) {
	t.Helper()
	forbidden := h.PersonalData()
	if len(forbidden) < 15 {
		t.Errorf("only %d words are looked for", len(forbidden))
	}
	for _, id := range workflowIDs {
		history, err := histories.Fetch(t.Context(), c, id, "")
		house.Must(t, err)
		for _, f := range histories.Scan([]histories.History{history}, forbidden) {
			t.Error(f)
		}
	}
	const canary = "worker-test-canary"
	_, err := c.SignalWithStartWorkflow(t.Context(), canary, "told", map[string]string{"to": forbidden[0]},
		client.StartWorkflowOptions{ID: canary, TaskQueue: "nobody"}, "Nothing")
	house.Must(t, err)
	planted, err := histories.Fetch(t.Context(), c, canary, "")
	house.Must(t, err)
	if len(histories.Scan([]histories.History{planted}, forbidden)) == 0 {
		t.Error("the planted canary is not found")
	}
}

// TestStoppedWorkerLeavesItsWorkToTheNext stops a worker while it is talking to a
// slow mail server: the mail goes back to the ledger, another worker sends it, and
// it arrives once.
func TestStoppedWorkerLeavesItsWorkToTheNext(t *testing.T) {
	t.Parallel()
	c := house.Dial(t)
	h := house.New(t, house.Options{Dialect: store.SQLite, Temporal: c, Rules: hasty})
	h.Clock.Follow(time.Now)
	talking := make(chan struct{}, 100)
	h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt {
			talking <- struct{}{}
			return mailbox.Behaviour{Delay: 2 * time.Second}
		}
		return mailbox.Behaviour{}
	})
	end := h.Work(t, c, 100*time.Millisecond)
	o := enter(t, h)
	select {
	case <-talking:
	case <-time.After(30 * time.Second):
		t.Fatal("no mail is being sent")
	}
	end()
	h.Mailbox.SetBehaviour(nil)
	h.Work(t, c, time.Second)
	over(t, c, o.WorkflowID())
	for _, m := range h.Detail(o.OrderNumber).Mails {
		if m.Status != models.MailSent {
			t.Errorf("the %s mail is %s after %d attempts", m.Kind, m.Status, m.Attempts)
		}
	}
	arrived := map[string]int{}
	for _, m := range h.Mailbox.Messages() {
		arrived[m.MessageID]++
	}
	for id, n := range arrived {
		if n != 1 {
			t.Errorf("mail %s arrived %d times", id, n)
		}
	}
	h.Sound()
}

// TestScheduleDrainsTheOutbox makes the schedule twice, the second time with
// another interval, and lets it drain what nobody told.
func TestScheduleDrainsTheOutbox(t *testing.T) {
	t.Parallel()
	c := house.Dial(t)
	h := house.New(t, house.Options{Dialect: store.SQLite, Temporal: c, Rules: hasty})
	h.Clock.Follow(time.Now)
	house.Must(t, worker.EnsureSchedule(t.Context(), c, time.Hour))
	house.Must(t, worker.EnsureSchedule(t.Context(), c, time.Second))
	h.Work(t, c, time.Second)
	o := h.NewOrder() // nobody drains, nobody tells
	h.AwaitStatus(t, o.OrderNumber, models.OrderDelivered)

	schedule, err := c.ScheduleClient().GetHandle(t.Context(), protocol.OutboxDrainScheduleID).Describe(t.Context())
	house.Must(t, err)
	if every := schedule.Schedule.Spec.Intervals; len(every) != 1 || every[0].Every != time.Second {
		t.Errorf("the intervals are %+v", every)
	}
}

// TestManyOrdersAtOnce has two workers share the orders.
func TestManyOrdersAtOnce(t *testing.T) {
	t.Parallel()
	c := house.Dial(t)
	h := house.New(t, house.Options{Dialect: store.Postgres, Temporal: c, Rules: hasty})
	h.Clock.Follow(time.Now)
	h.Work(t, c, time.Second)
	h.Work(t, c, time.Second)
	var ids []string
	for range 8 {
		o := h.NewOrder()
		ids = append(ids, o.WorkflowID(), models.Application{ID: o.ApplicationID}.WorkflowID())
	}
	_, err := h.Outbox.Drain(t.Context(), 100)
	house.Must(t, err)
	over(t, c, ids...)
	census := h.Census()
	for what, want := range map[string]int{
		"rows of contracts": 8, "rows of shipments": 8, "rows of holdings": 8, "mails in the mailbox": 8 * 4, "files": 8 * 2,
	} {
		if census[what] != want {
			t.Errorf("%s: %d, want %d", what, census[what], want)
		}
	}
	h.Sound()
}
