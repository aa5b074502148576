package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// signInMemory is how long failed attempts are kept; no limit looks further back.
const signInMemory = 24 * time.Hour

// signInAttempt is a failed try to sign in. Subject is whatever the limit counts
// by: an account, an address of the network.
type signInAttempt struct {
	ID      int64
	Subject string
	At      time.Time
}

// RecordSignInAttempt notes a failed attempt and forgets those that are too old to count.
func (s *Store) RecordSignInAttempt(ctx context.Context, subject string) error {
	if errs := models.CheckLine("subject", subject, models.MaxNameLength); errs != nil {
		return models.Invalid(errs...)
	}
	now := s.Now()
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("at < ?", now.Add(-signInMemory)).Delete(&signInAttempt{}).Error; err != nil {
			return err
		}
		return tx.Create(&signInAttempt{Subject: subject, At: now}).Error
	})
}

// SignInAttempts counts a subject's failed attempts from a moment on, up to a day back.
func (s *Store) SignInAttempts(ctx context.Context, subject string, since time.Time) (int64, error) {
	var n int64
	err := s.reader(ctx).Model(&signInAttempt{}).Where("subject = ? AND at >= ?", subject, since.UTC()).Count(&n).Error
	return n, translate(err)
}

// ForgetSignInAttempts clears a subject's count, after it signed in.
func (s *Store) ForgetSignInAttempts(ctx context.Context, subject string) error {
	return translate(s.write.WithContext(ctx).Where("subject = ?", subject).Delete(&signInAttempt{}).Error)
}

// TakeBackSignInAttempt forgets the newest of a subject's attempts: it was counted before it was known to be right.
func (s *Store) TakeBackSignInAttempt(ctx context.Context, subject string) error {
	tx := s.write.WithContext(ctx)
	newest := tx.Model(&signInAttempt{}).Select("MAX(id)").Where("subject = ?", subject)
	return translate(tx.Where("id = (?)", newest).Delete(&signInAttempt{}).Error)
}
