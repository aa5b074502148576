package testenv

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const playedPart = "TESTENV_TEST_PART"

// TestMain also plays test processes that die with a database in use.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(playedPart) {
	case "":
		os.Exit(m.Run())
	case "cluster":
		err = dieWithCluster()
	case "external":
		err = dieWithExternal()
	default:
		err = errors.New("no such part")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

func dieWithCluster() error {
	programs, ok := findPrograms(programFolders())
	if !ok {
		return errNoPostgres
	}
	c, err := startCluster(context.Background(), programs)
	if err != nil {
		return err
	}
	fmt.Println(c.process.PID(), c.folder)
	return nil
}

func dieWithExternal() error {
	d, err := external(context.Background(), os.Getenv(DatabaseURL))
	if err != nil {
		return err
	}
	name, err := d.create("")
	if err != nil {
		return err
	}
	fmt.Println(name)
	return nil
}

// play starts this program in another part and returns its first line.
func play(t *testing.T, part string, env ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), playedPart+"="+part), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	return cmd, strings.TrimSpace(line)
}

func die(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	must(t, cmd.Process.Kill())
	if err := cmd.Wait(); err == nil {
		t.Fatal("the killed process ended well")
	}
}

func TestEveryTestHasAnEmptyDatabaseOfItsOwn(t *testing.T) {
	first, second := Postgres(t), Postgres(t)
	if first == second {
		t.Fatal("the same database twice")
	}
	execute(t, first, "CREATE TABLE here (n int)")
	if got := ask(t, second, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); got != "0" {
		t.Errorf("%s tables in a fresh database", got)
	}
	// What the search for names needs from the server.
	if got := ask(t, first, "SELECT 'Z' < 'a' COLLATE \"default\""); got != "true" {
		t.Error("texts do not compare byte by byte")
	}
	if got := ask(t, first, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s", got)
	}
}

func TestLettersAreThoseOfUnicode(t *testing.T) {
	dsn := Postgres(t)
	if got := ask(t, dsn, "SELECT '吉野家' ~ '^\\w+$'"); got != "true" {
		t.Error("Japanese characters are no letters here, so trigrams would not find them")
	}
}

func TestDatabasesGoAwayWithTheTest(t *testing.T) {
	var dsn string
	t.Run("inner", func(t *testing.T) {
		dsn = Postgres(t)
		execute(t, dsn, "SELECT 1")
		db, err := sql.Open("pgx", dsn) // left open: that must not keep the database
		must(t, err)
		must(t, db.PingContext(t.Context()))
	})
	db, err := sql.Open("pgx", dsn)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	if err := db.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("the database is still there: %v", err)
	}
}

func TestPreparedContentIsPreparedOnceAndCopied(t *testing.T) {
	var prepared atomic.Int64
	prepare := func(dsn string) error {
		prepared.Add(1)
		db, err := sql.Open("pgx", dsn) // left open on purpose
		if err != nil {
			return err
		}
		_, err = db.ExecContext(context.Background(), "CREATE TABLE orders (number text); INSERT INTO orders VALUES ('ORDC1')")
		return err
	}
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Go(func() {
			dsn := PostgresFrom(t, "once", prepare)
			execute(t, dsn, fmt.Sprintf("INSERT INTO orders VALUES ('own %d')", i))
			if got := ask(t, dsn, "SELECT count(*) FROM orders"); got != "2" {
				t.Errorf("%s rows, want the prepared one and its own", got)
			}
		})
	}
	wait.Wait()
	if prepared.Load() != 1 {
		t.Errorf("prepared %d times", prepared.Load())
	}
	s, err := shared()
	must(t, err)
	refused := errors.New("refused")
	if _, err := s.template("failing", func(string) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("a failed preparation gives %v", err)
	}
}

func TestAServerOfOnesOwnSurvivesWhatHappensToIt(t *testing.T) {
	server := PostgresServer(t)
	dsn, err := server.Database()
	must(t, err)
	execute(t, dsn, "CREATE TABLE kept (n int)")
	for i, happens := range []func() error{
		func() error { return server.Restart(t.Context()) },
		func() error { return errors.Join(server.Kill(), server.Start(t.Context())) },
		func() error { return errors.Join(server.Kill(), server.Start(t.Context())) },
	} {
		execute(t, dsn, fmt.Sprintf("INSERT INTO kept VALUES (%d)", i))
		must(t, happens())
		if got, want := ask(t, dsn, "SELECT count(*) FROM kept"), fmt.Sprint(i+1); got != want {
			t.Fatalf("%s rows after event %d, want %s", got, i, want)
		}
	}
	must(t, server.Stop())
	db, err := sql.Open("pgx", dsn)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("a stopped server answers")
	}
	must(t, server.Start(t.Context()))
}

func TestNothingIsLeftOfATestProcessThatDies(t *testing.T) {
	dying, line := play(t, "cluster")
	var (
		pid    int
		folder string
	)
	_, err := fmt.Sscan(line, &pid, &folder)
	must(t, err)
	must(t, syscall.Kill(pid, 0))
	die(t, dying)
	await(t, "the server to end", func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || zombie(pid) })
	await(t, "its folder to go", func() bool {
		_, err := os.Stat(folder)
		return errors.Is(err, os.ErrNotExist)
	})
}

func TestDatabasesOfDeadProcessesAreSweptFromAServerOfOthers(t *testing.T) {
	server := PostgresServer(t)
	url := server.server.adminDSN()
	execute(t, url, "CREATE DATABASE somebody_elses", "CREATE DATABASE todoke_test_by_hand")
	dead, left := play(t, "external", DatabaseURL+"="+url)
	living, kept := play(t, "external", DatabaseURL+"="+url)
	t.Cleanup(func() { die(t, living) })
	die(t, dead)

	await(t, "the lock of the dead to be free", func() bool {
		_, err := external(t.Context(), url)
		must(t, err)
		return ask(t, url, "SELECT count(*) FROM pg_database WHERE datname = '"+left+"'") == "0"
	})
	for _, name := range []string{kept, "somebody_elses", "todoke_test_by_hand"} {
		if got := ask(t, url, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"); got != "1" {
			t.Errorf("%s was dropped", name)
		}
	}
}

func TestDatabaseNamesInBothKindsOfConnectionString(t *testing.T) {
	for _, c := range []struct{ dsn, want string }{
		{"postgres://u:p@h:1/postgres?sslmode=disable", "postgres://u:p@h:1/x?sslmode=disable"},
		{"host=h user=u dbname=postgres", "host=h user=u dbname=postgres dbname=x"},
	} {
		got, err := withDatabase(c.dsn, "x")
		must(t, err)
		if got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	_, err := withDatabase("postgres://u:sec ret@h:port/", "x")
	if err == nil || strings.Contains(err.Error(), "sec ret") {
		t.Errorf("a broken URL gives %v", err)
	}
}

func TestTheNewestProgramsAreTaken(t *testing.T) {
	if a, b := majorVersion("/usr/lib/postgresql/9/bin"), majorVersion("/usr/lib/postgresql/17/bin"); a != 9 || b != 17 {
		t.Errorf("versions %d and %d", a, b)
	}
	base := t.TempDir()
	half, whole := filepath.Join(base, "half"), filepath.Join(base, "whole")
	for _, file := range []string{half + "/postgres", whole + "/postgres", whole + "/initdb"} {
		must(t, os.MkdirAll(filepath.Dir(file), 0o700))
		must(t, os.WriteFile(file, nil, 0o600))
	}
	if got, ok := findPrograms([]string{half, whole}); !ok || got != whole {
		t.Errorf("found %q, %v", got, ok)
	}
	if got, ok := findPrograms([]string{half}); ok {
		t.Errorf("took %q, which lacks initdb", got)
	}
}

func execute(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	must(t, (&databases{adminDSN: dsn}).admin(statements...))
}

func ask(t *testing.T, dsn, query string) (answer string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	must(t, err)
	must(t, errors.Join(db.QueryRowContext(t.Context(), query).Scan(&answer), db.Close()))
	return answer
}

// zombie is true for a process that has ended and that nobody has waited for: whoever adopted it may be slow.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited 30 s for %s", what)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
