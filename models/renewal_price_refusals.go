package models

import "slices"

// refusal says why holders get no reference price for a holding, or nothing.
func (r *reckoning) refusal(h RenewalHolding, choices []string) RenewalRefusal {
	product, known := r.rules.Catalogue.Product(h.ProductCode)
	switch {
	case !known:
		return RenewalUnpriced
	case len(product.RenewsTo) == 0:
		return RenewalNotNeeded
	case h.EndsOn.Before(r.ask.Today):
		return RenewalExpired
	case !product.ReferencePrice || !r.referenced(product):
		return RenewalExcluded
	case yearLeft(h.EndsOn, r.ask.Today):
		return RenewalYearLeft
	case len(choices) == 0:
		return RenewalUnpriced
	}
	return ""
}

// referenced says whether anything that the product can be renewed into has a reference price.
func (r *reckoning) referenced(product Product) bool {
	return slices.ContainsFunc(product.RenewsTo, func(code string) bool {
		target, _ := r.rules.Catalogue.Product(code)
		return target.ReferencePrice
	})
}

// yearLeft says whether a year or more of the period is left.
func yearLeft(end, today Date) bool { return !end.Before(today.AddMonths(12)) }

// firstPriceDay is the first day on which less than a year of a period is left.
func firstPriceDay(end Date) Date {
	day := end.AddMonths(-12)
	for yearLeft(end, day) { // once, but for the end of February
		day = day.AddDays(1)
	}
	return day
}

// choices lists what a holding can be renewed into and has a price for on the list:
// its own product first, as nobody who chooses nothing wants another one.
func (r *reckoning) choices(h RenewalHolding) []string {
	product, _ := r.rules.Catalogue.Product(h.ProductCode)
	var choices []string
	for _, code := range product.RenewsTo {
		target, _ := r.rules.Catalogue.Product(code)
		_, priced := r.list.Prices[code]
		switch {
		case !priced || !target.ReferencePrice && !r.ask.Staff:
		case code == h.ProductCode:
			choices = append([]string{code}, choices...)
		default:
			choices = append(choices, code)
		}
	}
	return choices
}
