//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// canary is a process that does what todoke's must never do: it puts what looks like personal data everywhere a
// process can put something.
type canary struct {
	workflowID string
	mark       string // tells this canary's words from another's
}

// canaryPlaces are the places that a scan must look into.
var canaryPlaces = []string{
	"input", "memo", "summary", "details", "signal", "activity-input", "heartbeat", "failure", "cause", "failure-details", "result", "marker",
}

func (c canary) word(place string) string { return "鹿名利家" + place + c.mark + "@canary.example" }

func (c canary) words() []string {
	words := make([]string, len(canaryPlaces))
	for i, place := range canaryPlaces {
		words[i] = c.word(place)
	}
	return words
}

// plantCanary runs the canary. It stays in the middle of retrying its activity, which is the only time that Temporal
// keeps heartbeats.
func plantCanary(t *testing.T, c client.Client) canary {
	t.Helper()
	bird := canary{mark: fmt.Sprint(time.Now().UnixNano())}
	bird.workflowID = "canary/" + bird.mark
	queue := "canary-" + bird.mark
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflowWithOptions(bird.fly, workflow.RegisterOptions{Name: "Canary"})
	w.RegisterActivityWithOptions(bird.sing, activity.RegisterOptions{Name: "Sing"})
	w.RegisterActivityWithOptions(bird.remember, activity.RegisterOptions{Name: "Remember"})
	if err := w.Start(); err != nil {
		t.Fatalf("canary: %v", err)
	}
	defer w.Stop()
	ctx := t.Context()
	_, err := c.SignalWithStartWorkflow(ctx, bird.workflowID, "song", bird.word("signal"), client.StartWorkflowOptions{
		ID: bird.workflowID, TaskQueue: queue, WorkflowRunTimeout: 10 * time.Minute,
		Memo: map[string]any{"who": bird.word("memo")}, StaticSummary: bird.word("summary"), StaticDetails: bird.word("details"),
	}, "Canary", bird.word("input"))
	if err != nil {
		t.Fatalf("canary: %v", err)
	}
	until(t, "the canary's heartbeat and failure", func() (bool, string) {
		d, err := c.DescribeWorkflowExecution(ctx, bird.workflowID, "")
		if err != nil {
			return false, err.Error()
		}
		for _, p := range d.GetPendingActivities() {
			if p.GetLastFailure() != nil && p.GetHeartbeatDetails() != nil && p.GetState() == enums.PENDING_ACTIVITY_STATE_SCHEDULED {
				return true, ""
			}
		}
		return false, fmt.Sprint(d.GetPendingActivities())
	})
	return bird
}

// fly is the canary's workflow.
func (c canary) fly(ctx workflow.Context, _ string) error {
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 10 * time.Second})
	if err := workflow.ExecuteLocalActivity(local, c.remember, "marker").Get(local, nil); err != nil {
		return err
	}
	far := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, HeartbeatTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 4 * time.Minute, MaximumInterval: 4 * time.Minute},
	})
	if err := workflow.ExecuteActivity(far, "Remember", "result").Get(far, nil); err != nil {
		return err
	}
	return workflow.ExecuteActivity(far, "Sing", c.word("activity-input")).Get(far, nil)
}

// remember gives a word back as its result.
func (c canary) remember(_ context.Context, place string) (string, error) { return c.word(place), nil }

// sing fails with words everywhere in the failure.
func (c canary) sing(ctx context.Context, _ string) error {
	activity.RecordHeartbeat(ctx, c.word("heartbeat"))
	return temporal.NewApplicationErrorWithOptions(c.word("failure"), "song", temporal.ApplicationErrorOptions{
		Cause: errors.New(c.word("cause")), Details: []any{c.word("failure-details")},
	})
}
