package profile

import (
	"maps"
	"slices"

	"github.com/todoke/todoke/models"
)

// PriceBook gives all price lists, those based on others made whole, and the taxes.
func (p *Profile) PriceBook() models.PriceBook { return p.prices }

// maxRenewalYears is the longest renewal: no contract is longer.
func (p *Profile) maxRenewalYears() int { return max(1, p.Applications.Months.Longest/12) }

// RenewalPriceRules gives what reckoning renewal prices needs.
func (p *Profile) RenewalPriceRules() models.RenewalPriceRules {
	return models.RenewalPriceRules{Catalogue: p.catalogue, Prices: p.prices, MaxYears: p.maxRenewalYears()}
}

// buildPrices fills lists that are based on others.
func buildPrices(lists []models.PriceList, taxes []models.Tax) models.PriceBook {
	book := models.PriceBook{Taxes: slices.Clone(taxes)}
	whole := map[string]map[string]models.ProductPrice{}
	for _, list := range lists {
		prices := make(map[string]models.ProductPrice, len(list.Prices))
		maps.Copy(prices, whole[list.BasedOn])
		maps.Copy(prices, list.Prices)
		whole[list.Code], list.Prices = prices, prices
		book.Lists = append(book.Lists, list)
	}
	return book
}

func (c *checker) taxes(taxes []models.Tax, lists []models.PriceList) {
	var codes []string
	for i, tax := range taxes {
		path := at("taxes", i)
		codes = append(codes, tax.Code)
		if !ruleCode.MatchString(tax.Code) {
			c.add(path+".code", "not_a_code")
		}
		if len(tax.Rates) == 0 {
			c.add(path+".rates", "empty")
			continue
		}
		for j, rate := range tax.Rates {
			c.between(at(path+".rates", j)+".percent", rate.Percent, 0, 100)
			if j > 0 && !rate.From.After(tax.Rates[j-1].From) {
				c.add(at(path+".rates", j)+".from", "not_rising")
			}
		}
		if len(lists) > 0 && tax.Rates[0].From.After(lists[0].ValidFrom) {
			c.add(at(path+".rates", 0)+".from", "after_first_list", "value", lists[0].ValidFrom.String())
		}
	}
	c.unique("taxes", ".code", codes, nil)
}

func (c *checker) priceLists(lists []models.PriceList, products []models.Product) {
	if len(lists) == 0 {
		c.add("price_lists", "empty")
	}
	byCode := make(map[string]models.Product, len(products))
	for _, p := range products {
		byCode[p.Code] = p
	}
	var codes []string
	for i, list := range lists {
		path := at("price_lists", i)
		c.code(path+".code", list.Code)
		if list.BasedOn != "" && !slices.Contains(codes, list.BasedOn) {
			c.add(path+".based_on", "unknown_value", "value", list.BasedOn, "known", joinStrings(codes))
		}
		codes = append(codes, list.Code)
		if !list.ValidUntil.IsZero() && list.ValidUntil.Before(list.ValidFrom) {
			c.add(path+".valid_until", "not_rising")
		}
		if i > 0 {
			c.follows(path+".valid_from", lists[i-1], list)
		}
		for code, price := range list.Prices {
			if product, known := byCode[code]; known {
				c.productPrice(path+".prices."+code, price, product)
			} else {
				c.add(path+".prices."+code, "product_unknown", "value", code)
			}
		}
	}
	c.unique("price_lists", ".code", codes, nil)
}

// follows wants a list to begin on the day after the one before it.
func (c *checker) follows(field string, before, list models.PriceList) {
	switch {
	case before.ValidUntil.IsZero() || !list.ValidFrom.After(before.ValidUntil):
		c.add(field, "not_rising")
	case list.ValidFrom.After(before.ValidUntil.AddDays(1)):
		c.add(field, "gap", "value", before.ValidUntil.AddDays(1).String())
	}
}

// maxQuantity and maxPrice keep quantity times price far from overflowing.
const (
	maxQuantity = 999_999_999
	maxPrice    = models.MaxUnitPrice
)

func (c *checker) productPrice(path string, price models.ProductPrice, p models.Product) {
	bands := path + ".bands"
	if len(price.Bands) == 0 {
		c.add(bands, "empty")
		return
	}
	var ranks []string
	for i, band := range price.Bands {
		ranks = append(ranks, band.Rank)
		if i > 0 && band.From <= price.Bands[i-1].From {
			c.add(at(bands, i)+".from", "not_rising")
		}
		if band.UnitPrice < 0 || band.UnitPrice > maxPrice {
			c.add(at(bands, i)+".unit_price", "out_of_range", "min", "0", "max", itoa(maxPrice))
		}
	}
	c.unique(bands, ".rank", ranks, nil)
	if price.Bands[0].From > p.MinimumQuantity {
		c.add(at(bands, 0)+".from", "above_minimum", "value", itoa(p.MinimumQuantity))
	}
	c.multiYear(path+".multi_year", price.MultiYear)
}

// multiYear wants more years never to cost less than fewer.
func (c *checker) multiYear(path string, steps []models.MultiYear) {
	before := models.MultiYear{Years: 1}
	for i, step := range steps {
		field := at(path, i)
		c.between(field+".percent", step.Percent, 0, 99)
		switch {
		case step.Years <= before.Years:
			c.add(field+".years", "not_rising")
		case (step.Years-1)*(100-before.Percent) > step.Years*(100-step.Percent):
			c.add(field+".percent", "cheaper_with_years", "value", itoa(step.Years), "less", itoa(step.Years-1))
		}
		before = step
	}
}
