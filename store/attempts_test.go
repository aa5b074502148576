package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

func TestAttempts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		by := func(subject string, window time.Duration, most int64) models.AttemptLimit {
			return models.AttemptLimit{Subject: subject, Window: window, Most: most}
		}
		reached := func(limits ...models.AttemptLimit) bool {
			yes, err := h.AttemptsReached(ctx, limits...)
			must(t, err)
			return yes
		}
		take := func(limits ...models.AttemptLimit) bool {
			taken, err := h.TakeAttempt(ctx, limits...)
			must(t, err)
			return taken
		}
		a, b := by("account:a", time.Hour, 3), by("account:b", time.Hour, 2)
		for range 3 {
			equal(t, "taken while some are left", take(a), true)
			h.clock.pass(time.Minute)
		}
		equal(t, "one too many", take(a), false)
		equal(t, "with another limit that has some left", take(b, a), false)
		equal(t, "what was refused counts nowhere", reached(by("account:b", time.Hour, 1)), false)
		equal(t, "only the newest are within a short window", reached(by("account:a", 150*time.Second, 3)), false)
		must(t, h.TakeBackAttempt(ctx, a))
		equal(t, "after one was taken back", take(a, b), true)
		must(t, h.CountAttempt(ctx, b))
		equal(t, "counted afterwards", reached(b), true)
		must(t, h.ForgetAttempts(ctx, a))
		equal(t, "forgotten", reached(by("account:a", time.Hour, 1)), false)
		h.clock.pass(25 * time.Hour)
		must(t, h.CountAttempt(ctx, a))
		equal(t, "old ones are dropped", reached(by("account:b", 100*time.Hour, 1)), false)
		wantField(t, h.CountAttempt(ctx, by("a\nb", time.Hour, 1)), "subject", "control_characters")
	})
}

// However many come at once, as many are taken as there are left: none is pushed out by one that was refused.
func TestAttemptsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		const most, lanes = 10, 40
		one := models.AttemptLimit{Subject: "one", Window: time.Hour, Most: most}
		all := models.AttemptLimit{Subject: "all", Window: time.Hour, Most: most + lanes}
		orders := [][]models.AttemptLimit{{one, all}, {all, one}}
		var taken atomic.Int64
		var wg sync.WaitGroup
		for i := range lanes {
			wg.Go(func() {
				yes, err := h.TakeAttempt(context.WithoutCancel(t.Context()), orders[i%2]...)
				if err != nil {
					t.Error(err)
				}
				if yes {
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		equal(t, "taken", taken.Load(), most)
		left, err := h.AttemptsReached(t.Context(), models.AttemptLimit{Subject: "all", Window: time.Hour, Most: most + 1})
		must(t, err)
		equal(t, "more were counted", left, false)
	})
}
