package store

import (
	"context"
	"encoding/json"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// audit writes who did what, in the transaction that did it. Before and after
// hold what changed and may be nil.
func (s *Store) audit(tx *gorm.DB, actor models.Actor, subject string, id int64, action string, before, after map[string]any) error {
	entry := models.AuditEntry{
		At: s.Now(), ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name, RequestID: actor.RequestID,
		Subject: subject, SubjectID: id, Action: action,
	}
	var err error
	if entry.Before, err = asJSON(before); err != nil {
		return err
	}
	if entry.After, err = asJSON(after); err != nil {
		return err
	}
	return tx.Create(&entry).Error
}

func asJSON(facts map[string]any) (string, error) {
	if len(facts) == 0 {
		return "", nil
	}
	text, err := json.Marshal(facts)
	return string(text), err
}

// RecordAudit writes an entry for what changes no row, such as showing a code.
func (s *Store) RecordAudit(ctx context.Context, actor models.Actor, subject string, id int64, action string) error {
	return s.transaction(ctx, func(tx *gorm.DB) error { return s.audit(tx, actor, subject, id, action, nil, nil) })
}

// AuditFilter narrows the audit log; empty fields do not.
type AuditFilter struct {
	Subject   string
	SubjectID int64
	ActorName string
	Action    string
}

// Audit lists the audit log, newest first.
func (s *Store) Audit(ctx context.Context, f AuditFilter, p Page) ([]models.AuditEntry, string, error) {
	q := s.reader(ctx)
	if f.Subject != "" {
		q = q.Where("subject = ?", f.Subject)
	}
	if f.SubjectID != 0 {
		q = q.Where("subject_id = ?", f.SubjectID)
	}
	if f.ActorName != "" {
		q = q.Where("actor_name = ?", f.ActorName)
	}
	if f.Action != "" {
		q = q.Where("action = ?", f.Action)
	}
	return page[models.AuditEntry](q, p, func(e models.AuditEntry) int64 { return e.ID })
}
