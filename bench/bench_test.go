//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/todoke/todoke/test/harness"
	"github.com/todoke/todoke/testenv"
)

// TestPerformance takes all figures and fails where one is beyond its bound.
func TestPerformance(t *testing.T) {
	started := time.Now()
	s := chosenSizes()
	f := Figures{TakenAt: started.UTC().Truncate(time.Second), Quick: s.quick, Machine: machine()}
	f.Versions = Versions{Go: runtime.Version()}
	var err error
	if f.Versions.TemporalSDK, err = moduleVersion(t.Context(), "go.temporal.io/sdk"); err != nil {
		t.Fatal(err)
	}
	if f.Commit, f.Modified, err = commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.Certificates, err = CompareCertificates(t.Context(), s.certificates); err != nil {
		t.Fatalf("certificates: %v", err)
	}
	onSQLite := func(t *testing.T) harness.Options {
		return harness.Options{Database: harness.SQLite(t), Temporal: harness.DevTemporal(t)}
	}
	onPostgres := func(t *testing.T) harness.Options {
		return harness.Options{Database: harness.Postgres(t), Temporal: harness.PostgresTemporal(t, nil)}
	}
	f.Versions.SQLite = f.take(t, s, "SQLite, development server", "SELECT sqlite_version()", onSQLite)
	f.Versions.PostgreSQL = f.take(t, s, "PostgreSQL", "SELECT split_part(version(), ' ', 2)", onPostgres)
	t.Run("sites", func(t *testing.T) {
		o := harness.Options{Database: harness.Postgres(t), Temporal: harness.DevTemporal(t)}
		if f.Delivery, f.Portal, err = measureSites(t, s, o); err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v %+v", f.Delivery, f.Portal)
	})
	if t.Failed() {
		t.FailNow()
	}
	f.Directory = directories(t, s)
	f.Took = time.Since(started).Round(time.Second).String()
	f.Judge()
	keep(t, f)
	for _, beyond := range f.Beyond() {
		t.Error(beyond)
	}
}

// take measures one backend in a test of its own, whose servers end with it, and gives the database's version.
func (f *Figures) take(t *testing.T, s sizes, name, versionQuery string, options func(*testing.T) harness.Options) (version string) {
	t.Helper()
	passed := t.Run(name, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		o := options(t)
		b := newBackend(t, name, s, o)
		if err := b.db.QueryRowContext(ctx, versionQuery).Scan(&version); err != nil {
			t.Fatal(err)
		}
		taken, err := b.measure(ctx)
		if err != nil {
			t.Fatal(err)
		}
		loading := options(t)
		loading.Temporal = o.Temporal
		if taken.Bulk, err = bulk(ctx, harness.New(t, loading), s.seed); err != nil {
			t.Fatalf("bulk: %v", err)
		}
		t.Logf("%+v", taken)
		f.Backends = append(f.Backends, taken)
	})
	if !passed {
		t.FailNow()
	}
	return version
}

// whole says whether all was measured, and not in the small way or with some left out by -run.
func (f *Figures) whole() bool {
	const backends = 2
	return !f.Quick && len(f.Backends) == backends && f.Delivery.Deliveries > 0
}

// keep prints the figures; those of a whole run go into docs as well.
func keep(t *testing.T, f Figures) {
	t.Helper()
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(text))
	if !f.whole() {
		return
	}
	root, err := testenv.Root()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"performance.json": string(text) + "\n", "performance.md": Page(f)} {
		if err := os.WriteFile(filepath.Join(root, "docs", name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
