package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// AddressMaySignIn says whether an address is at this moment the contact of a
// contract that is valid: not void, registered, and with a holding that has not
// ended. Only such addresses have a use for the portal.
func (s *Store) AddressMaySignIn(ctx context.Context, email string) (bool, error) {
	now := s.Now()
	valid := s.counting(s.reader(ctx).Model(&models.ContractAddress{}).Select("contract_addresses.id"), email).
		Joins("JOIN contracts ON contracts.id = contract_addresses.contract_id").
		Where("contract_addresses.contract_ends_on >= ? AND contracts.void = ? AND contracts.valid_at <= ?", models.DateOf(now), false, now)
	row, err := optional[models.ContractAddress](valid)
	return row != nil, translate(err)
}

// PortalDetail is a contract as one of its contacts sees it.
type PortalDetail struct {
	Contract models.Contract
	Roles    []models.ContactRole // what the address is
	Holdings []models.Holding     // of products that the portal shows, what ends last first
	EndsOn   models.Date          // the last end of all holdings
	Codes    []models.IssuedCode  // further codes of those holdings, newest first, revoked ones too
	Unlisted bool                 // there are holdings that the portal does not show
}

// PortalContract reads a contract by license ID as typed, if the portal shows it
// to the address at this moment. Anything else is not found.
func (s *Store) PortalContract(ctx context.Context, email, license string) (PortalDetail, error) {
	var d PortalDetail
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		var err error
		d, err = s.portalContract(tx, email, license)
		return err
	})
	return d, err
}

// portalContract is PortalContract within a transaction, for what is changed there.
func (s *Store) portalContract(tx *gorm.DB, email, license string) (PortalDetail, error) {
	id, ok := models.ParseLicenseID(license)
	if !ok {
		return PortalDetail{}, models.NotFound("contract")
	}
	facts, roles, err := s.portalFacts(tx, email, PortalKey{By: models.PortalByLicense, License: id})
	if err != nil {
		return PortalDetail{}, err
	}
	if s.portalAnswer(facts) != models.PortalShown {
		return PortalDetail{}, models.NotFound("contract")
	}
	d := PortalDetail{Contract: facts.Contract, Roles: roles, EndsOn: models.EndsOn(facts.Holdings)}
	d.Holdings = models.PortalHoldings(facts.Holdings, s.rules.Catalogue)
	d.Unlisted = len(d.Holdings) < len(facts.Holdings)
	shown := make([]int64, len(d.Holdings))
	for i, h := range d.Holdings {
		shown[i] = h.ID
	}
	return d, tx.Where("holding_id IN ?", shown).Order("id DESC").Find(&d.Codes).Error
}

// PortalKey is what a contract is asked for by, in stored form.
type PortalKey struct {
	By          models.PortalBy
	License     string // by license ID
	ProductCode string // besides a license ID, or nothing
	CodeHash    string // by activation code: its keyed hash, or nothing for a code that cannot be one
}

// PortalFind says whether the portal shows the contract that a key belongs to,
// and else what the person is told; license is where it is shown.
func (s *Store) PortalFind(ctx context.Context, email string, key PortalKey) (answer models.PortalAnswer, license string, err error) {
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		facts, _, err := s.portalFacts(tx, email, key)
		if err == nil {
			answer, license = s.portalAnswer(facts), facts.Contract.LicenseID
		}
		return err
	})
	if answer != models.PortalShown {
		license = ""
	}
	return answer, license, err
}

func (s *Store) portalAnswer(f models.PortalFacts) models.PortalAnswer {
	return models.PortalVisibility(f, s.rules.Catalogue, s.rules.ContractShownYears, s.Now())
}

// portalFacts reads what decides whether a contract is shown, and which contacts
// the address is.
func (s *Store) portalFacts(tx *gorm.DB, email string, key PortalKey) (models.PortalFacts, []models.ContactRole, error) {
	f := models.PortalFacts{By: key.By, ProductCode: key.ProductCode}
	contract := tx.Where("license_id = ?", key.License)
	if key.By == models.PortalByCode {
		holding, _, err := holdingOfCode(tx, key.CodeHash)
		if err != nil || holding == nil {
			return f, nil, err
		}
		f.ProductCode, contract = holding.ProductCode, tx.Where("id = ?", holding.ContractID)
	}
	c, err := optional[models.Contract](contract)
	if err != nil || c == nil {
		return f, nil, err
	}
	f.Known, f.Contract = true, *c
	var roles []models.ContactRole
	addresses := s.counting(tx.Model(&models.ContractAddress{}), email).Where("contract_id = ?", c.ID)
	if err := addresses.Order("role").Pluck("role", &roles).Error; err != nil {
		return f, nil, err
	}
	f.IsContact = len(roles) > 0
	return f, roles, tx.Where("contract_id = ?", c.ID).Order("ends_on DESC, id").Find(&f.Holdings).Error
}
