package workflows

import (
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

var outboxActivities *activities.Outbox

// OutboxDrain is what the reconciling schedule starts: it makes the calls that
// could not be made right after their commit.
func OutboxDrain(ctx workflow.Context) (protocol.Drained, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 2 * time.Minute,
		Summary:             "drain",
		// The schedule comes round again soon; trying harder would only overlap.
		RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	})
	var drained protocol.Drained
	err := workflow.ExecuteActivity(ctx, outboxActivities.DrainOutbox).Get(ctx, &drained)
	return drained, err
}
