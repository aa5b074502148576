//go:build bench

package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
)

// peers are workflows that orders are compared with: what Temporal alone takes on this machine. Their worker is set
// up as todoke's is, and they are started as todoke starts its own: with a signal.
type peers struct {
	client client.Client
	worker worker.Worker
	ended  atomic.Int64
	named  atomic.Int64
	done   chan struct{}
	mu     sync.Mutex
	want   int64
}

const (
	peerQueue = "bench"
	emptyName = "BenchEmpty"
	shapeName = "BenchSameShape"
)

func newPeers(t *testing.T, hostPort string) *peers {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort: hostPort, Logger: temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatalf("Temporal: %v", err)
	}
	t.Cleanup(c.Close)
	const asTodoke = 20 // worker.Options.Concurrency
	p := &peers{client: c, worker: worker.New(c, peerQueue, worker.Options{
		MaxConcurrentActivityExecutionSize: asTodoke, MaxConcurrentLocalActivityExecutionSize: asTodoke,
	})}
	p.worker.RegisterWorkflowWithOptions(p.empty, workflow.RegisterOptions{Name: emptyName})
	p.worker.RegisterWorkflowWithOptions(p.sameShape, workflow.RegisterOptions{Name: shapeName})
	for name, a := range map[string]any{"look": look, "send": send, "render": render} {
		p.worker.RegisterActivityWithOptions(a, activity.RegisterOptions{Name: name})
	}
	if err := p.worker.Start(); err != nil {
		t.Fatalf("worker of the peers: %v", err)
	}
	t.Cleanup(p.worker.Stop)
	return p
}

func look(context.Context, int64) (protocol.OrderState, error) {
	return protocol.OrderState{Next: models.NextAccept, Version: 2, Status: "checking", Mails: []int64{1}}, nil
}

func send(context.Context, protocol.MailRef) (protocol.MailResult, error) {
	return protocol.MailResult{Status: "sent"}, nil
}

func render(context.Context, int64) error { return nil }

// empty is the least that a workflow can do.
func (p *peers) empty(ctx workflow.Context, _ protocol.Started) error {
	workflow.GetSignalChannel(ctx, protocol.DecidedSignal).ReceiveAsync(nil)
	p.end(ctx)
	return nil
}

// sameShape has the steps of workflows.OrderIntake on its straight way, with the same options: look, mail, look,
// register, certificate, two mails at once, finish.
func (p *peers) sameShape(ctx workflow.Context, in protocol.Started) error {
	steps := []func() error{
		func() error { return local(ctx, in) },
		func() error { return sendMails(ctx, 1) },
		func() error { return local(ctx, in) },
		func() error { return local(ctx, in) },
		func() error {
			rendering := workflow.WithActivityOptions(ctx, realActivity("certificate", 0))
			return workflow.ExecuteActivity(rendering, render, in.SubjectID).Get(ctx, nil)
		},
		func() error { return sendMails(ctx, 2) },
		func() error { return local(ctx, in) },
	}
	for i, step := range steps {
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("**checking** (version %d)\n\nnext: accept", i))
		if err := step(); err != nil {
			return err
		}
	}
	p.end(ctx)
	workflow.GetSignalChannel(ctx, protocol.DecidedSignal).ReceiveAsync(nil)
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

func local(ctx workflow.Context, in protocol.Started) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 10 * time.Second, Summary: "check the order",
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: time.Minute},
	})
	var state protocol.OrderState
	return workflow.ExecuteLocalActivity(ctx, look, in.SubjectID).Get(ctx, &state)
}

func sendMails(ctx workflow.Context, count int64) error {
	var futures []workflow.Future
	for n := range count {
		ctx := workflow.WithActivityOptions(ctx, realActivity("delivery", 15*time.Second))
		futures = append(futures, workflow.ExecuteActivity(ctx, send, protocol.MailRef{MailID: n + 1}))
	}
	for _, f := range futures {
		if err := f.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

func realActivity(summary string, heartbeat time.Duration) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		StartToCloseTimeout: 90 * time.Second, HeartbeatTimeout: heartbeat, Summary: summary,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 5 * time.Minute},
	}
}

// end counts a workflow when it reaches its end for the first time.
func (p *peers) end(ctx workflow.Context) {
	if workflow.IsReplaying(ctx) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended.Add(1) == p.want {
		close(p.done)
	}
}

// run starts so many workflows as fast as so many starters can, and gives how many ended in a second. last is the
// ID of one of them.
func (p *peers) run(ctx context.Context, name string, count, starters int) (perSecond float64, last string, err error) {
	p.mu.Lock()
	p.ended.Store(0)
	p.want, p.done = int64(count), make(chan struct{})
	p.mu.Unlock()
	start := time.Now()
	err = spread(count, starters, func(int) error {
		_, err := p.client.SignalWithStartWorkflow(ctx, fmt.Sprintf("bench/%d", p.named.Add(1)), protocol.DecidedSignal,
			protocol.Decided{DecisionID: 1}, client.StartWorkflowOptions{
				TaskQueue: peerQueue, StaticSummary: name, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			}, name, protocol.Started{SubjectID: 1})
		return err
	})
	if err != nil {
		return 0, "", err
	}
	select {
	case <-p.done:
		return float64(count) / time.Since(start).Seconds(), fmt.Sprintf("bench/%d", p.named.Load()), nil
	case <-ctx.Done():
		return 0, "", fmt.Errorf("%d of %d workflows ended: %w", p.ended.Load(), count, ctx.Err())
	}
}

// spread does count things in so many goroutines, and gives the errors together.
func spread(count, goroutines int, do func(i int) error) error {
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		mu     sync.Mutex
		failed error
	)
	for range goroutines {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	group.Wait()
	return failed
}

// shapeOf counts the events of a workflow that has ended, or waits until it has.
func shapeOf(ctx context.Context, c client.Client, workflowID string) (s Shape, err error) {
	if err := c.GetWorkflow(ctx, workflowID, "").Get(ctx, nil); err != nil {
		return s, err
	}
	history := c.GetWorkflowHistory(ctx, workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return s, err
		}
		s.Events++
		switch event.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			s.WorkflowTasks++
		case enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			s.Activities++
		case enums.EVENT_TYPE_MARKER_RECORDED:
			s.LocalActivities++
		}
	}
	return s, nil
}
