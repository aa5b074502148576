package models

import (
	"fmt"
	"slices"
)

// Registration is what registering an order makes of the register (orders.md):
// holdings to make and holdings to change, contract by contract.
type Registration struct {
	Contracts []ContractPlan
}

// ContractPlan is what happens to one contract. LicenseID is empty for a new one.
type ContractPlan struct {
	LicenseID string
	Holdings  []HoldingPlan
}

// HoldingPlan makes (Existing nil) or changes a holding for the order lines in Changes.
type HoldingPlan struct {
	Existing *Holding
	After    Holding
	NewCode  bool // a code must be made: the first one, or the catalogue excepts the product
	Changes  []HoldingChange
}

// PlanRegistration turns a checked order into a registration. Renewals come
// before additions, so that what is added ends with the renewed period. Today is
// the day of registering. A line that no holding fits is an internal error: the
// checks let nothing of the kind through.
func PlanRegistration(f OrderFacts, v OrderVerdict, today Date) (Registration, error) {
	p := planner{facts: f, verdict: v, today: today, holdings: f.holdings()}
	for _, l := range inRegisteringOrder(f.Order.Lines) {
		if err := p.plan(l); err != nil {
			return Registration{}, err
		}
	}
	return p.registration, nil
}

// inRegisteringOrder gives the lines with renewals before additions.
func inRegisteringOrder(lines []OrderLine) []OrderLine {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b OrderLine) int { return lineOrder(a.Kind) - lineOrder(b.Kind) })
	return lines
}

func lineOrder(k LineKind) int {
	if k == LineAddition {
		return 1
	}
	return 0
}

type planner struct {
	facts        OrderFacts
	verdict      OrderVerdict
	today        Date
	holdings     *orderHoldings
	registration Registration
}

func (p *planner) plan(l OrderLine) error {
	license := ""
	if p.facts.usesLicense(l) {
		license = p.verdict.License(l.EffectiveLicenseID(p.facts.Application.LicenseID))
	}
	contract := p.contract(license)
	if l.Kind.IsNew() {
		contract.Holdings = append(contract.Holdings, p.newHolding(l))
		return nil
	}
	h, problem := p.holdings.take(l, p.facts.Licenses[license])
	if problem != HoldingFits {
		return fmt.Errorf("order %d line %d: %s", p.facts.Order.ID, l.Position, problem)
	}
	p.change(contract.holding(h), l)
	return nil
}

// contract finds the plan of a license's contract, or begins one.
func (p *planner) contract(license string) *ContractPlan {
	for i := range p.registration.Contracts {
		if p.registration.Contracts[i].LicenseID == license {
			return &p.registration.Contracts[i]
		}
	}
	p.registration.Contracts = append(p.registration.Contracts, ContractPlan{LicenseID: license})
	return &p.registration.Contracts[len(p.registration.Contracts)-1]
}

func (c *ContractPlan) holding(h *Holding) *HoldingPlan {
	for i := range c.Holdings {
		if e := c.Holdings[i].Existing; e != nil && e.ID == h.ID {
			return &c.Holdings[i]
		}
	}
	c.Holdings = append(c.Holdings, HoldingPlan{Existing: h, After: *h})
	return &c.Holdings[len(c.Holdings)-1]
}

func (p *planner) newHolding(l OrderLine) HoldingPlan {
	product, _ := p.facts.Catalogue.Product(l.ProductCode)
	start := NewContractStart(p.verdict.StartMonth, p.today)
	h := Holding{ProductCode: l.ProductCode, Quantity: l.Quantity, StartsOn: start, EndsOn: PeriodEnd(start, l.Months)}
	return HoldingPlan{After: h, NewCode: product.CodeKind != CodeNone, Changes: []HoldingChange{{
		OrderLineID: l.ID, Kind: l.Kind, ProductCode: l.ProductCode,
		QuantityAfter: h.Quantity, StartsOn: h.StartsOn, EndsOn: h.EndsOn, NewCode: product.CodeKind != CodeNone,
	}}}
}

func (p *planner) change(h *HoldingPlan, l OrderLine) {
	change := HoldingChange{
		HoldingID: h.After.ID, OrderLineID: l.ID, Kind: l.Kind, ProductCode: l.ProductCode, QuantityBefore: h.After.Quantity,
	}
	if l.Kind == LineAddition {
		h.After.Quantity += l.Quantity
		change.StartsOn = laterOf(p.today, h.After.StartsOn)
	} else {
		change.StartsOn = h.After.EndsOn.AddDays(1)
		h.After.Quantity = l.Quantity
		h.After.EndsOn = PeriodEnd(change.StartsOn, l.Months)
		h.After.ProductCode = l.ProductCode
	}
	change.QuantityAfter, change.EndsOn = h.After.Quantity, h.After.EndsOn
	product, _ := p.facts.Catalogue.Product(h.After.ProductCode)
	change.NewCode = product.CodeKind != CodeNone && (product.NewCodeOnRenewal || h.Existing.CodeHash == nil)
	h.NewCode = h.NewCode || change.NewCode
	h.Changes = append(h.Changes, change)
}

// NewContractStart is the first day of the wished month, or of the month after
// registration if none was given.
func NewContractStart(wished, registered Date) Date {
	if !wished.IsZero() {
		return wished.FirstOfMonth()
	}
	return registered.LastOfMonth().AddDays(1)
}

// PeriodEnd is the last day of a period of so many months from start.
func PeriodEnd(start Date, months int) Date {
	if start.Day() == 1 {
		return start.AddMonths(months).AddDays(-1)
	}
	end := start.AddMonths(months)
	if end.Day() < start.Day() { // the month is too short to hold the day: it ends with the month
		return end
	}
	return end.AddDays(-1)
}

func laterOf(a, b Date) Date {
	if a.After(b) {
		return a
	}
	return b
}
