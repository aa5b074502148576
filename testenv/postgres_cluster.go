package testenv

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/temporalcli/child"
)

// cluster is a server run from the programs on this machine, with data in a temporary folder.
type cluster struct {
	programs string // folder of initdb and postgres
	folder   string
	port     int
	password string
	account  *child.Account // nil: this process's own
	process  *child.Process
	release  func() error
}

// programFolders are where packages put PostgreSQL's server programs, which are seldom on the PATH.
func programFolders() []string {
	var folders []string
	if onPath, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(onPath))
	}
	var installed []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // only a malformed pattern, and these are constant
		}
		installed = append(installed, found...)
	}
	slices.SortFunc(installed, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
	return append(folders, installed...)
}

// majorVersion is the number in a path like /usr/lib/postgresql/15/bin.
func majorVersion(folder string) int {
	digits := strings.FieldsFunc(folder, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	version, err := strconv.Atoi(digits[0])
	if err != nil {
		return 0
	}
	return version
}

// findPrograms returns the first folder that holds all that is needed.
func findPrograms(folders []string) (folder string, ok bool) {
	for _, folder := range folders {
		_, initdb := os.Stat(filepath.Join(folder, "initdb"))
		_, postgres := os.Stat(filepath.Join(folder, "postgres"))
		if initdb == nil && postgres == nil {
			return folder, true
		}
	}
	return "", false
}

func startCluster(ctx context.Context, programs string) (*cluster, error) {
	folder, err := scratch("postgres")
	if err != nil {
		return nil, err
	}
	c := &cluster{programs: programs, folder: folder, password: token()}
	if c.release, err = keep(folder, filepath.Join(folder, "data", "postmaster.pid")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := c.initialise(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	if err := c.startOnFreePort(ctx); err != nil {
		return nil, errors.Join(err, c.release())
	}
	return c, nil
}

// initialise makes the data folder. Texts compare byte by byte, as production's do, and letters are those of
// Unicode, without which PostgreSQL's trigrams know no Japanese.
func (c *cluster) initialise(ctx context.Context) error {
	if err := c.handOver(ctx); err != nil {
		return err
	}
	secret := filepath.Join(c.folder, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return fmt.Errorf("password of the test server: %w", err)
	}
	if c.account != nil {
		if err := os.Chown(secret, int(c.account.UID), int(c.account.GID)); err != nil {
			return fmt.Errorf("password of the test server: %w", err)
		}
	}
	var failed error
	for _, letters := range []string{"C.UTF-8", "en_US.UTF-8"} {
		err := runProgram(ctx, child.Spec{
			Path: filepath.Join(c.programs, "initdb"),
			Args: []string{
				"-D", filepath.Join(c.folder, "data"), "-U", "postgres", "--pwfile", secret,
				"--auth=scram-sha-256", "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=" + letters,
				"--lc-messages=C", "--no-sync",
			},
			Dir: c.folder, Account: c.account, LogFile: c.log(),
		})
		if err == nil {
			return nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// handOver gives the folder to an unprivileged account when this process is root: PostgreSQL refuses to run as root.
func (c *cluster) handOver(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := unprivileged(ctx)
	if err != nil {
		return err
	}
	c.account = account
	if err := os.Chown(c.folder, int(account.UID), int(account.GID)); err != nil {
		return fmt.Errorf("hand the test server's folder over: %w", err)
	}
	return nil
}

// unprivileged finds an account to run the server as, and creates one when there is none at all.
func unprivileged(ctx context.Context) (*child.Account, error) {
	const created = "todoke-test"
	for _, name := range []string{"postgres", "nobody", created} {
		if found, err := user.Lookup(name); err == nil {
			return numbers(found)
		}
	}
	out, err := exec.CommandContext(ctx, "useradd", "--system", created).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("create an account for the test server: %w: %s", err, out)
	}
	made, err := user.Lookup(created)
	if err != nil {
		return nil, fmt.Errorf("account for the test server: %w", err)
	}
	return numbers(made)
}

func numbers(u *user.User) (*child.Account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", u.Username, err)
	}
	return &child.Account{UID: uint32(uid), GID: uint32(gid), Name: u.Username}, nil
}

// startOnFreePort tries again when another process took the port between finding and using it.
func (c *cluster) startOnFreePort(ctx context.Context) error {
	var failed error
	for range 3 {
		var err error
		if c.port, err = temporalcli.FreePort(); err != nil {
			return err
		}
		if err = c.start(ctx); err == nil {
			return nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (c *cluster) adminDSN() string {
	return fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%d/postgres?sslmode=disable", c.password, c.port)
}

func (c *cluster) log() string { return filepath.Join(c.folder, "log") }

// start runs the server and waits until it answers. After a crash, PostgreSQL refuses to start while processes of
// its former life still end, so it is tried until that is over.
func (c *cluster) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := c.launch(ctx)
		if err == nil {
			return nil
		}
		if !strings.Contains(err.Error(), "is still in use") {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (c *cluster) launch(ctx context.Context) error {
	if err := os.Truncate(c.log(), 0); err != nil {
		return fmt.Errorf("log of the test server: %w", err)
	}
	process, err := child.Start(child.Spec{
		Path: filepath.Join(c.programs, "postgres"),
		Args: c.arguments(),
		Dir:  c.folder, Account: c.account, LogFile: c.log(),
		// Its way to end at once and still clean up its shared memory.
		DeathSignal: syscall.SIGQUIT,
	})
	if err != nil {
		return err
	}
	if err := awaitAnswer(ctx, c.adminDSN(), process.Done()); err != nil {
		return errors.Join(fmt.Errorf("%w%s", err, logEnd(c.log())), process.Kill())
	}
	c.process = process
	return nil
}

// arguments give up what only helps when the machine loses power, which costs tests most of their time. A killed
// server still finds all that was committed: the kernel has it.
func (c *cluster) arguments() []string {
	args := []string{"-D", filepath.Join(c.folder, "data"), "-p", strconv.Itoa(c.port)}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=",
		"fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
		"max_connections=300", "shared_buffers=64MB", "jit=off", "timezone=UTC",
		"dynamic_shared_memory_type=mmap",
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// awaitAnswer polls until the server takes a connection, its process ends, or the context does.
func awaitAnswer(ctx context.Context, dsn string, ended <-chan struct{}) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return db.Close()
		}
		select {
		case <-ended:
			return errors.Join(errors.New("PostgreSQL ended while starting"), db.Close())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("PostgreSQL does not answer: %w", err), db.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *cluster) stop() error { return c.process.Stop(syscall.SIGINT, 30*time.Second) }

func (c *cluster) kill() error { return c.process.Kill() }

func (c *cluster) remove() error {
	// Nobody wants the data any more; SIGQUIT does not write it out.
	err := c.process.Stop(syscall.SIGQUIT, 30*time.Second)
	return errors.Join(err, c.release())
}
