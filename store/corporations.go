package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// CorporationDetail is all that the directory holds of a corporation.
type CorporationDetail struct {
	Corporation models.Corporation
	Past        []models.CorporationChange // newest first
	Successor   *models.Corporation        // who took it over, where that is known
	TakenOver   []models.Corporation       // whom it took over
	Contracts   []models.Contract          // held under its name, this one or a former; newest first
}

// corporationContracts bounds the contracts shown with a corporation.
const corporationContracts = 50

// Corporation reads a corporation with its history.
func (s *Store) Corporation(ctx context.Context, number models.CorporateNumber) (CorporationDetail, error) {
	var d CorporationDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		d = CorporationDetail{}
		if err := tx.Where("number = ?", number).Take(&d.Corporation).Error; err != nil {
			return found(err, "corporation")
		}
		if err := tx.Where("number = ?", number).Order("changed_on DESC, updated_on DESC, id DESC").Find(&d.Past).Error; err != nil {
			return err
		}
		if successor := d.Corporation.Successor; successor != 0 {
			var list []models.Corporation
			if err := tx.Where("number = ?", successor).Find(&list).Error; err != nil {
				return err
			}
			if len(list) > 0 {
				d.Successor = &list[0]
			}
		}
		// The condition on 0 is the index's.
		if err := tx.Where("successor = ? AND successor <> 0", number).Order("number").Limit(corporationContracts).Find(&d.TakenOver).Error; err != nil {
			return err
		}
		keys := []string{d.Corporation.NameKey}
		for _, p := range d.Past {
			keys = append(keys, p.NameKey)
		}
		return tx.Where("holder_key IN ?", keys).Order("id DESC").Limit(corporationContracts).Find(&d.Contracts).Error
	})
	return d, err
}

// CorporationsNamed gives the corporations that have the name or had it, by their
// numbers: what a review of a change of name compares with.
func (s *Store) CorporationsNamed(ctx context.Context, name string) ([]models.Corporation, error) {
	list, err := corporationsNamed(s.reader(ctx), name)
	return list, translate(err)
}

// Directory says how much the directory holds.
type Directory struct {
	Corporations bool // there are any
	PostalCodes  bool
}

// Directory says whether the registers were imported.
func (s *Store) Directory(ctx context.Context) (Directory, error) {
	var d Directory
	err := s.reader(ctx).Raw("SELECT EXISTS (SELECT 1 FROM corporations) AS corporations, EXISTS (SELECT 1 FROM postal_codes) AS postal_codes").
		Scan(&d).Error
	return d, translate(err)
}
