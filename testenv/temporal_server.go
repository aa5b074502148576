package testenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/temporalcli/goinstall"
)

// TemporalServerVersion is the server that production runs and that histories are replayed on. Newer releases ask
// for a newer Go than the module's.
const TemporalServerVersion = "v1.32.1"

var serverProgram = goinstall.Program{
	Package: "go.temporal.io/server/cmd/server", Version: TemporalServerVersion, Name: "temporal-server",
	Title: "the Temporal server " + TemporalServerVersion, Duration: "three to five minutes",
}

var schemaProgram = goinstall.Program{
	Package: "go.temporal.io/server/cmd/tools/sql", Version: TemporalServerVersion, Name: "temporal-sql-tool",
	Title: "the Temporal schema tool " + TemporalServerVersion, Duration: "a few seconds more",
}

// temporalPrograms are the files of both.
type temporalPrograms struct{ server, schema string }

// BuildTemporalServer builds the server and its schema tool into binDir when they are not there, with progress, and
// returns the server's path.
func BuildTemporalServer(ctx context.Context, binDir string, progress io.Writer) (path string, err error) {
	programs, err := buildTemporalPrograms(ctx, binDir, progress)
	return programs.server, err
}

func buildTemporalPrograms(ctx context.Context, binDir string, progress io.Writer) (p temporalPrograms, err error) {
	if p.server, err = serverProgram.Install(ctx, binDir, progress); err != nil {
		return p, err
	}
	p.schema, err = schemaProgram.Install(ctx, binDir, progress)
	return p, err
}

// TemporalHandle is a Temporal server on PostgreSQL. Its methods return errors rather than fail the test, so that
// they can be called from any goroutine.
type TemporalHandle struct {
	programs temporalPrograms
	folder   string
	layout   temporalLayout

	mu      sync.Mutex
	process *child.Process
}

// TemporalOnPostgres returns the address of a Temporal server of production's version on PostgreSQL, with the
// namespace "default". The tests of the process share it.
func TemporalOnPostgres(t testing.TB) (hostPort string) {
	t.Helper()
	server, err := sharedTemporalOnPostgres()
	if err != nil {
		t.Fatalf("Temporal on PostgreSQL for this test: %v", err)
	}
	return server.HostPort()
}

var sharedTemporalOnPostgres = sync.OnceValues(func() (*TemporalHandle, error) {
	databases, err := shared()
	if err != nil {
		return nil, err
	}
	folder, err := scratch("temporal-server")
	if err != nil {
		return nil, err
	}
	if _, err := keep(folder, ""); err != nil {
		return nil, err
	}
	return startTemporalOn(databases, folder)
})

// TemporalOnPostgresServer starts such a server for this test alone, which may kill and restart it; it goes away
// when the test ends. It keeps its data on the given PostgreSQL server, or with nil on the one that tests share.
func TemporalOnPostgresServer(t testing.TB, on *PostgresHandle) *TemporalHandle {
	t.Helper()
	var (
		databases *databases
		err       error
	)
	if on != nil {
		databases = on.databases
	} else if databases, err = shared(); err != nil {
		t.Fatalf("PostgreSQL for this test: %v", err)
	}
	server, err := startTemporalOn(databases, t.TempDir())
	if err != nil {
		t.Fatalf("Temporal on PostgreSQL for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Errorf("end the test's Temporal server: %v", err)
		}
	})
	return server
}

func startTemporalOn(databases *databases, folder string) (*TemporalHandle, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute) // the server may have to be built
	defer cancel()
	binDir, err := BinDir()
	if err != nil {
		return nil, err
	}
	programs, err := buildTemporalPrograms(ctx, binDir, os.Stderr)
	if err != nil {
		return nil, err
	}
	h := &TemporalHandle{programs: programs, folder: folder}
	if err := h.createDatabases(ctx, databases); err != nil {
		return nil, err
	}
	_, err = retryStart(func() (struct{}, error) {
		ports, err := temporalcli.FreePorts(portCount)
		if err != nil {
			return struct{}{}, err
		}
		h.layout.ports = ports
		return struct{}{}, errors.Join(h.writeConfig(), h.Start(ctx))
	})
	if err != nil {
		return nil, err
	}
	return h, registerNamespace(ctx, h.HostPort(), "default")
}

// createDatabases makes one database for processes and one for their lists, with the server's own schemas. They
// cannot be copied from a template: the schema's version is kept under the database's name.
func (h *TemporalHandle) createDatabases(ctx context.Context, databases *databases) error {
	for schema, database := range map[string]*string{
		"temporal": &h.layout.store, "visibility": &h.layout.visibility,
	} {
		name, err := databases.create("")
		if err != nil {
			return err
		}
		*database = name
		if h.layout.login, err = loginOf(databases.adminDSN); err != nil {
			return err
		}
		if err := h.setUpSchema(ctx, name, schema); err != nil {
			return err
		}
	}
	return nil
}

func (h *TemporalHandle) setUpSchema(ctx context.Context, database, schema string) error {
	login := h.layout.login
	for _, step := range [][]string{
		{"setup-schema", "--version", "0.0"},
		{"update-schema", "--schema-name", "postgresql/v12/" + schema},
	} {
		args := []string{
			"--plugin", "postgres12", "--endpoint", login.host, "--port", strconv.Itoa(int(login.port)),
			"--user", login.user, "--database", database,
		}
		if login.tls {
			args = append(args, "--tls", "--tls-disable-host-verification")
		}
		err := runProgram(ctx, child.Spec{
			Path: h.programs.schema, Args: append(args, step...),
			// Not an argument: everybody on the machine can read those.
			Env:     []string{"SQL_PASSWORD=" + login.password},
			LogFile: filepath.Join(h.folder, "schema.log"),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Start starts the server again on the same port after Stop or Kill, and returns when it answers.
func (h *TemporalHandle) Start(ctx context.Context) error {
	process, err := child.Start(child.Spec{
		Path: h.programs.server,
		Args: []string{"--config-file", h.configFile(), "--allow-no-auth", "start"},
		Env:  []string{"TEMPORAL_VERSION_CHECK_DISABLED=1"},
		Dir:  h.folder, LogFile: h.log(),
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := h.awaitHealthy(ctx, process); err != nil {
		return errors.Join(err, process.Kill())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.process = process
	return nil
}

// awaitHealthy polls until the server answers for the namespace that every Temporal server has.
func (h *TemporalHandle) awaitHealthy(ctx context.Context, process *child.Process) error {
	for {
		err := temporalcli.Healthy(ctx, h.HostPort(), "temporal-system")
		if err == nil {
			return nil
		}
		select {
		case <-process.Done():
			return fmt.Errorf("the Temporal server ended while starting%s", logEnd(h.log()))
		case <-ctx.Done():
			return fmt.Errorf("the Temporal server does not answer: %w%s", err, logEnd(h.log()))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// HostPort is the address for clients and workers; it stays the same over restarts.
func (h *TemporalHandle) HostPort() string {
	return "127.0.0.1:" + strconv.Itoa(h.layout.ports[frontendPort])
}

// Kill ends the server at once, as a crash would.
func (h *TemporalHandle) Kill() error { return h.current().Kill() }

// Stop ends the server in order.
func (h *TemporalHandle) Stop() error { return h.current().Stop(syscall.SIGTERM, 30*time.Second) }

// Restart is Stop and Start.
func (h *TemporalHandle) Restart(ctx context.Context) error {
	if err := h.Stop(); err != nil {
		return err
	}
	return h.Start(ctx)
}

func (h *TemporalHandle) current() *child.Process {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.process
}

// Files are what the server writes beside its database: its log.
func (h *TemporalHandle) Files() []string { return []string{h.log()} }

func (h *TemporalHandle) log() string        { return filepath.Join(h.folder, "temporal-server.log") }
func (h *TemporalHandle) configFile() string { return filepath.Join(h.folder, "temporal.yaml") }
