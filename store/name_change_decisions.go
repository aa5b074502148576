package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// DecideNameChange names the change that is decided on. Version is the one the
// person looked at, or 0 for whatever it is now.
type DecideNameChange struct {
	Number  string
	Version int64
	Note    string
}

// nameChangeDecision is one kind of decision: from which states it is accepted and
// what it writes. Mail is what the requester is told by.
type nameChangeDecision struct {
	kind  models.NameChangeDecisionKind
	to    models.NameChangeStatus
	from  []models.NameChangeStatus
	mail  models.MailKind
	write func(tx *gorm.DB, c *models.NameChange, contract models.Contract, changes map[string]any) error
	after func(tx *gorm.DB, c models.NameChange) error
}

// decideNameChange accepts a decision, as decideResend does.
func (s *Store) decideNameChange(ctx context.Context, actor models.Actor, d DecideNameChange, what nameChangeDecision) (NameChangeDone, error) {
	var done NameChangeDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		c, contract, err := s.lockNameChange(tx, d.Number)
		if err != nil {
			return err
		}
		if d.Version != 0 && d.Version != c.Version {
			return models.NewError(models.KindConflict, "name_change_changed")
		}
		if !slices.Contains(what.from, c.Status) {
			return wrongNameChangeState(c.Status)
		}
		before, changes := c, map[string]any{}
		c.Status = what.to
		if what.write != nil {
			if err := what.write(tx, &c, contract, changes); err != nil {
				return err
			}
		}
		if err := s.changeNameChange(tx, &c, before, changes); err != nil {
			return err
		}
		if what.after != nil {
			if err := what.after(tx, c); err != nil {
				return err
			}
		}
		if what.mail != "" {
			if err := s.queueNameChangeMail(tx, c, what.mail); err != nil {
				return err
			}
		}
		done.OutboxID, err = s.nameChangeDecided(tx, actor, c, what.kind, d.Note)
		done.Change = c
		return err
	})
	return done, err
}

// ApproveNameChange gives the contract its new name, from this moment on.
// Certificates of before stay as they are.
func (s *Store) ApproveNameChange(ctx context.Context, actor models.Actor, d DecideNameChange) (NameChangeDone, error) {
	if errs := models.CheckFreeText("note", d.Note); errs != nil {
		return NameChangeDone{}, models.Invalid(errs...)
	}
	return s.decideNameChange(ctx, actor, d, nameChangeDecision{
		kind: models.NameChangeApprove, to: models.NameChangeApproved, from: openStates, mail: models.MailReviewResult,
		write: func(tx *gorm.DB, c *models.NameChange, contract models.Contract, _ map[string]any) error {
			if err := s.keepHints(tx, *c); err != nil {
				return err
			}
			if err := needReason(tx, *c, d.Note); err != nil {
				return err
			}
			return s.renameHolder(tx, actor, *c, contract)
		},
	})
}

// needReason wants a reason where the hints warn of a transfer: an approval is not
// undone.
func needReason(tx *gorm.DB, c models.NameChange, note string) error {
	var kept []models.NameHint
	if err := tx.Where("name_change_id = ?", c.ID).Find(&kept).Error; err != nil {
		return err
	}
	warned := slices.ContainsFunc(kept, func(h models.NameHint) bool { return h.Code.Level() == models.HintWarn })
	if warned && strings.TrimSpace(note) == "" {
		return models.Invalid(models.Field("note", "note_for_warning"))
	}
	return nil
}

// RejectNameChange ends a change without one; the requester is told why.
func (s *Store) RejectNameChange(ctx context.Context, actor models.Actor, d DecideNameChange) (NameChangeDone, error) {
	if errs := models.CheckNameChangeNote("note", d.Note); errs != nil {
		return NameChangeDone{}, models.Invalid(errs...)
	}
	return s.decideNameChange(ctx, actor, d, nameChangeDecision{
		kind: models.NameChangeReject, to: models.NameChangeRejected, from: openStates, mail: models.MailReviewResult,
		write: func(tx *gorm.DB, c *models.NameChange, _ models.Contract, _ map[string]any) error {
			return s.keepHints(tx, *c)
		},
	})
}

// AskBackNameChange asks the requester; the change's clock stops until they answer.
func (s *Store) AskBackNameChange(ctx context.Context, actor models.Actor, d DecideNameChange) (NameChangeDone, error) {
	if errs := models.CheckNameChangeNote("note", d.Note); errs != nil {
		return NameChangeDone{}, models.Invalid(errs...)
	}
	return s.decideNameChange(ctx, actor, d, nameChangeDecision{
		kind: models.NameChangeAskBack, to: models.NameChangeAskedBack, from: models.NameChangesForStaff, mail: models.MailNameChangeQuestion,
		write: func(_ *gorm.DB, c *models.NameChange, _ models.Contract, changes map[string]any) error {
			now := s.Now()
			c.AskedBackAt = &now
			changes["asked_back_at"] = now
			return nil
		},
	})
}

// AnswerNameChange keeps what the requester answers, with files; the change waits
// for staff again, and the business days of waiting for the answer do not count.
// Whoever calls has checked that the contract is theirs.
func (s *Store) AnswerNameChange(ctx context.Context, actor models.Actor, d DecideNameChange, files []models.NewAttachment) (NameChangeDone, error) {
	if errs := models.CheckNameChangeNote("answer", d.Note); errs != nil {
		return NameChangeDone{}, models.Invalid(append(errs, models.CheckAttachments(files, 0, s.rules.NameChanges)...)...)
	}
	return s.decideNameChange(ctx, actor, d, nameChangeDecision{
		kind: models.NameChangeAnswer, to: models.NameChangeReviewing, from: []models.NameChangeStatus{models.NameChangeAskedBack},
		write: func(tx *gorm.DB, c *models.NameChange, _ models.Contract, changes map[string]any) error {
			var before int64
			if err := tx.Model(&models.NameChangeAttachment{}).Where("name_change_id = ?", c.ID).Count(&before).Error; err != nil {
				return err
			}
			if errs := models.CheckAttachments(files, int(before), s.rules.NameChanges); errs != nil {
				return models.Invalid(errs...)
			}
			c.DueAt = models.DueAfterAnswer(s.rules.Calendar, c.DueAt, *c.AskedBackAt, s.Now())
			c.WarnedAt, c.EscalatedAt = nil, nil
			changes["due_at"], changes["warned_at"], changes["escalated_at"] = c.DueAt, nil, nil
			return nil
		},
		after: func(tx *gorm.DB, c models.NameChange) error { return s.keepAttachments(tx, c, files) },
	})
}

// WithdrawNameChange ends a change at the requester's wish, unless staff decided in
// the meantime. Whoever calls has checked that the contract is theirs.
func (s *Store) WithdrawNameChange(ctx context.Context, actor models.Actor, d DecideNameChange) (NameChangeDone, error) {
	if errs := models.CheckFreeText("note", d.Note); errs != nil {
		return NameChangeDone{}, models.Invalid(errs...)
	}
	return s.decideNameChange(ctx, actor, d, nameChangeDecision{
		kind: models.NameChangeWithdraw, to: models.NameChangeWithdrawn, from: openStates, mail: models.MailNameChangeWithdrawn,
		write: func(tx *gorm.DB, c *models.NameChange, _ models.Contract, _ map[string]any) error {
			return s.keepHints(tx, *c)
		},
	})
}
