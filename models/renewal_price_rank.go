package models

import "slices"

// counted is how many of each product the contract will hold, which decides the
// ranks: what is renewed counts under the product that it is renewed into.
type counted struct {
	products []countedProduct // in the order in which they came up
}

type countedProduct struct {
	code     string
	trsl     bool
	quantity int
	reduced  bool // some of it was lowered
	added    bool // some of it is an addition
}

func (c *counted) count(p Product, quantity int, reduced, added bool) {
	i := slices.IndexFunc(c.products, func(p2 countedProduct) bool { return p2.code == p.Code })
	if i < 0 {
		i = len(c.products)
		c.products = append(c.products, countedProduct{code: p.Code, trsl: p.TRSL})
	}
	c.products[i].quantity += quantity
	c.products[i].reduced = c.products[i].reduced || reduced
	c.products[i].added = c.products[i].added || added
}

// deciding gives the product whose quantity decides the rank of another one.
func (c *counted) deciding(code string) countedProduct {
	var own, largest countedProduct
	for _, p := range c.products {
		if p.code == code {
			own = p
		}
		// Among equals the first stands for all: their quantity is the same.
		if p.trsl && p.quantity > largest.quantity {
			largest = p
		}
	}
	if own.trsl {
		return largest
	}
	return own
}

// rank gives every line its rank and what follows from it.
func (r *reckoning) rank() {
	lines := r.price.Lines
	r.price.Lines = nil
	for _, l := range lines {
		by := r.counted.deciding(l.ProductCode)
		price := r.list.Prices[l.ProductCode]
		// The quantity is looked up in the product's own bands, so that more of any
		// product never makes another one's rank worse where their bands differ.
		band, ok := RankFor(price.Bands, by.quantity)
		if !ok && len(price.Bands) > 0 { // an addition may be one, and has the first rank then
			band, ok = price.Bands[0], true
		}
		perUnit := band.UnitPrice * int64(l.Years)
		if !ok || perUnit > 0 && int64(l.Quantity) > RenewalMaxAmount/perUnit {
			r.beyond(l)
			continue
		}
		l.Counted, l.CountedProduct, l.Rules = by.quantity, by.code, by.rules()
		l.Rank, l.UnitPrice, l.Gross = band.Rank, band.UnitPrice, int64(l.Quantity)*perUnit
		l.DiscountRate = price.Discount(l.Years)
		l.Discount = l.Gross * int64(l.DiscountRate) / 100
		l.Amount = l.Gross - l.Discount
		r.price.Lines = append(r.price.Lines, l)
	}
}

// beyond is what no band has a price for, or only one beyond all reason.
func (r *reckoning) beyond(l RenewalLine) {
	if l.Addition {
		r.fail("additions", l.asked, "quantity", "product_unpriced")
		return
	}
	r.price.Refused = append(r.price.Refused, RenewalRefused{Holding: l.Holding, Reason: RenewalUnpriced, Choices: l.Choices, Asked: l.asked})
}

// rules says by what the product decided.
func (p countedProduct) rules() []RankRule {
	rules := []RankRule{RankByProduct}
	if p.trsl {
		rules[0] = RankByLargest
	}
	if p.added {
		rules = append(rules, RankWithAdded)
	}
	if p.reduced {
		rules = append(rules, RankWithReduced)
	}
	return rules
}
