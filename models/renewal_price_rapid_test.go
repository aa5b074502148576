package models_test

import (
	"reflect"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

// asks draws a contract's holdings and how they are to be renewed, as holders or staff may ask.
func asks(t *rapid.T) models.RenewalAsk {
	ask := models.RenewalAsk{Today: reckonedOn, Staff: rapid.Bool().Draw(t, "staff")}
	for range rapid.IntRange(0, 6).Draw(t, "holdings") {
		h := models.RenewalHolding{
			ProductCode: rapid.SampledFrom([]string{"END", "PRO", "SUITE", "MAILS", "SERV", "WEB", "KIT", "KEEP", "BARE"}).Draw(t, "product"),
			Quantity:    rapid.IntRange(1, 300).Draw(t, "quantity"),
			EndsOn:      reckonedOn.AddDays(rapid.IntRange(-40, 500).Draw(t, "days left")),
			Years:       rapid.IntRange(0, 6).Draw(t, "years"),
			Kept:        ask.Staff && rapid.IntRange(0, 4).Draw(t, "kept") == 0,
		}
		if h.Quantity > 10 && rapid.Bool().Draw(t, "lowered") {
			h.Renewed = rapid.IntRange(10, h.Quantity).Draw(t, "renewed")
		}
		if h.ProductCode == "END" && rapid.Bool().Draw(t, "into another") {
			h.Into = "PRO"
		}
		ask.Holdings = append(ask.Holdings, h)
	}
	for range rapid.IntRange(0, 2).Draw(t, "additions") {
		if ask.Staff {
			ask.Additions = append(ask.Additions, models.RenewalAddition{
				ProductCode: rapid.SampledFrom([]string{"END", "SUITE", "MAILS"}).Draw(t, "added product"), Quantity: rapid.IntRange(1, 300).Draw(t, "added"),
			})
		}
	}
	return ask
}

func reckon(t *rapid.T, ask models.RenewalAsk, rules models.RenewalPriceRules) models.RenewalPrice {
	price, errs := models.PriceRenewal(ask, rules)
	if errs != nil {
		t.Fatalf("%+v: %v", ask, errs)
	}
	return price
}

// A price is the sum of its lines and their tax, never negative; each holding
// stands in it once.
func TestPricesAddUp(t *testing.T) {
	rules := priceRules(t)
	rapid.Check(t, func(t *rapid.T) {
		ask := asks(t)
		price := reckon(t, ask, rules)
		var subtotal, tax, base int64
		for _, l := range price.Lines {
			if l.Amount != int64(l.Quantity)*l.UnitPrice*int64(l.Years)-l.Discount || l.Amount < 0 || l.Discount < 0 || l.Counted < l.Quantity && l.CountedProduct == l.ProductCode {
				t.Fatalf("line %+v", l)
			}
			subtotal += l.Amount
		}
		for _, a := range price.Taxes {
			tax, base = tax+a.Amount, base+a.Base
			if a.Amount*100 > a.Base*int64(a.Percent) || (a.Amount+1)*100 <= a.Base*int64(a.Percent) {
				t.Fatalf("tax %+v", a)
			}
		}
		if subtotal != price.Subtotal || base != subtotal || tax != price.Tax || subtotal+tax != price.Total || price.Total < 0 {
			t.Fatalf("%+v does not add up", price)
		}
		if len(price.Lines)+len(price.Refused)+len(price.Kept) != len(ask.Holdings)+len(ask.Additions) {
			t.Fatalf("%d lines, %d refused, %d kept of %d and %d", len(price.Lines), len(price.Refused), len(price.Kept), len(ask.Holdings), len(ask.Additions))
		}
		if again := reckon(t, ask, rules); !reflect.DeepEqual(again, price) {
			t.Fatal("the same question has two answers")
		}
	})
}

// A year more never costs less.
func TestPricesRiseWithYears(t *testing.T) {
	rules := priceRules(t)
	rapid.Check(t, func(t *rapid.T) {
		ask := asks(t)
		if len(ask.Holdings) == 0 {
			return
		}
		i := rapid.IntRange(0, len(ask.Holdings)-1).Draw(t, "which")
		var before int64
		for years := 1; years <= rules.MaxYears; years++ {
			ask.Holdings[i].Years = years
			total := reckon(t, ask, rules).Total
			if total < before {
				t.Fatalf("%d years cost %d, one less %d", years, total, before)
			}
			before = total
		}
	})
}

// More of anything, held or added, never makes a rank worse.
func TestRanksAreNeverWorseWithMore(t *testing.T) {
	rules := priceRules(t)
	rapid.Check(t, func(t *rapid.T) {
		ask := asks(t)
		before := reckon(t, ask, rules)
		if len(ask.Holdings) == 0 {
			return
		}
		more := ask
		more.Holdings = append([]models.RenewalHolding{}, ask.Holdings...)
		h := &more.Holdings[rapid.IntRange(0, len(ask.Holdings)-1).Draw(t, "which")]
		extra := rapid.IntRange(1, 400).Draw(t, "more")
		h.Quantity += extra
		if h.Renewed > 0 {
			h.Renewed += extra
		}
		after := reckon(t, more, rules)
		for _, was := range before.Lines {
			for _, is := range after.Lines {
				if is.ProductCode == was.ProductCode && (is.UnitPrice > was.UnitPrice || is.Rank < was.Rank || is.Counted < was.Counted) {
					t.Fatalf("with more, %+v became %+v", was, is)
				}
			}
		}
	})
}

// What is kept, added or refused for its time never costs anything by itself.
func TestOnlyLinesCost(t *testing.T) {
	rules := priceRules(t)
	rapid.Check(t, func(t *rapid.T) {
		ask := asks(t)
		ask.Staff, ask.Additions = false, nil
		for i := range ask.Holdings {
			ask.Holdings[i].Kept = false
			ask.Holdings[i].EndsOn = reckonedOn.AddDays(rapid.SampledFrom([]int{-1, 366, 900}).Draw(t, "days left"))
		}
		if price := reckon(t, ask, rules); price.Total != 0 || len(price.Refused) != len(ask.Holdings) {
			t.Fatalf("%+v", price)
		}
	})
}

// Amounts beyond all reason have no price rather than one that overflowed.
func TestAmountsStayWithinBounds(t *testing.T) {
	rules := priceRules(t)
	rules.Prices.Lists[0].Prices["END"] = models.ProductPrice{Bands: []models.PriceBand{{Rank: "A", From: 1, UnitPrice: models.MaxUnitPrice}}}
	h := owned("END", 999_999_999)
	h.Years = 6
	price, errs := models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Holdings: []models.RenewalHolding{h}}, rules)
	if errs != nil || len(price.Refused) != 1 || price.Refused[0].Reason != models.RenewalUnpriced || price.Total != 0 {
		t.Errorf("got %+v %v", price, errs)
	}
	_, errs = models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Additions: []models.RenewalAddition{{ProductCode: "END", Quantity: 999_999, Years: 6}}}, rules)
	if len(errs) != 1 || errs[0].Field != "additions[0].quantity" {
		t.Errorf("got %v", errs)
	}
}
