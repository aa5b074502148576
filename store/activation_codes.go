package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// CodeDetail is what an activation code stands for. Issued is set where it is a
// further code, and not the one that came with the holding.
type CodeDetail struct {
	Holding  models.Holding
	Contract models.Contract
	Issued   *models.IssuedCode
}

// ProductCode is the product that the code is for.
func (d CodeDetail) ProductCode() string {
	if d.Issued != nil {
		return d.Issued.ProductCode
	}
	return d.Holding.ProductCode
}

// HoldingByCode finds a holding by the keyed hash of its activation code, or of a
// further one. An API key finds those that its reseller's own orders made or changed;
// any other is as little there as one that never was.
func (s *Store) HoldingByCode(ctx context.Context, actor models.Actor, hash string) (d CodeDetail, err error) {
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		d = CodeDetail{}
		holding, issued, err := holdingOfCode(tx, hash)
		if err != nil {
			return err
		}
		if holding == nil {
			return models.NotFound("activation_code")
		}
		d.Issued = issued
		q := tx.Where("id = ?", holding.ID)
		if actor.Kind == models.ActorAPIKey {
			q = q.Where(`id IN (SELECT c.holding_id FROM holding_changes c JOIN order_lines l ON l.id = c.order_line_id
				JOIN orders o ON o.id = l.order_id WHERE c.holding_id = holdings.id AND o.reseller_id = ?)`, actor.ResellerID)
		}
		if d.Holding, err = take[models.Holding](q, "activation_code"); err != nil {
			return err
		}
		d.Contract, err = take[models.Contract](tx.Where("id = ?", d.Holding.ContractID), "contract")
		return err
	})
	return d, err
}

// holdingOfCode gives the holding that a code belongs to, its own or a further one,
// or nothing.
func holdingOfCode(tx *gorm.DB, hash string) (*models.Holding, *models.IssuedCode, error) {
	holding, err := optional[models.Holding](tx.Where("code_hash = ?", hash))
	if err != nil || holding != nil {
		return holding, nil, err
	}
	issued, err := optional[models.IssuedCode](tx.Where("code_hash = ?", hash))
	if err != nil || issued == nil {
		return nil, nil, err
	}
	holding, err = needed[models.Holding](tx, issued.HoldingID)
	return holding, issued, err
}

// contractOfCode narrows a query over contracts to that of a code.
func contractOfCode(tx *gorm.DB, hash string) *gorm.DB {
	return tx.Where(`contracts.id IN (SELECT contract_id FROM holdings WHERE code_hash = ? UNION SELECT contract_id FROM issued_codes WHERE code_hash = ?)`, hash, hash)
}
