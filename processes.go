package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/outbox"
)

// lookEvery is how often a worker compares what should run with what runs.
const lookEvery = 5 * time.Minute

// watchProcesses keeps the metric of what should run and does not, until the
// context ends. While Temporal is away the metric stays as it was; its age tells.
func (a *app) watchProcesses(ctx context.Context, m *metrics.Metrics) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if strays, err := outbox.Strays(ctx, a.store, a.temporal); err == nil {
			m.SawProcesses(byState(strays), time.Now())
		} else if ctx.Err() == nil {
			a.log.Warn("processes not compared", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// byState counts strays, with a 0 for each state that none is in.
func byState(strays []outbox.Stray) map[string]int {
	counts := map[string]int{}
	for _, state := range outbox.StrayStates {
		counts[string(state)] = 0
	}
	for _, s := range strays {
		counts[string(s.State)]++
	}
	return counts
}

// checkProcesses says what has something left to do that no process runs for.
func (a *app) checkProcesses(ctx context.Context) finding {
	strays, err := outbox.Strays(ctx, a.store, a.temporal)
	switch {
	case err != nil:
		return finding{"processes", warning, "not compared: " + explain(err), "run this again when Temporal answers"}
	case len(strays) == 0:
		return finding{subject: "processes", state: fine, detail: "whatever has something left to do has one that runs"}
	}
	return finding{
		"processes", warning, fmt.Sprintf("%d should run and do not, such as %s (%s)", len(strays), strays[0].WorkflowID, strays[0].State),
		"find out why they ended, then bring them back with `todoke revive`",
	}
}

type reviveCommand struct {
	DryRun    bool `help:"Only list what would be brought back."`
	Completed bool `help:"Also begin again what came to its end in Temporal although the database says otherwise, as after restoring an older backup. Mails sent since that backup go out again."`
}

// Run begins the processes again that should run and do not.
func (r reviveCommand) Run(ctx context.Context) error {
	return withApp(ctx, func(a *app) error {
		strays, err := outbox.Strays(ctx, a.store, a.temporal)
		if err != nil {
			return err
		}
		revived, left := 0, 0
		for _, s := range strays {
			if s.State == outbox.StrayCompleted && !r.Completed {
				left++
			} else if !r.DryRun {
				if err := outbox.Revive(ctx, a.temporal, s); err != nil {
					return err
				}
				revived++
			}
			if _, err := fmt.Fprintf(os.Stdout, "%s\t%s\n", s.State, s.WorkflowID); err != nil {
				return err
			}
		}
		fmt.Printf("%d found, %d brought back\n", len(strays), revived)
		if left > 0 {
			fmt.Printf("%d came to their end in Temporal while the database says otherwise; read docs/operations.md before --completed\n", left)
		}
		return nil
	})
}
