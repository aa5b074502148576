package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// PrepareSecondStep keeps the secret of an authenticator app that is being set up;
// it replaces an earlier try, and touches nothing where the second step is on.
func (s *Store) PrepareSecondStep(ctx context.Context, accountID int64, sealed []byte, key int) error {
	return s.changeSecond(ctx, accountID, "second_since IS NULL", map[string]any{"second_secret": sealed, "second_key": key, "second_step": 0}, nil)
}

// ConfirmSecondStep turns the second step on, once a code of the app proved that it
// is set up. The code's step is used up, and earlier recovery codes are gone.
func (s *Store) ConfirmSecondStep(ctx context.Context, actor models.Actor, a models.Account, step int64, recoveryHashes []string) error {
	changes := map[string]any{"second_since": s.Now(), "second_step": step}
	return s.changeSecond(ctx, a.ID, "second_since IS NULL AND second_secret IS NOT NULL", changes, func(tx *gorm.DB) error {
		if err := s.newRecoveryCodes(tx, a.ID, recoveryHashes); err != nil {
			return err
		}
		return s.audit(tx, actor, "account", a.ID, "two_step_on", nil, nil)
	})
}

// EndSecondStep turns the second step off and forgets the app and the recovery codes.
func (s *Store) EndSecondStep(ctx context.Context, actor models.Actor, accountID int64) error {
	changes := map[string]any{"second_secret": nil, "second_key": 0, "second_since": nil, "second_step": 0}
	return s.changeSecond(ctx, accountID, "second_since IS NOT NULL", changes, func(tx *gorm.DB) error {
		if err := s.newRecoveryCodes(tx, accountID, nil); err != nil {
			return err
		}
		return s.audit(tx, actor, "account", accountID, "two_step_off", nil, nil)
	})
}

// RenewRecoveryCodes gives out new recovery codes; those before work no more.
func (s *Store) RenewRecoveryCodes(ctx context.Context, actor models.Actor, accountID int64, hashes []string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.newRecoveryCodes(tx, accountID, hashes); err != nil {
			return err
		}
		return s.audit(tx, actor, "account", accountID, "recovery_codes", nil, nil)
	})
}

func (s *Store) newRecoveryCodes(tx *gorm.DB, accountID int64, hashes []string) error {
	if err := tx.Where("account_id = ?", accountID).Delete(&models.RecoveryCode{}).Error; err != nil {
		return err
	}
	for _, hash := range hashes {
		if err := tx.Create(&models.RecoveryCode{AccountID: accountID, CodeHash: hash}).Error; err != nil {
			return err
		}
	}
	return nil
}

// changeSecond changes an account's second step if it stands as wanted, and does
// what belongs to it in the same transaction.
func (s *Store) changeSecond(ctx context.Context, accountID int64, standing string, changes map[string]any, also func(tx *gorm.DB) error) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&models.Account{}).Where("id = ?", accountID).Where(standing).Updates(changes)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "two_step_changed")
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
}

// UseSecondStep uses up the step of a code that fits, and says whether it was not
// used before: of one code given twice, also at once, one signs in.
func (s *Store) UseSecondStep(ctx context.Context, accountID, step int64) (bool, error) {
	used := s.write.WithContext(ctx).Model(&models.Account{}).Where("id = ? AND second_since IS NOT NULL AND second_step < ?", accountID, step).
		Update("second_step", step)
	return used.RowsAffected == 1, translate(used.Error)
}

// UseRecoveryCode uses up a recovery code, and says whether there was one.
func (s *Store) UseRecoveryCode(ctx context.Context, actor models.Actor, accountID int64, hash string) (done bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		used := tx.Model(&models.RecoveryCode{}).Where("account_id = ? AND code_hash = ? AND used_at IS NULL", accountID, hash).Update("used_at", s.Now())
		done = used.RowsAffected == 1
		if used.Error != nil || !done {
			return used.Error
		}
		return s.audit(tx, actor, "account", accountID, "recovery_code_used", nil, nil)
	})
	return done, err
}

// RecoveryCodesLeft counts the recovery codes that still work.
func (s *Store) RecoveryCodesLeft(ctx context.Context, accountID int64) (int64, error) {
	var n int64
	err := s.reader(ctx).Model(&models.RecoveryCode{}).Where("account_id = ? AND used_at IS NULL", accountID).Count(&n).Error
	return n, translate(err)
}
