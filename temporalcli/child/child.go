// Package child starts other programs (database and Temporal servers, builds) so that they never outlive the
// program that started them: each runs in a process group of its own, and where the operating system can do it,
// it is told to end when its parent dies, however the parent dies.
package child

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Spec says what to run. Only Path is required.
type Spec struct {
	Path string
	Args []string
	// Env is added to the environment of this process; later entries win.
	Env []string
	Dir string
	// LogFile takes what the program prints, appended. Without it and without Output that is discarded.
	// Programs that live long should print to a file: a pipe would tie them to this process.
	LogFile string
	Output  io.Writer
	// Stdin is handed over as it is; nil is empty input.
	Stdin *os.File
	// Account is the operating system's account to run as; nil is the account of this process.
	Account *Account
	// DeathSignal is sent when this process dies (Linux only). Zero means SIGKILL.
	DeathSignal syscall.Signal
	// Outlive leaves the death signal out, for a program that cleans up after this process.
	Outlive bool
}

// Account is an account of the operating system, by number.
type Account struct {
	UID, GID uint32
	Name     string
}

// Process is a program that was started.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs the program and returns once it exists. The error names the program.
func Start(spec Spec) (*Process, error) {
	cmd, closeLog, err := command(spec)
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// Linux sends the death signal when the thread that started the child ends, not the process. So that
		// thread is kept for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		closeLog()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(spec.Path), err)
	}
	return p, nil
}

func command(spec Spec) (*exec.Cmd, func(), error) {
	// Not exec.CommandContext: ending is Stop's business, which asks before it kills, and kills the whole group.
	cmd := exec.Command(spec.Path, spec.Args...)
	cmd.Dir = spec.Dir
	cmd.Env = append(os.Environ(), spec.Env...)
	// A grandchild that keeps the output open must not make Wait hang.
	cmd.WaitDelay = 5 * time.Second
	if spec.Stdin != nil {
		cmd.Stdin = spec.Stdin
	}
	if err := setAttributes(cmd, spec); err != nil {
		return nil, nil, err
	}
	if spec.LogFile == "" {
		cmd.Stdout, cmd.Stderr = spec.Output, spec.Output
		return cmd, func() {}, nil
	}
	log, err := os.OpenFile(spec.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open log of %s: %w", filepath.Base(spec.Path), err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	// The child has its own descriptor once it runs; closing ours cannot lose anything of its.
	return cmd, func() { _ = log.Close() }, nil
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the process ended: nil for exit code 0. Only meaningful after Done.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return errors.New("process still runs")
	}
}

// Running says whether the process lives.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Wait blocks until the process ends or the context does, and returns how it ended.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Signal sends sig to the process alone. A process that has ended is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	if !p.Running() {
		return nil
	}
	err := p.cmd.Process.Signal(sig)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Kill ends the process and its whole group at once, as a crash would, and returns when it has ended.
func (p *Process) Kill() error {
	err := killGroup(p)
	<-p.done
	return err
}

// Stop asks the process to end with sig, waits up to patience and kills it then. The error says that it had to.
func (p *Process) Stop(sig syscall.Signal, patience time.Duration) error {
	if !p.Running() {
		return nil
	}
	if err := p.Signal(sig); err != nil {
		// An operating system without this signal (Windows) has only the hard way.
		return p.Kill()
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	}
	if err := p.Kill(); err != nil {
		return err
	}
	return fmt.Errorf("%s did not stop within %s and was killed", filepath.Base(p.cmd.Path), patience)
}
