package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// SendMailAgain queues a mail that reached nobody, or may not have, once more: a mail
// of its own, rendered anew, to whom it is for now. The task about the one before is
// closed with the note. A mail is sent again once; what becomes of the next one
// is a new question. It gives the outbox entry to tell.
func (s *Store) SendMailAgain(ctx context.Context, actor models.Actor, id int64, note string) (outboxID int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		m, err := take[models.Mail](s.locked(tx).Where("id = ?", id), "mail")
		if err != nil {
			return err
		}
		if !m.CanGoAgain() {
			return models.NewError(models.KindConflict, "mail_not_again")
		}
		if m.ActivationRequestID != nil { // a link that is dead, or a code that was revoked
			stale, err := s.activationMailStale(tx, m)
			if err != nil {
				return err
			}
			if stale {
				return models.NewError(models.KindConflict, "mail_not_again")
			}
		}
		next, err := s.nextOf(tx, m)
		if err != nil {
			return err
		}
		if err := s.closeMailTasks(tx, actor, m.ID, note); err != nil {
			return err
		}
		subject, subjectID := mailSubject(m)
		err = s.audit(tx, actor, subject, subjectID, "mail_sent_again",
			map[string]any{"mail": m.ID, "kind": m.Kind, "status": m.Status}, map[string]any{"mail": next})
		if err == nil {
			outboxID, err = s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(next), next, 0})
		}
		return err
	})
	return outboxID, err
}

// nextOf queues the mail that follows one.
func (s *Store) nextOf(tx *gorm.DB, m models.Mail) (int64, error) {
	next := models.Mail{
		Kind: m.Kind, OrderID: m.OrderID, ApplicationID: m.ApplicationID, SendBackID: m.SendBackID, ResendID: m.ResendID,
		ContractChangeID: m.ContractChangeID, NameChangeID: m.NameChangeID, ActivationRequestID: m.ActivationRequestID,
		IssuedCodeID: m.IssuedCodeID, Mailbox: m.Mailbox, Version: m.Version, Again: m.Again + 1,
		Recipient: m.Recipient, Language: m.Language,
	}
	var made int64
	if err := tx.Model(&models.Mail{}).Where("key = ?", mailKey(next)).Count(&made).Error; err != nil {
		return 0, err
	}
	if made > 0 {
		return 0, models.NewError(models.KindConflict, "mail_again_already")
	}
	if err := readdress(tx, &next); err != nil {
		return 0, err
	}
	if err := refuseMarkedField(tx, "email", next.Recipient); err != nil {
		return 0, err
	}
	return s.queueMail(tx, next)
}

// readdress gives a reseller's mail the address and language that its record has now:
// that is where a wrong address is put right.
func readdress(tx *gorm.DB, m *models.Mail) error {
	switch m.Kind {
	case models.MailSendBack, models.MailSendBackReminder, models.MailOrderCancelled:
	default:
		return nil
	}
	var r models.Reseller
	err := tx.Where("id = (SELECT reseller_id FROM orders WHERE id = ?)", *m.OrderID).Take(&r).Error
	if err == nil {
		m.Recipient, m.Language = r.Email, r.Language
	}
	return err
}

// closeMailTasks closes what is open about a mail.
func (s *Store) closeMailTasks(tx *gorm.DB, actor models.Actor, mailID int64, note string) error {
	return tx.Model(&models.Task{}).Where("mail_id = ? AND closed_at IS NULL", mailID).
		Updates(map[string]any{"closed_at": s.Now(), "closed_by": actor.ID, "close_note": note}).Error
}

// mailSubject is the record whose history tells of a mail.
func mailSubject(m models.Mail) (subject string, id int64) {
	switch {
	case m.OrderID != nil:
		return "order", *m.OrderID
	case m.ApplicationID != nil:
		return "application", *m.ApplicationID
	case m.ResendID != nil:
		return "resend", *m.ResendID
	case m.NameChangeID != nil:
		return "name_change", *m.NameChangeID
	case m.ActivationRequestID != nil:
		return "activation", *m.ActivationRequestID
	case m.NewsIssueID != nil:
		return "news", *m.NewsIssueID
	}
	return "mail", m.ID
}
