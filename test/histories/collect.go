package histories

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
)

// History is one run of a process as Temporal keeps it.
type History struct {
	WorkflowID string
	RunID      string
	Events     []*historypb.HistoryEvent
	// Description is what Temporal tells beside the events: memo, search
	// attributes, and activities under way with their heartbeats and last failures.
	// It is nil for a history that was read from a file.
	Description *workflowservice.DescribeWorkflowExecutionResponse
}

// Read reads a history in the JSON form that Temporal's CLI and UI give; name
// stands for its workflow ID.
func Read(name string, r io.Reader) (History, error) {
	events, err := client.HistoryFromJSON(r, client.HistoryJSONOptions{})
	if err != nil {
		return History{}, fmt.Errorf("history %s: %w", name, err)
	}
	if len(events.GetEvents()) == 0 {
		return History{}, fmt.Errorf("history %s: it has no events", name)
	}
	return History{WorkflowID: name, Events: events.GetEvents()}, nil
}

// ReadFile reads a history that was kept in a file.
func ReadFile(path string) (h History, err error) {
	file, err := os.Open(path)
	if err != nil {
		return History{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return Read(path, file)
}

// Fetch gets one run with its description; an empty runID is the newest.
func Fetch(ctx context.Context, c client.Client, workflowID, runID string) (History, error) {
	h := History{WorkflowID: workflowID, RunID: runID}
	var err error
	if h.Description, err = c.DescribeWorkflowExecution(ctx, workflowID, runID); err != nil {
		return h, fmt.Errorf("describe %s: %w", workflowID, err)
	}
	h.RunID = h.Description.GetWorkflowExecutionInfo().GetExecution().GetRunId()
	events := c.GetWorkflowHistory(ctx, workflowID, h.RunID, false, 0)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return h, fmt.Errorf("history of %s: %w", workflowID, err)
		}
		h.Events = append(h.Events, event)
	}
	return h, nil
}

// FetchAll gets every run in a namespace that visibility lists. Visibility is
// eventually consistent: whoever needs them all compares with what was started.
func FetchAll(ctx context.Context, c client.Client, namespace string) ([]History, error) {
	var all []History
	request := &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, PageSize: 500}
	for {
		page, err := c.ListWorkflow(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("list processes: %w", err)
		}
		for _, info := range page.GetExecutions() {
			h, err := Fetch(ctx, c, info.GetExecution().GetWorkflowId(), info.GetExecution().GetRunId())
			if err != nil {
				return nil, err
			}
			all = append(all, h)
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return all, nil
		}
	}
}
