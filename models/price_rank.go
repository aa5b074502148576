package models

import "sort"

// PriceBand is one rank of a product's price list: it holds from that quantity
// up to the next band. UnitPrice is the list price of one unit for one year in
// whole yen before tax.
type PriceBand struct {
	Rank      string `yaml:"rank"`
	From      int    `yaml:"from"`
	UnitPrice int64  `yaml:"unit_price"`
}

// RankFor gives the band that a quantity falls into: the one with the largest
// From not above it (renewal.md, price rank). There is none below the first
// band. Bands must be in rising order of From, as a profile is checked for.
func RankFor(bands []PriceBand, quantity int) (PriceBand, bool) {
	after := sort.Search(len(bands), func(i int) bool { return bands[i].From > quantity })
	if after == 0 {
		return PriceBand{}, false
	}
	return bands[after-1], true
}
