//go:build e2e

package e2e

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/testenv"
	"github.com/todoke/todoke/worker"
)

var quiet = temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler))

// dial connects to a Temporal server.
func dial(t *testing.T, hostPort string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: hostPort, Logger: quiet})
	if err != nil {
		t.Fatalf("Temporal: %v", err)
	}
	t.Cleanup(c.Close)
	return c
}

// replayer knows the processes as workers do.
func replayer(t *testing.T) sdkworker.WorkflowReplayer {
	t.Helper()
	r := sdkworker.NewWorkflowReplayer()
	worker.RegisterWorkflows(r)
	return r
}

// replayFresh replays what a run has made, whatever server it was on and wherever each process stands.
func replayFresh(t *testing.T, all []histories.History) {
	t.Helper()
	r, replayed := replayer(t), 0
	for _, h := range all {
		if strings.HasPrefix(h.WorkflowID, "canary/") {
			continue
		}
		execution := workflow.Execution{ID: h.WorkflowID, RunID: h.RunID}
		err := r.ReplayWorkflowHistoryWithOptions(quiet, &historypb.History{Events: h.Events}, sdkworker.ReplayWorkflowHistoryOptions{OriginalExecution: execution})
		if err != nil {
			t.Errorf("replay of %s: %v", h.WorkflowID, err)
		}
		replayed++
	}
	if replayed == 0 {
		t.Error("nothing was replayed")
	}
}

// testNewerTemporal has production's server, which is newer than the one for development, carry an order, and replays
// on it what was kept from earlier versions of the processes.
func testNewerTemporal(t *testing.T, h *house) {
	c := dial(t, h.Temporal.HostPort())
	system, err := c.WorkflowService().GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{})
	if err != nil {
		t.Fatalf("version of the server: %v", err)
	}
	if got := "v" + system.GetServerVersion(); got != testenv.TemporalServerVersion {
		t.Errorf("the server is %s, not %s", got, testenv.TemporalServerVersion)
	}
	fresh := h.delivered(t)
	if err := replayer(t).ReplayWorkflowExecution(t.Context(), c.WorkflowService(), quiet, "default", workflow.Execution{ID: "order/" + fresh.OrderNumber}); err != nil {
		t.Errorf("replay of %s from the server: %v", fresh.OrderNumber, err)
	}
	root, err := testenv.Root()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(root, "workflows", "testdata", "histories", "*.json"))
	if err != nil || len(kept) < 3 {
		t.Fatalf("%d kept histories, %v", len(kept), err)
	}
	for _, path := range kept {
		if err := replayer(t).ReplayWorkflowHistoryFromJSONFile(quiet, path); err != nil {
			t.Errorf("replay of %s: %v", filepath.Base(path), err)
		}
	}
	t.Logf("%d kept histories replayed beside a server %s", len(kept), system.GetServerVersion())
}
