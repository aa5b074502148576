package testenv

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/todoke/todoke/temporalcli/goinstall"
)

func TestAWorkflowRunsOnTheDevelopmentServer(t *testing.T) {
	hostPort, namespace := TemporalNamespace(t)
	second, other := TemporalNamespace(t)
	if second != hostPort || other == namespace {
		t.Fatalf("servers %s and %s, namespaces %s and %s: want one server, two namespaces",
			hostPort, second, namespace, other)
	}
	greet(t, dial(t, hostPort, namespace))
	greet(t, dial(t, hostPort, other))
	greet(t, dial(t, Temporal(t), "default"))
}

func TestAWorkflowRunsOnPostgres(t *testing.T) {
	hostPort := TemporalOnPostgres(t)
	c := dial(t, hostPort, "default")
	greet(t, c)
	system, err := c.WorkflowService().GetSystemInfo(t.Context(), nil)
	must(t, err)
	if "v"+system.GetServerVersion() != TemporalServerVersion {
		t.Errorf("server %s, want %s", system.GetServerVersion(), TemporalServerVersion)
	}
	if again := TemporalOnPostgres(t); again != hostPort {
		t.Errorf("servers %s and %s within one process", hostPort, again)
	}
}

func TestWorkflowsOnPostgresSurviveKills(t *testing.T) {
	databases := PostgresServer(t)
	server := TemporalOnPostgresServer(t, databases)
	c := dial(t, server.HostPort(), "default")
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: queue}, greeting)
	must(t, err)

	must(t, errors.Join(server.Kill(), server.Start(t.Context())))
	must(t, errors.Join(databases.Kill(), databases.Start(t.Context())))
	must(t, server.Restart(t.Context()))

	work(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// The server may still be on its way back to its database.
	await(t, "the signal to be taken", func() bool {
		return c.SignalWorkflow(ctx, run.GetID(), "", "name", "吉野家") == nil
	})
	expectGreeting(ctx, t, run)
}

func TestADevelopmentServerOfOnesOwnCanBeKilled(t *testing.T) {
	server := TemporalServer(t)
	must(t, errors.Join(server.Kill(), server.Restart(t.Context())))
	greet(t, dial(t, server.HostPort(), "default"))
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	binDir, err := BinDir()
	must(t, err)
	programs, err := buildTemporalPrograms(t.Context(), binDir, os.Stderr)
	must(t, err)
	h := &TemporalHandle{programs: programs, folder: t.TempDir(), layout: temporalLayout{ports: make([]int, portCount)}}
	must(t, os.WriteFile(h.configFile(), []byte("persistence: [broken"), 0o600))
	err = h.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "ended while starting; its log ends:") {
		t.Fatalf("got %v", err)
	}
}

func TestProgramsAreBuiltFromPinnedVersions(t *testing.T) {
	binDir, err := BinDir()
	must(t, err)
	path, err := BuildTemporalServer(t.Context(), binDir, os.Stderr)
	must(t, err)
	if path != filepath.Join(binDir, "temporal-server") {
		t.Errorf("built %s", path)
	}
	for _, program := range []goinstall.Program{serverProgram, schemaProgram} {
		if _, ok := program.Found(binDir); !ok {
			t.Errorf("%s is not in %s in its version", program.Name, binDir)
		}
	}
}

func TestLoginsOfConnectionStrings(t *testing.T) {
	for dsn, tls := range map[string]bool{
		"postgres://u:p%40ss@h.test:5433/d?sslmode=disable":                       false,
		"postgres://u:p%40ss@h.test:5433/d":                                       false,
		"host=h.test port=5433 user=u password=p@ss dbname=d":                     false,
		"postgres://u:p%40ss@h.test:5433/d?sslmode=require":                       true,
		"host=h.test port=5433 user=u password=p@ss dbname=d sslmode=verify-full": true,
	} {
		got, err := loginOf(dsn)
		must(t, err)
		want := login{host: "h.test", port: 5433, user: "u", password: "p@ss", tls: tls}
		if got != want {
			t.Errorf("%s: %+v, want %+v", dsn, got, want)
		}
	}
	if _, err := loginOf("postgres://u:secret@h:port"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a broken one gives %v", err)
	}
}

const queue = "greetings"

func greeting(ctx workflow.Context) (string, error) {
	var name string
	workflow.GetSignalChannel(ctx, "name").Receive(ctx, &name)
	return "こんにちは、" + name, nil
}

// greet runs a workflow from beginning to end.
func greet(t *testing.T, c client.Client) {
	t.Helper()
	work(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	options := client.StartWorkflowOptions{
		// A namespace of one's own means an ID of one's own, which this would notice.
		TaskQueue: queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}
	run, err := c.SignalWithStartWorkflow(ctx, "greeting/1", "name", "吉野家", options, greeting)
	must(t, err)
	expectGreeting(ctx, t, run)
}

func expectGreeting(ctx context.Context, t *testing.T, run client.WorkflowRun) {
	t.Helper()
	var got string
	must(t, run.Get(ctx, &got))
	if got != "こんにちは、吉野家" {
		t.Errorf("the workflow returned %q", got)
	}
}

func work(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(greeting)
	must(t, w.Start())
	t.Cleanup(w.Stop)
}

func dial(t *testing.T, hostPort, namespace string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: hostPort, Namespace: namespace})
	must(t, err)
	t.Cleanup(c.Close)
	return c
}
