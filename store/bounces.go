package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Bounced is what a report came to.
type Bounced struct {
	Repeated bool  // the same report was there already
	OutboxID int64 // the entry to tell, or 0
}

// RecordBounce notes what a server reported about a mail, and does what it means:
// before the order is registered its process sends it back, afterwards staff
// have a task, and a dead address is marked (delivery.md). A report that comes
// again, or about a mail that failed already, changes nothing more.
func (s *Store) RecordBounce(ctx context.Context, r models.BounceReport) (Bounced, error) {
	var done Bounced
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = Bounced{}
		m, o, err := s.bouncedMail(tx, r.MailID)
		if err != nil {
			return err
		}
		row := models.Bounce{MailID: m.ID, Class: r.Class, StatusCode: r.StatusCode, ReportHash: r.Hash, ReceivedAt: s.Now()}
		kept := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "mail_id"}, {Name: "report_hash"}}, DoNothing: true}).Create(&row)
		if kept.Error != nil || kept.RowsAffected == 0 {
			done.Repeated = kept.Error == nil
			return kept.Error
		}
		if r.Class == models.BounceDelayed {
			return nil
		}
		if r.Class == models.BounceHard && speaksOf(r, m.Recipient) {
			if err := s.markAddress(tx, m, r.StatusCode); err != nil {
				return err
			}
		}
		if m.Status == models.MailFailed {
			return nil
		}
		done.OutboxID, err = s.bounced(tx, m, o, r)
		return err
	})
	return done, err
}

// bouncedMail locks the mail's order before the mail, as whoever registers does,
// so that registering sees the bounce or the bounce sees the registered order.
func (s *Store) bouncedMail(tx *gorm.DB, id int64) (m models.Mail, o *models.Order, err error) {
	if err := tx.Where("id = ?", id).Take(&m).Error; err != nil {
		return m, nil, found(err, "mail")
	}
	if m.OrderID != nil {
		o = &models.Order{}
		if err := s.locked(tx).Where("id = ?", *m.OrderID).Take(o).Error; err != nil {
			return m, nil, err
		}
	}
	m = models.Mail{}
	return m, o, s.locked(tx).Where("id = ?", id).Take(&m).Error
}

// speaksOf says whether a report is about the address itself. A mailing list or
// a forward may report the death of somebody behind it.
func speaksOf(r models.BounceReport, recipient string) bool {
	return len(r.Recipients) == 0 || slices.ContainsFunc(r.Recipients, func(a string) bool {
		return models.AddressKey(a) == models.AddressKey(recipient)
	})
}

// bounced ends the mail and does what that means for what it is about.
func (s *Store) bounced(tx *gorm.DB, m models.Mail, o *models.Order, r models.BounceReport) (int64, error) {
	before, now := m.Status, s.Now()
	m.Status, m.BouncedAt = models.MailFailed, &now
	m.Reply = strings.TrimSpace("bounced " + r.StatusCode)
	if m.FinishedAt == nil {
		m.FinishedAt = &now
	}
	err := tx.Model(&models.Mail{}).Where("id = ?", m.ID).Updates(map[string]any{
		"status": m.Status, "bounced_at": now, "reply": m.Reply, "finished_at": m.FinishedAt,
	}).Error
	if err == nil && before == models.MailUnknown {
		err = s.closeUnknownTask(tx, m.ID)
	}
	if err != nil {
		return 0, err
	}
	if o == nil {
		return 0, s.afterMail(tx, m)
	}
	err = s.audit(tx, models.Process, "order", o.ID, "mail_bounced", nil,
		map[string]any{"mail": m.Kind, "class": r.Class, "status_code": r.StatusCode})
	if err != nil {
		return 0, err
	}
	return s.orderBounced(tx, m, *o)
}

// closeUnknownTask closes the question whether a mail arrived: it did not.
func (s *Store) closeUnknownTask(tx *gorm.DB, mailID int64) error {
	return tx.Model(&models.Task{}).Where("mail_id = ? AND kind = ? AND closed_at IS NULL", mailID, models.TaskMailUnknown).
		Updates(map[string]any{"closed_at": s.Now(), "close_note": "bounced"}).Error
}

// orderBounced does what a bounced mail means for its order.
func (s *Store) orderBounced(tx *gorm.DB, m models.Mail, o models.Order) (int64, error) {
	if m.Kind != models.MailOrderAccepted {
		stale, err := s.stale(tx, m)
		if err != nil || stale {
			return 0, err // a newer one went somewhere else since
		}
		return 0, s.afterMail(tx, m)
	}
	switch {
	case o.Status.BeforeRegistered():
		// Its process looks again and finds the address refused.
		return s.tell(tx, processCall{models.ProcessOrderIntake, o.WorkflowID(), o.ID, 0})
	case o.Status == models.OrderCancelled:
		return 0, nil
	}
	return 0, s.openTask(tx, models.TaskDeliveryFailed, m)
}
