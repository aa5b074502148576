package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AdvanceNameChange puts a request that came in before staff, with what the
// directory says about it, and says what its process has to do next. Called again
// it finds what it wrote and says the same. The version stays: nothing that people
// decide on has changed.
func (s *Store) AdvanceNameChange(ctx context.Context, id int64) (models.NameChangeProgress, error) {
	return s.nameChangeStep(ctx, id, func(tx *gorm.DB, c *models.NameChange) error {
		if c.Status != models.NameChangeAccepted {
			return nil
		}
		c.Status = models.NameChangeReviewing
		done := tx.Model(&models.NameChange{}).Where("id = ? AND status = ?", c.ID, models.NameChangeAccepted).Update("status", c.Status)
		if done.Error != nil {
			return done.Error
		}
		if err := s.keepHints(tx, *c); err != nil {
			return err
		}
		return s.audit(tx, models.Process, "name_change", c.ID, "name_checked", nil, map[string]any{"status": c.Status, "version": c.Version})
	})
}

// nameChangeStep does one step of a change's process in a transaction, and tells
// where the change stands then.
func (s *Store) nameChangeStep(ctx context.Context, id int64, step func(*gorm.DB, *models.NameChange) error) (models.NameChangeProgress, error) {
	var state models.NameChangeProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var c models.NameChange
		if err := s.locked(tx).Where("id = ?", id).Take(&c).Error; err != nil {
			return found(err, "name_change")
		}
		err := step(tx, &c)
		if err == nil {
			state, err = s.nameChangeState(tx, c)
		}
		return err
	})
	return state, err
}

// NoteNameChangeDue notes that staff let a moment pass: they are warned before the
// due moment, and after it the change is marked for the team lead. It notes nothing
// when the change no longer waits for them, or was given another due moment.
func (s *Store) NoteNameChangeDue(ctx context.Context, id int64, due time.Time, overdue bool) (models.NameChangeProgress, error) {
	return s.nameChangeStep(ctx, id, func(tx *gorm.DB, c *models.NameChange) error {
		if !c.Status.WaitsForStaff() || !c.DueAt.Equal(due) {
			return nil
		}
		now, column, action, at := s.Now(), "warned_at", "name_warned", &c.WarnedAt
		if overdue {
			column, action, at = "escalated_at", "name_escalated", &c.EscalatedAt
		}
		if *at != nil {
			return nil
		}
		*at = &now
		if err := tx.Model(&models.NameChange{}).Where("id = ?", c.ID).Update(column, now).Error; err != nil {
			return err
		}
		return s.audit(tx, models.Process, "name_change", c.ID, action, nil, map[string]any{"due_at": c.DueAt})
	})
}

// nameChangeState says where a change stands.
func (s *Store) nameChangeState(tx *gorm.DB, c models.NameChange) (models.NameChangeProgress, error) {
	state := models.NameChangeProgress{Next: models.NextWait, Version: c.Version, Status: c.Status}
	err := tx.Model(&models.Mail{}).Where("name_change_id = ? AND status IN ?", c.ID, unsent).Order("id").Pluck("id", &state.Notices).Error
	if err != nil {
		return state, err
	}
	switch {
	case c.Status.Closed():
		state.Next = models.NextDone
	case c.Status.WaitsForStaff():
		state.DueAt, state.Escalated = c.DueAt.UTC(), c.EscalatedAt != nil
		if at, warned := s.rules.NameChanges.WarnAt(s.rules.Calendar, c.DueAt); warned && c.WarnedAt == nil {
			state.WarnAt = at
		}
	}
	return state, nil
}
