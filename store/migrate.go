package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the database to the newest schema and gives the number of
// steps taken. Processes that start at once take turns on PostgreSQL. On SQLite,
// which has no such lock, the one that comes second to a step fails at it, looks
// again, and finds the step done.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	provider, err := s.migrator()
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx)
	for range attempts {
		if err == nil || s.dialect != SQLite || ctx.Err() != nil {
			break
		}
		results, err = provider.Up(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	return len(results), nil
}

// SchemaCurrent says whether every migration has run.
func (s *Store) SchemaCurrent(ctx context.Context) (bool, error) {
	provider, err := s.migrator()
	if err != nil {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	return !pending, err
}

func (s *Store) migrator() (*goose.Provider, error) {
	dialect := goose.DialectPostgres
	if s.dialect == SQLite {
		dialect = goose.DialectSQLite3
	}
	steps, err := fs.Sub(migrations, "migrations/"+s.dialect)
	if err != nil {
		return nil, err
	}
	pool, err := s.DB()
	if err != nil {
		return nil, err
	}
	if s.dialect == SQLite {
		return goose.NewProvider(dialect, pool, steps)
	}
	turns, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, pool, steps, goose.WithSessionLocker(turns))
}
