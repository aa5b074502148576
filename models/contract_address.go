package models

import "time"

// ContractAddress says that an address sees a contract for a time. At every
// moment one address counts for each role: a new one from 00:00 Japan time of the
// day after it was entered, and the one before it until then (contracts.md).
type ContractAddress struct {
	ID         int64
	ContractID int64
	Role       ContactRole
	Email      string // in the form of AddressKey
	GoodFrom   time.Time
	GoodUntil  *time.Time // nil for the newest
	// ContractEndsOn is the last end of the contract's holdings: by it the portal lists contracts.
	ContractEndsOn Date
}

// CountsAt says whether the address sees the contract at a moment.
func (a ContractAddress) CountsAt(now time.Time) bool {
	return !now.Before(a.GoodFrom) && (a.GoodUntil == nil || now.Before(*a.GoodUntil))
}

// NewAddressCounts is the moment from which an address counts that is entered now
// in place of another: 00:00 Japan time of the next day.
func NewAddressCounts(now time.Time) time.Time { return DateOf(now).AddDays(1).Start().UTC() }

// Contact gives the contact of a role.
func (c Contract) Contact(role ContactRole) Party {
	if role == ContactSupport {
		return c.Support
	}
	return c.Holder
}

// EndsOn is the day on which the last of the holdings ends.
func EndsOn(holdings []Holding) Date {
	var last Date
	for _, h := range holdings {
		if h.EndsOn.After(last) {
			last = h.EndsOn
		}
	}
	return last
}
