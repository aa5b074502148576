package temporalcli_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/todoke/todoke/temporalcli"
)

// cli builds the CLI into the module's bin folder once; later runs find it there.
var cli = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Minute)
	defer cancel()
	return temporalcli.Build(ctx, filepath.Join("..", "bin"), os.Stderr)
})

func TestProcessesSurviveACrashAndARestart(t *testing.T) {
	folder := t.TempDir()
	s := start(t, temporalcli.Options{
		Namespace: "todoke",
		DBFile:    filepath.Join(folder, "temporal", "temporal.db"),
		LogFile:   filepath.Join(folder, "temporal.log"),
	})
	if page := get(t, s.UIURL()); !strings.Contains(page, "<html") {
		t.Errorf("the UI at %s shows no page: %.80q", s.UIURL(), page)
	}
	workflowID := startWaiting(t, s)

	must(t, s.Kill())
	select {
	case <-s.Done():
	default:
		t.Fatal("Done is open after Kill")
	}
	must(t, s.Restart(t.Context()))
	must(t, s.Stop())
	must(t, s.Restart(t.Context()))
	if got := finish(t, s, workflowID); got != "go on" {
		t.Errorf("the workflow returned %q", got)
	}
}

func TestAPortInUseIsAClearError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, listener.Close()) })
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("unexpected address %s", listener.Addr())
	}
	taken := address.Port
	path, err := cli()
	must(t, err)
	for purpose, options := range map[string]temporalcli.Options{
		"Temporal":    {Path: path, FrontendPort: taken},
		"Temporal UI": {Path: path, UIPort: taken},
	} {
		_, err := temporalcli.Start(t.Context(), options)
		var inUse *temporalcli.PortInUseError
		if !errors.As(err, &inUse) || inUse.Purpose != purpose || inUse.Port != taken {
			t.Errorf("%s: got %v", purpose, err)
		}
	}
}

func TestAServerThatEndsWhileStartingSaysWhatItsLogSays(t *testing.T) {
	path, err := cli()
	must(t, err)
	folder := t.TempDir()
	broken := filepath.Join(folder, "temporal.db")
	must(t, os.WriteFile(broken, []byte("this is no SQLite file, but long enough to be taken for one"), 0o600))
	_, err = temporalcli.Start(t.Context(), temporalcli.Options{
		Path: path, DBFile: broken, Headless: true, LogFile: filepath.Join(folder, "temporal.log"),
	})
	if err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Fatalf("got %v", err)
	}
}

func TestFindPrefersThePath(t *testing.T) {
	folder := t.TempDir()
	onPath := filepath.Join(folder, "temporal")
	must(t, os.WriteFile(onPath, []byte("#!/bin/sh\n"), 0o700))
	t.Setenv("PATH", folder)
	if got, ok := temporalcli.Find(t.TempDir()); !ok || got != onPath {
		t.Errorf("got %q, %v; want %q", got, ok, onPath)
	}
}

func TestBuildWithoutGoSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := temporalcli.Build(t.Context(), t.TempDir(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "https://go.dev/dl") {
		t.Fatalf("got %v", err)
	}
}

func start(t *testing.T, options temporalcli.Options) *temporalcli.Server {
	t.Helper()
	path, err := cli()
	must(t, err)
	options.Path = path
	s, err := temporalcli.Start(t.Context(), options)
	must(t, err)
	t.Cleanup(func() { must(t, s.Kill()) })
	return s
}

const taskQueue = "waiting"

func waiting(ctx workflow.Context) (string, error) {
	var said string
	workflow.GetSignalChannel(ctx, "go-on").Receive(ctx, &said)
	return said, nil
}

func startWaiting(t *testing.T, s *temporalcli.Server) string {
	t.Helper()
	c := dial(t, s)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: taskQueue}, waiting)
	must(t, err)
	return run.GetID()
}

func finish(t *testing.T, s *temporalcli.Server, workflowID string) string {
	t.Helper()
	c := dial(t, s)
	w := worker.New(c, taskQueue, worker.Options{})
	w.RegisterWorkflow(waiting)
	must(t, w.Start())
	t.Cleanup(w.Stop)
	must(t, c.SignalWorkflow(t.Context(), workflowID, "", "go-on", "go on"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var result string
	must(t, c.GetWorkflow(ctx, workflowID, "").Get(ctx, &result))
	return result
}

func dial(t *testing.T, s *temporalcli.Server) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: s.HostPort(), Namespace: s.Namespace()})
	must(t, err)
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, response.Body.Close())
	return string(body)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
