//go:build chaos || e2e

package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// run is one installation going through phases under load.
type run struct {
	t       *testing.T
	in      *harness.Installation
	load    *load
	striker *striker
	rows    []row
	started time.Time
}

// row is what is told of a phase.
type row struct {
	name              string
	took              time.Duration
	accepted, retries int
	kills             [4]int // serve, worker, temporal, postgres
	cuts              int
	p50, p99, longest time.Duration
}

// begin starts an installation with everything running, and prints the seed of all that is left to chance.
func begin(t *testing.T, o harness.Options, every time.Duration) *run {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("CHAOS_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("CHAOS_SEED: %v", err)
		}
	}
	t.Logf("seed: CHAOS_SEED=%d", seed)
	var err error
	if o.Profile, err = quickLinks(); err != nil {
		t.Fatal(err)
	}
	in := harness.Start(t, o)
	bad := &faults{rand: rand.New(rand.NewPCG(seed, 1))}
	in.Sink.Mailbox.SetBehaviour(bad.behaviour)
	r := &run{
		t: t, in: in, started: time.Now(),
		load:    &load{in: in, store: in.Store(t), ring: in.Ring(t), every: every},
		striker: &striker{in: in, rand: rand.New(rand.NewPCG(seed, 2))},
	}
	if err := r.load.staff(t.Context()); err != nil {
		t.Fatalf("members of staff: %v", err)
	}
	return r
}

// under runs the phases one after another while resellers order, and then lets what was accepted come to its end.
func (r *run) under(phases ...func(ctx context.Context) error) {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	var ordering sync.WaitGroup
	ordering.Go(func() { r.load.run(ctx, r.t) })
	ordering.Go(func() { r.load.watch(ctx) })
	var err error
	for _, phase := range phases {
		if err = phase(ctx); err != nil {
			break
		}
	}
	stop()
	ordering.Wait()
	if err != nil {
		r.t.Fatalf("%v\n%s", err, r.table())
	}
	if len(r.load.refused) > 0 {
		r.t.Errorf("%d requests were refused for good, such as: %s", len(r.load.refused), r.load.refused[0])
	}
}

// phase runs what happens in a phase and keeps what was counted meanwhile.
func (r *run) phase(name string, do func(ctx context.Context) error) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		from := time.Now()
		accepted, retries, _ := r.load.counts()
		cuts, killed := len(r.in.Sink.Cuts()), r.killed()
		if err := do(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		to := time.Now()
		entry := row{name: name, took: to.Sub(from), cuts: len(r.in.Sink.Cuts()) - cuts}
		entry.accepted, entry.retries, _ = r.load.counts()
		entry.accepted, entry.retries = entry.accepted-accepted, entry.retries-retries
		for i, n := range r.killed() {
			entry.kills[i] = n - killed[i]
		}
		took := r.load.between(from, to)
		entry.p50, entry.p99, entry.longest = quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1)
		r.rows = append(r.rows, entry)
		return nil
	}
}

func (r *run) killed() [4]int {
	return [4]int{r.striker.killed(serve), r.striker.killed(worker), r.striker.killed(temporal), r.striker.killed(database)}
}

// calm lets things run, to compare with.
func (r *run) calm(d time.Duration) func(context.Context) error {
	return r.phase("calm", func(ctx context.Context) error { return pause(ctx, d) })
}

// rest lets what was accepted come through before the next phase.
func (r *run) rest() func(context.Context) error {
	return r.phase("rest", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, settleDeadline)
		defer cancel()
		return r.load.rest(ctx)
	})
}

func (r *run) storm(kills int) func(context.Context) error {
	return r.phase("kills", func(ctx context.Context) error { return r.striker.storm(ctx, kills) })
}

func (r *run) mailAway(d time.Duration) func(context.Context) error {
	return r.phase("SMTP away", func(ctx context.Context) error {
		if err := r.in.Sink.Down(); err != nil {
			return err
		}
		return errors.Join(pause(ctx, d), r.in.Sink.Up())
	})
}

func (r *run) temporalAway(d time.Duration) func(context.Context) error {
	return r.phase("Temporal away", func(ctx context.Context) error {
		r.striker.note(temporal)
		if err := r.in.Temporal.Kill(); err != nil {
			return err
		}
		if err := pause(ctx, d); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, restartDeadline)
		defer cancel()
		return r.in.Temporal.Start(ctx)
	})
}

// databaseRestarts restarts PostgreSQL in order and then kills it.
func (r *run) databaseRestarts(pauses time.Duration) func(context.Context) error {
	return r.phase("PostgreSQL restarts", func(ctx context.Context) error {
		r.striker.note(database)
		if err := r.in.Database.Server.Restart(ctx); err != nil {
			return err
		}
		if err := pause(ctx, pauses); err != nil {
			return err
		}
		if err := r.striker.strike(ctx, database); err != nil {
			return err
		}
		return pause(ctx, pauses)
	})
}

// settleDeadline allows for the longest pause between two tries of a mail, and for the time after which the claim of
// a killed worker is not believed any more.
const settleDeadline = 6 * time.Minute

// settle waits until nothing is under way: every order delivered, every mail final, nothing left to tell Temporal.
func (r *run) settle() {
	r.t.Helper()
	settle := r.phase("settle", func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, settleDeadline)
		defer cancel()
		db := r.load.store
		accepted, _, _ := r.load.counts()
		for {
			left, err := underWay(ctx, db, accepted, r.load.due)
			if err == nil && left == (remaining{}) {
				return nil
			}
			if waited := pause(ctx, 500*time.Millisecond); waited != nil {
				return fmt.Errorf("still under way: %+v: %w", left, errors.Join(waited, err))
			}
		}
	})
	if err := settle(r.t.Context()); err != nil {
		r.t.Errorf("%v", err)
	}
}

// table says what was done and counted, phase by phase.
func (r *run) table() string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 4, 2, ' ', tabwriter.AlignRight)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) } // to memory: cannot fail
	line("phase\ttime\taccepted\tretries\tserve killed\tworker\ttemporal\tpostgres\tSMTP cuts\tPOST p50\tp99\tlongest\t")
	for _, p := range r.rows {
		line("%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t", p.name, p.took.Round(100*time.Millisecond), p.accepted, p.retries,
			p.kills[0], p.kills[1], p.kills[2], p.kills[3], p.cuts, short(p.p50), short(p.p99), short(p.longest))
	}
	_ = w.Flush()
	return out.String()
}

func short(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return d.Round(100 * time.Microsecond).String()
}

// quantile gives the q-th part of the values, by rank; 0 without values.
func quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
