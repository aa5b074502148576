package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// firstAddresses writes which addresses see a new contract, at once. Its holdings
// are there already.
func firstAddresses(tx *gorm.DB, c models.Contract) error {
	end, err := lastHoldingEnd(tx, c.ID)
	if err != nil {
		return err
	}
	rows := make([]models.ContractAddress, len(models.ContactRoles))
	for i, role := range models.ContactRoles {
		rows[i] = models.ContractAddress{
			ContractID: c.ID, Role: role, Email: models.AddressKey(c.Contact(role).Email), GoodFrom: c.CreatedAt, ContractEndsOn: end,
		}
	}
	return tx.Create(&rows).Error
}

// noteContractEnd brings the addresses of a contract up to its holdings' last end,
// after a renewal or an addition.
func noteContractEnd(tx *gorm.DB, contractID int64) error {
	end, err := lastHoldingEnd(tx, contractID)
	if err != nil {
		return err
	}
	return tx.Model(&models.ContractAddress{}).Where("contract_id = ?", contractID).Update("contract_ends_on", end).Error
}

func lastHoldingEnd(tx *gorm.DB, contractID int64) (models.Date, error) {
	var h models.Holding
	err := tx.Select("ends_on").Where("contract_id = ?", contractID).Order("ends_on DESC").Take(&h).Error
	return h.EndsOn, err
}

// changeContractAddress puts an address in place of a contact's present one, in
// the contract's row and for the portal, where it counts from the next day on. It
// is the only way such an address changes. The caller holds the contract: it has
// counted its version up in the same transaction.
func changeContractAddress(tx *gorm.DB, contract models.Contract, role models.ContactRole, email string, now time.Time) error {
	err := tx.Model(&models.Contract{}).Where("id = ?", contract.ID).Update(string(role)+"_email", email).Error
	if err != nil {
		return err
	}
	var newest models.ContractAddress
	if err := tx.Where("contract_id = ? AND role = ? AND good_until IS NULL", contract.ID, role).Take(&newest).Error; err != nil {
		return err
	}
	next := models.ContractAddress{
		ContractID: contract.ID, Role: role, Email: models.AddressKey(email), GoodFrom: models.NewAddressCounts(now), ContractEndsOn: newest.ContractEndsOn,
	}
	if next.Email == newest.Email {
		return nil
	}
	if next.GoodFrom.Before(newest.GoodFrom) { // the clock of another machine was ahead
		next.GoodFrom = newest.GoodFrom
	}
	// One that was entered earlier today never comes to count: from and until are the same moment.
	ended := tx.Model(&models.ContractAddress{}).Where("id = ? AND good_until IS NULL", newest.ID).Update("good_until", next.GoodFrom)
	if ended.Error == nil && ended.RowsAffected == 0 {
		return errChanged
	}
	if ended.Error != nil {
		return ended.Error
	}
	return tx.Create(&next).Error
}

// ContractAddresses gives all addresses that see, saw or will see a contract, by
// role and time; those that never came to count are left out.
func (s *Store) ContractAddresses(ctx context.Context, contractID int64) ([]models.ContractAddress, error) {
	var list []models.ContractAddress
	err := s.reader(ctx).Where("contract_id = ? AND (good_until IS NULL OR good_until > good_from)", contractID).
		Order("role, good_from, id").Find(&list).Error
	return list, translate(err)
}

// counting narrows a query over contract_addresses to those of an address that count now.
func (s *Store) counting(q *gorm.DB, email string) *gorm.DB {
	now := s.Now()
	return q.Where("contract_addresses.email = ? AND contract_addresses.good_from <= ? AND (contract_addresses.good_until IS NULL OR contract_addresses.good_until > ?)",
		models.AddressKey(email), now, now)
}
