package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ChangeContractAddress changes an address as a change of contacts does.
func (s *Store) ChangeContractAddress(ctx context.Context, contract models.Contract, role models.ContactRole, email string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := s.touchContract(tx, contract); err != nil {
			return err
		}
		return changeContractAddress(tx, contract, role, email, s.Now())
	})
}

// Voided makes a contract void, as a merge of contracts does.
func (s *Store) Voided(ctx context.Context, license string) error {
	return s.write.WithContext(ctx).Model(&models.Contract{}).Where("license_id = ?", license).Update("void", true).Error
}
