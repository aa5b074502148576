package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ContractFilter narrows a list of contracts; empty fields do not.
type ContractFilter struct {
	Query string // license ID, part of the holder's name, or a contact's mail address
}

// Contracts lists contracts, newest first.
func (s *Store) Contracts(ctx context.Context, f ContractFilter, p Page) ([]models.Contract, string, error) {
	q := s.reader(ctx)
	if text := strings.TrimSpace(f.Query); text != "" {
		either := s.read.Where("license_id = ?", models.NormaliseNumber(text)).
			Or("holder_email = ?", text).Or("support_email = ?", text)
		if pattern := containing(models.NameKey(text)); pattern != "" {
			either = either.Or("holder_key LIKE ? ESCAPE '\\'", pattern).
				Or("id IN (?)", s.renamed().Where("old_key LIKE ? ESCAPE '\\'", pattern))
		}
		q = q.Where(either)
	}
	return page[models.Contract](q, p, func(c models.Contract) int64 { return c.ID })
}

// renamed gives the contracts whose holder has another name since a review: under
// the old one they are still found.
func (s *Store) renamed() *gorm.DB {
	return s.read.Model(&models.NameChange{}).Select("contract_id").Where("status = ?", models.NameChangeApproved)
}

// ContractDetail is all that a contract's page shows.
type ContractDetail struct {
	Contract models.Contract
	Holdings []models.Holding
	Changes  []models.HoldingChange // oldest first
	Orders   []models.Order         // newest first
}

// ContractByLicense reads a contract by its license ID as typed.
func (s *Store) ContractByLicense(ctx context.Context, actor models.Actor, license string) (ContractDetail, error) {
	var d ContractDetail
	id, ok := models.ParseLicenseID(license)
	if !ok {
		return d, models.NotFound("contract")
	}
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = ContractDetail{}
		if err := visibleTo(tx, actor).Where("license_id = ?", id).Take(&d.Contract).Error; err != nil {
			return found(err, "contract")
		}
		if err := tx.Where("contract_id = ?", d.Contract.ID).Order("id").Find(&d.Holdings).Error; err != nil {
			return err
		}
		ofContract := tx.Model(&models.Holding{}).Select("id").Where("contract_id = ?", d.Contract.ID)
		if err := tx.Where("holding_id IN (?)", ofContract).Order("id").Find(&d.Changes).Error; err != nil {
			return err
		}
		orders := tx.Table("holding_changes").Select("order_lines.order_id").
			Joins("JOIN order_lines ON order_lines.id = holding_changes.order_line_id").
			Where("holding_changes.holding_id IN (?)", ofContract)
		// Another reseller's order on this contract is that reseller's own affair.
		return visibleTo(tx, actor).Where("id IN (?)", orders).Order("id DESC").Find(&d.Orders).Error
	})
	return d, err
}

// ContractsByID gives contracts by row, in one query.
func (s *Store) ContractsByID(ctx context.Context, ids []int64) (map[int64]models.Contract, error) {
	var list []models.Contract
	err := s.reader(ctx).Where("id IN ?", ids).Find(&list).Error
	byID := make(map[int64]models.Contract, len(list))
	for _, c := range list {
		byID[c.ID] = c
	}
	return byID, translate(err)
}
