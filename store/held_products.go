package store

import (
	"context"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// heldNow is the query for holdings that an address holds at this moment: on contracts that the portal shows to it (see
// models.PortalVisibility), of products that it lists, and not ended. The portal still shows what ended; nobody
// downloads for it.
func (s *Store) heldNow(tx *gorm.DB, email string) *gorm.DB {
	now := s.Now()
	return s.counting(tx.Model(&models.ContractAddress{}), email).
		Joins("JOIN contracts ON contracts.id = contract_addresses.contract_id").
		Joins("JOIN holdings ON holdings.contract_id = contract_addresses.contract_id").
		Where("contract_addresses.contract_ends_on >= ? AND contracts.void = ? AND contracts.hidden = ? AND contracts.valid_at <= ?",
			models.DateOf(now), false, false, now).
		Where("holdings.ends_on >= ? AND holdings.product_code IN ?", models.DateOf(now), s.rules.Catalogue.PortalProducts())
}

// furtherNow is the query for further codes that work, of what an address holds at this moment. Who has such a code uses
// its product like one that was bought, and downloads it too.
func (s *Store) furtherNow(ctx context.Context, email string) *gorm.DB {
	return s.reader(ctx).Model(&models.IssuedCode{}).Where("revoked_at IS NULL AND product_code IN ? AND holding_id IN (?)",
		s.rules.Catalogue.PortalProducts(), s.heldNow(s.reader(ctx), email).Select("holdings.id"))
}

// HeldProducts gives the codes of the products that an address holds now or has a further code for, each once.
func (s *Store) HeldProducts(ctx context.Context, email string) ([]string, error) {
	var held, further []string
	if err := s.heldNow(s.reader(ctx), email).Distinct().Pluck("holdings.product_code", &held).Error; err != nil {
		return nil, translate(err)
	}
	if err := s.furtherNow(ctx, email).Distinct().Pluck("product_code", &further).Error; err != nil {
		return nil, translate(err)
	}
	held = append(held, further...)
	slices.Sort(held)
	return slices.Compact(held), nil
}

// HoldsProduct says whether an address holds a product now, or has a further code for it.
func (s *Store) HoldsProduct(ctx context.Context, email, productCode string) (bool, error) {
	holds, err := s.anyHeld(s.heldNow(s.reader(ctx), email).Where("holdings.product_code = ?", productCode))
	if holds || err != nil {
		return holds, err
	}
	var further int64
	err = s.furtherNow(ctx, email).Where("product_code = ?", productCode).Count(&further).Error
	return further > 0, translate(err)
}

// HoldsHolding says whether an address holds a product now by this very holding.
func (s *Store) HoldsHolding(ctx context.Context, email, productCode string, holdingID int64) (bool, error) {
	return s.anyHeld(s.heldNow(s.reader(ctx), email).Where("holdings.product_code = ? AND holdings.id = ?", productCode, holdingID))
}

func (s *Store) anyHeld(q *gorm.DB) (bool, error) {
	var ids []int64
	err := q.Limit(1).Pluck("holdings.id", &ids).Error
	return len(ids) > 0, translate(err)
}

// HeldByCode finds the holding by which an address holds a product now, by license ID in stored form and the hash of
// its code. Whatever does not fit is not found, all alike.
func (s *Store) HeldByCode(ctx context.Context, email, productCode, license, codeHash string) (holdingID int64, err error) {
	if codeHash == "" {
		return 0, models.NotFound("contract")
	}
	var ids []int64
	err = s.heldNow(s.reader(ctx), email).
		Where("holdings.product_code = ? AND contracts.license_id = ? AND holdings.code_hash = ?", productCode, license, codeHash).
		Limit(1).Pluck("holdings.id", &ids).Error
	if err == nil && len(ids) == 0 {
		err = models.NotFound("contract")
	}
	if err != nil {
		return 0, translate(err)
	}
	return ids[0], nil
}
