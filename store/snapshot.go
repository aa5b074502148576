package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// snapshot runs several reads against one state of the database, so that what
// a page puts side by side belongs together.
func (s *Store) snapshot(ctx context.Context, fn func(tx *gorm.DB) error) error {
	options := &sql.TxOptions{}
	if s.dialect == Postgres { // in SQLite every transaction reads one state
		options.Isolation, options.ReadOnly = sql.LevelRepeatableRead, true
	}
	return translate(s.reader(ctx).Transaction(fn, options))
}
