package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/todoke/todoke/models"
	"golang.org/x/sync/errgroup"
)

// loadCorporations loads a long file into a table of its own, takes over what the
// directory knows beyond it, builds the indexes, and puts the table in the
// directory's place. Readers see the directory as it was until then. What is left
// of a load that was broken off goes with the next one.
func (s *Store) loadCorporations(ctx context.Context, o CorporationImport) (done ImportSummary, err error) {
	pool, err := s.DB()
	if err != nil {
		return done, err
	}
	l := &corporateLoad{store: s, pool: pool, seen: newNumberSet()}
	if err := l.copyAll(ctx, o); err != nil {
		return done, fmt.Errorf("load corporations: %w", err)
	}
	o.step(ImportComparing)
	if err := l.compare(ctx); err != nil {
		return done, fmt.Errorf("compare corporations: %w", err)
	}
	o.step(ImportIndexing)
	if err := l.buildIndexes(ctx); err != nil {
		return done, fmt.Errorf("indexes of corporations: %w", err)
	}
	o.step(ImportSwapping)
	if err := l.swap(ctx); err != nil {
		return done, fmt.Errorf("swap corporations: %w", err)
	}
	done = l.summary
	// Lines of what is past, and second ones of a corporation, go the ordinary way.
	for from := 0; from < len(l.rest); from += importBatch {
		if err := s.merge(ctx, l.rest[from:min(from+importBatch, len(l.rest))], &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (o CorporationImport) step(step ImportStep) {
	if o.Progress != nil {
		o.Progress(step)
	}
}

// corporateLoad is a load under way.
type corporateLoad struct {
	store   *Store
	pool    *sql.DB
	seen    *numberSet
	rest    []CorporateLine
	summary ImportSummary
}

// mostRest bounds the lines that wait in memory. A whole file has hardly any.
const mostRest = 300_000

var errNoWholeFile = errors.New("too many lines are about corporations that came before or about the past: a file this long should be a whole one")

// copyAll makes the table and fills it. Rows that come with their table need no
// second visit by vacuum: COPY FREEZE.
func (l *corporateLoad) copyAll(ctx context.Context, o CorporationImport) (err error) {
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return within(ctx, conn, func() error {
		err := execAll(ctx, conn, "DROP TABLE IF EXISTS corporations_next", "DROP TABLE IF EXISTS corporations_past",
			"CREATE TABLE corporations_next (LIKE corporations INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (autovacuum_enabled = off)")
		if err != nil {
			return err
		}
		return conn.Raw(func(driver any) error {
			c, ok := driver.(*stdlib.Conn)
			if !ok {
				return errors.New("the PostgreSQL connection is not pgx's")
			}
			copying, cancel := context.WithCancel(ctx)
			defer cancel()
			text := newChunkReader(copying, func(emit func([]byte) bool) error { return l.encode(o, emit) })
			tag, err := c.Conn().PgConn().CopyFrom(ctx, text, "COPY corporations_next ("+strings.Join(corporateColumns, ", ")+") FROM STDIN (FREEZE)")
			l.summary.Added = tag.RowsAffected()
			if text.broke != nil { // the database only says that somebody broke off
				err = text.broke
			}
			return err
		})
	})
}

// within runs fn in a transaction of the connection.
func within(ctx context.Context, conn *sql.Conn, fn func() error) error {
	if err := execAll(ctx, conn, "BEGIN"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return errors.Join(err, execAll(context.WithoutCancel(ctx), conn, "ROLLBACK"))
	}
	return execAll(ctx, conn, "COMMIT")
}

func execAll(ctx context.Context, conn *sql.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// encode turns lines into COPY's text, chunk by chunk, and puts those aside that
// are about the past or come second.
func (l *corporateLoad) encode(o CorporationImport, emit func([]byte) bool) error {
	chunk := make([]byte, 0, chunkSize+4096)
	for line, err := range o.Lines {
		if err != nil {
			return err
		}
		if !line.Latest || !l.seen.add(uint64(line.Record.Number)) { //nolint:gosec // checked numbers are positive
			if l.rest = append(l.rest, line); len(l.rest) > mostRest {
				return errNoWholeFile
			}
			continue
		}
		l.summary.Read++
		chunk = appendCorporation(chunk, models.NewCorporation(line.Record))
		if len(chunk) >= chunkSize {
			if !emit(chunk) {
				return nil
			}
			chunk = make([]byte, 0, chunkSize+4096)
		}
	}
	emit(chunk)
	return nil
}

// compare brings over what the directory has beyond the file: corporations that
// are not in it, and records that are newer.
func (l *corporateLoad) compare(ctx context.Context) (err error) {
	var there bool
	if err := l.pool.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM corporations)").Scan(&there); err != nil || !there {
		return err
	}
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	err = execAll(ctx, conn, "ANALYZE corporations_next", "SET work_mem = '64MB'")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, execAll(context.WithoutCancel(ctx), conn, "RESET work_mem")) }()
	columns := strings.Join(corporateColumns, ", ")
	differs := "(" + prefixed("c.", recordColumns) + ") IS DISTINCT FROM (" + prefixed("n.", recordColumns) + ")"
	corrected := "%s.correction AND c.process = n.process AND c.changed_on = n.changed_on"
	known := "EXISTS (SELECT 1 FROM corporation_changes k WHERE k.number = %[1]s.number AND (" + prefixed("k.", recordColumns) +
		") IS NOT DISTINCT FROM (%[2]s))"
	// What is past by this load waits in a table, for nobody may see it before the swap.
	err = execAll(ctx, conn,
		"CREATE TABLE corporations_past AS SELECT "+prefixed("c.", changeColumns)+" FROM corporations c JOIN corporations_next n USING (number) WHERE "+
			"n.updated_on >= c.updated_on AND "+differs+" AND NOT ("+fmt.Sprintf(corrected, "n")+") AND NOT "+
			fmt.Sprintf(known, "c", prefixed("c.", recordColumns)),
		"INSERT INTO corporations_past SELECT "+prefixed("n.", changeColumns)+" FROM corporations c JOIN corporations_next n USING (number) WHERE "+
			"n.updated_on < c.updated_on AND NOT ("+fmt.Sprintf(corrected, "c")+") AND NOT "+
			fmt.Sprintf(known, "n", prefixed("n.", recordColumns)))
	if err != nil {
		return err
	}
	return l.takeOver(ctx, conn, columns, differs)
}

// takeOver fills the new table up and counts what changes.
func (l *corporateLoad) takeOver(ctx context.Context, conn *sql.Conn, columns, differs string) error {
	var both, changed, stale int64
	err := conn.QueryRowContext(ctx, "SELECT COUNT(*), COUNT(*) FILTER (WHERE n.updated_on >= c.updated_on AND "+differs+"), "+
		"COUNT(*) FILTER (WHERE n.updated_on < c.updated_on) FROM corporations c JOIN corporations_next n USING (number)").
		Scan(&both, &changed, &stale)
	if err != nil {
		return err
	}
	err = execAll(ctx, conn,
		"DELETE FROM corporations_next n USING corporations c WHERE c.number = n.number AND n.updated_on < c.updated_on",
		"INSERT INTO corporations_next ("+columns+") SELECT "+columns+" FROM corporations c WHERE NOT EXISTS "+
			"(SELECT 1 FROM corporations_next n WHERE n.number = c.number)")
	l.summary.Added -= both
	l.summary.Changed, l.summary.Past, l.summary.Unchanged = changed, stale, both-changed-stale
	return err
}

var indexName = regexp.MustCompile(`^(CREATE (?:UNIQUE )?INDEX )(\S+)( ON )(\S*?)corporations( USING .*)$`)

// buildIndexes makes the directory's indexes for the new table: the slow one, which
// PostgreSQL builds with one process, beside the others.
func (l *corporateLoad) buildIndexes(ctx context.Context) error {
	indexes, err := l.indexes(ctx)
	if err != nil {
		return err
	}
	var slow, others []string
	for _, definition := range indexes {
		m := indexName.FindStringSubmatch(definition)
		if m == nil {
			return fmt.Errorf("an index is not of the form known: %s", definition)
		}
		made := m[1] + m[2] + "_next" + m[3] + m[4] + "corporations_next" + m[5]
		if strings.Contains(m[5], " USING gin ") || strings.HasPrefix(m[5], " USING gin") {
			slow = append(slow, made)
		} else {
			others = append(others, made)
		}
	}
	g, building := errgroup.WithContext(ctx)
	for _, statements := range [][]string{slow, others} {
		g.Go(func() (err error) {
			conn, err := l.pool.Conn(building)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			return within(building, conn, func() error {
				return execAll(building, conn, append([]string{"SET LOCAL maintenance_work_mem = '192MB'"}, statements...)...)
			})
		})
	}
	return g.Wait()
}

// indexes gives the definitions of the directory's indexes, so that none is forgotten
// when a migration adds one.
func (l *corporateLoad) indexes(ctx context.Context) (list []string, err error) {
	rows, err := l.pool.QueryContext(ctx, "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'corporations' ORDER BY indexname")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var definition string
		if err := rows.Scan(&definition); err != nil {
			return nil, err
		}
		list = append(list, definition)
	}
	return list, rows.Err()
}

// How often and how patiently the swap asks for the directory. While it waits,
// readers that come later wait behind it: so it waits a moment only, and asks again.
const (
	swapAttempts = 60
	swapPatience = "1s"
	swapPause    = 2 * time.Second
)

// swap puts the new table in the old one's place, in one transaction.
func (l *corporateLoad) swap(ctx context.Context) (err error) {
	indexes, err := l.indexes(ctx)
	if err != nil {
		return err
	}
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var waiting bool
	if err := conn.QueryRowContext(ctx, "SELECT to_regclass('corporations_past') IS NOT NULL").Scan(&waiting); err != nil {
		return err
	}
	statements := []string{"ANALYZE corporations_next", "SET LOCAL lock_timeout = '" + swapPatience + "'"}
	if waiting {
		list := strings.Join(changeColumns, ", ")
		statements = append(statements, "INSERT INTO corporation_changes ("+list+") SELECT "+list+" FROM corporations_past", "DROP TABLE corporations_past")
	}
	statements = append(statements, "DROP TABLE corporations", "ALTER TABLE corporations_next RENAME TO corporations",
		"ALTER TABLE corporations RESET (autovacuum_enabled)")
	for _, definition := range indexes {
		name := indexName.FindStringSubmatch(definition)[2]
		statements = append(statements, "ALTER INDEX "+name+"_next RENAME TO "+name)
	}
	statements = append(statements, "ALTER TABLE corporations ADD CONSTRAINT corporations_pkey PRIMARY KEY USING INDEX corporations_pkey")
	for range swapAttempts {
		err = within(ctx, conn, func() error { return execAll(ctx, conn, statements...) })
		if !lockTimedOut(err) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(swapPause):
		}
	}
	if err == nil && waiting { // rows taken over are not marked as visible to all yet, which spares search their pages
		err = execAll(ctx, conn, "VACUUM corporations")
	}
	return err
}

// chunkSize is how much text is handed to the database at once.
const chunkSize = 256 << 10

// chunkReader reads what a goroutine makes, so that making and loading share the cores.
type chunkReader struct {
	chunks <-chan []byte
	failed <-chan error
	rest   []byte
	broke  error // why there is no more; nil at the end
	ended  bool
}

func newChunkReader(ctx context.Context, run func(emit func([]byte) bool) error) *chunkReader {
	chunks, failed := make(chan []byte, 8), make(chan error, 1)
	go func() {
		defer close(chunks) // after the verdict below
		failed <- run(func(chunk []byte) bool {
			select {
			case chunks <- chunk:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return &chunkReader{chunks: chunks, failed: failed}
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		chunk, more := <-r.chunks
		if !more {
			if !r.ended {
				r.ended, r.broke = true, <-r.failed
			}
			if r.broke != nil {
				return 0, r.broke
			}
			return 0, io.EOF
		}
		r.rest = chunk
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
