package outbox_test

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/testenv"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func dial(t *testing.T, hostPort string, interceptors ...grpc.UnaryClientInterceptor) client.Client {
	t.Helper()
	c, err := client.NewLazyClient(client.Options{
		HostPort: hostPort, Logger: log.NewStructuredLogger(house.Quiet()),
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(interceptors...)}},
	})
	house.Must(t, err)
	t.Cleanup(c.Close)
	return c
}

// newOutbox makes an outbox over the house's store, ended with the test.
func newOutbox(t *testing.T, h *house.House, c client.Client, senders int) *outbox.Outbox {
	t.Helper()
	o := outbox.New(h.Store, c, house.Quiet(), senders)
	t.Cleanup(o.Close)
	return o
}

// entered gives a house with an order whose application is told of already, so
// that the order's own entry is the only one due.
func entered(t *testing.T) (*house.House, store.Entered) {
	t.Helper()
	h := house.New(t, house.Options{Dialect: store.SQLite})
	a := h.File()
	due, err := h.OutboxDue(t.Context(), 10)
	house.Must(t, err)
	for _, e := range due {
		house.Must(t, h.OutboxTold(t.Context(), e.ID))
	}
	entered := h.Enter(a)
	return h, entered
}

func drain(t *testing.T, o *outbox.Outbox, want protocol.Drained) {
	t.Helper()
	got, err := o.Drain(t.Context(), 100)
	house.Must(t, err)
	if got != want {
		t.Errorf("drained %+v, want %+v", got, want)
	}
}

func wantDue(t *testing.T, h *house.House, want int) []models.OutboxEntry {
	t.Helper()
	due, err := h.OutboxDue(t.Context(), 100)
	house.Must(t, err)
	if len(due) != want {
		t.Errorf("%d entries are due, want %d", len(due), want)
	}
	return due
}

// told gives the process's only run and the decisions it was told of.
func told(t *testing.T, c client.Client, workflowID string) (run string, decisions int) {
	t.Helper()
	history, err := histories.Fetch(t.Context(), c, workflowID, "")
	house.Must(t, err)
	info := history.Description.GetWorkflowExecutionInfo()
	if first := info.GetFirstRunId(); first != history.RunID {
		t.Errorf("%s has a second run", workflowID)
	}
	for _, event := range history.Events {
		if event.GetEventType() == enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED {
			decisions++
		}
	}
	return history.RunID, decisions
}

// TestStartsOnceAndTellsAll drains an order's entry and three decisions: one
// process, started by the first of them, hears of all.
func TestStartsOnceAndTellsAll(t *testing.T) {
	t.Parallel()
	c := dial(t, testenv.Temporal(t))
	h, o := entered(t)
	for range 2 {
		_, err := h.HoldOrder(t.Context(), h.Staff, house.Decide(o.Order))
		house.Must(t, err)
	}
	box := newOutbox(t, h, c, 0)
	drain(t, box, protocol.Drained{Sent: 3})
	wantDue(t, h, 0)
	if _, decisions := told(t, c, o.Order.WorkflowID()); decisions != 3 {
		t.Errorf("the process hears of %d decisions, want 3", decisions)
	}
	drain(t, box, protocol.Drained{})
	description, err := c.DescribeWorkflowExecution(t.Context(), o.Order.WorkflowID(), "")
	house.Must(t, err)
	if kind := description.GetWorkflowExecutionInfo().GetType().GetName(); kind != protocol.OrderIntakeWorkflow {
		t.Errorf("a %s was started", kind)
	}
	if queue := description.GetExecutionConfig().GetTaskQueue().GetName(); queue != protocol.TaskQueue {
		t.Errorf("it was started on %s", queue)
	}
}

// TestTerminatedProcessIsBegunAgain decides about an order whose process somebody
// terminated: the decision starts it anew.
func TestTerminatedProcessIsBegunAgain(t *testing.T) {
	t.Parallel()
	c := dial(t, testenv.Temporal(t))
	h, o := entered(t)
	box := newOutbox(t, h, c, 0)
	drain(t, box, protocol.Drained{Sent: 1})
	run, _ := told(t, c, o.Order.WorkflowID())
	house.Must(t, c.TerminateWorkflow(t.Context(), o.Order.WorkflowID(), run, "ended by a test"))
	_, err := h.HoldOrder(t.Context(), h.Staff, house.Decide(o.Order))
	house.Must(t, err)
	drain(t, box, protocol.Drained{Sent: 1})
	wantDue(t, h, 0)
	again, decisions := told(t, c, o.Order.WorkflowID())
	if again == run || decisions != 1 {
		t.Errorf("the run is %s after %s, with %d decisions", again, run, decisions)
	}
}

// TestCompletedProcessIsNeverBegunAgain tells once more of an application whose
// process came to its end, and the entry does not come back for ever.
func TestCompletedProcessIsNeverBegunAgain(t *testing.T) {
	t.Parallel()
	c := dial(t, testenv.Temporal(t))
	h, o := entered(t)
	ended := o.Order.WorkflowID()
	queue := "completed-" + o.Order.OrderNumber
	w := sdkworker.New(c, queue, sdkworker.Options{})
	w.RegisterWorkflowWithOptions(func(workflow.Context) error { return nil }, workflow.RegisterOptions{Name: "Nothing"})
	house.Must(t, w.Start())
	defer w.Stop()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: ended, TaskQueue: queue}, "Nothing")
	house.Must(t, err)
	house.Must(t, run.Get(t.Context(), nil))
	drain(t, newOutbox(t, h, c, 0), protocol.Drained{Sent: 1})
	wantDue(t, h, 0)
	if now, decisions := told(t, c, ended); now != run.GetRunID() || decisions != 0 {
		t.Errorf("it was begun again with %d decisions", decisions)
	}
	strays, err := outbox.Strays(t.Context(), h.Store, c)
	house.Must(t, err)
	// The application's process was left out above; whether the server knows one of its name is another test's affair.
	strays = slices.DeleteFunc(strays, func(s outbox.Stray) bool { return s.WorkflowID != ended })
	if len(strays) != 1 || strays[0].State != outbox.StrayCompleted || strays[0].WorkflowID != ended {
		t.Fatalf("the strays are %+v", strays)
	}
	house.Must(t, outbox.Revive(t.Context(), c, strays[0])) // somebody asked for that
	if now, _ := told(t, c, ended); now == run.GetRunID() {
		t.Error("it was not begun again although somebody asked")
	}
}

// TestWaitsWhileTemporalIsDown kills the server and starts it again.
func TestWaitsWhileTemporalIsDown(t *testing.T) {
	t.Parallel()
	server := testenv.TemporalServer(t)
	c := dial(t, server.HostPort())
	h, o := entered(t)
	box := newOutbox(t, h, c, 0)
	house.Must(t, server.Kill())

	drained, err := box.Drain(t.Context(), 100)
	if models.AsError(err).Code != "temporal_unavailable" || drained.Sent != 0 || drained.Waiting != 1 {
		t.Errorf("with Temporal down it drains %+v and gives %v", drained, err)
	}
	wantDue(t, h, 0) // not at once again
	h.Clock.Pass(time.Second)
	wantDue(t, h, 1)

	house.Must(t, server.Restart(t.Context()))
	// The connection may still be waiting to be tried again; the schedule comes round as often.
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		h.Clock.Pass(time.Minute)
		if drained, err := box.Drain(t.Context(), 100); err == nil && drained.Sent == 1 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("with Temporal back it drains %+v and gives %v", drained, err)
		}
	}
	if _, decisions := told(t, c, o.Order.WorkflowID()); decisions != 1 {
		t.Errorf("the process hears of %d decisions, want 1", decisions)
	}
}

// TestTriesComeApart refuses call after call: the waits double up to a minute.
func TestTriesComeApart(t *testing.T) {
	t.Parallel()
	refusing := func(context.Context, string, any, any, *grpc.ClientConn, grpc.UnaryInvoker, ...grpc.CallOption) error {
		return status.Error(codes.PermissionDenied, "refused by a test")
	}
	h, _ := entered(t)
	box := newOutbox(t, h, dial(t, testenv.Temporal(t), refusing), 0)
	for try, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		if due := wantDue(t, h, 1); len(due) == 1 && due[0].Attempts != try {
			t.Errorf("%d attempts are counted, want %d", due[0].Attempts, try)
		}
		if _, err := box.Drain(t.Context(), 100); models.AsError(err).Code != "temporal_unavailable" {
			t.Fatalf("try %d gives %v", try, err)
		}
		h.Clock.Pass(wait*time.Second - time.Microsecond)
		wantDue(t, h, 0)
		h.Clock.Pass(time.Microsecond)
	}
}

// TestOneRefusedEntryDoesNotHoldTheOthersUp refuses the calls about one order.
func TestOneRefusedEntryDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	h, refused := entered(t)
	h.Clock.Pass(time.Second)
	second := h.NewOrder()
	refusing := func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, o ...grpc.CallOption) error {
		if r, ok := request.(interface{ GetWorkflowId() string }); ok && r.GetWorkflowId() == refused.Order.WorkflowID() {
			return status.Error(codes.PermissionDenied, "refused by a test")
		}
		return invoke(ctx, method, request, reply, conn, o...)
	}
	c := dial(t, testenv.Temporal(t), refusing)
	box := newOutbox(t, h, c, 0)
	if _, err := box.Drain(t.Context(), 100); err == nil {
		t.Fatal("the refused entry gives no error")
	}
	drain(t, box, protocol.Drained{Sent: 2}) // the second order and its application
	if _, decisions := told(t, c, second.WorkflowID()); decisions != 1 {
		t.Errorf("the second order's process hears of %d decisions", decisions)
	}
}

// TestTellNeverBlocks fills the queue with nobody working it off, in front of a
// server that answers nothing.
func TestTellNeverBlocks(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	house.Must(t, err)
	defer silent.Close() //nolint:errcheck // it only listened
	h, o := entered(t)
	for _, senders := range []int{0, 2} {
		box := newOutbox(t, h, dial(t, silent.Addr().String()), senders)
		begun := time.Now()
		for range 5000 {
			box.Tell(o.OutboxID)
			box.Tell(0)
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("with %d senders 10,000 calls take %s", senders, took)
		}
		box.Close() // gives up what is under way
	}
	drain(t, newOutbox(t, h, dial(t, testenv.Temporal(t)), 0), protocol.Drained{Sent: 1})
}

// TestTellIsHeardSoon tells right after the commit, and the entry is not due any more.
func TestTellIsHeardSoon(t *testing.T) {
	t.Parallel()
	c := dial(t, testenv.Temporal(t))
	h, o := entered(t)
	box := newOutbox(t, h, c, 2)
	box.Tell(o.OutboxID)
	for deadline := time.Now().Add(time.Minute); ; {
		e, err := h.OutboxEntry(t.Context(), o.OutboxID)
		house.Must(t, err)
		if e.SentAt != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the entry is not told in time")
		}
		time.Sleep(10 * time.Millisecond)
	}
	drain(t, box, protocol.Drained{})
	box.Tell(o.OutboxID) // once more
	box.Close()
	if _, decisions := told(t, c, o.Order.WorkflowID()); decisions != 1 {
		t.Errorf("the process hears of %d decisions, want 1", decisions)
	}
}

// TestTwoDrainsAtOnce lets two workers drain the same entries.
func TestTwoDrainsAtOnce(t *testing.T) {
	t.Parallel()
	c := dial(t, testenv.Temporal(t))
	h := house.New(t, house.Options{Dialect: store.SQLite})
	var orders []models.Order
	for range 5 {
		orders = append(orders, h.NewOrder())
	}
	boxes := []*outbox.Outbox{newOutbox(t, h, c, 0), newOutbox(t, h, c, 0)}
	var draining sync.WaitGroup
	for _, box := range boxes {
		draining.Go(func() {
			if _, err := box.Drain(context.Background(), 100); err != nil {
				t.Errorf("a drain beside another gives %v", err)
			}
		})
	}
	draining.Wait()
	wantDue(t, h, 0)
	for _, o := range orders {
		if _, decisions := told(t, c, o.WorkflowID()); decisions < 1 || decisions > 2 {
			t.Errorf("%s hears of %d decisions, want one, or the same twice", o.OrderNumber, decisions)
		}
	}
}

// TestDrainIsBounded takes no more at once than it is allowed to.
func TestDrainIsBounded(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Dialect: store.SQLite})
	h.NewOrder()
	h.NewOrder()
	box := newOutbox(t, h, dial(t, testenv.Temporal(t)), 0)
	for _, want := range []int{3, 1, 0} {
		if drained, err := box.Drain(t.Context(), 3); err != nil || drained.Sent != want {
			t.Errorf("drained %+v (%v), want %d", drained, err, want)
		}
	}
}
