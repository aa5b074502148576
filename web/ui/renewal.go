package ui

import (
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// RenewalLine is a line of a renewal price in words.
type RenewalLine struct {
	Product string // that it is renewed into
	Period  string // or nothing
	Sum     string // quantity, unit price and years
	Reduced string // or nothing
	Less    string // the discount for several years, or nothing
	Why     string // the rank, and how it was found
	Amount  string
	Told    string // what holders are told in place of the price, or nothing
}

// RenewalSums are the sums of a renewal price in words.
type RenewalSums struct {
	List     string
	Day      string
	Subtotal string
	Taxes    [][2]string // what it is on, and the amount
	Total    string
}

// YearsText counts years.
func YearsText(lang models.Language, n int) string {
	if n == 1 {
		return texts.T(lang, "renewal.years_one")
	}
	return texts.T(lang, "renewal.years_other", "n", strconv.Itoa(n))
}

// RenewalLineOf words a line.
func RenewalLineOf(lang models.Language, catalogue *models.Catalogue, l models.RenewalLine) RenewalLine {
	line := RenewalLine{
		Product: productName(lang, catalogue, l.ProductCode), Amount: Yen(lang, l.Amount), Why: renewalWhy(lang, catalogue, l),
		Sum: texts.T(lang, "renewal.sum", "quantity", Number(l.Quantity), "unit", Yen(lang, l.UnitPrice), "years", YearsText(lang, l.Years)),
	}
	if !l.StartsOn.IsZero() {
		line.Period = texts.T(lang, "renewal.list_between", "from", DayShort(lang, l.StartsOn), "until", DayShort(lang, l.EndsOn))
	}
	if l.Reduced() {
		line.Reduced = texts.T(lang, "renewal.reduced", "before", Number(l.Holding.Quantity), "after", Number(l.Quantity))
	}
	if l.Discount > 0 {
		line.Less = texts.T(lang, "renewal.discount", "percent", strconv.Itoa(l.DiscountRate), "amount", Yen(lang, l.Discount))
	}
	if l.Told != "" {
		line.Told = texts.T(lang, "renewal.refused."+string(l.Told))
	}
	return line
}

// renewalWhy says which quantity gave the rank, and by what rules.
func renewalWhy(lang models.Language, catalogue *models.Catalogue, l models.RenewalLine) string {
	rules := make([]string, len(l.Rules))
	for i, r := range l.Rules {
		rules[i] = texts.T(lang, "renewal.rule."+string(r))
	}
	words := strings.Join(rules, texts.T(lang, "renewal.rules_join"))
	if l.CountedProduct != l.ProductCode {
		return texts.T(lang, "renewal.why_largest", "rank", l.Rank, "product", productName(lang, catalogue, l.CountedProduct), "quantity", Number(l.Counted), "rules", words)
	}
	return texts.T(lang, "renewal.why", "rank", l.Rank, "quantity", Number(l.Counted), "rules", words)
}

func productName(lang models.Language, catalogue *models.Catalogue, code string) string {
	if p, known := catalogue.Product(code); known {
		return p.Names.In(lang)
	}
	return code
}

// RenewalSumsOf words the sums, with the price list and the day they are of.
func RenewalSumsOf(lang models.Language, p models.RenewalPrice) RenewalSums {
	s := RenewalSums{Day: Day(lang, p.Today), Subtotal: Yen(lang, p.Subtotal), Total: Yen(lang, p.Total)}
	period := texts.T(lang, "renewal.list_from", "from", Day(lang, p.ListFrom))
	if !p.ListUntil.IsZero() {
		period = texts.T(lang, "renewal.list_between", "from", Day(lang, p.ListFrom), "until", Day(lang, p.ListUntil))
	}
	s.List = texts.T(lang, "renewal.list", "code", p.ListCode, "period", period)
	for _, t := range p.Taxes {
		s.Taxes = append(s.Taxes, [2]string{texts.T(lang, "renewal.tax", "percent", strconv.Itoa(t.Percent), "base", Yen(lang, t.Base)), Yen(lang, t.Amount)})
	}
	return s
}

// RenewalRefused says why a holding has no price, and what helps.
func RenewalRefused(lang models.Language, r models.RenewalRefused) string {
	text := texts.T(lang, "renewal.refused."+string(r.Reason))
	gap := ""
	if lang == models.English {
		gap = " "
	}
	if !r.From.IsZero() {
		text += gap + texts.T(lang, "renewal.from", "day", Day(lang, r.From))
	}
	if r.Minimum > 0 {
		text += gap + texts.T(lang, "renewal.minimum", "quantity", Number(r.Minimum))
	}
	return text
}
