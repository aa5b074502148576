package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// LicenseFile gives what a license file of a contract's further code says, but for the
// end of the code, and notes that it was asked for. There is one for codes for use
// offline that are neither revoked nor of a period that is over.
func (s *Store) LicenseFile(ctx context.Context, actor models.Actor, contractID, codeID int64) (models.LicenseFileFacts, models.IssuedCode, error) {
	var facts models.LicenseFileFacts
	var code models.IssuedCode
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var err error
		if code, err = take[models.IssuedCode](tx.Where("id = ? AND contract_id = ? AND offline = ?", codeID, contractID, true), "issued_code"); err != nil {
			return err
		}
		var h models.Holding
		var c models.Contract
		if err := tx.Where("id = ?", code.HoldingID).Take(&h).Error; err != nil {
			return err
		}
		if err := tx.Where("id = ?", contractID).Take(&c).Error; err != nil {
			return err
		}
		if !code.HasLicenseFile(h, c, s.Now()) {
			if code.Revoked() {
				return models.NewError(models.KindConflict, "license_file_revoked")
			}
			return models.NewError(models.KindConflict, "license_file_ended")
		}
		p, _ := s.rules.Catalogue.Product(code.ProductCode)
		facts = models.LicenseFileFacts{
			LicenseID: c.LicenseID, Holder: c.Holder.CompanyName, ProductCode: code.ProductCode, Product: p.Names, Quantity: h.Quantity,
			StartsOn: h.StartsOn, EndsOn: h.EndsOn, IssuedAt: s.Now(),
		}
		return s.audit(tx, actor, "issued_code", code.ID, "license_file_made", nil, nil)
	})
	return facts, code, err
}
