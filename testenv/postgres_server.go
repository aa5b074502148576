package testenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
	"github.com/todoke/todoke/temporalcli/filelock"
)

// postgresServer is a server that belongs to this process.
type postgresServer interface {
	// adminDSN connects its superuser to the database "postgres".
	adminDSN() string
	start(ctx context.Context) error
	// stop ends it in order, kill as a crash would; both keep the data for the next start.
	stop() error
	kill() error
	// remove ends it for good, with its data.
	remove() error
}

// PostgresHandle is a PostgreSQL server of one test, which may do to it what happens to servers.
// Its methods return errors rather than fail the test, so that they can be called from any goroutine.
type PostgresHandle struct {
	server    postgresServer
	databases *databases
}

// PostgresServer starts a server for this test alone; it goes away when the test ends. TEST_DATABASE_URL does not
// count here: that server is not ours to kill.
func PostgresServer(t testing.TB) *PostgresHandle {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	server, err := ownServer(ctx)
	if err != nil {
		t.Fatalf("PostgreSQL server for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.remove(); err != nil {
			t.Errorf("remove the test's PostgreSQL server: %v", err)
		}
	})
	return &PostgresHandle{server: server, databases: newDatabases(server.adminDSN(), namePrefix)}
}

// Database makes an empty database on this server and returns its connection URL, which stays good after a restart.
// It goes away with the server.
func (h *PostgresHandle) Database() (dsn string, err error) {
	database, err := h.databases.create("")
	if err != nil {
		return "", err
	}
	return withDatabase(h.databases.adminDSN, database)
}

// Admin is the connection URL of the superuser to the database "postgres".
func (h *PostgresHandle) Admin() (dsn string) { return h.server.adminDSN() }

// Kill ends the server at once, as a crash would. What was committed is there after Start.
func (h *PostgresHandle) Kill() error { return h.server.kill() }

// Stop ends the server in order, cutting all connections.
func (h *PostgresHandle) Stop() error { return h.server.stop() }

// Start starts the server again on the same port, after Stop or Kill, and returns when it answers.
func (h *PostgresHandle) Start(ctx context.Context) error { return h.server.start(ctx) }

// Restart is Stop and Start.
func (h *PostgresHandle) Restart(ctx context.Context) error {
	if err := h.Stop(); err != nil {
		return err
	}
	return h.Start(ctx)
}

// ownServer starts a server by the first means of this machine that works.
func ownServer(ctx context.Context) (postgresServer, error) {
	var failed error
	if dockerRuns(ctx) {
		started, err := startContainer(ctx)
		if err == nil {
			return started, nil
		}
		// An engine that cannot fetch the image is no reason to leave out the programs that may be here.
		failed = err
	}
	programs, ok := findPrograms(programFolders())
	if !ok {
		if err := installWithApt(ctx); err != nil {
			return nil, errors.Join(failed, err)
		}
		if programs, ok = findPrograms(programFolders()); !ok {
			return nil, errors.Join(failed, errors.New("apt installed postgresql, but there is no initdb in /usr/lib/postgresql"))
		}
	}
	started, err := startCluster(ctx, programs)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	return started, nil
}

var errNoPostgres = errors.New("no PostgreSQL here: set " + DatabaseURL + " to a server whose account may create" +
	" databases, or start Docker, or install PostgreSQL 13 or newer (its programs initdb and postgres)")

// installWithApt installs the server programs where that can be done without asking: on Debian, as root.
func installWithApt(ctx context.Context) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil || os.Geteuid() != 0 {
		return errNoPostgres
	}
	if _, err := os.Stat("/etc/debian_version"); err != nil {
		return errNoPostgres
	}
	// The test processes of several packages may come here at once.
	unlock, err := filelock.Take(ctx, filepath.Join(os.TempDir(), "todoke-apt.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := findPrograms(programFolders()); ok {
		return nil
	}
	log := filepath.Join(os.TempDir(), "todoke-apt.log")
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "postgresql"}} {
		err := runProgram(ctx, child.Spec{
			Path: apt, Args: args, Env: []string{"DEBIAN_FRONTEND=noninteractive"}, LogFile: log,
		})
		if err != nil {
			return fmt.Errorf("install PostgreSQL: %w", err)
		}
	}
	return nil
}

// runProgram runs a program to its end. Its error carries the end of the log.
func runProgram(ctx context.Context, spec child.Spec) error {
	process, err := child.Start(spec)
	if err != nil {
		return err
	}
	err = process.Wait(ctx)
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), process.Kill())
	}
	if err != nil {
		return fmt.Errorf("%s %v: %w%s", filepath.Base(spec.Path), spec.Args, err, logEnd(spec.LogFile))
	}
	return nil
}
