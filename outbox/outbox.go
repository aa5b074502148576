// Package outbox makes the calls to Temporal that the database says are due: one
// signal-with-start per entry. An entry is tried right after its commit; a
// schedule drains what remains. Doing it twice is harmless: the workflow ID is
// the business number, and the workflow looks at the row, not at the signal.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// Entries is what the outbox needs of the store.
type Entries interface {
	OutboxEntry(ctx context.Context, id int64) (models.OutboxEntry, error)
	OutboxDue(ctx context.Context, limit int) ([]models.OutboxEntry, error)
	OutboxTold(ctx context.Context, id int64) error
	OutboxFailed(ctx context.Context, e models.OutboxEntry) error
}

// Outbox tells Temporal.
type Outbox struct {
	entries  Entries
	temporal client.Client
	log      *slog.Logger
	queue    chan int64
	done     sync.WaitGroup
	stop     context.CancelFunc
}

// callTimeout bounds one call, so that a Temporal that hangs holds nobody up.
const callTimeout = 5 * time.Second

// waiting is how many entries may wait for their first try; the rest is left to the schedule.
const waiting = 1024

// New starts senders that work off what Tell hands over.
func New(entries Entries, temporal client.Client, log *slog.Logger, senders int) *Outbox {
	ctx, stop := context.WithCancel(context.Background())
	o := &Outbox{entries: entries, temporal: temporal, log: log, queue: make(chan int64, waiting), stop: stop}
	for range senders {
		o.done.Go(func() { o.work(ctx) })
	}
	return o
}

// Tell tries an entry soon, without making the caller wait. When too many wait
// already the schedule will find it.
func (o *Outbox) Tell(id int64) {
	if id == 0 {
		return
	}
	select {
	case o.queue <- id:
	default:
	}
}

// Close stops the senders; entries not sent stay for the schedule.
func (o *Outbox) Close() {
	o.stop()
	o.done.Wait()
}

func (o *Outbox) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-o.queue:
			e, err := o.entries.OutboxEntry(ctx, id)
			if err == nil {
				err = o.send(ctx, e)
			}
			if err != nil && ctx.Err() == nil {
				o.log.Warn("outbox entry waits for the schedule", "outbox_id", id, "error", models.AsError(err).Code)
			}
		}
	}
}

// Drain sends what is due, oldest first, and stops at the first sign that
// Temporal does not answer.
func (o *Outbox) Drain(ctx context.Context, limit int) (protocol.Drained, error) {
	due, err := o.entries.OutboxDue(ctx, limit)
	if err != nil {
		return protocol.Drained{}, err
	}
	var drained protocol.Drained
	for i, e := range due {
		if err := o.send(ctx, e); err != nil {
			drained.Waiting = len(due) - i
			return drained, err
		}
		drained.Sent++
	}
	return drained, nil
}

// send makes the entry's call and notes how it went.
func (o *Outbox) send(ctx context.Context, e models.OutboxEntry) error {
	if e.SentAt != nil {
		return nil
	}
	// A process that failed or was ended by somebody is begun again: it looks at the
	// row and goes on from there. One that came to its end is not: its row says so too.
	err := call(ctx, o.temporal, e, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY)
	if err != nil && !ended(err) {
		if noted := o.entries.OutboxFailed(ctx, e); noted != nil {
			return noted
		}
		return unavailable(err)
	}
	return o.entries.OutboxTold(ctx, e.ID)
}

// call makes one signal-with-start.
func call(ctx context.Context, c client.Client, e models.OutboxEntry, policy enums.WorkflowIdReusePolicy) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	options := client.StartWorkflowOptions{
		ID: e.WorkflowID, TaskQueue: protocol.TaskQueue, WorkflowIDReusePolicy: policy, StaticSummary: string(e.Workflow),
	}
	_, err := c.SignalWithStartWorkflow(ctx, e.WorkflowID, protocol.DecidedSignal,
		protocol.Decided{DecisionID: e.DecisionID}, options, string(e.Workflow), protocol.Started{SubjectID: e.SubjectID})
	return err
}

// ended says whether the call was refused because the process came to its end.
func ended(err error) bool {
	_, started := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err)
	return started
}
