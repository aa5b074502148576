package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// signInMemory is how long attempts are kept; no limit looks further back.
const signInMemory = 24 * time.Hour

// signInAttempt is a try to sign in, or at something else that is limited. Subject is
// whatever the limit counts by: an account, an address of the network.
type signInAttempt struct {
	ID      int64
	Subject string
	At      time.Time
}

// TakeAttempt counts an attempt against all limits, before anybody looks whether it is
// right, and says so. Where one of them is reached it counts nothing and says false. Of
// attempts made at once exactly as many are taken as the limits leave.
func (s *Store) TakeAttempt(ctx context.Context, limits ...models.AttemptLimit) (taken bool, err error) {
	// A flood ends here: it keeps nobody waiting for a lock.
	if reached, err := s.AttemptsReached(ctx, limits...); reached || err != nil {
		return false, err
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.lockSubjects(tx, limits); err != nil {
			return err
		}
		reached, err := s.attemptsReached(tx, limits)
		if taken = err == nil && !reached; !taken {
			return err
		}
		return s.recordAttempts(tx, limits)
	})
	return taken && err == nil, err
}

// lockSubjects makes others that count by the same subjects wait. SQLite has but one
// writer anyway.
func (s *Store) lockSubjects(tx *gorm.DB, limits []models.AttemptLimit) error {
	if s.dialect != Postgres {
		return nil
	}
	// In one order, or two could wait for each other.
	sorted := slices.SortedFunc(slices.Values(limits), func(a, b models.AttemptLimit) int { return strings.Compare(a.Subject, b.Subject) })
	for _, l := range sorted {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", l.Subject).Error; err != nil {
			return err
		}
	}
	return nil
}

// AttemptsReached says whether one of the limits is reached, and counts nothing.
func (s *Store) AttemptsReached(ctx context.Context, limits ...models.AttemptLimit) (bool, error) {
	reached, err := s.attemptsReached(s.reader(ctx), limits)
	return reached, translate(err)
}

func (s *Store) attemptsReached(tx *gorm.DB, limits []models.AttemptLimit) (bool, error) {
	now := s.Now()
	for _, l := range limits {
		var n int64
		if err := tx.Model(&signInAttempt{}).Where("subject = ? AND at >= ?", l.Subject, now.Add(-l.Window)).Count(&n).Error; err != nil {
			return false, err
		}
		if n >= l.Most {
			return true, nil
		}
	}
	return false, nil
}

// CountAttempt counts an attempt that turned out to be wrong, whether or not the limit is reached.
func (s *Store) CountAttempt(ctx context.Context, limit models.AttemptLimit) error {
	return s.transaction(ctx, func(tx *gorm.DB) error { return s.recordAttempts(tx, []models.AttemptLimit{limit}) })
}

// recordAttempts counts one against each limit, and forgets those that are too old to count.
func (s *Store) recordAttempts(tx *gorm.DB, limits []models.AttemptLimit) error {
	now, attempts := s.Now(), make([]signInAttempt, 0, len(limits))
	for _, l := range limits {
		if errs := models.CheckLine("subject", l.Subject, models.MaxNameLength); errs != nil {
			return models.Invalid(errs...)
		}
		attempts = append(attempts, signInAttempt{Subject: l.Subject, At: now})
	}
	if err := tx.Where("at < ?", now.Add(-signInMemory)).Delete(&signInAttempt{}).Error; err != nil {
		return err
	}
	return tx.Create(&attempts).Error
}

// ForgetAttempts clears what is counted against a limit, after somebody proved to be right.
func (s *Store) ForgetAttempts(ctx context.Context, limit models.AttemptLimit) error {
	return translate(s.write.WithContext(ctx).Where("subject = ?", limit.Subject).Delete(&signInAttempt{}).Error)
}

// TakeBackAttempt forgets the newest attempt that is counted against a limit: it was counted before it was known to be
// right.
func (s *Store) TakeBackAttempt(ctx context.Context, limit models.AttemptLimit) error {
	tx := s.write.WithContext(ctx)
	newest := tx.Model(&signInAttempt{}).Select("MAX(id)").Where("subject = ?", limit.Subject)
	return translate(tx.Where("id = (?)", newest).Delete(&signInAttempt{}).Error)
}
