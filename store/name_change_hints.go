package store

import (
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Bounds of what is read of the directory for one change: a common name may be
// that of hundreds, and then no hint can tell which is meant.
const (
	corporationsOfName = 20
	successorsInTurn   = 5
)

// keepHints copies what the directory says about a change, in place of what it
// said before.
func (s *Store) keepHints(tx *gorm.DB, c models.NameChange) error {
	hints, err := nameHints(tx, c)
	if err != nil {
		return err
	}
	if err := tx.Where("name_change_id = ?", c.ID).Delete(&models.NameHint{}).Error; err != nil {
		return err
	}
	for i := range hints {
		hints[i].NameChangeID = c.ID
	}
	if len(hints) == 0 {
		return nil
	}
	return tx.Create(&hints).Error
}

// nameHints says what the directory, as it is now, makes of a change.
func nameHints(tx *gorm.DB, c models.NameChange) ([]models.NameHint, error) {
	var r models.NameRecords
	if c.OldKey != c.NewKey {
		old, err := corporationsNamed(tx, c.Old.CompanyName)
		if err != nil {
			return nil, err
		}
		if r.Old, err = corporateHistories(tx, old); err != nil {
			return nil, err
		}
	}
	chosen, err := corporationsOfNew(tx, c)
	if err != nil {
		return nil, err
	}
	r.New, err = corporateHistories(tx, chosen)
	return models.NameChangeHints(c, r), err
}

// corporationsOfNew gives the corporation chosen, or those of the name typed.
func corporationsOfNew(tx *gorm.DB, c models.NameChange) ([]models.Corporation, error) {
	if c.CorporateNumber == 0 {
		return corporationsNamed(tx, c.New.CompanyName)
	}
	var list []models.Corporation
	err := tx.Where("number = ?", c.CorporateNumber).Find(&list).Error
	return list, err
}

// corporationsNamed gives the corporations that have a name, and then those that
// had it: two questions, each of which an index answers.
func corporationsNamed(tx *gorm.DB, name string) ([]models.Corporation, error) {
	key := models.CorporationKey(name)
	if key == "" {
		return nil, nil
	}
	var list, had []models.Corporation
	err := tx.Where("name_key = ? AND standing < ?", key, models.StandingHidden).Order("name_key, standing, number").Limit(corporationsOfName).Find(&list).Error
	if err != nil {
		return nil, err
	}
	var numbers []int64
	err = tx.Model(&models.CorporationChange{}).Distinct("number").Where("name_key = ?", key).Limit(corporationsOfName).Pluck("number", &numbers).Error
	if err != nil || len(numbers) == 0 {
		return list, err
	}
	err = tx.Where("number IN ? AND standing < ?", numbers, models.StandingHidden).Order("standing, number").Find(&had).Error
	for _, c := range had {
		known := slices.ContainsFunc(list, func(l models.Corporation) bool { return l.Number == c.Number })
		if !known {
			list = append(list, c)
		}
	}
	return list, err
}

// corporateHistories adds what is past of corporations, and who took them over.
func corporateHistories(tx *gorm.DB, list []models.Corporation) ([]models.CorporateHistory, error) {
	numbers := make([]models.CorporateNumber, len(list))
	for i, c := range list {
		numbers[i] = c.Number
	}
	var past []models.CorporationChange
	if len(list) > 0 {
		if err := tx.Where("number IN ?", numbers).Order("changed_on DESC, updated_on DESC, id DESC").Find(&past).Error; err != nil {
			return nil, err
		}
	}
	histories := make([]models.CorporateHistory, len(list))
	for i, c := range list {
		histories[i].CorporateRecord = c.CorporateRecord
		for _, p := range past {
			if p.Number == c.Number {
				histories[i].Past = append(histories[i].Past, p.CorporateRecord)
			}
		}
		var err error
		if histories[i].Successors, err = successors(tx, c.CorporateRecord); err != nil {
			return nil, err
		}
	}
	return histories, nil
}

// successors follows a corporation to whoever took it over, and on to whoever took
// that one over.
func successors(tx *gorm.DB, r models.CorporateRecord) ([]models.CorporateRecord, error) {
	var list []models.CorporateRecord
	for range successorsInTurn {
		if r.Successor == 0 {
			break
		}
		next, err := optional[models.Corporation](tx.Where("number = ?", r.Successor))
		if err != nil || next == nil {
			return list, err
		}
		r = next.CorporateRecord
		list = append(list, r)
	}
	return list, nil
}
