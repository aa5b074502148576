package store

import (
	"errors"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// claimIdempotency takes the key for this transaction. When another request has
// it already, that one's order is given; while the other is still at work the
// insert waits for it, 5 seconds at most. Another body under the same key is refused.
func (s *Store) claimIdempotency(tx *gorm.DB, actor models.Actor, i *Idempotency) (*models.Order, error) {
	if i == nil {
		return nil, nil
	}
	if s.dialect == Postgres {
		if err := tx.Exec("SET LOCAL lock_timeout = '5s'").Error; err != nil {
			return nil, err
		}
	}
	row := models.IdempotencyKey{APIKeyID: actor.ID, Key: i.Key, BodyHash: i.BodyHash, CreatedAt: s.Now()}
	made := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "api_key_id"}, {Name: "key"}}, DoNothing: true}).Create(&row)
	if made.Error != nil || made.RowsAffected == 1 {
		return nil, made.Error
	}
	var kept models.IdempotencyKey
	if err := tx.Where("api_key_id = ? AND key = ?", actor.ID, i.Key).Take(&kept).Error; err != nil {
		return nil, err
	}
	if kept.BodyHash != i.BodyHash {
		return nil, models.NewError(models.KindInvalid, "idempotency_key_reused")
	}
	var o models.Order
	err := tx.Where("id = ? AND reseller_id = ?", kept.OrderID, actor.ResellerID).Take(&o).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, models.NotFound("order")
	}
	if err != nil {
		return nil, err
	}
	o.Lines, err = s.linesInForce(tx, o.ID)
	return &o, err
}

// bindIdempotency writes which order the key made.
func (s *Store) bindIdempotency(tx *gorm.DB, actor models.Actor, i *Idempotency, orderID int64) error {
	if i == nil {
		return nil
	}
	return tx.Model(&models.IdempotencyKey{}).Where("api_key_id = ? AND key = ?", actor.ID, i.Key).Update("order_id", orderID).Error
}
