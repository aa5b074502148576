package models

import "slices"

// PriceList is what products cost on the days on which it is valid (renewal.md).
type PriceList struct {
	Code      string `yaml:"code"`
	ValidFrom Date   `yaml:"valid_from"`
	// ValidUntil is the last day; none while nobody knows it.
	ValidUntil Date                    `yaml:"valid_until" default:""`
	Prices     map[string]ProductPrice `yaml:"prices"` // by product code
	// BasedOn is an earlier list of the profile, whose prices hold for products that
	// this one does not name there. In a price book all lists are whole.
	BasedOn string `yaml:"based_on" default:""`
}

// ProductPrice is one product's part of a price list.
type ProductPrice struct {
	Bands []PriceBand `yaml:"bands"`
	// MultiYear is what several years at once take off; nothing for most products.
	MultiYear []MultiYear `yaml:"multi_year" default:""`
}

// MultiYear takes so many per cent off from so many years at once on.
type MultiYear struct {
	Years   int `yaml:"years"`
	Percent int `yaml:"percent"`
}

// Discount gives the per cent that so many years at once take off.
func (p ProductPrice) Discount(years int) (percent int) {
	for _, m := range p.MultiYear {
		if m.Years <= years {
			percent = m.Percent
		}
	}
	return percent
}

// Tax is a kind of consumption tax with what it was and will be.
type Tax struct {
	Code  string    `yaml:"code"`
	Names Text      `yaml:"names"`
	Rates []TaxRate `yaml:"rates"`
}

// TaxRate is a tax's rate from a day on, in whole per cent.
type TaxRate struct {
	From    Date `yaml:"from"`
	Percent int  `yaml:"percent"`
}

// On gives the per cent on a day, and whether there is a rate yet.
func (t Tax) On(day Date) (percent int, known bool) {
	for _, r := range t.Rates {
		if !r.From.After(day) {
			percent, known = r.Percent, true
		}
	}
	return percent, known
}

// PriceBook is all price lists and taxes, each in rising order of days.
type PriceBook struct {
	Lists []PriceList
	Taxes []Tax
}

// On gives the price list of a day, and whether there is one.
func (b PriceBook) On(day Date) (PriceList, bool) {
	for _, l := range b.Lists {
		if !l.ValidFrom.After(day) && (l.ValidUntil.IsZero() || !l.ValidUntil.Before(day)) {
			return l, true
		}
	}
	return PriceList{}, false
}

// Tax gives the tax of that code, and whether there is one.
func (b PriceBook) Tax(code string) (Tax, bool) {
	i := slices.IndexFunc(b.Taxes, func(t Tax) bool { return t.Code == code })
	if i < 0 {
		return Tax{}, false
	}
	return b.Taxes[i], true
}

// UnitPrice gives what one unit and year of a product costs in that quantity on a
// day, and whether the day's list says so.
func (b PriceBook) UnitPrice(product string, quantity int, day Date) (int64, bool) {
	list, _ := b.On(day)
	band, ok := RankFor(list.Prices[product].Bands, quantity)
	return band.UnitPrice, ok
}
