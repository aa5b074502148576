package store

import (
	"context"
	"iter"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// PostalCode gives the places of a postal code as typed, in the order of the
// post's list; none is not found.
func (s *Store) PostalCode(ctx context.Context, typed string) ([]models.PostalCode, error) {
	code, ok := models.NormalisePostalCode(typed)
	if !ok {
		return nil, models.NotFound("postal_code")
	}
	var places []models.PostalCode
	if err := s.reader(ctx).Where("code = ?", code).Order("id").Find(&places).Error; err != nil {
		return nil, translate(err)
	}
	if len(places) == 0 {
		return nil, models.NotFound("postal_code")
	}
	return places, nil
}

// ImportPostalCodes puts the post's list in the place of the one that is there: all
// of it or, on an error, nothing. It gives the number of lines.
func (s *Store) ImportPostalCodes(ctx context.Context, rows iter.Seq2[models.PostalCode, error]) (int, error) {
	release, err := s.lockImports(ctx)
	if err != nil {
		return 0, translate(err)
	}
	defer release() //nolint:errcheck // the lock ends with its connection
	count := 0
	// Not run again on a lost race: the rows are read while they are written.
	err = s.write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Where("1 = 1").Delete(&models.PostalCode{}).Error; err != nil {
			return err
		}
		batch := make([]models.PostalCode, 0, importBatch)
		write := func() error {
			if len(batch) == 0 {
				return nil
			}
			count += len(batch)
			err := tx.Create(&batch).Error
			batch = make([]models.PostalCode, 0, importBatch)
			return err
		}
		for row, err := range rows {
			if err != nil {
				return err
			}
			if batch = append(batch, row); len(batch) == importBatch {
				if err := write(); err != nil {
					return err
				}
			}
		}
		if err := write(); err != nil {
			return err
		}
		if count == 0 {
			return models.NewError(models.KindInvalid, "import_empty") // rather keep what is there
		}
		return nil
	})
	return count, translate(err)
}
