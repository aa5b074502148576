package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// PublishLicenseKeys adds the public keys that license files are signed with to those
// that are published. What was published stays, also when its key is gone.
func (s *Store) PublishLicenseKeys(ctx context.Context, keys []models.LicenseKey) error {
	if len(keys) == 0 {
		return nil
	}
	rows := make([]models.LicenseKey, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, models.LicenseKey{ID: k.ID, Number: k.Number, PublicKey: k.PublicKey, PublishedAt: s.Now()})
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoNothing: true}).Create(&rows).Error
	})
}

// LicenseKeys lists all keys that license files were ever signed with, oldest first.
func (s *Store) LicenseKeys(ctx context.Context) ([]models.LicenseKey, error) {
	var list []models.LicenseKey
	err := s.reader(ctx).Order("number, published_at, id").Find(&list).Error
	return list, translate(err)
}

// WithdrawLicenseKey says that files signed with a key prove nothing any more, because
// somebody else may have it. It is not taken back.
func (s *Store) WithdrawLicenseKey(ctx context.Context, actor models.Actor, id, reason string) error {
	if errs := models.CheckFreeText("reason", reason); errs != nil || reason == "" {
		return models.Invalid(models.Field("reason", "required"))
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		k, err := take[models.LicenseKey](s.locked(tx).Where("id = ?", id), "license_key")
		if err != nil {
			return err
		}
		if k.WithdrawnAt != nil {
			return nil
		}
		now := s.Now()
		if err := tx.Model(&models.LicenseKey{}).Where("id = ?", id).Updates(map[string]any{"withdrawn_at": now, "withdraw_reason": reason}).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "license_key", int64(k.Number), "license_key_withdrawn", nil, map[string]any{"key": k.ID, "reason": reason})
	})
}

// LicenseKeySigns says whether files may be signed with a key: it is published and was
// not withdrawn.
func (s *Store) LicenseKeySigns(ctx context.Context, id string) (bool, error) {
	k, err := optional[models.LicenseKey](s.reader(ctx).Where("id = ? AND withdrawn_at IS NULL", id))
	return k != nil, translate(err)
}
