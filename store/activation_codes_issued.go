package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// IssuedCodes gives the further codes of a contract, newest first, also those that
// were revoked.
func (s *Store) IssuedCodes(ctx context.Context, contractID int64) ([]models.IssuedCode, error) {
	var list []models.IssuedCode
	err := s.reader(ctx).Where("contract_id = ?", contractID).Order("id DESC").Find(&list).Error
	return list, translate(err)
}

// IssuedCode gives a further code by its row.
func (s *Store) IssuedCode(ctx context.Context, id int64) (models.IssuedCode, error) {
	return take[models.IssuedCode](s.reader(ctx).Where("id = ?", id), "issued_code")
}

// RevokeCode ends a further code, which from then on is shown as revoked. It is not
// given again for the asking.
func (s *Store) RevokeCode(ctx context.Context, actor models.Actor, id int64, reason string) (ActivationDone, error) {
	if errs := models.CheckReason("reason", reason); errs != nil {
		return ActivationDone{}, models.Invalid(errs...)
	}
	return s.decideCode(ctx, id, func(tx *gorm.DB, done *ActivationDone, _ models.Contract) error {
		if err := s.revoke(tx, done.Code, reason); err != nil {
			return err
		}
		return s.codeDecided(tx, actor, done, models.ActivationRevoke, reason)
	})
}

// ReplaceCode gives a new code in place of one that was lost or revoked, within the
// limit of its product. It is mailed to the addresses of the request, unless who
// asked then is no contact of the contract any more.
func (s *Store) ReplaceCode(ctx context.Context, actor models.Actor, id int64, reason string, sealer Sealer) (ActivationDone, error) {
	if errs := models.CheckReason("reason", reason); errs != nil {
		return ActivationDone{}, models.Invalid(errs...)
	}
	return s.decideCode(ctx, id, func(tx *gorm.DB, done *ActivationDone, c models.Contract) error {
		kind, known := s.rules.Activation.Kind(done.Code.Kind)
		switch newest, err := newestCode(tx, done.Code.Kind, done.Code.HoldingID); {
		case err != nil:
			return err
		case !known:
			return models.NotFound("activation_kind")
		case newest.ID != id:
			return models.NewError(models.KindConflict, "code_replaced")
		case c.Void:
			return models.NewError(models.KindConflict, "contract_void")
		}
		if !done.Code.Revoked() {
			if err := s.revoke(tx, done.Code, reason); err != nil {
				return err
			}
		}
		next := models.IssuedCode{
			RequestID: done.Code.RequestID, Kind: done.Code.Kind, ContractID: done.Code.ContractID, HoldingID: done.Code.HoldingID,
			ProductCode: done.Code.ProductCode, Offline: done.Code.Offline, ReplacesID: &id,
		}
		next, err := s.makeCode(tx, kind, next, sealer)
		if err != nil {
			return err
		}
		done.Code = &next
		if err := s.codeDecided(tx, actor, done, models.ActivationNewCode, reason); err != nil {
			return err
		}
		return s.mailReplacement(tx, done, c, kind)
	})
}

// decideCode does one step on a further code, while nobody else does.
func (s *Store) decideCode(ctx context.Context, id int64, step func(*gorm.DB, *ActivationDone, models.Contract) error) (ActivationDone, error) {
	var done ActivationDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = ActivationDone{}
		c, err := take[models.IssuedCode](tx.Where("id = ?", id), "issued_code")
		if err != nil {
			return err
		}
		r, contract, err := s.lockActivation(tx, "id = ?", c.RequestID)
		if err != nil {
			return err
		}
		if c, err = take[models.IssuedCode](tx.Where("id = ?", id), "issued_code"); err != nil {
			return err
		}
		done.Request, done.Code = r, &c
		return step(tx, &done, contract)
	})
	return done, err
}

func (s *Store) revoke(tx *gorm.DB, c *models.IssuedCode, reason string) error {
	now := s.Now()
	ended := tx.Model(&models.IssuedCode{}).Where("id = ? AND revoked_at IS NULL", c.ID).
		Updates(map[string]any{"revoked_at": now, "revoke_reason": reason})
	if ended.Error == nil && ended.RowsAffected == 0 {
		return models.NewError(models.KindConflict, "code_revoked")
	}
	c.RevokedAt, c.RevokeReason = &now, reason
	return ended.Error
}

// codeDecided notes a decision about a code in the history of its request.
func (s *Store) codeDecided(tx *gorm.DB, actor models.Actor, done *ActivationDone, kind models.ActivationDecisionKind, reason string) error {
	if err := s.changeActivation(tx, &done.Request, done.Request, map[string]any{}); err != nil {
		return err
	}
	return s.activationDecided(tx, actor, done, kind, &done.Code.ID, reason)
}

// mailReplacement queues the mails with a new code. The request's process is over, so
// each has one of its own.
func (s *Store) mailReplacement(tx *gorm.DB, done *ActivationDone, c models.Contract, kind models.ActivationKind) error {
	facts, _, err := s.portalFacts(tx, done.Request.RequesterEmail, PortalKey{By: models.PortalByLicense, License: c.LicenseID})
	if err != nil || !facts.IsContact {
		return err
	}
	ids, err := s.queueIssuedMails(tx, done.Request, kind, done.Code.ID)
	for _, id := range ids {
		outbox, err := s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(id), id, 0})
		if err != nil {
			return err
		}
		done.OutboxIDs = append(done.OutboxIDs, outbox)
	}
	return err
}
