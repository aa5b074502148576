//go:build chaos

package chaos

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/todoke/todoke/test/harness"
)

// killsPerDatabase is how many processes are killed on each database, unless CHAOS_KILLS says otherwise.
const killsPerDatabase = 100

func kills(t *testing.T) int {
	t.Helper()
	given := os.Getenv("CHAOS_KILLS")
	if given == "" {
		return killsPerDatabase
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		t.Fatalf("CHAOS_KILLS: %q is no number of kills", given)
	}
	return n
}

func TestEveryAcceptedOrderSurvivesOnSQLite(t *testing.T) {
	r := begin(t, harness.Options{Database: harness.SQLite(t), Temporal: harness.DevTemporal(t)}, 300*time.Millisecond)
	r.under(
		r.calm(10*time.Second),
		r.storm(kills(t)/2),
		r.notices(),
		r.storm(kills(t)-kills(t)/2),
		r.rest(),
		r.mailAway(20*time.Second),
		r.rest(),
		r.temporalAway(20*time.Second),
		r.calm(5*time.Second),
	)
	r.settle()
	r.count()
}

func TestEveryAcceptedOrderSurvivesOnPostgreSQL(t *testing.T) {
	database := harness.PostgresServer(t)
	r := begin(t, harness.Options{Database: database, Temporal: harness.PostgresTemporal(t, nil)}, 300*time.Millisecond)
	r.under(
		r.calm(10*time.Second),
		r.storm(kills(t)/2),
		r.notices(),
		r.storm(kills(t)-kills(t)/2),
		r.rest(),
		r.mailAway(20*time.Second),
		r.rest(),
		r.temporalAway(20*time.Second),
		r.rest(),
		r.databaseRestarts(5*time.Second),
		r.calm(5*time.Second),
	)
	r.settle()
	r.count()
}
