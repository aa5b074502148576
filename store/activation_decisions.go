package store

import (
	"context"
	"slices"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// DecideActivation names the request that is decided on. Version is the one the
// person looked at, or 0 for whatever it is now. With an Email only that address's
// own requests are found.
type DecideActivation struct {
	Number  string
	Version int64
	Reason  string
	Email   string
}

// CancelActivation ends a request that waits. Staff give a reason, who asked need not.
func (s *Store) CancelActivation(ctx context.Context, actor models.Actor, d DecideActivation) (ActivationDone, error) {
	if errs := checkActivationReason(actor, d.Reason); errs != nil {
		return ActivationDone{}, models.Invalid(errs...)
	}
	return s.decideActivation(ctx, d, func(tx *gorm.DB, done *ActivationDone) error {
		return s.closeActivation(tx, actor, done, models.ActivationCancelled, models.ActivationCancel, d.Reason)
	})
}

// ResendActivationLink mails a new link, which lives as long as the first did. The
// links before it work no more.
func (s *Store) ResendActivationLink(ctx context.Context, actor models.Actor, d DecideActivation) (ActivationDone, error) {
	if errs := models.CheckFreeText("reason", d.Reason); errs != nil {
		return ActivationDone{}, models.Invalid(errs...)
	}
	return s.decideActivation(ctx, d, func(tx *gorm.DB, done *ActivationDone) error {
		r := &done.Request
		kind, known := s.rules.Activation.Kind(r.Kind)
		if !known {
			return models.NotFound("activation_kind")
		}
		if status := r.StatusAt(s.Now()); status != models.ActivationWaiting {
			return wrongActivationState(status)
		}
		before := *r
		r.LinkVersion, r.LinkUntil = r.LinkVersion+1, s.Now().Add(s.rules.Activation.LinkLifetime)
		if s.key != 0 {
			r.LinkKey = s.key
		}
		err := s.changeActivation(tx, r, before, map[string]any{"link_version": r.LinkVersion, "link_key": r.LinkKey, "link_until": r.LinkUntil})
		if err != nil {
			return err
		}
		if err := s.queueLinkMails(tx, *r, kind); err != nil {
			return err
		}
		return s.activationDecided(tx, actor, done, models.ActivationLinkResent, nil, d.Reason)
	})
}

func checkActivationReason(actor models.Actor, reason string) []models.FieldError {
	if actor.Kind == models.ActorStaff {
		return models.CheckReason("reason", reason)
	}
	return models.CheckFreeText("reason", reason)
}

// decideActivation does one step on a request that waits, while nobody else does.
func (s *Store) decideActivation(ctx context.Context, d DecideActivation, step func(*gorm.DB, *ActivationDone) error) (ActivationDone, error) {
	var done ActivationDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = ActivationDone{}
		r, _, err := s.lockActivation(tx, "number = ?", models.NormaliseNumber(d.Number))
		if err != nil {
			return err
		}
		if d.Email != "" && r.RequesterEmail != models.AddressKey(d.Email) {
			return models.NotFound("activation")
		}
		if d.Version != 0 && d.Version != r.Version {
			return models.NewError(models.KindConflict, "activation_changed")
		}
		done.Request = r
		return step(tx, &done)
	})
	return done, err
}

// ExpireActivation ends a request whose link is over, for its process. It does
// nothing to one that ended otherwise, or whose link was sent once more since: until
// is when the link was over that the process waited for.
func (s *Store) ExpireActivation(ctx context.Context, id int64, until time.Time) (models.ActivationProgress, error) {
	var state models.ActivationProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		r, _, err := s.lockActivation(tx, "id = ?", id)
		if err != nil {
			return err
		}
		if r.Status == models.ActivationWaiting && r.LinkUntil.Equal(until) {
			done := ActivationDone{Request: r}
			if err := s.closeActivation(tx, models.Process, &done, models.ActivationExpired, models.ActivationExpire, ""); err != nil {
				return err
			}
			r = done.Request
		}
		state, err = activationState(tx, r)
		return err
	})
	return state, err
}

// LookAtActivation says what the process of a request has to do next.
func (s *Store) LookAtActivation(ctx context.Context, id int64) (models.ActivationProgress, error) {
	var state models.ActivationProgress
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		var r models.ActivationRequest
		if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
			return found(err, "activation")
		}
		var err error
		state, err = activationState(tx, r)
		return err
	})
	return state, err
}

func activationState(tx *gorm.DB, r models.ActivationRequest) (models.ActivationProgress, error) {
	state := models.ActivationProgress{Next: models.NextDone, Version: r.Version, Status: r.Status}
	if r.Status == models.ActivationWaiting {
		state.Next, state.Until = models.NextWait, r.LinkUntil.UTC()
	}
	err := tx.Model(&models.Mail{}).Where("activation_request_id = ? AND status IN ? AND NOT ("+ownProcess+")", r.ID, unsent).
		Order("id").Pluck("id", &state.Notices).Error
	return state, err
}

// lockActivation reads a request and holds it, and before it its contract, as a new
// request does.
func (s *Store) lockActivation(tx *gorm.DB, which string, value any) (models.ActivationRequest, models.Contract, error) {
	var r models.ActivationRequest
	var contract models.Contract
	if err := tx.Where(which, value).Take(&r).Error; err != nil {
		return r, contract, found(err, "activation")
	}
	if err := s.locked(tx).Where("id = ?", r.ContractID).Take(&contract).Error; err != nil {
		return r, contract, err
	}
	id := r.ID
	r = models.ActivationRequest{}
	err := s.locked(tx).Where("id = ?", id).Take(&r).Error
	return r, contract, err
}

// closeActivation ends a request that waits, without a code.
func (s *Store) closeActivation(tx *gorm.DB, actor models.Actor, done *ActivationDone, to models.ActivationStatus, how models.ActivationDecisionKind, reason string) error {
	r := &done.Request
	if !r.Status.CanBecome(to) {
		return wrongActivationState(r.Status)
	}
	before := *r
	r.Status, r.CloseReason = to, reason
	if err := s.changeActivation(tx, r, before, map[string]any{"close_reason": reason}); err != nil {
		return err
	}
	return s.activationDecided(tx, actor, done, how, nil, reason)
}

// changeActivation writes the request's columns if nobody changed it since it was
// read, and counts the version up.
func (s *Store) changeActivation(tx *gorm.DB, r *models.ActivationRequest, before models.ActivationRequest, changes map[string]any) error {
	if r.Status != before.Status && !before.Status.CanBecome(r.Status) {
		return wrongActivationState(before.Status)
	}
	r.Version, r.UpdatedAt = before.Version+1, s.Now()
	changes["version"], changes["updated_at"], changes["status"] = r.Version, r.UpdatedAt, r.Status
	if r.Status != models.ActivationWaiting && before.Status == models.ActivationWaiting {
		r.ClosedAt = &r.UpdatedAt
		changes["closed_at"] = r.UpdatedAt
	}
	changed := tx.Model(&models.ActivationRequest{}).Where("id = ? AND status = ? AND version = ?", r.ID, before.Status, before.Version).Updates(changes)
	if changed.Error == nil && changed.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "activation_changed")
	}
	return changed.Error
}

func wrongActivationState(status models.ActivationStatus) *models.Error {
	return models.NewError(models.KindConflict, "activation_state", "status", string(status))
}

// untold are the decisions that the request's process has nothing to do with:
// they come when it is over. An expiry is its own.
var untold = []models.ActivationDecisionKind{models.ActivationExpire, models.ActivationRevoke, models.ActivationNewCode}

// activationDecided writes the decision's row, its audit entry, and the call that
// tells the request's process.
func (s *Store) activationDecided(tx *gorm.DB, actor models.Actor, done *ActivationDone, kind models.ActivationDecisionKind, codeID *int64, note string) error {
	r := done.Request
	d := models.ActivationDecision{
		RequestID: r.ID, Kind: kind, RequestVersion: r.Version, CodeID: codeID, ActorKind: actor.Kind, ActorID: actor.ID, ActorName: actor.Name,
		Note: note, CreatedAt: s.Now(),
	}
	if err := tx.Create(&d).Error; err != nil {
		return err
	}
	after := map[string]any{"status": r.Status, "version": r.Version}
	if codeID != nil {
		after["issued_code"] = *codeID
	}
	if note != "" {
		after["note"] = note
	}
	if err := s.audit(tx, actor, "activation", r.ID, activationAction(kind), nil, after); err != nil {
		return err
	}
	if slices.Contains(untold, kind) {
		return nil
	}
	outbox, err := s.tell(tx, processCall{models.ProcessActivationIssue, r.WorkflowID(), r.ID, d.ID})
	done.OutboxIDs = append(done.OutboxIDs, outbox)
	return err
}

// activationAction is what the audit log calls a decision.
func activationAction(kind models.ActivationDecisionKind) string { return "activation_" + string(kind) }
