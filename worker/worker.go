// Package worker registers workflows and activities, and runs and stops them
// gracefully.
package worker

import (
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
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
	Renewals    *activities.Renewals
	News        *activities.News
	Activation  *activities.Activation
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
	for _, collaborator := range []any{a.Orders, a.Mails, a.Documents, a.Outbox, a.Resends, a.NameChanges, a.Renewals, a.News, a.Activation} {
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
		protocol.RenewalNoticesWorkflow:   workflows.RenewalNotices,
		protocol.NewsIssueWorkflow:        workflows.NewsIssue,
		protocol.ActivationIssueWorkflow:  workflows.ActivationIssue,
	} {
		r.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{Name: name})
	}
}
