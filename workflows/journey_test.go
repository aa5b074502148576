package workflows_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/worker"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"
)

// journey is the process of one order in the SDK's test environment, which skips
// over waiting. The activities are the real ones over a real store, whose clock
// follows the environment's time.
type journey struct {
	*house.House
	t     *testing.T
	env   *testsuite.TestWorkflowEnvironment
	order models.Order
	start time.Time

	timers timers
}

// timers counts what became of them.
type timers struct {
	sync.Mutex
	scheduled, fired, cancelled int
}

// jst is a moment in Japan.
func jst(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, time.FixedZone("JST", 9*60*60)).UTC()
}

// newJourney enters an order at a moment; a change of the application can make
// its checks fail.
func newJourney(t *testing.T, start time.Time, changes ...func(*models.Application)) *journey {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite, Start: start})
	j := &journey{House: h, t: t, start: start}
	j.order = h.NewOrder(changes...)
	j.begin(start)
	return j
}

// begin makes an environment for a run of the process that starts at a moment.
func (j *journey) begin(at time.Time) {
	j.env = newEnvironment(j.House)
	j.env.SetStartTime(at)
	j.Clock.Follow(j.env.Now)
	count := func(n *int) {
		j.timers.Lock()
		defer j.timers.Unlock()
		*n++
	}
	j.env.SetOnTimerScheduledListener(func(string, time.Duration) { count(&j.timers.scheduled) })
	j.env.SetOnTimerFiredListener(func(string) { count(&j.timers.fired) })
	j.env.SetOnTimerCanceledListener(func(string) { count(&j.timers.cancelled) })
}

// newEnvironment makes an environment with everything that a worker registers.
func newEnvironment(h *house.House) *testsuite.TestWorkflowEnvironment {
	env := newMocks()
	worker.Register(quietly{env}, h.Activities)
	return env
}

// newMocks makes an environment without activities.
func newMocks() *testsuite.TestWorkflowEnvironment {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(house.Quiet()))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(sdkworker.Options{
		Interceptors: []interceptor.WorkerInterceptor{&activities.Interceptor{Log: house.Quiet()}},
		// A process that stands still for a second is taken for stuck; a busy machine needs more.
		DeadlockDetectionTimeout: 20 * time.Second,
	})
	env.SetTestTimeout(time.Minute)
	return env
}

// quietly lets worker.Register fill a test environment.
type quietly struct {
	*testsuite.TestWorkflowEnvironment
}

// run runs the process to its end, as the outbox starts it: the signal of the
// entered order comes along with the start.
func (j *journey) run() {
	j.t.Helper()
	j.at(0, func() { j.tell(1) })
	j.execute()
}

// execute runs the process without a signal of its own.
func (j *journey) execute() {
	j.t.Helper()
	j.env.ExecuteWorkflow(workflows.OrderIntake, protocol.Started{SubjectID: j.order.ID})
	if !j.env.IsWorkflowCompleted() {
		j.t.Fatal("the process does not end")
	}
}

// finish runs the process and checks how the order ended, that no timer is left
// behind and that the database is sound.
func (j *journey) finish(want models.OrderStatus) store.OrderDetail {
	j.t.Helper()
	j.run()
	house.Must(j.t, j.env.GetWorkflowError())
	d := j.Detail(j.order.OrderNumber)
	if d.Order.Status != want {
		j.t.Errorf("the order is %s, want %s", d.Order.Status, want)
	}
	if j.timers.scheduled != j.timers.fired+j.timers.cancelled {
		j.t.Errorf("of %d timers %d fired and %d were cancelled", j.timers.scheduled, j.timers.fired, j.timers.cancelled)
	}
	j.Sound()
	return d
}

// at does something when so much time of the process has passed.
func (j *journey) at(after time.Duration, do func()) { j.env.RegisterDelayedCallback(do, after) }

// tell signals the process, n times.
func (j *journey) tell(n int) {
	for range n {
		j.env.SignalWorkflow(protocol.DecidedSignal, protocol.Decided{DecisionID: 1})
	}
}

// decided takes a decision that the store has just accepted, and tells the process.
func (j *journey) decided(d store.Decided, err error) {
	j.t.Helper()
	if err != nil {
		j.t.Errorf("the decision is refused: %v", err)
		return
	}
	entry, err := j.OutboxEntry(context.Background(), d.OutboxID)
	if err != nil {
		j.t.Errorf("the decision is not in the outbox: %v", err)
		return
	}
	j.env.SignalWorkflow(protocol.DecidedSignal, protocol.Decided{DecisionID: entry.DecisionID})
}

func (j *journey) confirm(code models.ReasonCode, value string) {
	j.t.Helper()
	j.decided(j.ConfirmOrder(context.Background(), j.Staff, house.Decide(j.order), []store.Confirm{{Code: code, Value: value}}))
}

func (j *journey) cancel(by models.Actor) {
	j.t.Helper()
	j.decided(j.CancelOrder(context.Background(), by, house.Decide(j.order), "客先都合"))
}

// wantMails checks how many mails of each kind the ledger has, all of them over.
func (j *journey) wantMails(want map[models.MailKind]int) {
	j.t.Helper()
	got := map[models.MailKind]int{}
	for _, m := range j.Detail(j.order.OrderNumber).Mails {
		got[m.Kind]++
		if !m.Status.Final() {
			j.t.Errorf("the %s mail is still %s", m.Kind, m.Status)
		}
	}
	for kind, n := range want {
		if got[kind] != n {
			j.t.Errorf("%d mails of kind %s, want %d", got[kind], kind, n)
		}
	}
	for kind, n := range got {
		if _, wanted := want[kind]; !wanted {
			j.t.Errorf("%d mails of kind %s, want none", n, kind)
		}
	}
}

// refuse lets the mailbox refuse recipients.
func (j *journey) refuse(refused func(to string) bool) {
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && refused(to) {
			return mailbox.Behaviour{Fault: mailbox.Refuse}
		}
		return mailbox.Behaviour{}
	})
}
