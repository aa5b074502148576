package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The activity policies by name. What is retried at all is decided in one place,
// activities/errors.go; here is only how fast and how long.

// patience is how long a step on the database is tried: longer than any outage.
// It has to be said, because a local activity that names no such time takes that
// of a single attempt for all of them together.
const patience = 10 * 365 * 24 * time.Hour

// databaseStep is for short repeatable steps on the database. They go on being
// tried until the database is back: what was accepted is never given up. Every
// try beyond the first few stands in the history, so they come no closer than a
// minute.
func databaseStep(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: patience,
		Summary:                summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Minute,
		},
	})
}

// mailStep is for sending one mail. The activity itself bounds its attempt well
// below the timeout; retries go on until the ledger gives the mail up.
func mailStep(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 90 * time.Second,
		HeartbeatTimeout:    15 * time.Second,
		Summary:             summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 5 * time.Minute,
		},
	})
}

// renderStep is for drawing a document and keeping its file.
func renderStep(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute,
		Summary:             summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute,
		},
	})
}
