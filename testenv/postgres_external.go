package testenv

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
)

// external takes the server of TEST_DATABASE_URL. Test processes can die before they drop their databases, and
// nobody throws that server away. So each process holds an advisory lock named like its databases for as long as it
// lives, and the next one drops the databases whose lock is free.
func external(ctx context.Context, dsn string) (*databases, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", DatabaseURL, err)
	}
	// The lock lives as long as its connection; nothing else may use or end it.
	holder, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", DatabaseURL, err), db.Close())
	}
	owner := token()
	if _, err := holder.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockNumber(owner)); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", DatabaseURL, err), db.Close())
	}
	keepForLife(holder)
	d := newDatabases(dsn, namePrefix+owner+"_")
	d.owner = owner
	if err := d.sweep(ctx, db); err != nil {
		return nil, err
	}
	return d, nil
}

func lockNumber(owner string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(owner)) // never fails, says its documentation
	return int64(h.Sum64())
}

// sweep drops what processes that are dead left behind.
func (d *databases) sweep(ctx context.Context, db *sql.DB) error {
	names, err := testDatabases(ctx, db)
	if err != nil {
		return err
	}
	for _, name := range names {
		owner, _, ok := strings.Cut(strings.TrimPrefix(name, namePrefix), "_")
		if !ok || len(owner) != len(d.owner) {
			continue
		}
		free, err := lockIsFree(ctx, db, owner)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		if err := d.admin("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}

func testDatabases(ctx context.Context, db *sql.DB) (names []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", namePrefix)
	if err != nil {
		return nil, fmt.Errorf("list left databases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("list left databases: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// lockIsFree tries the lock within one transaction, whose end gives it back.
func lockIsFree(ctx context.Context, db *sql.DB, owner string) (free bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", lockNumber(owner)).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for the owner of a left database: %w", err)
	}
	return free, nil
}
