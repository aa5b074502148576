package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AddNote keeps what a member of staff noted down about an order.
func (s *Store) AddNote(ctx context.Context, actor models.Actor, number, text string) error {
	if strings.TrimSpace(text) == "" {
		return models.Invalid(models.Field("text", "required"))
	}
	if errs := models.CheckFreeText("text", text); errs != nil {
		return models.Invalid(errs...)
	}
	if actor.Kind != models.ActorStaff {
		return models.NewError(models.KindForbidden, "staff_only")
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := tx.Where("order_number = ?", models.NormaliseNumber(number)).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		note := models.OrderNote{OrderID: o.ID, StaffID: actor.ID, Text: text, CreatedAt: s.Now()}
		if err := tx.Create(&note).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "order", o.ID, "noted", nil, map[string]any{"note_id": note.ID})
	})
}

// notesOf gives an order's notes with their writers, oldest first.
func notesOf(tx *gorm.DB, orderID int64) ([]models.OrderNote, error) {
	var notes []models.OrderNote
	err := tx.Select("order_notes.*, staff.name AS staff_name").Joins("JOIN staff ON staff.id = order_notes.staff_id").
		Where("order_notes.order_id = ?", orderID).Order("order_notes.id").Find(&notes).Error
	return notes, err
}

// AssignOrder gives an order to a member of staff who is not disabled, or to
// nobody with 0. It is no decision on the order: its version stays, so nobody who
// has it open is told that it changed.
func (s *Store) AssignOrder(ctx context.Context, actor models.Actor, number string, staffID int64) error {
	if actor.Kind != models.ActorStaff {
		return models.NewError(models.KindForbidden, "staff_only")
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := s.locked(tx).Where("order_number = ?", models.NormaliseNumber(number)).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		var assignee *int64
		if staffID != 0 {
			member, err := optional[models.Staff](tx.Where("id = ? AND disabled_at IS NULL", staffID))
			if err != nil {
				return err
			}
			if member == nil {
				return models.Invalid(models.Field("assignee", "staff_unknown"))
			}
			assignee = &member.ID
		}
		if err := tx.Model(&models.Order{}).Where("id = ?", o.ID).UpdateColumn("assignee_id", assignee).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "order", o.ID, "assigned", map[string]any{"staff_id": o.AssigneeID}, map[string]any{"staff_id": assignee})
	})
}
