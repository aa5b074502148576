package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SavedViews lists a person's saved views by name.
func (s *Store) SavedViews(ctx context.Context, staffID int64) ([]models.SavedView, error) {
	var views []models.SavedView
	err := s.reader(ctx).Where("staff_id = ?", staffID).Order("name, id").Find(&views).Error
	return views, translate(err)
}

// SaveView keeps a list's URL query under a name; saving under the same name again replaces it.
func (s *Store) SaveView(ctx context.Context, staffID int64, name, query string) error {
	errs := append(checkName(name), models.CheckLine("query", query, models.MaxFreeText)...)
	if len(errs) > 0 {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		view := models.SavedView{StaffID: staffID, Name: name, Query: query, CreatedAt: s.Now()}
		return tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "staff_id"}, {Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"query"}),
		}).Create(&view).Error
	})
}

// DeleteView deletes one of the person's own views.
func (s *Store) DeleteView(ctx context.Context, staffID int64, id int64) error {
	r := s.write.WithContext(ctx).Where("id = ? AND staff_id = ?", id, staffID).Delete(&models.SavedView{})
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NotFound("view")
	}
	return translate(r.Error)
}
