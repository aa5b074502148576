package store

import (
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AskActivation is what a contact asks for in the portal.
type AskActivation struct {
	Email string // sign-in address of who asks
	// Kind is a row of the profile's table; License and Code are as typed. Code is empty
	// where the kind asks for none.
	Kind, License, Code string
	// CodeHash hashes a code in the form of models.ActivationCodeKey.
	CodeHash func(code string) string
	// HoldingID says which of the offers is meant; 0 will do where there is just one.
	HoldingID int64
	// Contact is the other address that mails go to, where the kind has both.
	Contact  string
	Language models.Language
	Purpose  models.ActivationPurpose // which button, where terms are consented to
	// FormKey is a token made with the form: the same form sent twice is one request.
	FormKey string
}

// ActivationOffers says which codes somebody can ask for by a license ID and a code
// as typed, or what to check.
func (s *Store) ActivationOffers(ctx context.Context, ask AskActivation) ([]models.ActivationOffer, error) {
	kind, known := s.rules.Activation.Kind(ask.Kind)
	if !known {
		return nil, models.NotFound("activation_kind")
	}
	var offers []models.ActivationOffer
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		offers, err = s.activationOffers(tx, ask, kind)
		return err
	})
	return offers, err
}

// activationOffers is ActivationOffers within a transaction.
func (s *Store) activationOffers(tx *gorm.DB, ask AskActivation, kind models.ActivationKind) ([]models.ActivationOffer, error) {
	license, forms, errs := models.ActivationKey{License: ask.License, Code: ask.Code}.Read(kind, s.rules.Catalogue)
	if errs != nil {
		return nil, models.Invalid(errs...)
	}
	facts, err := s.activationFacts(tx, ask, license, forms)
	if err != nil {
		return nil, err
	}
	holdings, errs := models.FindActivations(kind, facts, s.rules.Catalogue, ask.Language, s.Now())
	if errs != nil {
		return nil, models.Invalid(errs...)
	}
	offers := make([]models.ActivationOffer, len(holdings))
	for i, h := range holdings {
		if offers[i], err = s.activationOffer(tx, kind, facts.Contract, h); err != nil {
			return nil, err
		}
	}
	return offers, nil
}

// activationFacts reads what decides: what the portal answers about the license ID,
// and what the code is on that contract.
func (s *Store) activationFacts(tx *gorm.DB, ask AskActivation, license string, forms []string) (models.ActivationFacts, error) {
	portal, _, err := s.portalFacts(tx, ask.Email, PortalKey{By: models.PortalByLicense, License: license})
	f := models.ActivationFacts{Answer: s.portalAnswer(portal), Contract: portal.Contract, Holdings: portal.Holdings}
	if err != nil || f.Answer != models.PortalShown || len(forms) == 0 {
		return f, err
	}
	hashes := make([]string, len(forms))
	for i, form := range forms {
		hashes[i] = ask.CodeHash(form)
	}
	f.CodeOf, err = optional[models.Holding](tx.Where("contract_id = ? AND code_hash IN ?", f.Contract.ID, hashes))
	if err == nil && f.CodeOf == nil {
		f.Issued, err = optional[models.IssuedCode](tx.Where("contract_id = ? AND code_hash IN ?", f.Contract.ID, hashes))
	}
	return f, err
}

// activationOffer says whether the code of a holding can be asked for, or is there
// already.
func (s *Store) activationOffer(tx *gorm.DB, kind models.ActivationKind, c models.Contract, h models.Holding) (models.ActivationOffer, error) {
	product, _ := kind.Gives(h.ProductCode)
	offer := models.ActivationOffer{Contract: c, Holding: h, ProductCode: product}
	newest, err := newestCode(tx, kind.Code, h.ID)
	switch {
	case err != nil:
		return offer, err
	case newest != nil && newest.Revoked():
		offer.Refusal = codeRevoked()
		return offer, nil
	case newest != nil:
		offer.Issued, offer.ProductCode = newest, newest.ProductCode
		return offer, nil
	}
	offer.Refusal, err = s.atLimit(tx, c.ID, product)
	if err == nil {
		offer.Waiting, err = optional[models.ActivationRequest](tx.Where("kind = ? AND holding_id = ? AND status = ?", kind.Code, h.ID, models.ActivationWaiting))
	}
	return offer, err
}

// newestCode gives the code of a kind that a holding was given last, or nothing.
func newestCode(tx *gorm.DB, kind string, holdingID int64) (*models.IssuedCode, error) {
	return optional[models.IssuedCode](tx.Where("kind = ? AND holding_id = ?", kind, holdingID).Order("id DESC"))
}

// atLimit refuses one more code for a product on a contract that has had as many as
// the catalogue allows. Codes that were revoked or replaced count.
func (s *Store) atLimit(tx *gorm.DB, contractID int64, product string) (*models.Error, error) {
	p, _ := s.rules.Catalogue.Product(product)
	var had int64
	err := tx.Model(&models.IssuedCode{}).Where("contract_id = ? AND product_code = ?", contractID, product).Count(&had).Error
	if err != nil || had < int64(p.FurtherCodes) {
		return nil, err
	}
	return models.NewError(models.KindConflict, "activation_limit", "limit", itoa(p.FurtherCodes)), nil
}

func codeRevoked() *models.Error { return models.NewError(models.KindConflict, "activation_revoked") }

// chosen gives the offer that is meant.
func (ask AskActivation) chosen(offers []models.ActivationOffer) (models.ActivationOffer, error) {
	if ask.HoldingID == 0 && len(offers) == 1 {
		return offers[0], nil
	}
	for _, o := range offers {
		if o.Holding.ID == ask.HoldingID {
			return o, nil
		}
	}
	return models.ActivationOffer{}, models.Invalid(models.Field("holding", "activation_offer_unknown"))
}

// check says what is wrong with a request besides license ID and code.
func (ask AskActivation) check(kind models.ActivationKind) []models.FieldError {
	var errs []models.FieldError
	if kind.MailedTo == models.MailedToBoth {
		errs = append(errs, models.CheckContactEmail(strings.TrimSpace(ask.Contact))...)
	}
	if kind.ByConsent() && !ask.Purpose.Known() {
		errs = append(errs, models.Field("purpose", "required"))
	}
	return errs
}
