package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/todoke/todoke/protocol"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// EnsureSchedule makes the schedule that drains the outbox, or gives the one that
// is there its interval.
func EnsureSchedule(ctx context.Context, c client.Client, every time.Duration) error {
	return ensure(ctx, c, client.ScheduleOptions{
		ID:   protocol.OutboxDrainScheduleID,
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}},
		Action: &client.ScheduleWorkflowAction{
			ID: protocol.OutboxDrainScheduleID, Workflow: protocol.OutboxDrainWorkflow, TaskQueue: protocol.TaskQueue,
			WorkflowExecutionTimeout: 5 * time.Minute,
		},
	})
}

// EnsureRenewalNotices makes the schedule of the renewal notices, or gives the one
// that is there its time of the day in Japan. While a day's notices are being sent
// the next day's do not begin: the day after makes up for them.
func EnsureRenewalNotices(ctx context.Context, c client.Client, at time.Duration) error {
	// Japan is nine hours ahead all year, so the server needs no zone files.
	const ahead, day = 9 * time.Hour, 24 * time.Hour
	utc := (at - ahead + day) % day
	return ensure(ctx, c, client.ScheduleOptions{
		ID:            protocol.RenewalNoticesScheduleID,
		Spec:          client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: day, Offset: utc}}},
		CatchupWindow: day,
		Action: &client.ScheduleWorkflowAction{
			ID: protocol.RenewalNoticesScheduleID, Workflow: protocol.RenewalNoticesWorkflow, TaskQueue: protocol.TaskQueue,
			Args: []any{protocol.RenewalRun{}},
		},
	})
}

// RunRenewalNotices has the schedule send what is due now.
func RunRenewalNotices(ctx context.Context, c client.Client) error {
	return c.ScheduleClient().GetHandle(ctx, protocol.RenewalNoticesScheduleID).Trigger(ctx, client.ScheduleTriggerOptions{})
}

// ensure makes a schedule, or gives the one that is there its times.
func ensure(ctx context.Context, c client.Client, o client.ScheduleOptions) error {
	_, err := c.ScheduleClient().Create(ctx, o)
	if _, there := errors.AsType[*serviceerror.AlreadyExists](err); there || errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		err = c.ScheduleClient().GetHandle(ctx, o.ID).Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				schedule := in.Description.Schedule
				schedule.Spec = &o.Spec
				return &client.ScheduleUpdate{Schedule: &schedule}, nil
			},
		})
	}
	if err != nil {
		return fmt.Errorf("schedule %s: %w", o.ID, err)
	}
	return nil
}
