package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// seedRebuild is from how many orders on it is faster to drop keys and indexes
// and make them anew than to keep them up row by row.
const seedRebuild = 20_000

// postgresSeed loads with COPY over one connection in one transaction.
type postgresSeed struct {
	store *Store
	conn  *sql.Conn
	again []string // statements that bring dropped keys and indexes back
}

func (s *Store) postgresSeed(ctx context.Context, orders int) (*postgresSeed, error) {
	pool, err := s.DB()
	if err != nil {
		return nil, err
	}
	p := &postgresSeed{store: s}
	if p.conn, err = pool.Conn(ctx); err != nil {
		return nil, err
	}
	names := make([]string, seedTables)
	for t := range seedTables {
		names[t] = t.name()
	}
	// No other writer may take row numbers from here on.
	err = p.exec(ctx, "BEGIN", "LOCK TABLE "+strings.Join(names, ", ")+", running_numbers IN SHARE ROW EXCLUSIVE MODE",
		"SET LOCAL maintenance_work_mem = '256MB'", "SET LOCAL synchronous_commit = off")
	if err == nil {
		err = p.dropIndexes(ctx, names, orders)
	}
	if err != nil {
		return nil, errors.Join(err, p.rollback())
	}
	return p, nil
}

func (p *postgresSeed) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := p.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// dropIndexes drops foreign keys, unique keys and indexes, in this transaction
// only, where making them anew is less work. They are checked when they come back.
func (p *postgresSeed) dropIndexes(ctx context.Context, tables []string, orders int) error {
	var there int
	err := p.conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM orders LIMIT $1) AS present", orders*2).Scan(&there)
	if err != nil || orders < seedRebuild || there > orders {
		return err
	}
	list := "'" + strings.Join(tables, "','") + "'"
	keys, err := p.pairs(ctx, `SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
		'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid)
		FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text IN (`+list+`) AND contype IN ('f', 'u')
		ORDER BY contype = 'u', conname`)
	if err != nil {
		return err
	}
	indexes, err := p.pairs(ctx, `SELECT 'DROP INDEX ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i
		WHERE i.indrelid::regclass::text IN (`+list+`) AND NOT i.indisprimary
		AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY i.indexrelid`)
	if err != nil {
		return err
	}
	var foreign []string
	for _, pair := range append(keys, indexes...) {
		if err := p.exec(ctx, pair[0]); err != nil {
			return err
		}
		if strings.Contains(pair[1], " FOREIGN KEY ") {
			foreign = append(foreign, pair[1]) // last, when what they refer to is back
			continue
		}
		p.again = append(p.again, pair[1])
	}
	p.again = append(p.again, foreign...)
	return nil
}

func (p *postgresSeed) pairs(ctx context.Context, query string) (list [][2]string, err error) {
	rows, err := p.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var pair [2]string
		if err := rows.Scan(&pair[0], &pair[1]); err != nil {
			return nil, err
		}
		list = append(list, pair)
	}
	return list, rows.Err()
}

func (p *postgresSeed) existing(ctx context.Context) (seedExisting, error) {
	return readExisting(ctx, p.conn, func(t seedTable) string {
		// The sequence may be ahead of the table: its numbers were given out and not kept.
		return fmt.Sprintf(`SELECT GREATEST((SELECT COALESCE(MAX(id), 0) FROM %[1]s),
			COALESCE(pg_sequence_last_value(pg_get_serial_sequence('%[1]s', 'id')::regclass), 0))`, t.name())
	})
}

func (p *postgresSeed) batch() *seedRows { return &seedRows{asText: true} }

func (p *postgresSeed) load(ctx context.Context, rows *seedRows) error {
	return p.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("the PostgreSQL connection is not pgx's")
		}
		for t := range seedTables {
			if err := copyText(ctx, conn.Conn().PgConn(), t, rows.text[t]); err != nil {
				return fmt.Errorf("%s: %w", t.name(), err)
			}
		}
		return nil
	})
}

func copyText(ctx context.Context, conn *pgconn.PgConn, t seedTable, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	_, err := conn.CopyFrom(ctx, bytes.NewReader(text), "COPY "+t.name()+" ("+strings.Join(quoted(t.columns()), ", ")+") FROM STDIN")
	return err
}

func quoted(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = `"` + name + `"`
	}
	return list
}

func (p *postgresSeed) takeLicenses(ctx context.Context, last int64) error {
	_, err := p.conn.ExecContext(ctx, takeLicenses, last)
	return err
}

func (p *postgresSeed) commit(ctx context.Context) error {
	for t := range seedTables {
		// Where nothing was written the sequence stays as it is.
		err := p.exec(ctx, fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), MAX(id)) FROM %[1]s
			HAVING MAX(id) > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('%[1]s', 'id')::regclass), 0)`, t.name()))
		if err != nil {
			return err
		}
	}
	if err := p.exec(ctx, p.again...); err != nil {
		return err
	}
	if err := p.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	for t := range seedTables { // without statistics the first queries would be planned badly
		if err := p.exec(ctx, "ANALYZE "+t.name()); err != nil {
			return err
		}
	}
	return p.conn.Close()
}

func (p *postgresSeed) rollback() error {
	// The context may be what ended the run.
	_, err := p.conn.ExecContext(context.Background(), "ROLLBACK")
	return errors.Join(err, p.conn.Close())
}

// seedReader is what reading a few facts needs of a connection or transaction.
type seedReader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readExisting(ctx context.Context, db seedReader, lastID func(seedTable) string) (seedExisting, error) {
	var known seedExisting
	for t := range seedTables {
		if err := db.QueryRowContext(ctx, lastID(t)).Scan(&known.lastID[t]); err != nil {
			return known, err
		}
	}
	for _, column := range []struct {
		query string
		into  *map[string]struct{}
	}{
		{"SELECT order_number FROM orders", &known.orderNumbers},
		{"SELECT delivery_number FROM shipments", &known.deliveryNumbers},
		{"SELECT partner_code FROM resellers", &known.partnerCodes},
	} {
		taken := map[string]struct{}{}
		*column.into = taken
		if err := eachValue(ctx, db, column.query, func(v string) { taken[v] = struct{}{} }); err != nil {
			return known, err
		}
	}
	err := eachValue(ctx, db, "SELECT id FROM staff ORDER BY id", func(id int64) { known.staffIDs = append(known.staffIDs, id) })
	if err != nil {
		return known, err
	}
	err = eachValue(ctx, db, "SELECT next FROM running_numbers WHERE name = 'license_id'", func(last int64) { known.lastLicense = last })
	return known, err
}

func eachValue[T any](ctx context.Context, db seedReader, query string, use func(T)) (err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return err
		}
		use(v)
	}
	return rows.Err()
}

// takeLicenses leaves the running number where nextNumber goes on from.
const takeLicenses = `INSERT INTO running_numbers (name, next) VALUES ('license_id', $1)
	ON CONFLICT (name) DO UPDATE SET next = excluded.next`
