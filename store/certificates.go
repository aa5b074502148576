package store

import (
	"context"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// CertificateFacts is what a license certificate says.
type CertificateFacts struct {
	Order       models.Order // with the lines in force
	Application models.Application
	Reseller    models.Reseller
	Shipment    models.Shipment
	Contracts   []models.Contract
	Changes     []CertificateLine // in the sheet's order

	since []models.ContractChange // what contacts changed about the order's contract since, newest first
}

// Holder is whom the certificate names: the holder of the order's contract as it
// was when the order was registered, not as somebody applied. What was changed
// since makes no difference: a certificate stays as it was issued.
func (f CertificateFacts) Holder() models.Party {
	if c, ok := f.contract(); ok {
		return models.UndoChanges(c.Contacts(), f.since).Holder
	}
	return f.Application.EndUser
}

// HolderNow is the holder of the order's contract as it is today.
func (f CertificateFacts) HolderNow() models.Party {
	if c, ok := f.contract(); ok {
		return c.Holder
	}
	return f.Application.EndUser
}

// contract is the order's own among those that its lines are about.
func (f CertificateFacts) contract() (models.Contract, bool) {
	for _, c := range f.Contracts {
		if f.Order.ContractID != nil && c.ID == *f.Order.ContractID {
			return c, true
		}
	}
	return models.Contract{}, false
}

// LicenseIDs gives the license IDs that the order's lines are under, as documents write them.
func (f CertificateFacts) LicenseIDs() string {
	ids := make([]string, 0, len(f.Contracts))
	for _, c := range f.Contracts {
		ids = append(ids, c.LicenseID)
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ", ")
}

// CertificateLine is what one order line made of a holding.
type CertificateLine struct {
	models.HoldingChange
	LicenseID string
	Line      models.OrderLine
}

// CertificateFacts reads what the certificate of a registered order says; an
// order without a shipment has none yet.
func (s *Store) CertificateFacts(ctx context.Context, orderID int64) (CertificateFacts, error) {
	var f CertificateFacts
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		f = CertificateFacts{}
		if err := tx.Where("id = ?", orderID).Take(&f.Order).Error; err != nil {
			return found(err, "order")
		}
		if err := tx.Where("order_id = ?", orderID).Take(&f.Shipment).Error; err != nil {
			return found(err, "shipment")
		}
		if err := tx.Where("id = ?", f.Order.ApplicationID).Take(&f.Application).Error; err != nil {
			return err
		}
		if err := tx.Where("id = ?", f.Order.ResellerID).Take(&f.Reseller).Error; err != nil {
			return err
		}
		if f.Order.Lines, err = s.linesInForce(tx, orderID); err != nil {
			return err
		}
		if err := tx.Where("id IN (?)", s.contractsOf(tx, orderID)).Order("id").Find(&f.Contracts).Error; err != nil {
			return err
		}
		if f.Order.ContractID != nil && f.Order.RegisteredAt != nil {
			later := tx.Where("contract_id = ? AND created_at > ?", *f.Order.ContractID, *f.Order.RegisteredAt)
			if f.since, err = changesOfContract(tx, later); err != nil {
				return err
			}
		}
		f.Changes, err = certificateLines(tx, f)
		return err
	})
	return f, err
}

func certificateLines(tx *gorm.DB, f CertificateFacts) ([]CertificateLine, error) {
	changes, err := changesOf(tx, f.Order.ID)
	if err != nil {
		return nil, err
	}
	holdingIDs := make([]int64, len(changes))
	for i, c := range changes {
		holdingIDs[i] = c.HoldingID
	}
	var holdings []models.Holding
	if err := tx.Select("id", "contract_id").Where("id IN ?", holdingIDs).Find(&holdings).Error; err != nil {
		return nil, err
	}
	license, contractOf, lineOf := map[int64]string{}, map[int64]int64{}, map[int64]models.OrderLine{}
	for _, c := range f.Contracts {
		license[c.ID] = c.LicenseID
	}
	for _, h := range holdings {
		contractOf[h.ID] = h.ContractID
	}
	for _, l := range f.Order.Lines {
		lineOf[l.ID] = l
	}
	lines := make([]CertificateLine, len(changes))
	for i, c := range changes {
		lines[i] = CertificateLine{HoldingChange: c, LicenseID: license[contractOf[c.HoldingID]], Line: lineOf[c.OrderLineID]}
	}
	return lines, nil
}
