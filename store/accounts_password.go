package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// NewPassword is a password to set, hashed, with what allows it.
type NewPassword struct {
	AccountID int64
	Hash      string
	// TemporaryVersion is that of the temporary password that was given, or 0.
	TemporaryVersion int
	// PasswordVersion is that of the present password that was given, or 0.
	PasswordVersion int
	// Session goes on under the new password; all others end.
	Session int64
}

// SetAccountPassword sets a real password: by a temporary one, which is used up by
// it, or by the present one. Of two at once one sets it. The account's other
// sessions end, and the change is confirmed by mail.
func (s *Store) SetAccountPassword(ctx context.Context, actor models.Actor, p NewPassword) (account models.Account, outbox int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.locked(tx).Where("id = ?", p.AccountID).Take(&account).Error; err != nil {
			return found(err, "account")
		}
		if !s.allows(account, p) {
			return models.NewError(models.KindConflict, "password_changed")
		}
		now, before := s.Now(), account.PasswordVersion
		account.PasswordHash, account.PasswordSetAt, account.TemporaryUntil = p.Hash, &now, nil
		account.PasswordVersion++
		set := tx.Model(&models.Account{}).Where("id = ? AND password_version = ? AND temporary_version = ?", account.ID, before, account.TemporaryVersion).
			Updates(map[string]any{
				"password_hash": p.Hash, "password_version": account.PasswordVersion, "password_set_at": now, "temporary_until": nil,
			})
		if set.Error != nil {
			return set.Error
		}
		if set.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "password_changed")
		}
		if err := s.keepSession(tx, account, p.Session); err != nil {
			return err
		}
		if err := s.audit(tx, actor, "account", account.ID, "password_set", nil, map[string]any{"version": account.PasswordVersion}); err != nil {
			return err
		}
		outbox, err = s.mailAccount(tx, account, models.MailPasswordChanged, account.PasswordVersion)
		return err
	})
	return account, outbox, err
}

// allows says whether what was given still allows a new password.
func (s *Store) allows(a models.Account, p NewPassword) bool {
	if p.TemporaryVersion > 0 {
		return a.TemporaryVersion == p.TemporaryVersion && a.TemporaryUsable(s.Now())
	}
	return p.PasswordVersion > 0 && a.PasswordVersion == p.PasswordVersion
}

// keepSession ends all of an account's sessions but one, which goes on under the
// account's present password.
func (s *Store) keepSession(tx *gorm.DB, a models.Account, keep int64) error {
	if err := s.endSessions(tx, a.ID, keep); err != nil {
		return err
	}
	return tx.Model(&models.AccountSession{}).Where("id = ? AND account_id = ? AND ended_at IS NULL", keep, a.ID).
		Update("password_version", a.PasswordVersion).Error
}

func (s *Store) endSessions(tx *gorm.DB, accountID, keep int64) error {
	return tx.Model(&models.AccountSession{}).Where("account_id = ? AND id <> ? AND ended_at IS NULL", accountID, keep).
		Update("ended_at", s.Now()).Error
}
