package models

// LicenseFacts is what the register knows about a license ID.
type LicenseFacts struct {
	Known    bool
	Contract Contract
	Holdings []Holding
}

// HoldingProblem says why no holding fits an order line; each names a text.
type HoldingProblem string

// The problems; empty when exactly one holding fits.
const (
	HoldingFits         HoldingProblem = ""
	HoldingMissing      HoldingProblem = "holding_missing"
	HoldingAmbiguous    HoldingProblem = "holding_ambiguous"
	HoldingWindowClosed HoldingProblem = "renewal_window_closed"
	HoldingExpired      HoldingProblem = "holding_expired"
	HoldingNotRenewable HoldingProblem = "holding_not_renewable"
	HoldingTwiceInOrder HoldingProblem = "holding_twice"
	HoldingAboveMaximum HoldingProblem = "quantity_above_maximum"
)

// FindHolding gives the holding that a renewal, migration or addition line is
// about. When none fits it says why, and for a closed renewal window the last
// day on which renewing worked (orders.md).
func FindHolding(l OrderLine, facts LicenseFacts, catalogue *Catalogue, today Date) (*Holding, HoldingProblem, Date) {
	var fitting []*Holding
	for i := range facts.Holdings {
		h := &facts.Holdings[i]
		if l.HoldingID != nil && h.ID != *l.HoldingID {
			continue
		}
		if holdingTakes(l, *h, catalogue) {
			fitting = append(fitting, h)
		}
	}
	switch {
	case len(fitting) == 0:
		return nil, HoldingMissing, Date{}
	case len(fitting) > 1:
		return nil, HoldingAmbiguous, Date{}
	}
	problem, day := renewable(l, *fitting[0], catalogue, today)
	return fitting[0], problem, day
}

// holdingTakes says whether the line's product can act on the holding.
func holdingTakes(l OrderLine, h Holding, catalogue *Catalogue) bool {
	if l.Kind != LineMigrationRenewal {
		return h.ProductCode == l.ProductCode
	}
	held, known := catalogue.Product(h.ProductCode)
	return known && h.ProductCode != l.ProductCode && held.CanRenewTo(l.ProductCode)
}

func renewable(l OrderLine, h Holding, catalogue *Catalogue, today Date) (HoldingProblem, Date) {
	if l.Kind == LineAddition {
		if h.EndsOn.Before(today) {
			return HoldingExpired, h.EndsOn
		}
		return HoldingFits, Date{}
	}
	held, known := catalogue.Product(h.ProductCode)
	if !known || len(held.RenewsTo) == 0 {
		return HoldingNotRenewable, Date{}
	}
	if last := held.LastRenewalDay(h.EndsOn); last.Before(today) {
		return HoldingWindowClosed, last
	}
	return HoldingFits, Date{}
}
