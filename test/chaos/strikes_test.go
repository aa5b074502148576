//go:build chaos || e2e

package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// target is what a strike kills.
type target string

const (
	serve    target = "serve"
	worker   target = "worker"
	temporal target = "temporal"
	database target = "postgres"
)

// kill is one process killed.
type kill struct {
	target target
	at     time.Time
}

// striker kills processes and starts them again.
type striker struct {
	in   *harness.Installation
	rand *rand.Rand

	mu    sync.Mutex
	kills []kill
}

const (
	// restartDeadline is how long a process may take to be ready again, on a machine that is busy.
	restartDeadline = 90 * time.Second
	longestCalm     = 2000 * time.Millisecond
	longestOutage   = 1000 * time.Millisecond
)

// strike kills the targets at the same moment, leaves them dead for a while, and starts them in random order.
func (s *striker) strike(ctx context.Context, targets ...target) error {
	for _, t := range targets {
		s.note(t)
		if err := s.kill(t); err != nil {
			return fmt.Errorf("kill %s: %w", t, err)
		}
	}
	if err := pause(ctx, s.upTo(longestOutage)); err != nil {
		return err
	}
	order := slices.Clone(targets)
	s.rand.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	ctx, cancel := context.WithTimeout(ctx, restartDeadline)
	defer cancel()
	for _, t := range order {
		if err := s.launch(ctx, t); err != nil {
			return fmt.Errorf("start %s: %w", t, err)
		}
	}
	for _, t := range order { // a worker is ready only when Temporal is
		if err := s.awaitReady(ctx, t); err != nil {
			return fmt.Errorf("start %s: %w", t, err)
		}
	}
	return nil
}

// note is made before the kill: what happens from then on may be the kill's doing.
func (s *striker) note(t target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kills = append(s.kills, kill{t, time.Now()})
}

func (s *striker) kill(t target) error {
	switch t {
	case serve:
		return s.in.Serve.Kill()
	case worker:
		return s.in.Worker.Kill()
	case temporal:
		return s.in.Temporal.Kill()
	default:
		return s.in.Database.Server.Kill()
	}
}

func (s *striker) launch(ctx context.Context, t target) error {
	switch t {
	case serve:
		return s.in.Serve.Launch()
	case worker:
		return s.in.Worker.Launch()
	case temporal:
		return s.in.Temporal.Start(ctx)
	default:
		return s.in.Database.Server.Start(ctx)
	}
}

func (s *striker) awaitReady(ctx context.Context, t target) error {
	switch t {
	case serve:
		return s.in.Serve.AwaitReady(ctx)
	case worker:
		return s.in.Worker.AwaitReady(ctx)
	}
	return nil // Start has waited
}

// storm strikes again and again until so many processes were killed: one at a time as a rule, now and then two or
// all three at once.
func (s *striker) storm(ctx context.Context, kills int) error {
	all := []target{serve, worker, temporal}
	for left := kills; left > 0; {
		if err := pause(ctx, s.upTo(longestCalm)); err != nil {
			return err
		}
		s.rand.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] })
		n := 1
		switch roll := s.rand.IntN(10); {
		case roll == 0:
			n = 3
		case roll <= 2:
			n = 2
		}
		n = min(n, left)
		if err := s.strike(ctx, all[:n]...); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

func (s *striker) upTo(longest time.Duration) time.Duration {
	return time.Duration(s.rand.Int64N(int64(longest)))
}

// killed counts by target; all targets without any.
func (s *striker) killed(of ...target) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, k := range s.kills {
		if len(of) == 0 || slices.Contains(of, k.target) {
			n++
		}
	}
	return n
}

// between says whether one of the targets was killed in the span.
func (s *striker) between(from, to time.Time, of ...target) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.kills, func(k kill) bool {
		return slices.Contains(of, k.target) && !k.at.Before(from) && !k.at.After(to)
	})
}

// pause lets time pass in which something is meant to happen.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
