package store

import (
	"context"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// licenses reads what the register knows about license IDs.
func (s *Store) licenses(tx *gorm.DB, ids []string) (map[string]models.LicenseFacts, error) {
	facts := map[string]models.LicenseFacts{}
	if len(ids) == 0 {
		return facts, nil
	}
	var contracts []models.Contract
	if err := tx.Where("license_id IN ? AND NOT void", ids).Find(&contracts).Error; err != nil {
		return nil, err
	}
	for _, c := range contracts {
		var holdings []models.Holding
		if err := tx.Where("contract_id = ?", c.ID).Order("id").Find(&holdings).Error; err != nil {
			return nil, err
		}
		facts[c.LicenseID] = models.LicenseFacts{Known: true, Contract: c, Holdings: holdings}
	}
	return facts, nil
}

// orderFacts reads all that the checks look at.
func (s *Store) orderFacts(tx *gorm.DB, o models.Order) (models.OrderFacts, error) {
	f := models.OrderFacts{
		Order: o, Catalogue: s.rules.Catalogue, Names: s.rules.Names, Applications: s.rules.Applications, Today: s.Today(),
	}
	if err := tx.Where("id = ?", o.ApplicationID).Take(&f.Application).Error; err != nil {
		return f, err
	}
	if err := tx.Where("id = ?", o.ResellerID).Take(&f.Reseller).Error; err != nil {
		return f, err
	}
	if err := tx.Where("order_id = ?", o.ID).Order("id").Find(&f.Confirmations).Error; err != nil {
		return f, err
	}
	var err error
	if f.Order.Lines, err = s.linesInForce(tx, o.ID); err != nil {
		return f, err
	}
	if f.RefusedAddress, err = s.refusedAddresses(tx, o.ID, f.Confirmations); err != nil {
		return f, err
	}
	ids := f.LicenseIDs()
	for _, c := range f.Confirmations {
		if c.Code == models.ReasonLicenseHolder && !slices.Contains(ids, c.ConfirmedValue) {
			ids = append(ids, c.ConfirmedValue)
		}
	}
	f.Licenses, err = s.licenses(tx, ids)
	return f, err
}

// linesInForce gives the lines of the order's newest sheet.
func (s *Store) linesInForce(tx *gorm.DB, orderID int64) ([]models.OrderLine, error) {
	var lines []models.OrderLine
	err := tx.Where("order_id = ? AND sheet = (SELECT MAX(sheet) FROM order_lines WHERE order_id = ?)", orderID, orderID).
		Order("position").Find(&lines).Error
	return lines, err
}

// OrderVerdict runs the checks for looking at, without writing: what an order's
// page shows as settled and open.
func (s *Store) OrderVerdict(ctx context.Context, orderID int64) (models.OrderVerdict, error) {
	var o models.Order
	tx := s.reader(ctx)
	if err := tx.Where("id = ?", orderID).Take(&o).Error; err != nil {
		return models.OrderVerdict{}, found(err, "order")
	}
	f, err := s.orderFacts(tx, o)
	if err != nil {
		return models.OrderVerdict{}, translate(err)
	}
	return models.CheckOrder(f), nil
}
