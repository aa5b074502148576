package store

import (
	"context"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AdvanceResend checks a resend that came in, and says what its process has to do
// next. Called again it finds what it wrote and says the same.
func (s *Store) AdvanceResend(ctx context.Context, id int64) (models.ResendProgress, error) {
	return s.resendStep(ctx, id, func(tx *gorm.DB, r *models.Resend) error {
		if r.Status != models.ResendReceived {
			return nil
		}
		return s.checkResend(tx, r)
	})
}

// resendStep does one step of a resend's process in a transaction, and tells where
// the resend stands then.
func (s *Store) resendStep(ctx context.Context, id int64, step func(*gorm.DB, *models.Resend) error) (models.ResendProgress, error) {
	var state models.ResendProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var r models.Resend
		if err := s.locked(tx).Where("id = ?", id).Take(&r).Error; err != nil {
			return found(err, "resend")
		}
		err := step(tx, &r)
		if err == nil {
			state, err = s.resendState(tx, r)
		}
		return err
	})
	return state, err
}

// checkResend lets a resend go by itself if number, name and address fit, as often
// a day as the profile allows; anything else waits for staff.
func (s *Store) checkResend(tx *gorm.DB, r *models.Resend) error {
	before := *r
	verdict, err := s.judge(tx, r)
	if err != nil {
		return err
	}
	changes := map[string]any{"number_fits": r.NumberFits, "name_fits": r.NameFits, "address_fits": r.AddressFits}
	byItself := verdict.ByItself()
	if byItself {
		if byItself, err = s.mayGoByItself(tx, verdict.Shipment); err != nil {
			return err
		}
	}
	if !byItself {
		r.Status = models.ResendReviewing
		if err := s.changeResend(tx, r, before, changes); err != nil {
			return err
		}
		return s.audit(tx, models.Process, "resend", r.ID, "checked", map[string]any{"status": before.Status}, map[string]any{
			"status": r.Status, "version": r.Version,
			"number_fits": r.NumberFits, "name_fits": r.NameFits, "address_fits": r.AddressFits,
		})
	}
	if err := s.approve(tx, r, verdict.Shipment, changes); err != nil {
		return err
	}
	if err := s.changeResend(tx, r, before, changes); err != nil {
		return err
	}
	_, err = s.resendDecided(tx, models.Process, *r, models.ResendApprove, "")
	return err
}

// mayGoByItself says whether a delivery was not mailed again by itself too often
// today. It holds the delivery, so that two resends are counted one by one.
func (s *Store) mayGoByItself(tx *gorm.DB, shipmentID int64) (bool, error) {
	if err := s.locked(tx).Where("id = ?", shipmentID).Take(&models.Shipment{}).Error; err != nil {
		return false, err
	}
	var today int64
	err := tx.Model(&models.ResendDecision{}).Joins("JOIN resends ON resends.id = resend_decisions.resend_id").
		Where("resends.shipment_id = ? AND resend_decisions.kind = ? AND resend_decisions.actor_kind = ? AND resend_decisions.created_at >= ?",
			shipmentID, models.ResendApprove, models.ActorProcess, s.Today().Start().UTC()).Count(&today).Error
	return today < int64(s.rules.Resends.AutomaticPerDay), err
}

// FinishResend ends a resend whose ID and PW mail are each sent or unknown. When
// one was refused, or a newer password overtook it, it waits for staff again.
func (s *Store) FinishResend(ctx context.Context, id int64) (models.ResendProgress, error) {
	return s.resendStep(ctx, id, func(tx *gorm.DB, r *models.Resend) error {
		if r.Status != models.ResendApproved {
			return nil
		}
		var mails []models.Mail
		err := tx.Where("resend_id = ? AND version = ? AND kind IN ?", r.ID, r.PasswordVersion, resentKinds).Find(&mails).Error
		if err != nil {
			return err
		}
		before, action := *r, "sent"
		r.Status = models.ResendSent
		for _, m := range mails {
			if !m.Status.Final() {
				*r = before
				return nil // not there yet: the process sends it and asks again
			}
			if m.Status == models.MailFailed {
				r.Status, action = models.ResendReviewing, "not_sent"
			}
		}
		if err := s.changeResend(tx, r, before, map[string]any{}); err != nil {
			return err
		}
		return s.audit(tx, models.Process, "resend", r.ID, action, map[string]any{"status": before.Status},
			map[string]any{"status": r.Status, "version": r.Version})
	})
}

var resentKinds = []models.MailKind{models.MailResentID, models.MailResentPassword}

// NoteResendDue notes that staff let a moment pass: they are warned before the due
// moment, and after it the resend is marked as escalated. It notes nothing when
// the resend no longer waits for them, or was given another due moment.
func (s *Store) NoteResendDue(ctx context.Context, id int64, due time.Time, overdue bool) (models.ResendProgress, error) {
	return s.resendStep(ctx, id, func(tx *gorm.DB, r *models.Resend) error {
		if r.Status != models.ResendReviewing || !r.DueAt.Equal(due) {
			return nil
		}
		now, column, action, at := s.Now(), "warned_at", "warned", &r.WarnedAt
		if overdue {
			column, action, at = "escalated_at", "escalated", &r.EscalatedAt
		}
		if *at != nil {
			return nil
		}
		*at = &now
		if err := tx.Model(&models.Resend{}).Where("id = ?", r.ID).Update(column, now).Error; err != nil {
			return err
		}
		return s.audit(tx, models.Process, "resend", r.ID, action, nil, map[string]any{"due_at": r.DueAt})
	})
}

// resendState says where a resend stands.
func (s *Store) resendState(tx *gorm.DB, r models.Resend) (models.ResendProgress, error) {
	state := models.ResendProgress{Next: models.NextWait, Version: r.Version, Status: r.Status}
	var due []models.Mail
	err := tx.Where("resend_id = ? AND status IN ?", r.ID, []models.MailStatus{models.MailQueued, models.MailSending}).Order("id").Find(&due).Error
	if err != nil {
		return state, err
	}
	for _, m := range due {
		if m.Kind == models.MailResentID || m.Kind == models.MailResentPassword {
			state.Mails = append(state.Mails, m.ID)
		} else {
			state.Notices = append(state.Notices, m.ID)
		}
	}
	switch r.Status {
	case models.ResendApproved:
		state.Next = models.NextDeliver
	case models.ResendSent, models.ResendRefused:
		state.Next = models.NextDone
	case models.ResendReviewing:
		state.DueAt, state.Escalated = r.DueAt.UTC(), r.EscalatedAt != nil
		if at, warned := s.rules.Resends.WarnAt(s.rules.Calendar, r.DueAt); warned && r.WarnedAt == nil {
			state.WarnAt = at
		}
	}
	return state, nil
}
