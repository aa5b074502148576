package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// queueMail enters a mail into the ledger, once per kind, subject and version: a
// second try gives the row that is there.
func (s *Store) queueMail(tx *gorm.DB, m models.Mail) (int64, error) {
	now := s.Now()
	m.Key = mailKey(m)
	m.MessageID = s.messageID(m.Key)
	m.Status, m.QueuedAt, m.GiveUpAt = models.MailQueued, now, now.Add(s.rules.MailGiveUp)
	made := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "key"}}, DoNothing: true}).Create(&m)
	if made.Error != nil || made.RowsAffected == 1 {
		return m.ID, made.Error
	}
	var kept models.Mail
	err := tx.Select("id").Where("key = ?", m.Key).Take(&kept).Error
	return kept.ID, err
}

func mailKey(m models.Mail) string {
	parts := []string{string(m.Kind)}
	for _, ref := range []struct {
		name string
		id   *int64
	}{
		{"order", m.OrderID}, {"application", m.ApplicationID}, {"send-back", m.SendBackID}, {"resend", m.ResendID}, {"inquiry-message", m.InquiryMessageID},
		{"contract-change", m.ContractChangeID}, {"account", m.AccountID}, {"name-change", m.NameChangeID}, {"renewal-digest", m.RenewalDigestID},
		{"activation", m.ActivationRequestID}, {"issued-code", m.IssuedCodeID},
		{"news", m.NewsIssueID}, {"subscription", m.SubscriptionID},
	} {
		if ref.id != nil {
			parts = append(parts, fmt.Sprintf("%s-%d", ref.name, *ref.id))
		}
	}
	parts = append(parts, fmt.Sprintf("v%d", m.Version))
	if m.Mailbox != "" {
		parts = append(parts, string(m.Mailbox))
	}
	if m.Again > 0 {
		parts = append(parts, fmt.Sprintf("again-%d", m.Again))
	}
	return strings.Join(parts, "/")
}

// messageID is the same for a mail however often it is rendered, and says
// nothing about what it is for.
func (s *Store) messageID(key string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + s.rules.MailDomain + "\x00" + s.installation))
	return hex.EncodeToString(sum[:16]) + "@" + s.rules.MailDomain
}

// withdrawMails ends mails of an order that wait to be sent and have become
// wrong. One that is being sent right now can no longer be stopped.
func (s *Store) withdrawMails(tx *gorm.DB, orderID int64, kinds ...models.MailKind) error {
	return tx.Model(&models.Mail{}).Where("order_id = ? AND kind IN ? AND status = ?", orderID, kinds, models.MailQueued).
		Updates(map[string]any{"status": models.MailFailed, "finished_at": s.Now(), "reply": models.MailWithdrawn}).Error
}

// MailByID gives a mail of the ledger.
func (s *Store) MailByID(ctx context.Context, id int64) (models.Mail, error) {
	return take[models.Mail](s.reader(ctx).Where("id = ?", id), "mail")
}

// ClaimMail takes a queued mail for sending; only one of several claimers gets
// it. A mail whose claim is older than lease was being sent by a process that
// died: nobody knows whether it arrived, so it becomes unknown. One to an address
// that is marked as dead fails here, unsent. The row is given
// as it is after the claim, with whether this caller has it.
func (s *Store) ClaimMail(ctx context.Context, id int64, lease time.Duration) (m models.Mail, claimed bool, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) (err error) {
		m = models.Mail{}
		claim := tx.Model(&m).Clauses(clause.Returning{}).Where("id = ? AND status = ?", id, models.MailQueued).
			Updates(map[string]any{"status": models.MailSending, "claimed_at": s.Now(), "attempts": gorm.Expr("attempts + 1")})
		if claim.Error != nil {
			return claim.Error
		}
		if claim.RowsAffected == 1 {
			claimed, err = s.stillRight(tx, &m)
			return err
		}
		claimed = false
		return s.lost(tx, id, lease, &m)
	})
	return m, claimed, err
}

// stillRight ends a mail just claimed that has become wrong while it waited, or
// whose address is dead, and says whether it may go.
func (s *Store) stillRight(tx *gorm.DB, m *models.Mail) (bool, error) {
	stale, err := s.stale(tx, *m)
	if err != nil {
		return false, err
	}
	if !stale {
		marked, err := s.refuseMarked(tx, m)
		if err != nil || !marked {
			return !marked, err
		}
		return false, s.afterMail(tx, *m)
	}
	return false, tx.Model(m).Clauses(clause.Returning{}).Where("id = ?", m.ID).
		Updates(map[string]any{"status": models.MailFailed, "finished_at": s.Now(), "reply": models.MailWithdrawn}).Error
}

// lost reads a mail that is not queued any more. Where its claim is older than
// lease it becomes unknown.
func (s *Store) lost(tx *gorm.DB, id int64, lease time.Duration, m *models.Mail) error {
	now := s.Now()
	lost := tx.Model(&models.Mail{}).
		Where("id = ? AND status = ? AND claimed_at < ?", id, models.MailSending, now.Add(-lease)).
		Updates(map[string]any{"status": models.MailUnknown, "finished_at": now, "reply": processEnded})
	if lost.Error != nil {
		return lost.Error
	}
	if err := tx.Where("id = ?", id).Take(m).Error; err != nil {
		return found(err, "mail")
	}
	if lost.RowsAffected == 1 {
		return s.afterMail(tx, *m)
	}
	return nil
}

// FinishMail notes how sending ended. MailQueued means that it was refused for
// the time being; beyond the mail's give-up time that counts as failed. Only the
// claim's holder gets here, and a row that is final already stays as it is.
func (s *Store) FinishMail(ctx context.Context, id int64, status models.MailStatus, reply string) (m models.Mail, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		m = models.Mail{}
		status, reply := status, reply
		if status == models.MailQueued {
			var err error
			if status, reply, err = s.putOff(tx, id, reply); err != nil {
				return err
			}
		}
		changes := map[string]any{"status": status, "reply": reply}
		if status.Final() {
			changes["finished_at"] = s.Now()
		}
		finish := tx.Model(&m).Clauses(clause.Returning{}).Where("id = ? AND status = ?", id, models.MailSending).Updates(changes)
		switch {
		case finish.Error != nil:
			return finish.Error
		case finish.RowsAffected == 0:
			return found(tx.Where("id = ?", id).Take(&m).Error, "mail")
		}
		return s.afterMail(tx, m)
	})
	return m, err
}

// putOff says what becomes of a mail that was refused for the time being: it is
// tried again, unless that went on for too long or the mail has become wrong.
func (s *Store) putOff(tx *gorm.DB, id int64, reply string) (models.MailStatus, string, error) {
	var m models.Mail
	if err := s.locked(tx).Where("id = ?", id).Take(&m).Error; err != nil {
		return "", "", found(err, "mail")
	}
	stale, err := s.stale(tx, m)
	switch {
	case stale:
		return models.MailFailed, models.MailWithdrawn, err
	case s.Now().After(m.GiveUpAt):
		return models.MailFailed, reply, err
	}
	return models.MailQueued, reply, err
}

// endedByCancelling are the mails that a cancelled order sends no more.
var endedByCancelling = []models.MailKind{
	models.MailOrderAccepted, models.MailSendBack, models.MailSendBackApplicant, models.MailSendBackReminder,
}

// stale says whether a mail that was being sent has become wrong meanwhile, as
// those that withdrawMails ends: it must not be tried again.
func (s *Store) stale(tx *gorm.DB, m models.Mail) (bool, error) {
	switch {
	case slices.Contains(endedByCancelling, m.Kind):
		var status models.OrderStatus
		err := tx.Model(&models.Order{}).Select("status").Where("id = ?", *m.OrderID).Scan(&status).Error
		if err != nil || status == models.OrderCancelled || m.Kind != models.MailSendBackReminder {
			return status == models.OrderCancelled, err
		}
		return s.reminderStale(tx, m)
	case m.Kind == models.MailRenewalNotice:
		return s.renewalStale(tx, m)
	case m.Kind == models.MailNews:
		return newsStale(tx, m)
	case m.Kind.TellsDelivery():
		told, err := passwordVersionOf(tx, m)
		if err != nil {
			return false, err
		}
		var version int
		err = tx.Model(&models.Shipment{}).Select("password_version").Where("order_id = ?", *m.OrderID).Scan(&version).Error
		return version != told, err
	case m.ActivationRequestID != nil:
		return s.activationMailStale(tx, m)
	case m.Kind == models.MailTemporaryPassword:
		return s.temporaryStale(tx, m)
	}
	return false, nil
}

// afterMail does what a mail's end means, in the same transaction: the password's
// days begin, and what nobody was told becomes a task for staff. Mails of an
// inquiry need none: the inquiry itself waits again. Nor do those of a portal
// account: its owner asks again, and staff can do no more.
func (s *Store) afterMail(tx *gorm.DB, m models.Mail) error {
	if m.InquiryMessageID != nil {
		return s.afterInquiryMail(tx, m)
	}
	if !m.Status.Final() || m.Reply == models.MailWithdrawn || m.AccountID != nil {
		return nil
	}
	if m.Kind.TellsPassword() && m.Status != models.MailFailed {
		if err := s.passwordMailed(tx, m); err != nil {
			return err
		}
	}
	if kind, needed := m.Task(); needed {
		return s.openTask(tx, kind, m)
	}
	return nil
}

// passwordVersionOf gives the password version that a delivery mail belongs to.
func passwordVersionOf(tx *gorm.DB, m models.Mail) (version int, err error) {
	if m.Kind != models.MailPasswordAgain {
		return m.Version, nil
	}
	err = tx.Model(&models.PasswordRequest{}).Select("password_version").Where("id = ?", m.Version).Scan(&version).Error
	return version, err
}

// passwordMailed notes when the password's days began, for the version that the mail told.
func (s *Store) passwordMailed(tx *gorm.DB, m models.Mail) error {
	version, err := passwordVersionOf(tx, m)
	if err != nil {
		return err
	}
	return tx.Model(&models.Shipment{}).
		Where("order_id = ? AND password_version = ? AND password_sent_at IS NULL", *m.OrderID, version).
		Update("password_sent_at", m.FinishedAt).Error
}

// MailFilter narrows the list of mails; empty fields do not.
type MailFilter struct {
	Statuses []models.MailStatus
	Kind     models.MailKind
	Query    string // recipient or order number
}

// Mails lists the ledger, newest first.
func (s *Store) Mails(ctx context.Context, f MailFilter, p Page) ([]models.Mail, string, error) {
	q := s.reader(ctx)
	if len(f.Statuses) > 0 {
		q = q.Where("status IN ?", f.Statuses)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if text := strings.TrimSpace(f.Query); text != "" {
		q = q.Where("recipient = ? OR order_id IN (SELECT id FROM orders WHERE order_number = ?)", text, models.NormaliseNumber(text))
	}
	return page[models.Mail](q, p, func(m models.Mail) int64 { return m.ID })
}

// MailsDueForApplication lists the mails of an application that are not over yet.
func (s *Store) MailsDueForApplication(ctx context.Context, applicationID int64) ([]int64, error) {
	var ids []int64
	err := s.reader(ctx).Model(&models.Mail{}).
		Where("application_id = ? AND order_id IS NULL AND status IN ?", applicationID, []models.MailStatus{models.MailQueued, models.MailSending}).
		Order("id").Pluck("id", &ids).Error
	return ids, translate(err)
}
