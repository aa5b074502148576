package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

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
	err = s.snapshot(ctx, func(tx *gorm.DB) error {
		rows = nil
		for _, part := range portalParts {
			if f.State != "" && f.State != part.state || from.state == PortalEnded && part.state == PortalCurrent {
				continue // not wanted, or read to its end
			}
			begin := portalPlace{}
			if from.state == part.state {
				begin = from
			}
			if rows, err = s.portalPart(tx, email, f, part, begin, rows, p.limit()+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(rows) <= p.limit() {
		return rows, "", err
	}
	rows = rows[:p.limit()]
	return rows, portalCursor(rows[len(rows)-1], s.Today()), nil
}

// portalPlace is a place in the portal's list.
type portalPlace struct {
	ContractID     int64
	ContractEndsOn models.Date
	state          PortalState
}

func portalCursor(r PortalRow, today models.Date) string {
	state := PortalCurrent
	if r.Ended(today) {
		state = PortalEnded
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %s %d", state, r.EndsOn, r.Contract.ID))
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

// portalListPart is a part of the list with its order.
type portalListPart struct {
	state               PortalState
	bound, order, after string
}

// portalParts are the two parts of the list.
var portalParts = []portalListPart{
	{PortalCurrent, "contract_ends_on >= ?", "contract_ends_on, contract_id", "(contract_ends_on, contract_id) > (?, ?)"},
	{PortalEnded, "contract_ends_on < ?", "contract_ends_on DESC, contract_id DESC", "(contract_ends_on, contract_id) < (?, ?)"},
}

// portalPart appends a part's contracts from a place on, until there are so many
// rows. The address's contracts are read along the index that has them by their
// end, a few at a time, and then decided on: a join with what decides would have
// the database read all contracts of an address before the first.
func (s *Store) portalPart(tx *gorm.DB, email string, f PortalFilter, part portalListPart, from portalPlace, rows []PortalRow, most int) ([]PortalRow, error) {
	candidates := 2*most + 10 // both contacts are often one
	for len(rows) < most {
		q := s.portalCandidates(tx, email, f).Where(part.bound, s.Today())
		if from.ContractID > 0 {
			q = q.Where(part.after, from.ContractEndsOn, from.ContractID)
		}
		var found []portalPlace
		if err := q.Order(part.order).Limit(candidates).Find(&found).Error; err != nil {
			return nil, err
		}
		shown, err := s.portalRows(tx, found)
		if err != nil {
			return nil, err
		}
		rows = append(rows, shown...)
		if len(found) < candidates {
			break
		}
		from = found[len(found)-1]
	}
	return rows[:min(len(rows), most)], nil
}

// portalCandidates is the query for the contracts of an address, for each of its
// roles, that may be listed.
func (s *Store) portalCandidates(tx *gorm.DB, email string, f PortalFilter) *gorm.DB {
	q := s.counting(tx.Model(&models.ContractAddress{}).Select("contract_id, contract_ends_on"), email).
		Where("contract_ends_on >= ?", models.PortalShownSince(s.Today(), s.rules.ContractShownYears))
	if f.License != "" {
		q = q.Where("contract_id = (?)", tx.Model(&models.Contract{}).Select("id").Where("license_id = ?", f.License))
	}
	if !f.EndsFrom.IsZero() {
		q = q.Where("contract_ends_on >= ?", f.EndsFrom)
	}
	if !f.EndsTo.IsZero() {
		q = q.Where("contract_ends_on <= ?", f.EndsTo)
	}
	return q
}

// portalRows reads the contracts of places and keeps those that are shown, each
// once and in their order.
func (s *Store) portalRows(tx *gorm.DB, places []portalPlace) ([]PortalRow, error) {
	places = slices.CompactFunc(places, func(a, b portalPlace) bool { return a.ContractID == b.ContractID })
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
	facts := map[int64]models.PortalFacts{}
	for _, c := range contracts {
		facts[c.ID] = models.PortalFacts{By: models.PortalByLicense, Known: true, IsContact: true, Contract: c}
	}
	for _, h := range holdings {
		f := facts[h.ContractID]
		f.Holdings = append(f.Holdings, h)
		facts[h.ContractID] = f
	}
	var rows []PortalRow
	for _, p := range places {
		f := facts[p.ContractID]
		if s.portalAnswer(f) == models.PortalShown {
			rows = append(rows, PortalRow{Contract: f.Contract, EndsOn: p.ContractEndsOn, Holdings: models.PortalHoldings(f.Holdings, s.rules.Catalogue)})
		}
	}
	return rows, nil
}
