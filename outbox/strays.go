package outbox

import (
	"context"
	"errors"

	"github.com/todoke/todoke/models"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// Processes is what looking for strays needs of the store.
type Processes interface {
	OpenProcesses(ctx context.Context) ([]models.OpenProcess, error)
}

// StrayState says what became of a process that should be running.
type StrayState string

// The states. Completed is odd: the row says that something is left to do, so the
// database is likely to have been restored from before.
const (
	StrayMissing    StrayState = "missing" // Temporal knows nothing of it
	StrayFailed     StrayState = "failed"
	StrayTerminated StrayState = "terminated"
	StrayTimedOut   StrayState = "timed_out"
	StrayCanceled   StrayState = "canceled"
	StrayCompleted  StrayState = "completed"
)

// StrayStates lists them.
var StrayStates = []StrayState{StrayMissing, StrayFailed, StrayTerminated, StrayTimedOut, StrayCanceled, StrayCompleted}

// Stray is something left to do that no process runs for.
type Stray struct {
	models.OpenProcess
	State StrayState
}

// runningPage is how many running processes are asked for at once.
const runningPage = 1000

// Strays compares what has something left to do with what runs. The list of what
// runs may lag behind, so whatever it leaves out is asked for one by one.
func Strays(ctx context.Context, processes Processes, c client.Client) ([]Stray, error) {
	open, err := processes.OpenProcesses(ctx)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	running, err := runningIDs(ctx, c)
	if err != nil {
		return nil, unavailable(err)
	}
	var strays []Stray
	for _, p := range open {
		if running[p.WorkflowID] {
			continue
		}
		state, err := stateOf(ctx, c, p.WorkflowID)
		if err != nil {
			return nil, unavailable(err)
		}
		if state != "" {
			strays = append(strays, Stray{p, state})
		}
	}
	return strays, nil
}

func unavailable(err error) error {
	return models.NewError(models.KindUnavailable, "temporal_unavailable").WithCause(err)
}

func runningIDs(ctx context.Context, c client.Client) (map[string]bool, error) {
	running := map[string]bool{}
	request := &workflowservice.ListWorkflowExecutionsRequest{PageSize: runningPage, Query: "ExecutionStatus = 'Running'"}
	for {
		page, err := c.ListWorkflow(ctx, request)
		if err != nil {
			return nil, err
		}
		for _, e := range page.GetExecutions() {
			running[e.GetExecution().GetWorkflowId()] = true
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return running, nil
		}
	}
}

// stateOf asks for one process; nothing says that it runs.
func stateOf(ctx context.Context, c client.Client, workflowID string) (StrayState, error) {
	description, err := c.DescribeWorkflowExecution(ctx, workflowID, "")
	if _, gone := errors.AsType[*serviceerror.NotFound](err); gone {
		return StrayMissing, nil
	}
	if err != nil {
		return "", err
	}
	switch description.GetWorkflowExecutionInfo().GetStatus() {
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED:
		return StrayFailed, nil
	case enums.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		return StrayTerminated, nil
	case enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return StrayTimedOut, nil
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return StrayCanceled, nil
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return StrayCompleted, nil
	default:
		return "", nil
	}
}

// Revive begins a stray's process again; one that runs after all is told to look.
// The process looks at its rows and goes on where they are. One that was completed
// is begun again as well: who asks for that knows why the row is older than it.
func Revive(ctx context.Context, c client.Client, s Stray) error {
	policy := enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	if s.State == StrayCompleted {
		policy = enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	entry := models.OutboxEntry{Workflow: s.Workflow, WorkflowID: s.WorkflowID, SubjectID: s.SubjectID}
	if err := call(ctx, c, entry, policy); err != nil && !ended(err) {
		return unavailable(err)
	}
	return nil
}
