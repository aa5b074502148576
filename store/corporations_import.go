package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// CorporationImport is a file of the register on its way into the directory.
type CorporationImport struct {
	// Lines gives the records in the file's order, and whether each is in force; an error ends the import.
	Lines iter.Seq2[CorporateLine, error]
	// Size is the file's length in bytes, unpacked. Long files are loaded beside the directory and take its place.
	Size int64
	// Progress hears of steps that take long and have no lines to count; may be nil.
	Progress func(step ImportStep)
}

// CorporateLine is a record, and whether it is in force or past.
type CorporateLine struct {
	Record models.CorporateRecord
	Latest bool
}

// ImportStep names what an import is at.
type ImportStep string

// The steps of a long import after its lines are read.
const (
	ImportComparing ImportStep = "comparing with what is there"
	ImportIndexing  ImportStep = "building indexes"
	ImportSwapping  ImportStep = "putting the new directory in place"
)

// ImportSummary counts what an import came to.
type ImportSummary struct {
	Read      int64 // records
	Added     int64 // corporations not there before
	Changed   int64 // corporations with a newer record than before
	Unchanged int64 // records that were known
	Past      int64 // records of what is past, kept as history
}

func (s *ImportSummary) add(o ImportSummary) {
	s.Read += o.Read
	s.Added += o.Added
	s.Changed += o.Changed
	s.Unchanged += o.Unchanged
	s.Past += o.Past
}

const (
	// importBatch is how many records are written in one transaction.
	importBatch = 1000
	// importLong is the length from which a file is loaded beside the directory: that
	// is worth its while from some hundred thousand lines on.
	importLong = 48 << 20
)

// ImportCorporations brings a file of the register into the directory. Records
// may come in any order and more than once: what is known stays, what is older
// becomes history. So an import that was broken off is simply started again.
// Readers see each corporation as it was or as it is.
func (s *Store) ImportCorporations(ctx context.Context, o CorporationImport) (ImportSummary, error) {
	release, err := s.lockImports(ctx)
	if err != nil {
		return ImportSummary{}, translate(err)
	}
	var done ImportSummary
	if s.dialect == Postgres && o.Size >= importLong {
		done, err = s.loadCorporations(ctx, o)
	} else {
		done, err = s.mergeAll(ctx, o)
	}
	return done, translate(errors.Join(err, release()))
}

// importLock is the number under which PostgreSQL lets one import at a time through.
const importLock = 0x746f646f6b65 // "todoke"

// lockImports keeps a second import from starting. SQLite lets one process write
// at a time, and batches may follow each other in any order, so none is needed there.
func (s *Store) lockImports(ctx context.Context) (release func() error, err error) {
	if s.dialect == SQLite {
		return func() error { return nil }, nil
	}
	pool, err := s.DB()
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var free bool
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", importLock).Scan(&free)
	if err == nil && !free {
		err = models.NewError(models.KindConflict, "import_running")
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error { return unlockImports(conn) }, nil
}

// unlockImports gives the lock back also when the import was told to stop.
func unlockImports(conn *sql.Conn) error {
	_, err := conn.ExecContext(context.Background(), "SELECT pg_advisory_unlock($1)", importLock)
	return errors.Join(err, conn.Close())
}

// mergeAll writes batch by batch what the records change.
func (s *Store) mergeAll(ctx context.Context, o CorporationImport) (done ImportSummary, err error) {
	batch := make([]CorporateLine, 0, importBatch)
	for line, err := range o.Lines {
		if err != nil {
			return done, err
		}
		if batch = append(batch, line); len(batch) == importBatch {
			if err := s.merge(ctx, batch, &done); err != nil {
				return done, err
			}
			batch = batch[:0]
		}
	}
	err = s.merge(ctx, batch, &done)
	return done, err
}

// merge writes a batch in one transaction.
func (s *Store) merge(ctx context.Context, batch []CorporateLine, done *ImportSummary) error {
	if len(batch) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	var made ImportSummary
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		m, err := newMerge(tx, batch)
		if err != nil {
			return err
		}
		for _, line := range batch {
			m.take(line)
		}
		made = m.summary
		return m.write(tx)
	})
	if err == nil {
		done.add(made)
	}
	return err
}

// corporateMerge works out what a batch changes.
type corporateMerge struct {
	current map[models.CorporateNumber]models.CorporateRecord
	changed []models.CorporateNumber // in the order in which they first changed
	marked  map[models.CorporateNumber]bool
	known   map[models.CorporateRecord]bool // the past
	past    []models.CorporationChange
	summary ImportSummary
}

func newMerge(tx *gorm.DB, batch []CorporateLine) (*corporateMerge, error) {
	numbers := make([]models.CorporateNumber, len(batch))
	for i, line := range batch {
		numbers[i] = line.Record.Number
	}
	m := &corporateMerge{
		current: map[models.CorporateNumber]models.CorporateRecord{}, marked: map[models.CorporateNumber]bool{},
		known: map[models.CorporateRecord]bool{},
	}
	var current []models.Corporation
	if err := tx.Where("number IN ?", numbers).Find(&current).Error; err != nil {
		return nil, err
	}
	for _, c := range current {
		m.current[c.Number] = c.CorporateRecord
	}
	var past []models.CorporationChange
	if err := tx.Where("number IN ?", numbers).Find(&past).Error; err != nil {
		return nil, err
	}
	for _, c := range past {
		m.known[c.CorporateRecord] = true
	}
	return m, nil
}

// take puts one record where it belongs.
func (m *corporateMerge) take(line CorporateLine) {
	m.summary.Read++
	number := line.Record.Number
	before, there := m.current[number]
	switch {
	case !line.Latest:
		if there && before == line.Record {
			m.summary.Unchanged++ // it was in force until something that has not come yet
			return
		}
		m.remember(line.Record, true)
	case !there:
		m.summary.Added++
		m.set(number, line.Record)
	default:
		after, past := before.Follow(line.Record)
		if after == before {
			if past == nil {
				m.summary.Unchanged++
			} else {
				m.remember(*past, true)
			}
			return
		}
		m.summary.Changed++
		m.set(number, after)
		if past != nil {
			m.remember(*past, false)
		}
	}
}

func (m *corporateMerge) set(number models.CorporateNumber, r models.CorporateRecord) {
	m.current[number] = r
	if !m.marked[number] {
		m.marked[number] = true
		m.changed = append(m.changed, number)
	}
}

// remember keeps a record that is past, once. One that came by itself, rather than
// by another taking its place, counts.
func (m *corporateMerge) remember(r models.CorporateRecord, came bool) {
	if !m.known[r] {
		m.known[r] = true
		m.past = append(m.past, models.NewCorporationChange(r))
		if came {
			m.summary.Past++
		}
	} else if came {
		m.summary.Unchanged++
	}
}

func (m *corporateMerge) write(tx *gorm.DB) error {
	rows := make([]models.Corporation, len(m.changed))
	for i, number := range m.changed {
		rows[i] = models.NewCorporation(m.current[number])
	}
	if len(rows) > 0 {
		upsert := clause.OnConflict{Columns: []clause.Column{{Name: "number"}}, UpdateAll: true}
		if err := tx.Clauses(upsert).CreateInBatches(rows, importBatch/2).Error; err != nil {
			return fmt.Errorf("corporations: %w", err)
		}
	}
	if len(m.past) > 0 {
		if err := tx.CreateInBatches(m.past, importBatch/2).Error; err != nil {
			return fmt.Errorf("history of corporations: %w", err)
		}
	}
	return nil
}
