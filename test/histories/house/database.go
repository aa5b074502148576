package house

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

// Dialects are the databases that a test of activities runs on.
var Dialects = []string{store.SQLite, store.Postgres}

// database gives the URL of a fresh migrated database.
func database(t testing.TB, dialect string) (url string) {
	t.Helper()
	if dialect == store.Postgres {
		return testenv.PostgresFrom(t, "house", migrate)
	}
	file, err := migratedFile()
	Must(t, err)
	path := filepath.Join(t.TempDir(), "todoke.db")
	Must(t, os.WriteFile(path, file, 0o600))
	return "sqlite:" + path
}

// migratedFile is an empty migrated SQLite database, made once for all tests of a process.
var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "todoke-house-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "migrated.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(url string) error {
	s, err := store.Open(context.Background(), store.Options{URL: url})
	if err != nil {
		return err
	}
	_, err = s.Migrate(context.Background())
	return errors.Join(err, s.Close())
}
