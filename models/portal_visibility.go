package models

import (
	"slices"
	"time"
)

// PortalBy says what a contract was asked for by in the portal.
type PortalBy string

// What contracts are asked for by.
const (
	PortalByLicense PortalBy = "license"
	PortalByCode    PortalBy = "code"
)

// PortalAnswer says whether the portal shows a contract to who asked, and else
// what they are told. The values stand in texts ("portal.answer.…").
type PortalAnswer string

// The answers (contracts.md, Holdings). MSG01 to MSG04 are for license IDs, MSG06
// to MSG09 for activation codes.
const (
	PortalShown      PortalAnswer = "shown"
	PortalNotContact PortalAnswer = "not_contact"
	PortalMSG01      PortalAnswer = "MSG01" // hidden at the holder's wish
	PortalMSG02      PortalAnswer = "MSG02" // nothing on the contract is shown on this site
	PortalMSG03      PortalAnswer = "MSG03" // the product asked for is not shown on this site
	PortalMSG04      PortalAnswer = "MSG04" // registering, or void after a merge
	PortalMSG06      PortalAnswer = "MSG06"
	PortalMSG07      PortalAnswer = "MSG07"
	PortalMSG08      PortalAnswer = "MSG08"
	PortalMSG09      PortalAnswer = "MSG09"
)

// Message is the number that the person tells the desk, or nothing.
func (a PortalAnswer) Message() string {
	if a == PortalShown || a == PortalNotContact {
		return ""
	}
	return string(a)
}

// PortalFacts is all that decides whether a contract is shown.
type PortalFacts struct {
	By        PortalBy
	Known     bool // the key belongs to a contract
	IsContact bool // the address is one of its contacts' at this moment
	Contract  Contract
	Holdings  []Holding // all of the contract
	// ProductCode is the product asked for: that of the activation code, or the one
	// chosen besides a license ID; nothing where the whole contract was asked for.
	ProductCode string
}

// PortalVisibility decides whether the portal shows a contract.
//
// That somebody is a contact comes first: nobody else may learn anything, so for
// them every key reads like an unknown one. Then the order is that of the message
// numbers, which is also from what lasts to what passes. The holder's wish stands
// above all: not even the desk may say more before it has asked. What this site
// does not show it will not show later either, whereas registering ends by itself;
// told of that first, the person would come back in vain. Within that, the
// contract as a whole comes before the one product.
func PortalVisibility(f PortalFacts, c *Catalogue, shownYears int, now time.Time) PortalAnswer {
	switch {
	case !f.Known || !f.IsContact:
		return PortalNotContact
	case f.Contract.Hidden:
		return f.answer(PortalMSG01, PortalMSG06)
	case !anyShown(f.Holdings, c), EndsOn(f.Holdings).Before(PortalShownSince(DateOf(now), shownYears)):
		// Of a contract that ended too long ago no product is shown any more.
		return f.answer(PortalMSG02, PortalMSG07)
	case f.ProductCode != "" && !portalShows(c, f.ProductCode):
		return f.answer(PortalMSG03, PortalMSG08)
	case f.Contract.StatusAt(now) != ContractValid:
		return f.answer(PortalMSG04, PortalMSG09)
	}
	return PortalShown
}

func (f PortalFacts) answer(byLicense, byCode PortalAnswer) PortalAnswer {
	if f.By == PortalByCode {
		return byCode
	}
	return byLicense
}

// PortalShownSince is the first day on which a contract may have ended to be still shown.
func PortalShownSince(today Date, years int) Date { return today.AddMonths(-12 * years) }

// PortalHoldings keeps the holdings of products that the portal shows.
func PortalHoldings(holdings []Holding, c *Catalogue) []Holding {
	return slices.DeleteFunc(slices.Clone(holdings), func(h Holding) bool { return !portalShows(c, h.ProductCode) })
}

func anyShown(holdings []Holding, c *Catalogue) bool {
	return slices.ContainsFunc(holdings, func(h Holding) bool { return portalShows(c, h.ProductCode) })
}

// portalShows says whether the portal lists a product; one that is not in the
// catalogue any more is not listed.
func portalShows(c *Catalogue, code string) bool {
	p, known := c.Product(code)
	return known && p.PortalShown
}
