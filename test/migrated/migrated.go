// Package migrated gives tests databases that are migrated already. The migrations run once in a test process; every
// test gets a copy of its own of what they made.
package migrated

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/testenv"
)

// Dialects are the databases that a test of what touches them runs on.
var Dialects = []string{store.SQLite, store.Postgres}

// Database gives the URL of a fresh migrated database, store.SQLite or store.Postgres.
func Database(t testing.TB, dialect string) (url string) {
	t.Helper()
	if dialect == store.Postgres {
		return Postgres(t)
	}
	return SQLite(t)
}

// SQLite gives the URL of a migrated file in a folder of the test.
func SQLite(t testing.TB) (url string) {
	t.Helper()
	content, err := file()
	if err != nil {
		t.Fatalf("migrate SQLite: %v", err)
	}
	path := filepath.Join(t.TempDir(), "todoke.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// Postgres gives the URL of a migrated database on the server that the tests of the process share.
func Postgres(t testing.TB) (url string) {
	t.Helper()
	return testenv.PostgresFrom(t, "migrated", Migrate)
}

// Migrate migrates a database, for tests that begin with one of their own.
func Migrate(url string) error {
	s, err := store.Open(context.Background(), store.Options{URL: url})
	if err != nil {
		return err
	}
	_, err = s.Migrate(context.Background())
	return errors.Join(err, s.Close())
}

// file is an empty migrated SQLite database.
var file = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "todoke-migrated-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "migrated.db")
	if err := Migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
