package store

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ConfirmActivation names the link that was used. Who calls has compared its token.
type ConfirmActivation struct {
	RequestID   int64
	LinkVersion int
	Mailbox     models.Mailbox
	CallID      string // of the call, for the audit log
}

// ConfirmActivation issues the code that a request waits for, once: the code is made
// in the transaction that closes the request, so there is none without a
// confirmation. What ended the request in the meantime is told.
func (s *Store) ConfirmActivation(ctx context.Context, c ConfirmActivation, sealer Sealer) (ActivationDone, error) {
	var done ActivationDone
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		done = ActivationDone{}
		r, contract, err := s.lockActivation(tx, "id = ?", c.RequestID)
		if err != nil {
			return err
		}
		if r.LinkVersion != c.LinkVersion || !slices.Contains(r.Mailboxes(), c.Mailbox) {
			return models.NotFound("activation")
		}
		if err := linkUsable(r.StatusAt(s.Now())); err != nil {
			return err
		}
		kind, err := s.entitled(tx, r, contract)
		if err != nil {
			return err
		}
		done.Request = r
		actor := models.Actor{Kind: models.ActorMailbox, ID: r.ID, Name: r.Address(c.Mailbox), RequestID: c.CallID}
		return s.issueTo(tx, actor, &done, kind, models.ActivationConfirmed, sealer)
	})
	return done, err
}

// linkUsable says why a link works no more.
func linkUsable(status models.ActivationStatus) error {
	switch status {
	case models.ActivationIssued:
		return models.NewError(models.KindConflict, "activation_used")
	case models.ActivationExpired:
		return models.NewError(models.KindConflict, "activation_expired")
	case models.ActivationCancelled:
		return models.NewError(models.KindConflict, "activation_cancelled")
	case models.ActivationReplaced:
		return models.NewError(models.KindConflict, "activation_replaced")
	}
	return nil
}

// entitled refuses a confirmation when who asked could not ask any more: the
// contract has ended, became another's, or holds something else by now.
func (s *Store) entitled(tx *gorm.DB, r models.ActivationRequest, c models.Contract) (models.ActivationKind, error) {
	lost := models.NewError(models.KindConflict, "activation_contract")
	kind, known := s.rules.Activation.Kind(r.Kind)
	if !known {
		return kind, lost
	}
	facts, _, err := s.portalFacts(tx, r.RequesterEmail, PortalKey{By: models.PortalByLicense, License: c.LicenseID})
	if err != nil {
		return kind, err
	}
	i := slices.IndexFunc(facts.Holdings, func(h models.Holding) bool { return h.ID == r.HoldingID })
	if s.portalAnswer(facts) != models.PortalShown || i < 0 || !facts.Holdings[i].TakesCodesAt(facts.Contract, s.Now()) {
		return kind, lost
	}
	if product, taken := kind.Gives(facts.Holdings[i].ProductCode); !taken || product != r.ProductCode {
		return kind, lost
	}
	return kind, nil
}

// issueTo closes a request with its code and queues the mails that bring it. The
// caller holds the contract.
func (s *Store) issueTo(tx *gorm.DB, actor models.Actor, done *ActivationDone, kind models.ActivationKind, how models.ActivationDecisionKind, sealer Sealer) error {
	r := &done.Request
	code, err := s.codeFor(tx, *r, kind, sealer)
	if err != nil {
		return err
	}
	done.Code = &code
	before := *r
	r.Status, r.CodeID = models.ActivationIssued, &code.ID
	if err := s.changeActivation(tx, r, before, map[string]any{"code_id": code.ID}); err != nil {
		return err
	}
	if _, err := s.queueIssuedMails(tx, *r, kind, code.ID); err != nil {
		return err
	}
	return s.activationDecided(tx, actor, done, how, &code.ID, "")
}

// codeFor gives the code of the request's kind and holding: the one there is, or a
// new one where none was ever given and the limit allows one more.
func (s *Store) codeFor(tx *gorm.DB, r models.ActivationRequest, kind models.ActivationKind, sealer Sealer) (models.IssuedCode, error) {
	newest, err := newestCode(tx, r.Kind, r.HoldingID)
	switch {
	case err != nil:
		return models.IssuedCode{}, err
	case newest != nil && newest.Revoked():
		return models.IssuedCode{}, codeRevoked()
	case newest != nil:
		return *newest, nil
	}
	return s.makeCode(tx, kind, models.IssuedCode{
		RequestID: r.ID, Kind: r.Kind, ContractID: r.ContractID, HoldingID: r.HoldingID, ProductCode: r.ProductCode, Offline: kind.Offline(),
	}, sealer)
}

// makeCode makes a code within the limit of its product. The table of hashes, which
// the codes of orders stand in as well, lets no code be given twice.
func (s *Store) makeCode(tx *gorm.DB, kind models.ActivationKind, c models.IssuedCode, sealer Sealer) (models.IssuedCode, error) {
	refusal, err := s.atLimit(tx, c.ContractID, c.ProductCode)
	if err != nil {
		return c, err
	}
	if refusal != nil {
		return c, refusal
	}
	product, _ := s.rules.Catalogue.Product(c.ProductCode)
	sealed, err := newCode(tx, kind.PrefixOf(product), sealer)
	if err != nil {
		return c, err
	}
	c.CodeCipher, c.CodeKey, c.CodeHash, c.IssuedAt = sealed.Cipher, sealed.Key, sealed.Hash, s.Now()
	return c, tx.Create(&c).Error
}

// newCode makes a code that was never given out. One that was breaks the unique key
// of all codes, and the transaction runs again with another.
func newCode(tx *gorm.DB, prefix string, sealer Sealer) (models.SealedCode, error) {
	code, err := models.NewActivationCode(rand.Reader, prefix)
	if err != nil {
		return models.SealedCode{}, err
	}
	sealed, err := sealer.SealCode(code)
	if err != nil {
		return sealed, err
	}
	return sealed, tx.Create(&models.CodeHash{Hash: sealed.Hash}).Error
}
