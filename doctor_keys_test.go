package main

import (
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/metrics"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ringOf(t *testing.T, text ...string) *keys.Ring {
	t.Helper()
	ring, err := keys.Parse(strings.Join(text, ","))
	must(t, err)
	return ring
}

func generated(t *testing.T, number int) string {
	t.Helper()
	key, err := keys.Generate(number)
	must(t, err)
	return key
}

// TestDoctorLooksAtTheKeysThatRowsName seeds rows under a key and then looks with
// other rings: one without it, one with a key below it, and one with a newer key.
func TestDoctorLooksAtTheKeysThatRowsName(t *testing.T) {
	t.Parallel()
	p, err := profile.Default()
	must(t, err)
	s, err := store.Open(t.Context(), store.Options{URL: migrated.SQLite(t), Rules: p.Rules()})
	must(t, err)
	defer s.Close() //nolint:errcheck // the test is over
	first, second, third := generated(t, 1), generated(t, 2), generated(t, 3)
	must(t, s.Seed(t.Context(), store.SeedOptions{Orders: 20, RandSeed: 1, Sealer: ringOf(t, second)}))
	for name, c := range map[string]struct {
		ring *keys.Ring
		want []string
	}{
		"as it was":       {ringOf(t, second), nil},
		"a newer key":     {ringOf(t, second, third), []string{"warning: key 2 is not the newest, and"}},
		"without the key": {ringOf(t, third), []string{"warning: rows name key 2, which is not on the ring"}},
		"a key below it":  {ringOf(t, first, second), []string{"error: the ring's lowest key is not the one"}},
	} {
		t.Run(name, func(t *testing.T) {
			findings := (&app{store: s, ring: c.ring}).checkKeysInUse(t.Context())
			if len(findings) != len(c.want) {
				t.Fatalf("found %+v", findings)
			}
			for i, f := range findings {
				if got := f.state + ": " + f.detail; !strings.HasPrefix(got, c.want[i]) || f.advice == "" {
					t.Errorf("found %q with advice %q", got, f.advice)
				}
			}
		})
	}
	f := checkKeys(config.Config{Keys: second + "," + third})
	if f.state != fine || !strings.Contains(f.detail, "keys [2 3], new secrets under 3") {
		t.Errorf("of the keys it says %q", f.detail)
	}
}

// TestMissingProcessesAreCounted shows every state, also at none.
func TestMissingProcessesAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil, models.NewDate(2027, time.December, 31))
	strays := []outbox.Stray{{State: outbox.StrayFailed}, {State: outbox.StrayFailed}, {State: outbox.StrayMissing}}
	counts := byState(strays)
	m.SawProcesses(counts, time.Unix(1_800_000_000, 0))
	if len(counts) != len(outbox.StrayStates) || counts["failed"] != 2 || counts["missing"] != 1 || counts["terminated"] != 0 {
		t.Errorf("counted %v", counts)
	}
}
