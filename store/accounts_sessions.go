package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// sessionMemory is how long sessions are kept; none lives that long.
const sessionMemory = 30 * 24 * time.Hour

// OpenAccountSession signs an account in. It fails where the password that was
// given is not the account's any more.
func (s *Store) OpenAccountSession(ctx context.Context, actor models.Actor, a models.Account, browser string) (models.AccountSession, error) {
	now := s.Now()
	session := models.AccountSession{AccountID: a.ID, PasswordVersion: a.PasswordVersion, Browser: browser, StartedAt: now, SeenAt: now}
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		session.ID = 0
		if err := tx.Where("started_at < ?", now.Add(-sessionMemory)).Delete(&models.AccountSession{}).Error; err != nil {
			return err
		}
		in := tx.Model(&models.Account{}).Where("id = ? AND password_version = ?", a.ID, a.PasswordVersion).Update("signed_in_at", now)
		if in.Error != nil {
			return in.Error
		}
		if in.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "password_changed")
		}
		if err := tx.Create(&session).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "account", a.ID, "signed_in", nil, nil)
	})
	return session, err
}

// AccountInSession gives the account that a session is for, and the session. It is
// not found once it has ended or the password was changed elsewhere.
func (s *Store) AccountInSession(ctx context.Context, sessionID int64) (a models.Account, session models.AccountSession, err error) {
	session, err = take[models.AccountSession](s.reader(ctx).Where("id = ? AND ended_at IS NULL", sessionID), "session")
	if err == nil {
		a, err = take[models.Account](s.reader(ctx).Where("id = ? AND password_version = ?", session.AccountID, session.PasswordVersion), "session")
	}
	return a, session, err
}

// SeenAccountSession notes that something was done in a session.
func (s *Store) SeenAccountSession(ctx context.Context, sessionID int64) error {
	return translate(s.write.WithContext(ctx).Model(&models.AccountSession{}).Where("id = ? AND ended_at IS NULL", sessionID).
		Update("seen_at", s.Now()).Error)
}

// AccountSessions lists the sessions of an account that go on and in which
// something was done since a moment, the newest first.
func (s *Store) AccountSessions(ctx context.Context, accountID int64, since time.Time) ([]models.AccountSession, error) {
	var list []models.AccountSession
	err := s.reader(ctx).Where("account_id = ? AND ended_at IS NULL AND seen_at >= ?", accountID, since.UTC()).
		Order("seen_at DESC, id DESC").Find(&list).Error
	return list, translate(err)
}

// EndAccountSession ends one session of an account.
func (s *Store) EndAccountSession(ctx context.Context, actor models.Actor, accountID, sessionID int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		ended := tx.Model(&models.AccountSession{}).Where("id = ? AND account_id = ? AND ended_at IS NULL", sessionID, accountID).
			Update("ended_at", s.Now())
		if ended.Error != nil {
			return ended.Error
		}
		if ended.RowsAffected == 0 {
			return models.NotFound("session")
		}
		return s.audit(tx, actor, "account", accountID, "signed_out", nil, nil)
	})
}

// EndAccountSessions signs an account out everywhere.
func (s *Store) EndAccountSessions(ctx context.Context, actor models.Actor, accountID int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.endSessions(tx, accountID, 0); err != nil {
			return err
		}
		return s.audit(tx, actor, "account", accountID, "signed_out_everywhere", nil, nil)
	})
}
