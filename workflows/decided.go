package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// waitUntil waits for a decision, at most until the moment, and says whether
// one came. The timer is cancelled when it is not needed any more.
func waitUntil(ctx workflow.Context, signals workflow.ReceiveChannel, at time.Time, summary string) (decided bool) {
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timerCtx, max(at.Sub(workflow.Now(ctx)), 0), workflow.TimerOptions{Summary: summary})
	selector := workflow.NewSelector(ctx)
	selector.AddFuture(timer, func(workflow.Future) {})
	selector.AddReceive(signals, func(c workflow.ReceiveChannel, _ bool) {
		c.Receive(ctx, nil)
		decided = true
	})
	selector.Select(ctx)
	if decided {
		drain(signals)
	}
	return decided
}
