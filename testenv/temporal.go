package testenv

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	temporallog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/todoke/todoke/temporalcli"
)

// namespaceRetention is how long closed workflows are kept in the namespaces of tests: past the end of any run.
const namespaceRetention = 72 * time.Hour

// Temporal returns the address of a Temporal development server with the namespace "default". The tests of the
// process share it, so task queues and workflow IDs have to differ; see TemporalNamespace. The CLI is found or built.
func Temporal(t testing.TB) (hostPort string) {
	t.Helper()
	server, err := sharedTemporal()
	if err != nil {
		t.Fatalf("Temporal for this test: %v", err)
	}
	return server.HostPort()
}

// TemporalNamespace is Temporal with a namespace for this test alone, where the same task queues and workflow IDs
// can be used as elsewhere.
func TemporalNamespace(t testing.TB) (hostPort, namespace string) {
	t.Helper()
	hostPort = Temporal(t)
	namespace = "test-" + token()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := registerNamespace(ctx, hostPort, namespace); err != nil {
		t.Fatalf("Temporal namespace for this test: %v", err)
	}
	return hostPort, namespace
}

var sharedTemporal = sync.OnceValues(func() (*temporalcli.Server, error) {
	folder, err := scratch("temporal")
	if err != nil {
		return nil, err
	}
	// The server itself dies with this process; the keeper only removes the folder.
	if _, err := keep(folder, ""); err != nil {
		return nil, err
	}
	return startDevServer(temporalcli.Options{Headless: true, LogFile: filepath.Join(folder, "temporal.log")})
})

// TemporalServer starts a development server for this test alone, on a file, so that the test may kill and restart
// it. It goes away when the test ends.
func TemporalServer(t testing.TB) *temporalcli.Server {
	t.Helper()
	folder := t.TempDir()
	server, err := startDevServer(temporalcli.Options{
		DBFile: filepath.Join(folder, "temporal.db"), LogFile: filepath.Join(folder, "temporal.log"),
	})
	if err != nil {
		t.Fatalf("Temporal for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Errorf("end the test's Temporal server: %v", err)
		}
	})
	return server
}

func startDevServer(options temporalcli.Options) (*temporalcli.Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // the CLI may have to be built
	defer cancel()
	folder, err := BinDir()
	if err != nil {
		return nil, err
	}
	if options.Path, err = temporalcli.Build(ctx, folder, os.Stderr); err != nil {
		return nil, err
	}
	return retryStart(func() (*temporalcli.Server, error) { return temporalcli.Start(ctx, options) })
}

// retryStart tries again with other ports: another process can take a free one before the server does.
func retryStart[T any](start func() (T, error)) (server T, err error) {
	for range 3 {
		if server, err = start(); err == nil {
			return server, nil
		}
	}
	return server, err
}

// registerNamespace makes a namespace and waits until workflows can be counted in it, which goes through the
// server's cache of namespaces as starting one does.
func registerNamespace(ctx context.Context, hostPort, namespace string) error {
	server, err := client.DialContext(ctx, client.Options{
		HostPort: hostPort, Namespace: namespace, Logger: temporallog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("register namespace: %w", err)
	}
	defer server.Close()
	_, err = server.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(namespaceRetention),
	})
	if err != nil {
		return fmt.Errorf("register namespace: %w", err)
	}
	for {
		_, err := server.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("namespace %s is not served: %w", namespace, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
