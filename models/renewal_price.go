package models

// RenewalAsk asks what renewing a contract costs (renewal.md, reference renewal price).
type RenewalAsk struct {
	Today     Date // of price list and tax, and of what may be renewed at all
	Holdings  []RenewalHolding
	Additions []RenewalAddition // only staff can add
	// Staff may see the price of what holders are refused because of its time or its
	// kind; what holders are told is noted with the line.
	Staff bool
}

// RenewalHolding is one holding of the contract, and how it is to be renewed.
type RenewalHolding struct {
	ID          int64 // tells holdings apart to whoever asks; says nothing here
	ProductCode string
	Quantity    int
	EndsOn      Date
	// Into is the product that it is renewed into; empty is the catalogue's choice.
	Into string
	// Years is 1 when 0.
	Years int
	// Renewed is the lowered quantity; 0 renews all.
	Renewed int
	// Kept is held and not renewed now: it counts for the rank alone.
	Kept bool
}

// RenewalAddition is what is added together with the renewal. Its price is for the
// renewed years; the time until then is not in it.
type RenewalAddition struct {
	ProductCode string
	Quantity    int
	Years       int
}

// RenewalPriceRules is what the profile says about renewing.
type RenewalPriceRules struct {
	Catalogue *Catalogue
	Prices    PriceBook
	MaxYears  int
}

// RenewalRefusal says why there is no reference price for a holding. The values
// name texts ("renewal.refused.…").
type RenewalRefusal string

// The reasons, from what no day changes to what a person can.
const (
	RenewalNotNeeded    RenewalRefusal = "not_needed"    // the product needs no renewal
	RenewalExcluded     RenewalRefusal = "excluded"      // the desk makes these prices
	RenewalExpired      RenewalRefusal = "expired"       // the period is over
	RenewalYearLeft     RenewalRefusal = "year_left"     // a year or more of it is left
	RenewalUnpriced     RenewalRefusal = "unpriced"      // the day's list has no price: the desk
	RenewalBelowMinimum RenewalRefusal = "below_minimum" // fewer than the product can be renewed with
)

// RenewalRefusals lists them.
var RenewalRefusals = []RenewalRefusal{
	RenewalNotNeeded, RenewalExcluded, RenewalExpired, RenewalYearLeft, RenewalUnpriced, RenewalBelowMinimum,
}

// AskDesk says whether the desk can help where the site cannot.
func (r RenewalRefusal) AskDesk() bool {
	return r == RenewalExcluded || r == RenewalExpired || r == RenewalUnpriced || r == RenewalBelowMinimum
}

// RankRule says by what a rank was found. The values name texts ("renewal.rule.…").
type RankRule string

// The rules of renewal.md, price rank.
const (
	RankByProduct   RankRule = "product"       // outside TRSL: all of the product under the license ID
	RankByLargest   RankRule = "largest"       // TRSL: the product with the largest quantity
	RankWithAdded   RankRule = "with_addition" // together with what is added
	RankWithReduced RankRule = "reduced"       // of the lowered quantity
)

// RankRules lists them.
var RankRules = []RankRule{RankByProduct, RankByLargest, RankWithAdded, RankWithReduced}

// RenewalLine is the price of one holding's renewal, or of an addition.
type RenewalLine struct {
	Holding     RenewalHolding // as asked for; of an addition none
	Addition    bool
	ProductCode string // what it is renewed into
	Quantity    int
	Years       int
	StartsOn    Date // the renewed period; none for an addition
	EndsOn      Date

	Counted        int    // the quantity that decided the rank
	CountedProduct string // whose quantity that is
	Rules          []RankRule
	Rank           string
	UnitPrice      int64
	Gross          int64 // quantity, years and unit price
	DiscountRate   int   // per cent for several years at once
	Discount       int64
	Amount         int64 // before tax

	TaxCode string
	Choices []string // what the holding could be renewed into
	// Told is why holders are not told this price; staff see it all the same.
	Told RenewalRefusal

	asked int // its place among what was asked for
}

// Asked is the line's place among the holdings or additions that were asked for.
func (l RenewalLine) Asked() int { return l.asked }

// Reduced says whether the quantity is lowered.
func (l RenewalLine) Reduced() bool { return !l.Addition && l.Quantity < l.Holding.Quantity }

// RenewalRefused is a holding without a price.
type RenewalRefused struct {
	Holding RenewalHolding
	Reason  RenewalRefusal
	// Minimum is the least that can be renewed, where that is the reason, of ProductCode.
	Minimum     int
	ProductCode string
	// From is the first day on which the price can be asked for, where a year or more is left.
	From    Date
	Choices []string
	Asked   int // its place among the holdings that were asked for
}

// TaxAmount is the tax of one rate on all that it applies to.
type TaxAmount struct {
	Code    string
	Percent int
	Base    int64
	Amount  int64
}

// RenewalPrice is what renewing costs, in whole yen.
type RenewalPrice struct {
	Today      Date
	ListCode   string
	ListFrom   Date
	ListUntil  Date
	Lines      []RenewalLine
	Refused    []RenewalRefused
	Kept       []RenewalHolding // counted, not renewed
	Subtotal   int64
	Taxes      []TaxAmount
	Tax, Total int64
}
