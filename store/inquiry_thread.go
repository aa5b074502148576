package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// DecideInquiry names the inquiry that staff act on, and the version they looked at.
type DecideInquiry struct {
	Number  string
	Version int64
	Text    string
}

// inquiryStep is one thing that staff may do: from which states, to which.
type inquiryStep struct {
	from []models.InquiryStatus
	to   models.InquiryStatus
	kind models.InquiryMessageKind
	// action is what the audit log calls it.
	action string
	mail   models.MailKind
	// bare says that the text may be missing.
	bare bool
}

// AnswerInquiry keeps an answer and queues its mail; it gives the outbox entry to tell.
func (s *Store) AnswerInquiry(ctx context.Context, actor models.Actor, d DecideInquiry) (int64, error) {
	return s.inquiryStep(ctx, actor, d, inquiryStep{
		from: []models.InquiryStatus{models.InquiryOpen, models.InquiryAnswered}, to: models.InquiryAnswered,
		kind: models.MessageAnswer, action: "inquiry_answer", mail: models.MailInquiryAnswer,
	})
}

// CloseInquiry ends an inquiry with a note on what came of it.
func (s *Store) CloseInquiry(ctx context.Context, actor models.Actor, d DecideInquiry) error {
	_, err := s.inquiryStep(ctx, actor, d, inquiryStep{
		from: []models.InquiryStatus{models.InquiryOpen, models.InquiryAnswered}, to: models.InquiryClosed, kind: models.MessageClosed,
		action: "inquiry_closed",
	})
	return err
}

// ReopenInquiry has a closed inquiry wait for staff again.
func (s *Store) ReopenInquiry(ctx context.Context, actor models.Actor, d DecideInquiry) error {
	_, err := s.inquiryStep(ctx, actor, d, inquiryStep{
		from: []models.InquiryStatus{models.InquiryClosed}, to: models.InquiryOpen, kind: models.MessageReopened,
		action: "inquiry_reopened", bare: true,
	})
	return err
}

// inquiryStep accepts what staff decided, by a conditional update on status and
// version together with the thread's message, the mail and its call: of two who
// act on the same version, one is told that it changed.
func (s *Store) inquiryStep(ctx context.Context, actor models.Actor, d DecideInquiry, step inquiryStep) (outbox int64, err error) {
	if err := checkThreadText(actor, d.Text, step.bare); err != nil {
		return 0, err
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		outbox = 0
		i, err := s.lockedInquiry(tx, d.Number)
		if err != nil {
			return err
		}
		if d.Version != i.Version {
			return models.NewError(models.KindConflict, "inquiry_changed")
		}
		if !slices.Contains(step.from, i.Status) {
			return models.NewError(models.KindConflict, "inquiry_state", "status", string(i.Status))
		}
		if step.mail != "" {
			if err := refuseUnreachable(tx, i); err != nil {
				return err
			}
		}
		before := i.Status
		if err := s.moveInquiry(tx, &i, step.to); err != nil {
			return err
		}
		message, err := s.addToThread(tx, actor, i, step.kind, d.Text)
		if err != nil {
			return err
		}
		after := map[string]any{"inquiry_status": i.Status, "version": i.Version, "message_id": message.ID}
		if err := s.audit(tx, actor, "inquiry", i.ID, step.action, map[string]any{"inquiry_status": before}, after); err != nil {
			return err
		}
		if step.mail != "" {
			outbox, err = s.mailInquiry(tx, i, step.mail, message)
		}
		return err
	})
	return outbox, err
}

// refuseUnreachable refuses to answer a person whose address is marked as dead:
// the answer would never leave.
func refuseUnreachable(tx *gorm.DB, i models.Inquiry) error {
	errs, err := markedField(tx, "text", i.Asker.Email)
	if err == nil && errs != nil {
		err = models.Invalid(models.Field("text", "asker_unreachable"))
	}
	return err
}

func checkThreadText(actor models.Actor, text string, bare bool) error {
	if actor.Kind != models.ActorStaff {
		return models.NewError(models.KindForbidden, "staff_only")
	}
	if bare && strings.TrimSpace(text) == "" {
		return nil
	}
	if errs := models.CheckInquiryText("text", text); errs != nil {
		return models.Invalid(errs...)
	}
	return nil
}

func (s *Store) lockedInquiry(tx *gorm.DB, number string) (models.Inquiry, error) {
	return take[models.Inquiry](s.locked(tx).Where("number = ?", models.NormaliseNumber(number)), "inquiry")
}

// moveInquiry writes the new status if nobody changed the row since it was read.
// One that waits already keeps the moment since when.
func (s *Store) moveInquiry(tx *gorm.DB, i *models.Inquiry, to models.InquiryStatus) error {
	now, status, version := s.Now(), i.Status, i.Version
	i.Status, i.Version, i.UpdatedAt, i.ClosedAt = to, version+1, now, nil
	switch {
	case to == models.InquiryClosed:
		i.WaitingSince, i.ClosedAt = nil, &now
	case to == models.InquiryAnswered:
		i.WaitingSince = nil
	case i.WaitingSince == nil:
		i.WaitingSince = &now
	}
	r := tx.Model(&models.Inquiry{}).Where("id = ? AND status = ? AND version = ?", i.ID, status, version).Updates(map[string]any{
		"status": i.Status, "version": i.Version, "updated_at": now, "closed_at": i.ClosedAt, "waiting_since": i.WaitingSince,
	})
	if r.Error == nil && r.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "inquiry_changed")
	}
	return r.Error
}

func (s *Store) addToThread(tx *gorm.DB, actor models.Actor, i models.Inquiry, kind models.InquiryMessageKind, text string) (models.InquiryMessage, error) {
	message := models.InquiryMessage{InquiryID: i.ID, Kind: kind, StaffID: &actor.ID, Text: strings.TrimSpace(text), CreatedAt: s.Now()}
	err := tx.Create(&message).Error
	return message, err
}

// NoteInquiry keeps what staff noted down for one another. It is no decision: the
// version stays.
func (s *Store) NoteInquiry(ctx context.Context, actor models.Actor, number, text string) error {
	if err := checkThreadText(actor, text, false); err != nil {
		return err
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		i, err := s.lockedInquiry(tx, number)
		if err != nil {
			return err
		}
		message, err := s.addToThread(tx, actor, i, models.MessageNote, text)
		if err != nil {
			return err
		}
		return s.audit(tx, actor, "inquiry", i.ID, "noted", nil, map[string]any{"note_id": message.ID})
	})
}

// AssignInquiry gives an inquiry to a member of staff who is not disabled, or to
// nobody with 0. As with orders the version stays.
func (s *Store) AssignInquiry(ctx context.Context, actor models.Actor, number string, staffID int64) error {
	if actor.Kind != models.ActorStaff {
		return models.NewError(models.KindForbidden, "staff_only")
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		i, err := s.lockedInquiry(tx, number)
		if err != nil {
			return err
		}
		var assignee *int64
		if staffID != 0 {
			member, err := optional[models.Staff](tx.Where("id = ? AND disabled_at IS NULL", staffID))
			if err != nil {
				return err
			}
			if member == nil {
				return models.Invalid(models.Field("assignee", "staff_unknown"))
			}
			assignee = &member.ID
		}
		if err := tx.Model(&models.Inquiry{}).Where("id = ?", i.ID).UpdateColumn("assignee_id", assignee).Error; err != nil {
			return err
		}
		return s.audit(tx, actor, "inquiry", i.ID, "assigned", map[string]any{"staff_id": i.AssigneeID}, map[string]any{"staff_id": assignee})
	})
}

// afterInquiryMail has an inquiry wait for staff again when its newest answer did
// not arrive, or nobody knows whether it did.
func (s *Store) afterInquiryMail(tx *gorm.DB, m models.Mail) error {
	if m.Kind != models.MailInquiryAnswer || m.Status != models.MailFailed && m.Status != models.MailUnknown {
		return nil
	}
	// Locked before the newest answer is looked for: staff may be giving another.
	var i models.Inquiry
	about := tx.Model(&models.InquiryMessage{}).Select("inquiry_id").Where("id = ?", *m.InquiryMessageID)
	if err := s.locked(tx).Where("id = (?)", about).Take(&i).Error; err != nil || i.Status == models.InquiryOpen {
		return err
	}
	var newest models.InquiryMessage
	err := tx.Where("kind = ? AND inquiry_id = ?", models.MessageAnswer, i.ID).Order("id DESC").Take(&newest).Error
	if err != nil || newest.ID != *m.InquiryMessageID {
		return err
	}
	before := i.Status
	if err := s.moveInquiry(tx, &i, models.InquiryOpen); err != nil {
		return err
	}
	return s.audit(tx, models.Process, "inquiry", i.ID, "inquiry_unsent", map[string]any{"inquiry_status": before},
		map[string]any{"inquiry_status": i.Status, "version": i.Version})
}
