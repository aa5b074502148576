package dump

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/todoke/todoke/store"
)

// Rows gives every value of every table, as bytes, with where it stands: "orders.communication". Lists that others
// publish, of which there are millions, are left out by naming their tables.
func Rows(ctx context.Context, db *sql.DB, dialect string, look func(place string, value []byte), except ...string) error {
	tables, err := tablesOf(ctx, db, dialect)
	if err != nil {
		return err
	}
	left := map[string]bool{}
	for _, table := range except {
		left[table] = true
	}
	for _, table := range tables {
		if left[table] {
			continue
		}
		if err := rowsOf(ctx, db, table, look); err != nil {
			return fmt.Errorf("table %s: %w", table, err)
		}
	}
	return nil
}

var tablesBy = map[string]string{
	store.SQLite:   "SELECT name FROM sqlite_master WHERE type = 'table'",
	store.Postgres: "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
}

func tablesOf(ctx context.Context, db *sql.DB, dialect string) (tables []string, err error) {
	rows, err := db.QueryContext(ctx, tablesBy[dialect])
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, rows.Err()
}

func rowsOf(ctx context.Context, db *sql.DB, table string, look func(place string, value []byte)) (err error) {
	rows, err := db.QueryContext(ctx, `SELECT * FROM "`+table+`"`) //nolint:gosec // the database itself names its tables
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, value := range values {
			switch v := value.(type) {
			case []byte:
				look(table+"."+columns[i], v)
			case string:
				look(table+"."+columns[i], []byte(v))
			case nil:
			default:
				look(table+"."+columns[i], fmt.Append(nil, v))
			}
		}
	}
	return rows.Err()
}
