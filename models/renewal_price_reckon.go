package models

import (
	"slices"
	"strconv"
)

// PriceRenewal reckons what renewing costs. What can be mended by whoever asked
// comes back as field errors, all at once; then there is no price. A holding that
// has no price for another reason is refused by itself, and the others are priced.
func PriceRenewal(ask RenewalAsk, rules RenewalPriceRules) (RenewalPrice, []FieldError) {
	list, ok := rules.Prices.On(ask.Today)
	if !ok {
		return RenewalPrice{}, []FieldError{Field("day", "no_price_list")}
	}
	r := reckoning{ask: ask, rules: rules, list: list}
	r.price = RenewalPrice{Today: ask.Today, ListCode: list.Code, ListFrom: list.ValidFrom, ListUntil: list.ValidUntil}
	for i, h := range ask.Holdings {
		r.take(i, h)
	}
	for i, a := range ask.Additions {
		r.include(i, a)
	}
	if r.errs != nil {
		return RenewalPrice{}, r.errs
	}
	r.rank()
	if r.errs != nil {
		return RenewalPrice{}, r.errs
	}
	r.sum()
	return r.price, nil
}

// RenewalMaxQuantity bounds what can be asked for.
const RenewalMaxQuantity = 999_999_999

// RenewalMaxAmount bounds one line in yen, so that no sum overflows.
const RenewalMaxAmount = 1_000_000_000_000_000

type reckoning struct {
	ask     RenewalAsk
	rules   RenewalPriceRules
	list    PriceList
	counted counted
	price   RenewalPrice
	errs    []FieldError
}

func (r *reckoning) fail(list string, i int, field, code string, pairs ...string) {
	r.errs = append(r.errs, Field(list+"["+strconv.Itoa(i)+"]."+field, code, pairs...))
}

// take puts a holding among the lines or the refused, and counts it.
func (r *reckoning) take(i int, h RenewalHolding) {
	if h.Kept {
		r.price.Kept = append(r.price.Kept, h)
		r.hold(h)
		return
	}
	choices := r.choices(h)
	refused := RenewalRefused{Holding: h, Reason: r.refusal(h, choices), Choices: choices, Asked: i}
	if refused.Reason == RenewalYearLeft {
		refused.From = firstPriceDay(h.EndsOn)
	}
	if refused.Reason != "" && (!r.ask.Staff || len(choices) == 0) {
		r.refuse(refused)
		return
	}
	into := h.Into
	if into == "" {
		into = choices[0]
	}
	product, _ := r.rules.Catalogue.Product(into)
	quantity, years, ok := r.terms(i, h, into, choices)
	switch {
	case !ok:
	case quantity < product.MinimumQuantity:
		refused.Reason, refused.Minimum, refused.ProductCode = RenewalBelowMinimum, product.MinimumQuantity, product.Code
		r.price.Refused = append(r.price.Refused, refused)
		// Counted where more of it would be, so that more never makes a rank worse.
		r.counted.count(product, quantity, quantity < h.Quantity, false)
	default:
		start := h.EndsOn.AddDays(1)
		r.price.Lines = append(r.price.Lines, RenewalLine{
			Holding: h, ProductCode: into, Quantity: quantity, Years: years, StartsOn: start, EndsOn: PeriodEnd(start, 12*years),
			TaxCode: product.Tax, Choices: choices, Told: refused.Reason, asked: i,
		})
		r.counted.count(product, quantity, quantity < h.Quantity, false)
	}
}

// terms checks what was chosen for a holding: product, years and quantity.
func (r *reckoning) terms(i int, h RenewalHolding, into string, choices []string) (quantity, years int, ok bool) {
	if !slices.Contains(choices, into) {
		r.fail("holdings", i, "into", "renewal_target")
		return 0, 0, false
	}
	product, _ := r.rules.Catalogue.Product(into)
	quantity, ok = r.quantity(i, h, product)
	if years = max(h.Years, 1); h.Years < 0 || years > r.rules.MaxYears {
		r.fail("holdings", i, "years", "out_of_range", "min", "1", "max", strconv.Itoa(r.rules.MaxYears))
		ok = false
	}
	return quantity, years, ok
}

// quantity gives what is renewed of a holding; more than is held would be an addition.
func (r *reckoning) quantity(i int, h RenewalHolding, product Product) (int, bool) {
	if h.Renewed == 0 {
		return h.Quantity, true
	}
	least := min(product.MinimumQuantity, h.Quantity)
	if h.Renewed < least || h.Renewed > h.Quantity {
		r.fail("holdings", i, "quantity", "quantity_out_of_range", "min", strconv.Itoa(least), "max", strconv.Itoa(h.Quantity))
		return 0, false
	}
	return h.Renewed, true
}

func (r *reckoning) refuse(refused RenewalRefused) {
	r.price.Refused = append(r.price.Refused, refused)
	if refused.Reason != RenewalExpired {
		r.hold(refused.Holding)
	}
}

// hold counts what is held and stays as it is.
func (r *reckoning) hold(h RenewalHolding) {
	if product, known := r.rules.Catalogue.Product(h.ProductCode); known {
		r.counted.count(product, h.Quantity, false, false)
	}
}

func (r *reckoning) include(i int, a RenewalAddition) {
	product, known := r.rules.Catalogue.Product(a.ProductCode)
	_, priced := r.list.Prices[a.ProductCode]
	years := max(a.Years, 1)
	switch {
	case !known:
		r.fail("additions", i, "product", "product_unknown")
	case !priced:
		r.fail("additions", i, "product", "product_unpriced")
	case a.Quantity < 1 || a.Quantity > product.MaximumQuantity:
		r.fail("additions", i, "quantity", "quantity_out_of_range", "min", "1", "max", strconv.Itoa(product.MaximumQuantity))
	case a.Years < 0 || years > r.rules.MaxYears:
		r.fail("additions", i, "years", "out_of_range", "min", "1", "max", strconv.Itoa(r.rules.MaxYears))
	default:
		r.price.Lines = append(r.price.Lines, RenewalLine{
			Addition: true, ProductCode: a.ProductCode, Quantity: a.Quantity, Years: years, TaxCode: product.Tax, asked: i,
		})
		r.counted.count(product, a.Quantity, false, true)
	}
}

// sum adds up lines and taxes.
func (r *reckoning) sum() {
	bases := map[string]int64{}
	for _, l := range r.price.Lines {
		r.price.Subtotal += l.Amount
		bases[l.TaxCode] += l.Amount
	}
	for _, tax := range r.rules.Prices.Taxes {
		base, taxed := bases[tax.Code]
		percent, known := tax.On(r.ask.Today)
		if !taxed || !known {
			continue
		}
		// Rounded down once per rate, not per line.
		amount := base * int64(percent) / 100
		r.price.Taxes = append(r.price.Taxes, TaxAmount{Code: tax.Code, Percent: percent, Base: base, Amount: amount})
		r.price.Tax += amount
	}
	r.price.Total = r.price.Subtotal + r.price.Tax
}
