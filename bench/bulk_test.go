//go:build bench

package bench

import (
	"context"
	"strconv"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// bulk loads made-up orders into an installation that runs nothing, and checks that they keep the rules.
func bulk(ctx context.Context, in *harness.Installation, orders int) (f Bulk, err error) {
	start := time.Now()
	if _, err := in.Run(ctx, "seed", "--orders", strconv.Itoa(orders)); err != nil {
		return f, err
	}
	loaded := time.Now()
	if _, err := in.Run(ctx, "verify"); err != nil {
		return f, err
	}
	seconds := loaded.Sub(start).Seconds()
	return Bulk{Orders: orders, Seconds: seconds, PerSecond: float64(orders) / seconds, Verify: time.Since(loaded).Seconds()}, nil
}
