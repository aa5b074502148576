package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// processCall is a signal-with-start to make once the transaction is through.
type processCall struct {
	workflow   models.ProcessName
	workflowID string
	subjectID  int64
	decisionID int64
}

// tell puts a call into the outbox, in the transaction that makes it necessary.
func (s *Store) tell(tx *gorm.DB, c processCall) (int64, error) {
	now := s.Now()
	entry := models.OutboxEntry{
		Workflow: c.workflow, WorkflowID: c.workflowID, SubjectID: c.subjectID, DecisionID: c.decisionID,
		CreatedAt: now, NextAttemptAt: now,
	}
	err := tx.Create(&entry).Error
	return entry.ID, err
}

// OutboxEntry gives one entry, to be tried right after its commit.
func (s *Store) OutboxEntry(ctx context.Context, id int64) (models.OutboxEntry, error) {
	return take[models.OutboxEntry](s.reader(ctx).Where("id = ?", id), "outbox_entry")
}

// OutboxDue lists entries that wait to be told, oldest first.
func (s *Store) OutboxDue(ctx context.Context, limit int) ([]models.OutboxEntry, error) {
	var list []models.OutboxEntry
	err := s.reader(ctx).Where("sent_at IS NULL AND next_attempt_at <= ?", s.Now()).
		Order("next_attempt_at, id").Limit(limit).Find(&list).Error
	return list, translate(err)
}

// OutboxTold notes that the call was made. Noting it twice is harmless.
func (s *Store) OutboxTold(ctx context.Context, id int64) error {
	return translate(s.write.WithContext(ctx).Model(&models.OutboxEntry{}).Where("id = ? AND sent_at IS NULL", id).
		Updates(map[string]any{"sent_at": s.Now(), "attempts": gorm.Expr("attempts + 1")}).Error)
}

// OutboxFailed notes a failed call and when to try again: sooner at first, then every minute.
func (s *Store) OutboxFailed(ctx context.Context, e models.OutboxEntry) error {
	wait := min(time.Duration(1<<min(e.Attempts, 6))*time.Second, time.Minute)
	return translate(s.write.WithContext(ctx).Model(&models.OutboxEntry{}).Where("id = ? AND sent_at IS NULL", e.ID).
		Updates(map[string]any{"next_attempt_at": s.Now().Add(wait), "attempts": gorm.Expr("attempts + 1")}).Error)
}
