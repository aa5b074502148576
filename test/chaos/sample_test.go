//go:build e2e

package chaos

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// A sample of what `make chaos` does at length. Workers are killed first: what becomes of the mails that they were
// sending shows only when their claims have run out, a minute later.
func TestAFewKillsLoseNothing(t *testing.T) {
	r := begin(t, harness.Options{Database: harness.SQLite(t), Temporal: harness.DevTemporal(t)}, 300*time.Millisecond)
	r.under(
		r.calm(time.Second),
		r.strikes([]target{worker}, []target{worker, serve}, []target{temporal}),
		r.notices(),
		r.strikes([]target{serve}, []target{temporal}),
	)
	r.settle()
	r.count()
}

// strikes kills what is named, in that order, at random moments.
func (r *run) strikes(all ...[]target) func(context.Context) error {
	return r.phase("kills", func(ctx context.Context) error {
		for _, targets := range all {
			if err := pause(ctx, r.striker.upTo(longestCalm)); err != nil {
				return err
			}
			if err := r.striker.strike(ctx, targets...); err != nil {
				return err
			}
		}
		return nil
	})
}
