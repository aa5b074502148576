package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// sqliteSeed loads with inserts of many rows in one transaction.
type sqliteSeed struct {
	tx *sql.Tx
}

func (s *Store) sqliteSeed(ctx context.Context) (*sqliteSeed, error) {
	pool, err := s.DB()
	if err != nil {
		return nil, err
	}
	tx, err := pool.BeginTx(ctx, nil)
	return &sqliteSeed{tx: tx}, err
}

func (q *sqliteSeed) existing(ctx context.Context) (seedExisting, error) {
	return readExisting(ctx, q.tx, func(t seedTable) string {
		return fmt.Sprintf("SELECT MAX((SELECT COALESCE(MAX(id), 0) FROM %[1]s), COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '%[1]s'), 0))", t.name())
	})
}

func (q *sqliteSeed) batch() *seedRows { return &seedRows{} }

// sqliteVariables is how many values a statement may bind.
const sqliteVariables = 32_000

func (q *sqliteSeed) load(ctx context.Context, rows *seedRows) error {
	for t := range seedTables {
		values, width := rows.values[t], len(t.columns())
		most := sqliteVariables / width * width
		for len(values) > 0 {
			part := values[:min(most, len(values))]
			values = values[len(part):]
			if _, err := q.tx.ExecContext(ctx, insertRows(t, width, len(part)/width), part...); err != nil {
				return fmt.Errorf("%s: %w", t.name(), err)
			}
		}
	}
	return nil
}

func insertRows(t seedTable, width, rows int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	return "INSERT INTO " + t.name() + " (" + strings.Join(quoted(t.columns()), ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}

func (q *sqliteSeed) takeLicenses(ctx context.Context, last int64) error {
	_, err := q.tx.ExecContext(ctx, takeLicenses, last)
	return err
}

func (q *sqliteSeed) commit(context.Context) error { return q.tx.Commit() }

func (q *sqliteSeed) rollback() error {
	if err := q.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
