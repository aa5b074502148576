package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// CodeDetail is what an activation code stands for.
type CodeDetail struct {
	Holding  models.Holding
	Contract models.Contract
}

// HoldingByCode finds a holding by the keyed hash of its activation code. An API
// key finds those that its reseller's own orders made or changed; any other is as
// little there as one that never was.
func (s *Store) HoldingByCode(ctx context.Context, actor models.Actor, hash string) (d CodeDetail, err error) {
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		d = CodeDetail{}
		q := tx.Where("code_hash = ?", hash)
		if actor.Kind == models.ActorAPIKey {
			q = q.Where(`id IN (SELECT c.holding_id FROM holding_changes c JOIN order_lines l ON l.id = c.order_line_id
				JOIN orders o ON o.id = l.order_id WHERE c.holding_id = holdings.id AND o.reseller_id = ?)`, actor.ResellerID)
		}
		var err error
		if d.Holding, err = take[models.Holding](q, "activation_code"); err != nil {
			return err
		}
		d.Contract, err = take[models.Contract](tx.Where("id = ?", d.Holding.ContractID), "contract")
		return err
	})
	return d, err
}
