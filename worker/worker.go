// Package worker registers workflows and activities, and runs and stops them
// gracefully.
package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Activities are the collaborators that activities work with.
type Activities struct {
	Orders      *activities.Orders
	Mails       *activities.Mails
	Documents   *activities.Documents
	Outbox      *activities.Outbox
	Resends     *activities.Resends
	NameChanges *activities.NameChanges
}

// Options say how the worker runs.
type Options struct {
	Interceptor interceptor.WorkerInterceptor
	// StopTimeout is how long a stopping worker lets running activities end; it
	// must be longer than a mail may take after its final dot.
	StopTimeout time.Duration
	// Activities at once; 0 is 20. Rendering and sending have bounds of their own.
	Concurrency int
}

// New makes a worker; Start and Stop are the SDK's.
func New(c client.Client, a Activities, o Options) sdkworker.Worker {
	if o.Concurrency == 0 {
		o.Concurrency = 20
	}
	if o.StopTimeout == 0 {
		o.StopTimeout = time.Minute
	}
	w := sdkworker.New(c, protocol.TaskQueue, sdkworker.Options{
		WorkerStopTimeout:                       o.StopTimeout,
		MaxConcurrentActivityExecutionSize:      o.Concurrency,
		MaxConcurrentLocalActivityExecutionSize: o.Concurrency,
		Interceptors:                            []interceptor.WorkerInterceptor{o.Interceptor},
	})
	Register(w, a)
	return w
}

// Register tells a worker, or a replayer, what there is.
func Register(r interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}, a Activities,
) {
	RegisterWorkflows(r)
	for _, collaborator := range []any{a.Orders, a.Mails, a.Documents, a.Outbox, a.Resends, a.NameChanges} {
		r.RegisterActivityWithOptions(collaborator, activity.RegisterOptions{})
	}
}

// RegisterWorkflows registers the processes under the names that histories keep.
func RegisterWorkflows(r interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
},
) {
	for name, w := range map[string]any{
		protocol.OrderIntakeWorkflow:      workflows.OrderIntake,
		protocol.ApplicationFiledWorkflow: workflows.ApplicationFiled,
		protocol.OutboxDrainWorkflow:      workflows.OutboxDrain,
		protocol.MailQueuedWorkflow:       workflows.MailQueued,
		protocol.DeliveryResendWorkflow:   workflows.DeliveryResend,
		protocol.NameChangeWorkflow:       workflows.NameChange,
	} {
		r.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{Name: name})
	}
}

// EnsureSchedule makes the schedule that drains the outbox, or gives the one that
// is there its interval.
func EnsureSchedule(ctx context.Context, c client.Client, every time.Duration) error {
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: every}}}
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID:   protocol.OutboxDrainScheduleID,
		Spec: spec,
		Action: &client.ScheduleWorkflowAction{
			ID: protocol.OutboxDrainScheduleID, Workflow: protocol.OutboxDrainWorkflow, TaskQueue: protocol.TaskQueue,
			WorkflowExecutionTimeout: 5 * time.Minute,
		},
	})
	if _, there := errors.AsType[*serviceerror.AlreadyExists](err); there || errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		err = c.ScheduleClient().GetHandle(ctx, protocol.OutboxDrainScheduleID).Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				schedule := in.Description.Schedule
				schedule.Spec = &spec
				return &client.ScheduleUpdate{Schedule: &schedule}, nil
			},
		})
	}
	if err != nil {
		return fmt.Errorf("outbox schedule: %w", err)
	}
	return nil
}
