package models_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

func TestCodeStates(t *testing.T) {
	t.Parallel()
	// Midnight in Japan is 15:00 UTC of the day before.
	first, last := models.NewDate(2026, 4, 1), models.NewDate(2027, 3, 31)
	begins := time.Date(2026, time.March, 31, 15, 0, 0, 0, time.UTC)
	ends := time.Date(2027, time.March, 31, 15, 0, 0, 0, time.UTC)
	valid := begins.Add(-24 * time.Hour)
	for _, c := range []struct {
		contract models.Contract
		now      time.Time
		want     models.CodeState
	}{
		{models.Contract{ValidAt: &valid}, begins.Add(-time.Second), models.CodeNotStarted},
		{models.Contract{ValidAt: &valid}, begins, models.CodeValid},
		{models.Contract{ValidAt: &valid}, ends.Add(-time.Second), models.CodeValid},
		{models.Contract{ValidAt: &valid}, ends, models.CodeEnded},
		{models.Contract{}, begins, models.CodeRegistering},
		{models.Contract{ValidAt: &ends}, begins, models.CodeRegistering},
		{models.Contract{}, ends, models.CodeEnded},
		{models.Contract{ValidAt: &valid, Void: true}, begins, models.CodeVoid},
	} {
		if got := (models.Holding{StartsOn: first, EndsOn: last}).CodeStateAt(c.contract, c.now); got != c.want {
			t.Errorf("%+v at %v is %s, want %s", c.contract, c.now, got, c.want)
		}
	}
}
