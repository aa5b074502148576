package store_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

// BenchmarkSeed loads 100,000 made-up orders into an empty database.
func BenchmarkSeed(b *testing.B) {
	for _, dialect := range []string{store.SQLite, store.Postgres} {
		b.Run(dialect, func(b *testing.B) {
			const orders = 100_000
			for b.Loop() {
				s, ring := benchStore(b, dialect)
				start := time.Now()
				if err := s.Seed(b.Context(), store.SeedOptions{Orders: orders, RandSeed: 1, Sealer: ring}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(orders/time.Since(start).Seconds(), "orders/s")
			}
		})
	}
}

// benchStore opens an empty migrated database.
func benchStore(b *testing.B, dialect string) (*store.Store, *keys.Ring) {
	b.Helper()
	r, err := theProfile()
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), store.Options{URL: migrated.Database(b, dialect), Rules: r.Rules(), Installation: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	key, err := keys.Generate(1)
	if err != nil {
		b.Fatal(err)
	}
	ring, err := keys.Parse(key)
	if err != nil {
		b.Fatal(err)
	}
	return s, ring
}
