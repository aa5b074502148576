package store

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// PortalState narrows the portal's list by state.
type PortalState string

// The states of contracts in the portal: what is registering or void is not listed.
const (
	PortalCurrent PortalState = "current"
	PortalEnded   PortalState = "ended"
)

// PortalFilter narrows the portal's list; empty fields do not.
type PortalFilter struct {
	License  string // in stored form
	State    PortalState
	EndsFrom models.Date
	EndsTo   models.Date
}

// PortalRow is a contract in the portal's list.
type PortalRow struct {
	Contract models.Contract
	EndsOn   models.Date
	Holdings []models.Holding // of products that the portal shows, what ends last first
}

// Ended says whether the contract's support is over on that day.
func (r PortalRow) Ended(today models.Date) bool { return r.EndsOn.Before(today) }

// PortalContracts lists the contracts that the portal shows to an address: first
// the current ones, what ends next at the top, then those that ended, the latest
// at the top.
func (s *Store) PortalContracts(ctx context.Context, email string, f PortalFilter, p Page) ([]PortalRow, string, error) {
	from, err := portalPlaceAt(p.Cursor)
	if err != nil {
		return nil, "", err
	}
	var rows []PortalRow
	var next string
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		places, err := s.portalPlaces(tx, email, f, from, p.limit()+1)
		if err != nil {
			return err
		}
		next = ""
		if len(places) > p.limit() {
			places = places[:p.limit()]
			next = portalCursor(places[len(places)-1], s.Today())
		}
		rows, err = s.portalRows(tx, places)
		return err
	})
	return rows, next, err
}

// portalPlace is a place in the portal's list.
type portalPlace struct {
	ContractID     int64
	ContractEndsOn models.Date
	state          PortalState
}

func portalCursor(p portalPlace, today models.Date) string {
	state := PortalCurrent
	if p.ContractEndsOn.Before(today) {
		state = PortalEnded
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %s %d", state, p.ContractEndsOn, p.ContractID))
}

// portalPlaceAt reads a cursor; none is the list's beginning.
func portalPlaceAt(cursor string) (portalPlace, error) {
	at := portalPlace{state: PortalCurrent}
	if cursor == "" {
		return at, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	var state, day string
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%s %s %d", &state, &day, &at.ContractID)
	}
	if err == nil {
		at.ContractEndsOn, err = models.ParseDate(day)
	}
	at.state = PortalState(state)
	if err != nil || at.ContractID <= 0 || (at.state != PortalCurrent && at.state != PortalEnded) {
		return at, models.Invalid(models.Field("cursor", "cursor_malformed"))
	}
	return at, nil
}

// portalParts are the two parts of the list, each with its order.
var portalParts = []struct {
	state               PortalState
	bound, order, after string
}{
	{PortalCurrent, "contract_ends_on >= ?", "contract_ends_on, contract_id", "(contract_ends_on, contract_id) > (?, ?)"},
	{PortalEnded, "contract_ends_on < ?", "contract_ends_on DESC, contract_id DESC", "(contract_ends_on, contract_id) < (?, ?)"},
}

// portalPlaces finds so many contracts from a place on: first in the one part of
// the list, then in the other. Either is read along the index that has an
// address's contracts by their end.
func (s *Store) portalPlaces(tx *gorm.DB, email string, f PortalFilter, from portalPlace, most int) ([]portalPlace, error) {
	var places []portalPlace
	for _, part := range portalParts {
		if (f.State != "" && f.State != part.state) || len(places) >= most {
			continue
		}
		if from.state == PortalEnded && part.state == PortalCurrent {
			continue // that part was read to its end
		}
		q := s.portalListed(tx, email, f).Where(part.bound, s.Today())
		if from.ContractID > 0 && from.state == part.state {
			q = q.Where(part.after, from.ContractEndsOn, from.ContractID)
		}
		var found []portalPlace
		if err := q.Order(part.order).Limit(most - len(places)).Find(&found).Error; err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	return places, nil
}

// portalListed is the query for the addresses' rows whose contracts are listed:
// models.PortalVisibility in SQL, each contract once.
func (s *Store) portalListed(tx *gorm.DB, email string, f PortalFilter) *gorm.DB {
	now := s.Now()
	q := s.counting(tx.Model(&models.ContractAddress{}).Select("contract_addresses.contract_id, contract_addresses.contract_ends_on"), email).
		Joins("JOIN contracts ON contracts.id = contract_addresses.contract_id").
		Where("contracts.void = ? AND contracts.hidden = ? AND contracts.valid_at <= ?", false, false, now).
		Where("contract_ends_on >= ?", models.PortalShownSince(models.DateOf(now), s.rules.ContractShownYears)).
		Where("EXISTS (SELECT 1 FROM holdings WHERE holdings.contract_id = contract_addresses.contract_id AND holdings.product_code IN ?)",
			s.rules.Catalogue.PortalProducts()).
		Where(`(contract_addresses.role = 'holder' OR NOT EXISTS (SELECT 1 FROM contract_addresses twin
			WHERE twin.contract_id = contract_addresses.contract_id AND twin.role = 'holder' AND twin.email = contract_addresses.email
			AND twin.good_from <= ? AND (twin.good_until IS NULL OR twin.good_until > ?)))`, now, now)
	if f.License != "" {
		q = q.Where("contracts.license_id = ?", f.License)
	}
	if !f.EndsFrom.IsZero() {
		q = q.Where("contract_ends_on >= ?", f.EndsFrom)
	}
	if !f.EndsTo.IsZero() {
		q = q.Where("contract_ends_on <= ?", f.EndsTo)
	}
	return q
}

// portalRows reads the contracts of places, in their order.
func (s *Store) portalRows(tx *gorm.DB, places []portalPlace) ([]PortalRow, error) {
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.ContractID
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var contracts []models.Contract
	if err := tx.Where("id IN ?", ids).Find(&contracts).Error; err != nil {
		return nil, err
	}
	var holdings []models.Holding
	if err := tx.Where("contract_id IN ?", ids).Order("ends_on DESC, id").Find(&holdings).Error; err != nil {
		return nil, err
	}
	byID, held := map[int64]models.Contract{}, map[int64][]models.Holding{}
	for _, c := range contracts {
		byID[c.ID] = c
	}
	for _, h := range models.PortalHoldings(holdings, s.rules.Catalogue) {
		held[h.ContractID] = append(held[h.ContractID], h)
	}
	rows := make([]PortalRow, len(places))
	for i, p := range places {
		rows[i] = PortalRow{Contract: byID[p.ContractID], EndsOn: p.ContractEndsOn, Holdings: held[p.ContractID]}
	}
	return rows, nil
}
