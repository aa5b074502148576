package store

import (
	"context"
	"time"
)

// ClockSkew says how far the database's clock is ahead of this machine's. SQLite
// has no clock of its own.
func (s *Store) ClockSkew(ctx context.Context) (time.Duration, error) {
	if s.dialect == SQLite {
		return 0, nil
	}
	before := time.Now()
	var there time.Time
	if err := s.reader(ctx).Raw("SELECT clock_timestamp()").Scan(&there).Error; err != nil {
		return 0, translate(err)
	}
	// The answer was made somewhere between asking and hearing it: take the middle.
	return there.Sub(before.Add(time.Since(before) / 2)), nil
}
