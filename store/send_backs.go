package store

import (
	"context"
	"fmt"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// sendBack opens a send-back with all its reasons and queues the mails that tell
// of it: to the reseller, and to the applicant where the application must be made again.
func (s *Store) sendBack(tx *gorm.DB, o *models.Order, reasons []models.Reason) error {
	var rounds int64
	if err := tx.Model(&models.SendBack{}).Where("order_id = ?", o.ID).Count(&rounds).Error; err != nil {
		return err
	}
	sb := models.SendBack{OrderID: o.ID, Round: int(rounds) + 1, OpenedAt: s.Now(), Reasons: reasons}
	if err := tx.Create(&sb).Error; err != nil {
		return err
	}
	again := false
	for i := range sb.Reasons {
		sb.Reasons[i].SendBackID = sb.ID
		again = again || sb.Reasons[i].Code.NeedsApplication()
	}
	if err := tx.Create(&sb.Reasons).Error; err != nil {
		return err
	}
	o.Status, o.WaitingFor = models.OrderSentBack, models.WaitingForReseller
	return s.queueSendBackMails(tx, *o, sb, again)
}

func (s *Store) queueSendBackMails(tx *gorm.DB, o models.Order, sb models.SendBack, toApplicant bool) error {
	var r models.Reseller
	if err := tx.Where("id = ?", o.ResellerID).Take(&r).Error; err != nil {
		return err
	}
	mails := []models.Mail{{
		Kind: models.MailSendBack, OrderID: &o.ID, SendBackID: &sb.ID, Version: 1, Recipient: r.Email, Language: r.Language,
	}}
	if toApplicant {
		var a models.Application
		if err := tx.Where("id = ?", o.ApplicationID).Take(&a).Error; err != nil {
			return err
		}
		mails = append(mails, models.Mail{
			Kind: models.MailSendBackApplicant, OrderID: &o.ID, SendBackID: &sb.ID, Version: 1,
			Recipient: a.ApplicantEmail, Language: a.ApplicantLanguage,
		})
	}
	for _, m := range mails {
		if _, err := s.queueMail(tx, m); err != nil {
			return fmt.Errorf("queue %s: %w", m.Kind, err)
		}
	}
	return nil
}

func (s *Store) queueCancelledMail(tx *gorm.DB, o models.Order) error {
	var r models.Reseller
	if err := tx.Where("id = ?", o.ResellerID).Take(&r).Error; err != nil {
		return err
	}
	_, err := s.queueMail(tx, models.Mail{
		Kind: models.MailOrderCancelled, OrderID: &o.ID, Version: 1, Recipient: r.Email, Language: r.Language,
	})
	return err
}

// QueueReminder queues the n-th reminder of a send-back that is still open, and
// gives the mail to send. It queues nothing when the send-back was answered
// meanwhile, or when a later reminder is due already: after an outage only the
// latest goes out, and it takes the place of those not sent yet.
func (s *Store) QueueReminder(ctx context.Context, sendBackID int64, n int) (mailID int64, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		mailID = 0
		var sb models.SendBack
		if err := tx.Where("id = ?", sendBackID).Take(&sb).Error; err != nil {
			return found(err, "send_back")
		}
		if sb.ClosedAt != nil {
			return nil
		}
		latest := s.reminderDue(sb)
		if err := s.withdrawReminders(tx, sb.ID, max(n, latest)); err != nil || latest > n {
			return err
		}
		var o models.Order
		var r models.Reseller
		if err := tx.Where("id = ?", sb.OrderID).Take(&o).Error; err != nil {
			return err
		}
		if err := tx.Where("id = ?", o.ResellerID).Take(&r).Error; err != nil {
			return err
		}
		mailID, err = s.queueMail(tx, models.Mail{
			Kind: models.MailSendBackReminder, OrderID: &o.ID, SendBackID: &sb.ID, Version: n, Recipient: r.Email, Language: r.Language,
		})
		return err
	})
	return mailID, err
}

// reminderDue is the number of the latest reminder whose moment has come, or 0.
func (s *Store) reminderDue(sb models.SendBack) int {
	latest := 0
	for i, days := range s.rules.ReminderDays {
		if !s.rules.Calendar.AddBusinessDaysAt(sb.OpenedAt, days).After(s.Now()) {
			latest = i + 1
		}
	}
	return latest
}

// withdrawReminders ends the reminders before a number that wait to be sent.
func (s *Store) withdrawReminders(tx *gorm.DB, sendBackID int64, before int) error {
	return tx.Model(&models.Mail{}).Where("send_back_id = ? AND kind = ? AND version < ? AND status = ?",
		sendBackID, models.MailSendBackReminder, before, models.MailQueued).
		Updates(map[string]any{"status": models.MailFailed, "finished_at": s.Now(), "reply": models.MailWithdrawn}).Error
}

// reminderStale says whether a reminder that is put off has become wrong: the
// send-back was answered, or a later reminder has taken its place.
func (s *Store) reminderStale(tx *gorm.DB, m models.Mail) (bool, error) {
	var wrong int64
	err := tx.Model(&models.SendBack{}).Where("id = ? AND closed_at IS NOT NULL", *m.SendBackID).Count(&wrong).Error
	if err != nil || wrong > 0 {
		return wrong > 0, err
	}
	err = tx.Model(&models.Mail{}).Where("send_back_id = ? AND kind = ? AND version > ?", *m.SendBackID, m.Kind, m.Version).Count(&wrong).Error
	return wrong > 0, err
}
