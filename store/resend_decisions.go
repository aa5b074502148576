package store

import (
	"context"
	"errors"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// DecideResend names the resend that is decided on. Version is the one the person
// looked at, or 0 for whatever it is now. ShipmentID is the delivery to mail again;
// 0 is the one that the check found, if it found one.
type DecideResend struct {
	ResendNumber string
	Version      int64
	ShipmentID   int64
	Note         string
}

// ResendDecided is the resend after the decision, and the outbox entry to tell.
type ResendDecided struct {
	Resend   models.Resend
	OutboxID int64
}

// resendDecision is one kind of decision: from which states it is accepted and
// what it writes.
type resendDecision struct {
	kind  models.ResendDecisionKind
	from  []models.ResendStatus
	note  string
	write func(tx *gorm.DB, r *models.Resend, changes map[string]any) error
}

// decideResend accepts a decision on a resend, as decide does for orders.
func (s *Store) decideResend(ctx context.Context, actor models.Actor, d DecideResend, what resendDecision) (ResendDecided, error) {
	var done ResendDecided
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		r, err := s.lockResend(tx, d.ResendNumber)
		if err != nil {
			return err
		}
		if d.Version != 0 && d.Version != r.Version {
			return models.NewError(models.KindConflict, "resend_changed")
		}
		if !slices.Contains(what.from, r.Status) {
			return wrongResendState(r.Status)
		}
		before, changes := r, map[string]any{}
		if err := what.write(tx, &r, changes); err != nil {
			return err
		}
		if err := s.changeResend(tx, &r, before, changes); err != nil {
			return err
		}
		done.OutboxID, err = s.resendDecided(tx, actor, r, what.kind, what.note)
		done.Resend = r
		return err
	})
	return done, err
}

var beforeApproved = []models.ResendStatus{models.ResendReviewing, models.ResendAskedBack}

// ApproveResend makes a new password for the delivery and queues ID and PW mail to
// the address asked for. The old password stops working at once.
func (s *Store) ApproveResend(ctx context.Context, actor models.Actor, d DecideResend) (ResendDecided, error) {
	if errs := models.CheckFreeText("note", d.Note); errs != nil {
		return ResendDecided{}, models.Invalid(errs...)
	}
	return s.decideResend(ctx, actor, d, resendDecision{
		kind: models.ResendApprove, from: beforeApproved, note: d.Note,
		write: func(tx *gorm.DB, r *models.Resend, changes map[string]any) error {
			shipment := d.ShipmentID
			if shipment == 0 {
				var err error
				if shipment, err = s.theDelivery(tx, r, "shipment"); err != nil {
					return err
				}
			}
			return s.approve(tx, r, shipment, changes)
		},
	})
}

// RefuseResend ends a resend without one; the person who asked is told why.
func (s *Store) RefuseResend(ctx context.Context, actor models.Actor, d DecideResend) (ResendDecided, error) {
	if errs := models.CheckResendNote("note", d.Note); errs != nil {
		return ResendDecided{}, models.Invalid(errs...)
	}
	return s.decideResend(ctx, actor, d, resendDecision{
		kind: models.ResendRefuse, from: beforeApproved, note: d.Note,
		write: func(tx *gorm.DB, r *models.Resend, _ map[string]any) error {
			r.Status = models.ResendRefused
			return s.queueResendNotice(tx, *r, models.MailResendRefused)
		},
	})
}

// AskBackResend asks the person who asked; the resend's clock stops until they answer.
func (s *Store) AskBackResend(ctx context.Context, actor models.Actor, d DecideResend) (ResendDecided, error) {
	if errs := models.CheckResendNote("note", d.Note); errs != nil {
		return ResendDecided{}, models.Invalid(errs...)
	}
	return s.decideResend(ctx, actor, d, resendDecision{
		kind: models.ResendAskBack, from: []models.ResendStatus{models.ResendReviewing}, note: d.Note,
		write: func(tx *gorm.DB, r *models.Resend, changes map[string]any) error {
			if r.Asker.Email == "" {
				return models.NewError(models.KindConflict, "resend_nobody_to_ask")
			}
			now := s.Now()
			r.Status, r.AskedBackAt = models.ResendAskedBack, &now
			changes["asked_back_at"] = now
			return s.queueResendNotice(tx, *r, models.MailResendQuestion)
		},
	})
}

// AnswerResend keeps what the person who asked answers; the resend waits for staff
// again, and the business days of waiting for the answer do not count. Whoever
// calls has checked the link: see ResendByLink.
func (s *Store) AnswerResend(ctx context.Context, number, text string) (ResendDecided, error) {
	if errs := models.CheckResendNote("answer", text); errs != nil {
		return ResendDecided{}, models.Invalid(errs...)
	}
	return s.decideResend(ctx, models.Process, DecideResend{ResendNumber: number}, resendDecision{
		kind: models.ResendAnswer, from: []models.ResendStatus{models.ResendAskedBack}, note: text,
		write: func(_ *gorm.DB, r *models.Resend, changes map[string]any) error {
			r.DueAt = models.DueAfterAnswer(s.rules.Calendar, r.DueAt, *r.AskedBackAt, s.Now())
			r.Status, r.WarnedAt, r.EscalatedAt = models.ResendReviewing, nil, nil
			changes["due_at"], changes["warned_at"], changes["escalated_at"] = r.DueAt, nil, nil
			return nil
		},
	})
}

// queueResendNotice queues a mail to the person who asked, about what was decided.
// Its version is the resend's after the decision, so each decision has its own.
func (s *Store) queueResendNotice(tx *gorm.DB, r models.Resend, kind models.MailKind) error {
	if r.Asker.Email == "" {
		return nil
	}
	_, err := s.queueMail(tx, models.Mail{
		Kind: kind, ResendID: &r.ID, Version: int(r.Version) + 1, Recipient: r.Asker.Email, Language: r.Language,
	})
	return err
}

// approve makes the delivery's next password version and queues the mails that
// bring it, to the address asked for; the delivery address on record stays.
func (s *Store) approve(tx *gorm.DB, r *models.Resend, shipmentID int64, changes map[string]any) error {
	var shipment models.Shipment
	err := s.locked(tx).Where("id = ?", shipmentID).Take(&shipment).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.NotFound("shipment")
	}
	if err != nil {
		return err
	}
	if err := s.refuseUnsendable(tx, shipment); err != nil {
		return err
	}
	if err := s.newPassword(tx, &shipment); err != nil {
		return err
	}
	r.Status, r.ShipmentID, r.PasswordVersion = models.ResendApproved, &shipment.ID, shipment.PasswordVersion
	changes["shipment_id"], changes["password_version"] = shipment.ID, shipment.PasswordVersion
	return s.queueResentMails(tx, *r, shipment)
}

// refuseUnsendable refuses a delivery that there is nothing to mail again of.
func (s *Store) refuseUnsendable(tx *gorm.DB, shipment models.Shipment) error {
	electronic, err := s.electronic(tx, shipment.OrderID)
	if err != nil {
		return err
	}
	if shipment.DeliveredAt == nil || !electronic {
		return models.NewError(models.KindConflict, "delivery_not_mailed")
	}
	return nil
}

func (s *Store) queueResentMails(tx *gorm.DB, r models.Resend, shipment models.Shipment) error {
	lang, err := deliveryLanguage(tx, shipment.OrderID)
	if err != nil {
		return err
	}
	to := r.ResendTo
	if to == "" {
		to = shipment.DeliveryEmail
	}
	for _, kind := range []models.MailKind{models.MailResentID, models.MailResentPassword} {
		_, err := s.queueMail(tx, models.Mail{
			Kind: kind, OrderID: &shipment.OrderID, ResendID: &r.ID, Version: shipment.PasswordVersion, Recipient: to, Language: lang,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
