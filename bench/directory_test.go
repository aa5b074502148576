//go:build bench

package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// TestDirectory measures the directory by itself: `go test -tags bench -run TestDirectory -v ./bench`.
func TestDirectory(t *testing.T) {
	s := chosenSizes()
	var f Figures
	f.Directory = directories(t, s)
	text, err := json.MarshalIndent(f.Directory, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(text))
	directoryChecks(f.Directory, s.quick, func(name string, value, bound float64) {
		if value > bound {
			t.Errorf("%s is %.4g, and the bound is %.4g", name, value, bound)
		}
	})
}

// directories measures both databases at the sizes that have bounds.
func directories(t *testing.T, s sizes) []DirectoryFigures {
	whole, small := 5_700_000, 100_000
	if s.quick {
		whole, small = 60_000, 20_000
	}
	if text := os.Getenv("BENCH_CORPORATIONS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		whole = n
	}
	var figures []DirectoryFigures
	for _, run := range []struct {
		name     string
		database func(testing.TB) harness.Database
		size     int
	}{{"PostgreSQL", harness.Postgres, whole}, {"SQLite", harness.SQLite, small}} {
		passed := t.Run(run.name, func(t *testing.T) {
			d := &directoryBench{t: t, database: run.database(t), size: run.size}
			f, err := d.measure(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			f.Name = fmt.Sprintf("%s with %d corporations", run.name, run.size)
			t.Logf("%+v", f)
			figures = append(figures, f)
		})
		if !passed {
			t.FailNow()
		}
	}
	return figures
}

// directoryBench is one directory on one database.
type directoryBench struct {
	t        *testing.T
	database harness.Database
	size     int
	names    []models.CorporateRecord // some of the data
	grams    map[string]int           // how often pairs of characters stand in some of the names
}

func (d *directoryBench) measure(ctx context.Context) (f DirectoryFigures, err error) {
	folder := d.t.TempDir()
	file := filepath.Join(folder, "zenkoku_all.csv")
	f = DirectoryFigures{Corporations: d.size, Differences: min(20_000, d.size/5), Load: loadAverage()}
	if f.FileBytes, err = d.write(file); err != nil {
		return f, err
	}
	if _, _, err = d.todoke(ctx, "migrate"); err != nil {
		return f, err
	}
	if f.ImportTook, f.ImportMemory, err = d.todoke(ctx, "import", "corporations", file); err != nil {
		return f, err
	}
	changes := filepath.Join(folder, "diff.csv")
	if err := d.writeChanges(changes, f.Differences); err != nil {
		return f, err
	}
	if f.AgainTook, _, err = d.todoke(ctx, "import", "corporations", changes); err != nil {
		return f, err
	}
	s, err := store.Open(ctx, store.Options{URL: d.database.URL})
	if err != nil {
		return f, err
	}
	defer s.Close() //nolint:errcheck // it was read only
	if f.Stored, err = d.stored(ctx, s); err != nil {
		return f, err
	}
	if _, err := d.search(ctx, s, d.drawn(60, 99)); err != nil { // connections and plans are cold
		return f, err
	}
	if f.Drawn, err = d.search(ctx, s, d.drawn(1000, 1)); err != nil {
		return f, err
	}
	f.Common, err = d.search(ctx, s, d.common(50, 4))
	return f, err
}

func loadAverage() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	value, _ := strconv.ParseFloat(first, 64)
	return value
}

// write makes the file up and keeps some of its lines to draw searches from.
func (d *directoryBench) write(path string) (int64, error) {
	out, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	if err := directory.WriteCorporations(out, directory.SampleOptions{Corporations: d.size, Seed: 1}); err != nil {
		return 0, err
	}
	info, err := out.Stat()
	if err != nil {
		return 0, err
	}
	if err := out.Close(); err != nil {
		return 0, err
	}
	return info.Size(), d.draw(path)
}

// draw reads every so many lines.
func (d *directoryBench) draw(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was read only
	d.grams = map[string]int{}
	every, n := max(d.size/40_000, 1), 0
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if n++; n%every != 0 {
			continue
		}
		columns := bytes.Split(lines.Bytes(), []byte(","))
		code, _ := strconv.Atoi(string(columns[13]))
		number, _ := strconv.ParseInt(string(columns[1]), 10, 64)
		r := models.CorporateRecord{
			Number: models.CorporateNumber(number), Name: strings.Trim(string(columns[6]), `"`), PrefectureCode: code, PostalCode: string(columns[15]),
		}
		d.names = append(d.names, r)
		for _, gram := range models.NameGrams(models.CorporationKey(r.Name)) {
			d.grams[gram]++
		}
	}
	return lines.Err()
}

// writeChanges makes up a day of changed names.
func (d *directoryBench) writeChanges(path string, count int) error {
	random := rand.New(rand.NewPCG(3, 4))
	today := models.NewDate(2026, 11, 20)
	var lines []directory.CorporateLine
	for range count {
		r := d.names[random.IntN(len(d.names))]
		r.Name, r.Kind, r.Process, r.ChangedOn, r.UpdatedOn = "新"+r.Name, "301", models.ProcessNameChanged, today, today
		lines = append(lines, directory.CorporateLine{Record: r, Latest: true})
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := directory.WriteChanges(out, lines); err != nil {
		return err
	}
	return out.Close()
}

// todoke runs a command of the program on the database, and gives seconds and the most memory it had resident.
func (d *directoryBench) todoke(ctx context.Context, args ...string) (seconds float64, memory int64, err error) {
	key, err := keys.Generate(1)
	if err != nil {
		return 0, 0, err
	}
	command := exec.CommandContext(ctx, harness.Binary(d.t), args...)
	command.Env = append(os.Environ(), "TODOKE_DATABASE_URL="+d.database.URL, "TODOKE_FILES_URL=file://"+d.t.TempDir(),
		"TODOKE_KEYS="+key, "TODOKE_PUBLIC_URL=http://127.0.0.1")
	started := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		return 0, 0, fmt.Errorf("todoke %v: %w: %s", args, err, out[max(0, len(out)-2000):])
	}
	seconds = time.Since(started).Seconds()
	d.t.Logf("todoke %s: %.1f s: %s", args[0], seconds, out[max(0, len(out)-300):])
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		memory = usage.Maxrss * 1024
	}
	return seconds, memory, nil
}

func (d *directoryBench) stored(ctx context.Context, s *store.Store) (size int64, err error) {
	db, err := s.DB()
	if err != nil {
		return 0, err
	}
	query := "SELECT pg_total_relation_size('corporations')"
	if d.database.Dialect == store.SQLite {
		query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
	}
	err = db.QueryRowContext(ctx, query).Scan(&size)
	return size, err
}

// drawn makes searches of the data: names as they stand there, their beginnings and parts of them, some of them in
// the prefecture or at the postal code of the corporation, and some in another prefecture.
func (d *directoryBench) drawn(count int, seed uint64) []store.CorporationQuery {
	random := rand.New(rand.NewPCG(seed, seed))
	var list []store.CorporationQuery
	for len(list) < count {
		r := d.names[random.IntN(len(d.names))]
		q := store.CorporationQuery{Name: r.Name}
		if key := []rune(models.CorporationKey(r.Name)); random.IntN(4) > 0 && len(key) > 2 {
			length := min(2+random.IntN(3), len(key))
			from := 0
			if random.IntN(5) > 1 {
				from = random.IntN(len(key) - length + 1)
			}
			q.Name = string(key[from : from+length])
		}
		switch random.IntN(10) {
		case 0, 1, 2:
			q.PrefectureCode = r.PrefectureCode
		case 3:
			q.PrefectureCode = 1 + random.IntN(47)
		case 4:
			q.PostalCode = r.PostalCode
		}
		list = append(list, q)
	}
	return list
}

// common makes searches for the commonest pairs of characters, everywhere and in prefectures.
func (d *directoryBench) common(pairs, times int) []store.CorporationQuery {
	grams := slices.SortedFunc(maps.Keys(d.grams), func(a, b string) int {
		return cmp.Or(d.grams[b]-d.grams[a], strings.Compare(a, b))
	})
	var list []store.CorporationQuery
	for _, gram := range grams[:pairs] {
		for n := range times {
			list = append(list, store.CorporationQuery{Name: gram, PrefectureCode: []int{0, 13, 31, 27}[n%4]})
		}
	}
	return list
}

// search runs searches one after the other.
func (d *directoryBench) search(ctx context.Context, s *store.Store, list []store.CorporationQuery) (SearchTimes, error) {
	type taken struct {
		query store.CorporationQuery
		took  time.Duration
		hits  int
	}
	var all []taken
	hits := 0
	for _, q := range list {
		started := time.Now()
		found, err := s.SearchCorporations(ctx, q)
		if err != nil {
			return SearchTimes{}, err
		}
		all = append(all, taken{q, time.Since(started), len(found)})
		hits += len(found)
	}
	slices.SortFunc(all, func(a, b taken) int { return cmp.Compare(a.took, b.took) })
	for _, slow := range all[max(0, len(all)-12):] {
		d.t.Logf("slow: %v %+v, %d hits", slow.took, slow.query, slow.hits)
	}
	at := func(part float64) float64 {
		return float64(all[min(int(part*float64(len(all))), len(all)-1)].took.Microseconds()) / 1000
	}
	return SearchTimes{Searches: len(all), Hits: float64(hits) / float64(len(all)), P50: at(0.5), P99: at(0.99), Max: at(1)}, nil
}
