package store

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// ActivationDone is a request after a step, the code where there is one, and the
// outbox entries to tell.
type ActivationDone struct {
	Request   models.ActivationRequest
	Code      *models.IssuedCode
	OutboxIDs []int64
}

// RequestActivation takes a request for a code in and starts its process. Where a
// link confirms, nothing is issued yet; where terms were consented to, the code is
// issued at once. A code that is there already is given without a request, but for
// consent, which has it mailed again.
func (s *Store) RequestActivation(ctx context.Context, actor models.Actor, ask AskActivation, sealer Sealer) (ActivationDone, error) {
	kind, known := s.rules.Activation.Kind(ask.Kind)
	if !known {
		return ActivationDone{}, models.NotFound("activation_kind")
	}
	ask.Email, ask.Contact = models.AddressKey(ask.Email), strings.TrimSpace(ask.Contact)
	if kind.MailedTo == models.MailedToAccount {
		ask.Contact = ""
	}
	if !kind.ByConsent() {
		ask.Purpose = models.PurposeNone
	}
	if errs := ask.check(kind); errs != nil {
		return ActivationDone{}, models.Invalid(errs...)
	}
	var done ActivationDone
	err := s.transaction(ctx, func(tx *gorm.DB) (err error) {
		done, err = s.requestActivation(tx, actor, ask, kind, sealer)
		return err
	})
	return done, err
}

func (s *Store) requestActivation(tx *gorm.DB, actor models.Actor, ask AskActivation, kind models.ActivationKind, sealer Sealer) (ActivationDone, error) {
	if done, sent, err := sentAlready(tx, ask); sent || err != nil {
		return done, err
	}
	offer, err := s.lockedOffer(tx, ask, kind)
	if err != nil {
		return ActivationDone{}, err
	}
	if offer.Issued != nil && !kind.ByConsent() {
		return ActivationDone{Code: offer.Issued}, nil
	}
	// The form may have been sent once more while this one waited for the contract.
	if done, sent, err := sentAlready(tx, ask); sent || err != nil {
		return done, err
	}
	if err := s.mayAskMore(tx, ask); err != nil {
		return ActivationDone{}, err
	}
	if err := refuseMarkedField(tx, "contact_email", ask.Contact); err != nil {
		return ActivationDone{}, err
	}
	var done ActivationDone
	if err := s.replaceWaiting(tx, actor, kind.Code, offer.Holding.ID, &done); err != nil {
		return done, err
	}
	if done.Request, err = s.newActivation(actor, ask, offer, sealer.CurrentKey()); err != nil {
		return done, err
	}
	if err := tx.Create(&done.Request).Error; err != nil {
		return done, err
	}
	if err := s.activationDecided(tx, actor, &done, models.ActivationRequested, nil, ""); err != nil {
		return done, err
	}
	if kind.ByConsent() {
		err = s.issueTo(tx, actor, &done, kind, models.ActivationConsented, sealer)
	} else {
		err = s.queueLinkMails(tx, done.Request, kind)
	}
	return done, err
}

// sentAlready gives what a form came to that was sent before.
func sentAlready(tx *gorm.DB, ask AskActivation) (done ActivationDone, sent bool, err error) {
	if ask.FormKey == "" {
		return done, false, nil
	}
	r, err := optional[models.ActivationRequest](tx.Where("form_key = ?", ask.FormKey))
	if err != nil || r == nil {
		return done, false, err
	}
	if r.RequesterEmail != ask.Email {
		return done, false, models.NotFound("activation")
	}
	done.Request = *r
	if r.CodeID != nil {
		done.Code, err = needed[models.IssuedCode](tx, *r.CodeID)
	}
	return done, true, err
}

// lockedOffer finds the offer that is asked for, and holds its contract: whatever is
// asked, confirmed or ended about its codes comes one after another.
func (s *Store) lockedOffer(tx *gorm.DB, ask AskActivation, kind models.ActivationKind) (models.ActivationOffer, error) {
	offers, err := s.activationOffers(tx, ask, kind)
	if err != nil {
		return models.ActivationOffer{}, err
	}
	if err := s.holdContract(tx, offers[0].Contract.ID); err != nil {
		return models.ActivationOffer{}, err
	}
	if offers, err = s.activationOffers(tx, ask, kind); err != nil {
		return models.ActivationOffer{}, err
	}
	offer, err := ask.chosen(offers)
	if err == nil && offer.Refusal != nil {
		err = offer.Refusal
	}
	return offer, err
}

func (s *Store) holdContract(tx *gorm.DB, id int64) error {
	var c models.Contract
	return s.locked(tx).Select("id").Where("id = ?", id).Take(&c).Error
}

// mayAskMore bounds what one address asks for: each request is a mail to an address
// that somebody typed.
func (s *Store) mayAskMore(tx *gorm.DB, ask AskActivation) error {
	var asked int64
	err := tx.Model(&models.ActivationRequest{}).Where("requester_email = ? AND created_at > ?", ask.Email, s.Now().Add(-24*time.Hour)).Count(&asked).Error
	if err == nil && asked >= int64(s.rules.Activation.RequestsPerDay) {
		err = models.NewError(models.KindTooMany, "activation_too_many")
	}
	return err
}

// replaceWaiting ends the request that waits for the same code.
func (s *Store) replaceWaiting(tx *gorm.DB, actor models.Actor, kind string, holdingID int64, done *ActivationDone) error {
	old, err := optional[models.ActivationRequest](tx.Where("kind = ? AND holding_id = ? AND status = ?", kind, holdingID, models.ActivationWaiting))
	if err != nil || old == nil {
		return err
	}
	ended := ActivationDone{Request: *old}
	if err := s.closeActivation(tx, actor, &ended, models.ActivationReplaced, models.ActivationReplace, ""); err != nil {
		return err
	}
	done.OutboxIDs = append(done.OutboxIDs, ended.OutboxIDs...)
	return nil
}

// newActivation fills the row.
func (s *Store) newActivation(actor models.Actor, ask AskActivation, offer models.ActivationOffer, key int) (models.ActivationRequest, error) {
	now := s.Now()
	r := models.ActivationRequest{
		Kind: ask.Kind, ContractID: offer.Contract.ID, HoldingID: offer.Holding.ID, ProductCode: offer.ProductCode,
		RequesterEmail: ask.Email, ContactEmail: ask.Contact, Language: models.ParseLanguage(string(ask.Language)), Purpose: ask.Purpose,
		Status: models.ActivationWaiting, Version: 1, LinkKey: key, LinkVersion: 1, LinkUntil: now.Add(s.rules.Activation.LinkLifetime),
		CreatedAt: now, UpdatedAt: now,
	}
	if actor.Kind == models.ActorAccount {
		r.AccountID = &actor.ID
	}
	if ask.FormKey != "" {
		r.FormKey = &ask.FormKey
	}
	var err error
	if r.Number, err = s.rules.Numbers.NewActivationNumber(rand.Reader); err != nil {
		return r, err
	}
	r.LinkSalt, err = models.NewToken(rand.Reader)
	return r, err
}

// queueLinkMails queues the mails with the link, one for each mailbox; their version
// is the link's.
func (s *Store) queueLinkMails(tx *gorm.DB, r models.ActivationRequest, kind models.ActivationKind) error {
	for _, m := range r.Mailboxes() {
		_, err := s.queueMail(tx, models.Mail{
			Kind: kind.LinkMail, ActivationRequestID: &r.ID, Mailbox: m, Version: r.LinkVersion, Recipient: r.Address(m), Language: r.Language,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// queueIssuedMails queues the mails with a code, one for each mailbox, and gives
// their IDs; their version is the request's.
func (s *Store) queueIssuedMails(tx *gorm.DB, r models.ActivationRequest, kind models.ActivationKind, codeID int64) ([]int64, error) {
	var ids []int64
	for _, m := range r.Mailboxes() {
		id, err := s.queueMail(tx, models.Mail{
			Kind: kind.IssuedMail, ActivationRequestID: &r.ID, IssuedCodeID: &codeID, Mailbox: m, Version: int(r.Version),
			Recipient: r.Address(m), Language: r.Language,
		})
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
