package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// openTask opens a task about a mail, once.
func (s *Store) openTask(tx *gorm.DB, kind models.TaskKind, orderID, mailID int64) error {
	task := models.Task{Kind: kind, OrderID: orderID, MailID: &mailID, OpenedAt: s.Now()}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "kind"}, {Name: "mail_id"}}, DoNothing: true}).Create(&task).Error
}

// CloseTask closes a task with a note on what was done about it.
func (s *Store) CloseTask(ctx context.Context, actor models.Actor, taskID int64, note string) error {
	if errs := models.CheckFreeText("note", note); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var task models.Task
		if err := tx.Where("id = ?", taskID).Take(&task).Error; err != nil {
			return found(err, "task")
		}
		closed := tx.Model(&models.Task{}).Where("id = ? AND closed_at IS NULL", taskID).
			Updates(map[string]any{"closed_at": s.Now(), "closed_by": actor.ID, "close_note": note})
		if closed.Error != nil {
			return closed.Error
		}
		if closed.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "task_closed")
		}
		return s.audit(tx, actor, "order", task.OrderID, "task_closed", nil, map[string]any{"task": task.Kind, "note": note})
	})
}
