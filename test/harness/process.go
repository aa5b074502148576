package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/todoke/todoke/temporalcli/child"
)

// Process is serve or worker as a child process, which may be killed and started again. It dies with the test
// process. Its methods may be called from any goroutine.
type Process struct {
	name   string
	spec   child.Spec
	health string // answers 200 when the process is ready

	mu      sync.Mutex
	current *child.Process
	peak    int64 // of earlier lives, in bytes
}

const (
	readyPoll     = 20 * time.Millisecond
	stopPatience  = 90 * time.Second // a stopping worker lets running activities end
	probeDeadline = 2 * time.Second
)

// Name is the command that runs: serve or worker.
func (p *Process) Name() string { return p.name }

// Log is the file that it writes its log to, through all its lives.
func (p *Process) Log() string { return p.spec.LogFile }

// Launch starts the process and does not wait until it is ready.
func (p *Process) Launch() error {
	started, err := child.Start(p.spec)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = started
	return nil
}

// Start starts the process and returns when it is ready.
func (p *Process) Start(ctx context.Context) error {
	if err := p.Launch(); err != nil {
		return err
	}
	return p.AwaitReady(ctx)
}

// AwaitReady returns when the process says that it is ready. The error says when it ended instead.
func (p *Process) AwaitReady(ctx context.Context) error {
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.running().Done():
			return fmt.Errorf("%s ended while starting: %w; its log ends:\n%s", p.name, p.running().Err(), p.LogEnd())
		case <-ctx.Done():
			return fmt.Errorf("%s does not get ready: %w; its log ends:\n%s", p.name, err, p.LogEnd())
		case <-time.After(readyPoll):
		}
	}
}

func (p *Process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeDeadline)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.health, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New("its health check answers " + answer.Status)
	}
	return nil
}

// Kill ends the process at once, as a crash would.
func (p *Process) Kill() error {
	p.notePeak()
	return p.running().Kill()
}

// Stop asks the process to end and waits until it has.
func (p *Process) Stop() error {
	p.notePeak()
	return p.running().Stop(syscall.SIGTERM, stopPatience)
}

// PeakMemory is the most memory that any of its lives had resident, in bytes (Linux's VmHWM). Pages that it shares
// with others, those of the program itself above all, count in full; see SharedMemory.
func (p *Process) PeakMemory() (int64, error) {
	p.notePeak()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.peak == 0 {
		return 0, errors.New("the peak memory of " + p.name + " cannot be read from /proc")
	}
	return p.peak, nil
}

// SharedMemory is what it has resident now, in bytes, with shared pages counted as its part of them (Linux's Pss), so
// that the sum over processes counts every page once.
func (p *Process) SharedMemory() (int64, error) {
	pages := fmt.Sprintf("/proc/%d/smaps_rollup", p.running().PID())
	return kilobytesOf(pages, "Pss:")
}

func (p *Process) notePeak() {
	peak, err := kilobytesOf(fmt.Sprintf("/proc/%d/status", p.running().PID()), "VmHWM:")
	if err != nil {
		return // it has ended: the peak is that of before
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.peak = max(p.peak, peak)
}

// kilobytesOf reads a line like "VmHWM:  1024 kB" and gives bytes.
func kilobytesOf(file, name string) (int64, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == name {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("%s does not tell %s", file, name)
}

// LogEnd is the end of the log, for a failure's message.
func (p *Process) LogEnd() string {
	log, err := os.ReadFile(p.spec.LogFile)
	if err != nil {
		return err.Error()
	}
	const kept = 3000
	return string(log[max(0, len(log)-kept):])
}

func (p *Process) running() *child.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}
