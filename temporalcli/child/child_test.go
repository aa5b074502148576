//go:build unix

package child_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
)

const parentRole = "CHILD_TEST_PARENT"

// TestMain also plays the parent that dies: it starts a child, prints its number and waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv(parentRole) == "" {
		os.Exit(m.Run())
	}
	p, err := child.Start(child.Spec{Path: "/bin/sleep", Args: []string{"300"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(p.PID())
	<-p.Done()
}

func TestChildDiesWithItsParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("only Linux ties a child to its parent; elsewhere there is nothing to hold")
		return
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentRole+"=1")
	out, err := parent.StdoutPipe()
	must(t, err)
	must(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	must(t, err)
	must(t, syscall.Kill(pid, 0))

	must(t, parent.Process.Kill())
	if err := parent.Wait(); err == nil {
		t.Fatal("the killed parent ended well")
	}
	await(t, func() bool { return gone(pid) })
}

func TestKillEndsTheWholeGroup(t *testing.T) {
	numbers := filepath.Join(t.TempDir(), "pids")
	p := start(t, child.Spec{Path: "/bin/sh", Args: []string{"-c", `sleep 300 & echo $! > "$0.new"; mv "$0.new" "$0"; wait`, numbers}})
	await(t, func() bool { _, err := os.Stat(numbers); return err == nil })
	text, err := os.ReadFile(numbers)
	must(t, err)
	grandchild, err := strconv.Atoi(strings.TrimSpace(string(text)))
	must(t, err)

	must(t, p.Kill())
	if p.Running() || p.Err() == nil {
		t.Fatalf("after Kill: running %v, error %v", p.Running(), p.Err())
	}
	await(t, func() bool { return gone(grandchild) })
	must(t, p.Kill()) // twice is no error
}

func TestStopAsksFirst(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p := start(t, child.Spec{
		Path:    "/bin/sh",
		Args:    []string{"-c", `trap 'echo "bye $NAME"; exit 0' TERM; echo ready; while :; do sleep 0.05; done`},
		Env:     []string{"NAME=todoke"},
		LogFile: log,
	})
	await(t, func() bool { return contains(log, "ready") })
	must(t, p.Stop(syscall.SIGTERM, 10*time.Second))
	if p.Err() != nil || !contains(log, "bye todoke") {
		t.Fatalf("ended with %v and not in its own way", p.Err())
	}
	must(t, p.Stop(syscall.SIGTERM, time.Second)) // twice is no error
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p := start(t, child.Spec{
		Path:    "/bin/sh",
		Args:    []string{"-c", `trap '' TERM; echo ready; while :; do sleep 0.05; done`},
		LogFile: log,
	})
	await(t, func() bool { return contains(log, "ready") })
	err := p.Stop(syscall.SIGTERM, 200*time.Millisecond)
	if err == nil || p.Running() {
		t.Fatalf("error %v, running %v: want an error that says it was killed", err, p.Running())
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	p := start(t, child.Spec{Path: "/bin/sleep", Args: []string{"300"}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's error", err)
	}
	if p.Err() == nil {
		t.Fatal("a running process has an end already")
	}
}

func TestStartNamesWhatIsMissing(t *testing.T) {
	_, err := child.Start(child.Spec{Path: "/nowhere/postgres"})
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "postgres") {
		t.Fatalf("got %v", err)
	}
}

func start(t *testing.T, spec child.Spec) *child.Process {
	t.Helper()
	p, err := child.Start(spec)
	must(t, err)
	t.Cleanup(func() { must(t, p.Kill()) })
	return p
}

// gone is true also for what nobody has waited for yet: whoever adopted it may be slow.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte(") Z "))
}

func contains(file, text string) bool {
	content, err := os.ReadFile(file)
	return err == nil && strings.Contains(string(content), text)
}

func await(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatal("did not happen within 10 s")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
