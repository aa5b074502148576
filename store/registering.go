package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Sealer makes what registering needs of the key ring.
type Sealer interface {
	// SealCode encrypts a new activation code.
	SealCode(code string) (models.SealedCode, error)
	// CurrentKey is the number of the key that new secrets derive from.
	CurrentKey() int
}

// RegisterOrder does all of registering in one transaction, if the order is
// still the one that was checked: the application is used up, contracts and
// holdings are made or changed, the shipment and its mails are prepared. Run
// again, or on a changed order, it writes nothing and says where the order stands.
func (s *Store) RegisterOrder(ctx context.Context, ref models.OrderVersion, sealer Sealer) (models.OrderProgress, error) {
	var state models.OrderProgress
	err := s.transaction(ctx, func(tx *gorm.DB) error {
		var o models.Order
		if err := s.locked(tx).Where("id = ?", ref.OrderID).Take(&o).Error; err != nil {
			return found(err, "order")
		}
		if o.Status == models.OrderChecking && o.Version == ref.Version {
			facts, err := s.orderFacts(tx, o)
			if err != nil {
				return err
			}
			verdict := models.CheckOrder(facts)
			if len(verdict.Reasons) > 0 || verdict.NeedsPass {
				state, err = s.check(tx, o)
				return err
			}
			return s.register(tx, &o, facts, verdict, sealer, &state)
		}
		var err error
		state, err = s.state(tx, o)
		if state.Next == models.NextWait && o.Status == models.OrderChecking {
			state.Next = models.NextAccept // changed meanwhile: look again
		}
		return err
	})
	return state, err
}

func (s *Store) register(tx *gorm.DB, o *models.Order, f models.OrderFacts, v models.OrderVerdict, sealer Sealer, state *models.OrderProgress) error {
	plan, err := models.PlanRegistration(f, v, s.Today())
	if err != nil {
		return err
	}
	var contractID int64
	for _, c := range plan.Contracts {
		id, err := s.registerContract(tx, *o, f, c, sealer)
		if err != nil {
			return err
		}
		// The order's contract is the one it makes, else the first it changes.
		if contractID == 0 || c.LicenseID == "" {
			contractID = id
		}
	}
	if err := s.useUp(tx, o.ID); err != nil {
		return err
	}
	before, now := *o, s.Now()
	o.Status, o.WaitingFor, o.RegisteredAt, o.ContractID = models.OrderRegistered, models.WaitingForNobody, &now, &contractID
	if err := s.changeOrder(tx, o, before, map[string]any{"registered_at": now, "contract_id": contractID}); err != nil {
		return err
	}
	if err := s.ship(tx, *o, v.DeliveryEmail, sealer.CurrentKey()); err != nil {
		return err
	}
	err = s.audit(tx, models.Process, "order", o.ID, "registered",
		map[string]any{"status": before.Status}, map[string]any{"status": o.Status, "contract_id": contractID})
	if err == nil {
		*state, err = s.state(tx, *o)
	}
	return err
}

// useUp marks the reserved application as used; it must be the order's own.
func (s *Store) useUp(tx *gorm.DB, orderID int64) error {
	r := tx.Model(&models.Application{}).Where("order_id = ? AND status = ?", orderID, models.ApplicationReserved).
		Update("status", models.ApplicationUsed)
	if r.Error == nil && r.RowsAffected != 1 {
		return fmt.Errorf("order %d has %d reserved applications", orderID, r.RowsAffected)
	}
	return r.Error
}

// registerContract makes or changes one contract with its holdings.
func (s *Store) registerContract(tx *gorm.DB, o models.Order, f models.OrderFacts, plan models.ContractPlan, sealer Sealer) (int64, error) {
	contract, known := f.Licenses[plan.LicenseID]
	id := contract.Contract.ID
	if !known {
		c, err := s.newContract(tx, o, f.Application)
		if err != nil {
			return 0, err
		}
		id, contract.Contract = c.ID, c
	} else if err := s.touchContract(tx, contract.Contract); err != nil {
		return 0, err
	}
	for _, h := range plan.Holdings {
		if err := s.registerHolding(tx, id, h, sealer); err != nil {
			return 0, err
		}
	}
	if !known {
		return id, firstAddresses(tx, contract.Contract)
	}
	return id, noteContractEnd(tx, id)
}

// touchContract counts the contract's version up, against two orders that
// change the same contract at the same moment.
func (s *Store) touchContract(tx *gorm.DB, c models.Contract) error {
	r := tx.Model(&models.Contract{}).Where("id = ? AND version = ?", c.ID, c.Version).
		Updates(map[string]any{"version": c.Version + 1, "updated_at": s.Now()})
	if r.Error == nil && r.RowsAffected == 0 {
		return errChanged
	}
	return r.Error
}

// errChanged says that a row this transaction read was changed under it: run it again.
var errChanged = errors.New("changed by another transaction")

func (s *Store) newContract(tx *gorm.DB, o models.Order, a models.Application) (models.Contract, error) {
	now := s.Now()
	c := models.Contract{
		Holder: a.EndUser, HolderKey: a.EndUserKey, Support: a.Support(), Reseller: a.Reseller, Dealer: a.DealerParty(),
		ResellerID: o.ResellerID, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	number, err := s.nextNumber(tx, "license_id", s.rules.Numbers.FirstLicenseID)
	if err != nil {
		return c, err
	}
	c.LicenseID = models.FormatLicenseID(number)
	return c, tx.Create(&c).Error
}

// nextNumber takes the next of a running number. The row's lock is held until
// the end of the transaction, so numbers have no gaps.
func (s *Store) nextNumber(tx *gorm.DB, name string, first int64) (int64, error) {
	var next int64
	err := tx.Raw(`INSERT INTO running_numbers (name, next) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET next = running_numbers.next + 1 RETURNING next`, name, first).Scan(&next).Error
	return next, err
}

func (s *Store) registerHolding(tx *gorm.DB, contractID int64, plan models.HoldingPlan, sealer Sealer) error {
	h, now := plan.After, s.Now()
	if plan.NewCode {
		product, _ := s.rules.Catalogue.Product(h.ProductCode)
		sealed, err := newCode(tx, product.CodePrefix, sealer)
		if err != nil {
			return err
		}
		h.CodeCipher, h.CodeKey, h.CodeHash = sealed.Cipher, sealed.Key, &sealed.Hash
	}
	h.ContractID, h.UpdatedAt = contractID, now
	if plan.Existing == nil {
		h.CreatedAt = now
		if err := tx.Create(&h).Error; err != nil {
			return err
		}
	} else if err := s.changeHolding(tx, *plan.Existing, h); err != nil {
		return err
	}
	for i := range plan.Changes {
		plan.Changes[i].HoldingID, plan.Changes[i].CreatedAt = h.ID, now
	}
	return tx.Create(&plan.Changes).Error
}

func (s *Store) changeHolding(tx *gorm.DB, before, after models.Holding) error {
	changes := map[string]any{
		"product_code": after.ProductCode, "quantity": after.Quantity, "ends_on": after.EndsOn, "updated_at": after.UpdatedAt,
	}
	// A code that stays is not written: its encryption may be changing to another key at this moment.
	if !bytes.Equal(before.CodeCipher, after.CodeCipher) {
		changes["code_cipher"], changes["code_key"], changes["code_hash"] = after.CodeCipher, after.CodeKey, after.CodeHash
	}
	r := tx.Model(&models.Holding{}).
		Where("id = ? AND quantity = ? AND ends_on = ? AND product_code = ?", before.ID, before.Quantity, before.EndsOn, before.ProductCode).
		Updates(changes)
	if r.Error == nil && r.RowsAffected == 0 {
		return errChanged
	}
	return r.Error
}

// ship prepares the shipment with its delivery number, and the two delivery mails.
func (s *Store) ship(tx *gorm.DB, o models.Order, address string, key int) error {
	number, err := s.rules.Numbers.NewDeliveryNumber(rand.Reader)
	if err != nil {
		return err
	}
	salt, err := models.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	shipment := models.Shipment{
		DeliveryNumber: number, OrderID: o.ID, DeliveryEmail: address,
		PasswordSalt: salt, PasswordVersion: 1, PasswordKey: key, CreatedAt: s.Now(),
	}
	if err := tx.Create(&shipment).Error; err != nil {
		return err
	}
	return s.queueDeliveryMails(tx, o)
}

// electronic says whether anything on the order is delivered by mail and web;
// the catalogue excepts some products.
func (s *Store) electronic(tx *gorm.DB, orderID int64) (bool, error) {
	lines, err := s.linesInForce(tx, orderID)
	return slices.ContainsFunc(lines, func(l models.OrderLine) bool {
		p, known := s.rules.Catalogue.Product(l.ProductCode)
		return known && p.ElectronicDelivery
	}), err
}

// queueDeliveryMails queues ID and PW mail for the shipment's address and password version.
func (s *Store) queueDeliveryMails(tx *gorm.DB, o models.Order) error {
	if needed, err := s.electronic(tx, o.ID); err != nil || !needed {
		return err
	}
	var shipment models.Shipment
	if err := tx.Where("order_id = ?", o.ID).Take(&shipment).Error; err != nil {
		return err
	}
	var a models.Application
	if err := tx.Where("id = ?", o.ApplicationID).Take(&a).Error; err != nil {
		return err
	}
	for _, kind := range []models.MailKind{models.MailDeliveryID, models.MailDeliveryPassword} {
		_, err := s.queueMail(tx, models.Mail{
			Kind: kind, OrderID: &o.ID, Version: shipment.PasswordVersion, Recipient: shipment.DeliveryEmail, Language: a.ApplicantLanguage,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
