package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

// The price list of these tests, small enough to reckon by hand. Bands A from 5,
// B from 25, C from 50, D from 100, yen a unit and year:
//
//	END   (outside TRSL)             2,200  2,050  1,920  1,760
//	PRO   (outside TRSL)             4,800  4,460  4,180  3,840
//	SUITE (TRSL)                     6,800  6,320  5,920  5,440
//	MAILS (TRSL)                     2,600  2,420  2,260  2,080
//	SERV  (TRSL, A from 1, B from 25) 36,000  33,500
//	WEB   (outside TRSL, 10 at least, cheaper for years: 5% from 2, 10% from 3) 1,800 from 10
//	KIT, KIT-REN (excluded), KEEP (needs no renewal), BARE (no price)
func priceRules(t testing.TB) models.RenewalPriceRules {
	t.Helper()
	product := func(code string, trsl bool, least int, to ...string) models.Product {
		return models.Product{Code: code, Family: "F", TRSL: trsl, MinimumQuantity: least, MaximumQuantity: 999999, RenewsTo: to, ReferencePrice: true, Tax: "standard"}
	}
	products := []models.Product{
		product("END", false, 5, "END", "PRO"), product("PRO", false, 5, "PRO"), product("SUITE", true, 5, "SUITE", "PRO"),
		product("MAILS", true, 5, "MAILS"), product("SERV", true, 1, "END", "SERV"), product("WEB", false, 10, "WEB"),
		product("KIT", false, 5, "KIT-REN"), product("KIT-REN", false, 5, "KIT-REN"), product("KEEP", true, 1), product("BARE", false, 1, "BARE"),
	}
	products[6].ReferencePrice, products[7].ReferencePrice = false, false
	catalogue, err := models.NewCatalogue([]models.Family{{Code: "F"}}, products, nil)
	if err != nil {
		t.Fatal(err)
	}
	bands := func(prices ...int64) models.ProductPrice {
		var p models.ProductPrice
		for i, price := range prices {
			p.Bands = append(p.Bands, models.PriceBand{Rank: string(rune('A' + i)), From: []int{5, 25, 50, 100}[i], UnitPrice: price})
		}
		return p
	}
	prices := map[string]models.ProductPrice{
		"END": bands(2200, 2050, 1920, 1760), "PRO": bands(4800, 4460, 4180, 3840), "SUITE": bands(6800, 6320, 5920, 5440),
		"MAILS": bands(2600, 2420, 2260, 2080), "KIT-REN": bands(4140),
		"SERV": {Bands: []models.PriceBand{{Rank: "A", From: 1, UnitPrice: 36000}, {Rank: "B", From: 25, UnitPrice: 33500}}},
		"WEB": {
			Bands:     []models.PriceBand{{Rank: "A", From: 10, UnitPrice: 1800}},
			MultiYear: []models.MultiYear{{Years: 2, Percent: 5}, {Years: 3, Percent: 10}},
		},
	}
	next := map[string]models.ProductPrice{"END": bands(2300, 2150, 2020, 1860)}
	return models.RenewalPriceRules{
		Catalogue: catalogue, MaxYears: 6,
		Prices: models.PriceBook{
			Lists: []models.PriceList{
				{Code: "2026", ValidFrom: day(2026, 4, 1), ValidUntil: day(2027, 3, 31), Prices: prices},
				{Code: "2027", ValidFrom: day(2027, 4, 1), Prices: next},
			},
			Taxes: []models.Tax{{Code: "standard", Rates: []models.TaxRate{{From: day(2019, 10, 1), Percent: 10}, {From: day(2027, 1, 1), Percent: 12}}}},
		},
	}
}

func day(y, m, d int) models.Date { return models.NewDate(y, time.Month(m), d) }

var reckonedOn = day(2026, 11, 20)

func owned(code string, quantity int) models.RenewalHolding {
	return models.RenewalHolding{ProductCode: code, Quantity: quantity, EndsOn: day(2027, 1, 31)}
}

// told writes a price as one line a row: "CODE quantity×unit×years=amount rank counted of rules".
func told(p models.RenewalPrice) string {
	var rows []string
	for _, l := range p.Lines {
		rules := make([]string, len(l.Rules))
		for i, r := range l.Rules {
			rules[i] = string(r)
		}
		row := fmt.Sprintf("%s %d×%d×%d=%d %s by %d %s %s", l.ProductCode, l.Quantity, l.UnitPrice, l.Years, l.Amount, l.Rank, l.Counted, l.CountedProduct, strings.Join(rules, "+"))
		if l.Told != "" {
			row += " (" + string(l.Told) + ")"
		}
		rows = append(rows, row)
	}
	for _, r := range p.Refused {
		rows = append(rows, r.Holding.ProductCode+": "+string(r.Reason))
	}
	return strings.Join(append(rows, fmt.Sprintf("%d+%d=%d", p.Subtotal, p.Tax, p.Total)), "\n")
}

// What a test asks of a holding.

func into(h models.RenewalHolding, code string) models.RenewalHolding { h.Into = code; return h }

func forYears(h models.RenewalHolding, n int) models.RenewalHolding { h.Years = n; return h }

func reduced(h models.RenewalHolding, n int) models.RenewalHolding { h.Renewed = n; return h }

func ending(h models.RenewalHolding, end models.Date) models.RenewalHolding { h.EndsOn = end; return h }

var reckonedByHand = []struct {
	name     string
	holdings []models.RenewalHolding
	added    []models.RenewalAddition
	staff    bool
	want     string
}{
	{
		// 30 are in B: 30 × 2,050 = 61,500; tax 6,150.
		"one product", []models.RenewalHolding{owned("END", 30)}, nil, false,
		"END 30×2050×1=61500 B by 30 END product\n61500+6150=67650",
	},
	{
		// 20 alone would be A; 20 + 30 = 50 of the product are C: 20 × 1,920 = 38,400 and 30 × 1,920 = 57,600.
		"one product held twice", []models.RenewalHolding{owned("END", 20), owned("END", 30)}, nil, false,
		"END 20×1920×1=38400 C by 50 END product\nEND 30×1920×1=57600 C by 50 END product\n96000+9600=105600",
	},
	{
		// Outside TRSL another product counts for nothing: 24 stay in A, 100 are D.
		// 24 × 2,200 = 52,800; 100 × 3,840 = 384,000.
		"two products outside TRSL", []models.RenewalHolding{owned("END", 24), owned("PRO", 100)}, nil, false,
		"END 24×2200×1=52800 A by 24 END product\nPRO 100×3840×1=384000 D by 100 PRO product\n436800+43680=480480",
	},
	{
		// SUITE with 60 is the largest TRSL product: C for MAILS too, of which there are 10; SERV has no C and takes
		// its best, B. END stands outside. 60 × 5,920 = 355,200; 10 × 2,260 = 22,600; 2 × 33,500 = 67,000;
		// 10 × 2,200 = 22,000; together 466,800.
		"TRSL by the largest", []models.RenewalHolding{owned("SUITE", 60), owned("MAILS", 10), into(owned("SERV", 2), "SERV"), owned("END", 10)}, nil, false,
		"SUITE 60×5920×1=355200 C by 60 SUITE largest\nMAILS 10×2260×1=22600 C by 60 SUITE largest\n" +
			"SERV 2×33500×1=67000 B by 60 SUITE largest\nEND 10×2200×1=22000 A by 10 END product\n466800+46680=513480",
	},
	{
		// The largest is what there is of a product, not the largest holding: 30 + 30 = 60 of MAILS beat 50 of SUITE.
		// 30 × 2,260 = 67,800 twice; 50 × 5,920 = 296,000.
		"TRSL sums per product first", []models.RenewalHolding{owned("MAILS", 30), owned("SUITE", 50), owned("MAILS", 30)}, nil, false,
		"MAILS 30×2260×1=67800 C by 60 MAILS largest\nSUITE 50×5920×1=296000 C by 60 MAILS largest\n" +
			"MAILS 30×2260×1=67800 C by 60 MAILS largest\n431600+43160=474760",
	},
	{
		// With 20 more, 30 END are 50: C. 30 × 1,920 = 57,600; 20 × 1,920 = 38,400.
		"together with an addition", []models.RenewalHolding{owned("END", 30)}, []models.RenewalAddition{{ProductCode: "END", Quantity: 20}}, true,
		"END 30×1920×1=57600 C by 50 END product+with_addition\nEND 20×1920×1=38400 C by 50 END product+with_addition\n96000+9600=105600",
	},
	{
		// Added per product first, 60 + 40 = 100 of MAILS, then the largest: D for SUITE too.
		// 80 × 5,440 = 435,200; 60 × 2,080 = 124,800; 40 × 2,080 = 83,200.
		"TRSL with an addition", []models.RenewalHolding{owned("SUITE", 80), owned("MAILS", 60)}, []models.RenewalAddition{{ProductCode: "MAILS", Quantity: 40}}, true,
		"SUITE 80×5440×1=435200 D by 100 MAILS largest+with_addition\nMAILS 60×2080×1=124800 D by 100 MAILS largest+with_addition\n" +
			"MAILS 40×2080×1=83200 D by 100 MAILS largest+with_addition\n643200+64320=707520",
	},
	{
		// 60 were C; lowered to 20 they are A: 20 × 2,200 = 44,000.
		"fewer than before", []models.RenewalHolding{reduced(owned("END", 60), 20)}, nil, false,
		"END 20×2200×1=44000 A by 20 END product+reduced\n44000+4400=48400",
	},
	{
		// The largest is lowered: 100 of SUITE were D, 40 are B, and so is MAILS.
		// 40 × 6,320 = 252,800; 30 × 2,420 = 72,600.
		"fewer of the largest", []models.RenewalHolding{reduced(owned("SUITE", 100), 40), owned("MAILS", 30)}, nil, false,
		"SUITE 40×6320×1=252800 B by 40 SUITE largest+reduced\nMAILS 30×2420×1=72600 B by 40 SUITE largest+reduced\n325400+32540=357940",
	},
	{
		// No advantage for three years: 10 × 2,200 × 3 = 66,000.
		"several years", []models.RenewalHolding{forYears(owned("END", 10), 3)}, nil, false,
		"END 10×2200×3=66000 A by 10 END product\n66000+6600=72600",
	},
	{
		// The product with an advantage: 33 × 1,800 × 2 = 118,800 less 5% = 5,940.
		"two years, cheaper", []models.RenewalHolding{forYears(owned("WEB", 33), 2)}, nil, false,
		"WEB 33×1800×2=112860 A by 33 WEB product\n112860+11286=124146",
	},
	{
		// Six years take what three do: 11 × 1,800 × 6 = 118,800 less 10% = 11,880.
		"six years, cheaper", []models.RenewalHolding{forYears(owned("WEB", 11), 6)}, nil, false,
		"WEB 11×1800×6=106920 A by 11 WEB product\n106920+10692=117612",
	},
	{
		// The price and the rank are those of what it is renewed into, which 20 others of PRO join: 10 + 20 = 30, B.
		// 10 × 4,460 = 44,600; 20 × 4,460 = 89,200.
		"into another product", []models.RenewalHolding{into(owned("END", 10), "PRO"), owned("PRO", 20)}, nil, false,
		"PRO 10×4460×1=44600 B by 30 PRO product\nPRO 20×4460×1=89200 B by 30 PRO product\n133800+13380=147180",
	},
	{
		// What is renewed into a product outside TRSL counts there and no longer for TRSL: MAILS with 10 is the largest left.
		"out of TRSL", []models.RenewalHolding{into(owned("SUITE", 100), "PRO"), owned("MAILS", 10)}, nil, false,
		"PRO 100×3840×1=384000 D by 100 PRO product\nMAILS 10×2600×1=26000 A by 10 MAILS largest\n410000+41000=451000",
	},
	{
		// In a mixed contract the others are priced; what needs no renewal is held all the same, so its 50 make C.
		"one needs no renewal", []models.RenewalHolding{owned("KEEP", 50), owned("MAILS", 10)}, nil, false,
		"MAILS 10×2260×1=22600 C by 50 KEEP largest\nKEEP: not_needed\n22600+2260=24860",
	},
	{
		"excluded ones", []models.RenewalHolding{owned("KIT", 10), owned("KIT-REN", 10), owned("END", 10)}, nil, false,
		"END 10×2200×1=22000 A by 10 END product\nKIT: excluded\nKIT-REN: excluded\n22000+2200=24200",
	},
	{
		// Staff see it: 10 × 4,140 = 41,400.
		"excluded ones for staff", []models.RenewalHolding{owned("KIT", 10)}, nil, true,
		"KIT-REN 10×4140×1=41400 A by 10 KIT-REN product (excluded)\n41400+4140=45540",
	},
	{
		// What has a year left is not priced, but held: 20 + 30 = 50 make C. 20 × 1,920 = 38,400.
		"one has a year left", []models.RenewalHolding{owned("END", 20), ending(owned("END", 30), day(2028, 1, 31))}, nil, false,
		"END 20×1920×1=38400 C by 50 END product\nEND: year_left\n38400+3840=42240",
	},
	{
		// What has ended is held no more: 20 are A. 20 × 2,200 = 44,000.
		"one has ended", []models.RenewalHolding{owned("END", 20), ending(owned("END", 30), day(2026, 11, 19))}, nil, false,
		"END 20×2200×1=44000 A by 20 END product\nEND: expired\n44000+4400=48400",
	},
	{
		"below the minimum", []models.RenewalHolding{owned("WEB", 9), owned("END", 5)}, nil, false,
		"END 5×2200×1=11000 A by 5 END product\nWEB: below_minimum\n11000+1100=12100",
	},
	{
		"no price", []models.RenewalHolding{owned("BARE", 9), owned("GONE", 5)}, nil, false,
		"BARE: unpriced\nGONE: unpriced\n0+0=0",
	},
}

func TestRenewalPricesReckonedByHand(t *testing.T) {
	for _, tt := range reckonedByHand {
		t.Run(tt.name, func(t *testing.T) {
			price, errs := models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Holdings: tt.holdings, Additions: tt.added, Staff: tt.staff}, priceRules(t))
			if errs != nil {
				t.Fatal(errs)
			}
			if got := told(price); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A product renewed now is counted with what is kept of it, which staff alone can say.
func TestWhatIsKeptCountsForTheRank(t *testing.T) {
	kept := owned("END", 80)
	kept.Kept = true
	price, errs := models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Staff: true, Holdings: []models.RenewalHolding{owned("END", 20), kept}}, priceRules(t))
	// 20 + 80 = 100 are D: 20 × 1,760 = 35,200.
	if want := "END 20×1760×1=35200 D by 100 END product\n35200+3520=38720"; errs != nil || told(price) != want {
		t.Errorf("got %s %v", told(price), errs)
	}
}

// Every rate is rounded down once, on the sum of what it applies to.
func TestTaxIsRoundedDownPerRate(t *testing.T) {
	rules := priceRules(t)
	products := rules.Catalogue.Products()
	products[1].Tax, products[3].Tax = "reduced", "reduced" // PRO and MAILS
	catalogue, err := models.NewCatalogue(rules.Catalogue.Families(), products, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules.Catalogue = catalogue
	rules.Prices.Taxes = append(rules.Prices.Taxes, models.Tax{Code: "reduced", Rates: []models.TaxRate{{From: day(2019, 10, 1), Percent: 8}}})
	for code, unit := range map[string]int64{"END": 1003, "SUITE": 1003, "PRO": 1007, "MAILS": 1007} {
		rules.Prices.Lists[0].Prices[code] = models.ProductPrice{Bands: []models.PriceBand{{Rank: "A", From: 1, UnitPrice: unit}}}
	}
	price, errs := models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Holdings: []models.RenewalHolding{
		owned("END", 5), owned("PRO", 5), owned("SUITE", 5), owned("MAILS", 5),
	}}, rules)
	// Standard: 5,015 × 2 = 10,030, 10% = 1,003. Reduced: 5,035 × 2 = 10,070, 8% = 805.6, down to 805.
	// Line by line it would be 501 + 501 and 402 + 402.
	want := []models.TaxAmount{{Code: "standard", Percent: 10, Base: 10030, Amount: 1003}, {Code: "reduced", Percent: 8, Base: 10070, Amount: 805}}
	if errs != nil || !slices.Equal(price.Taxes, want) || price.Subtotal != 20100 || price.Tax != 1808 || price.Total != 21908 {
		t.Errorf("got %+v %v", price, errs)
	}
}

func TestRenewalEdgesOfDays(t *testing.T) {
	for _, tt := range []struct {
		name       string
		today, end models.Date
		refused    models.RenewalRefusal
		from       models.Date
	}{
		{"the last day of the period", day(2026, 11, 30), day(2026, 11, 30), "", models.Date{}},
		{"the day after it", day(2026, 12, 1), day(2026, 11, 30), models.RenewalExpired, models.Date{}},
		{"a year and a day left", day(2026, 11, 29), day(2027, 11, 30), models.RenewalYearLeft, day(2026, 12, 1)},
		{"just a year left", day(2026, 11, 30), day(2027, 11, 30), models.RenewalYearLeft, day(2026, 12, 1)},
		{"a day less than a year left", day(2026, 12, 1), day(2027, 11, 30), "", models.Date{}},
		{"an end of February in a leap year", day(2027, 2, 28), day(2028, 2, 29), models.RenewalYearLeft, day(2027, 3, 1)},
		{"the day after that", day(2027, 3, 1), day(2028, 2, 29), "", models.Date{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules := priceRules(t)
			rules.Prices.Lists[1].Prices = rules.Prices.Lists[0].Prices
			h := models.RenewalHolding{ProductCode: "END", Quantity: 10, EndsOn: tt.end}
			price, errs := models.PriceRenewal(models.RenewalAsk{Today: tt.today, Holdings: []models.RenewalHolding{h}}, rules)
			switch {
			case errs != nil:
				t.Error(errs)
			case tt.refused == "" && (len(price.Lines) != 1 || len(price.Refused) != 0):
				t.Errorf("refused: %+v", price.Refused)
			case tt.refused != "" && (len(price.Refused) != 1 || price.Refused[0].Reason != tt.refused || price.Refused[0].From != tt.from):
				t.Errorf("got %+v", price.Refused)
			}
		})
	}
}

// The price list and the tax rate are those of the day.
func TestPriceListAndTaxChangeOvernight(t *testing.T) {
	for _, tt := range []struct {
		today models.Date
		want  string
		list  string
	}{
		// 10 × 2,200 = 22,000; 10% = 2,200 until the end of 2026, 12% = 2,640 from then on.
		{day(2026, 12, 31), "END 10×2200×1=22000 A by 10 END product\n22000+2200=24200", "2026"},
		{day(2027, 1, 1), "END 10×2200×1=22000 A by 10 END product\n22000+2640=24640", "2026"},
		{day(2027, 3, 31), "END 10×2200×1=22000 A by 10 END product\n22000+2640=24640", "2026"},
		// From April 10 × 2,300 = 23,000; 12% = 2,760.
		{day(2027, 4, 1), "END 10×2300×1=23000 A by 10 END product\n23000+2760=25760", "2027"},
	} {
		h := models.RenewalHolding{ProductCode: "END", Quantity: 10, EndsOn: day(2027, 4, 30)}
		h.EndsOn = tt.today.AddDays(30)
		price, errs := models.PriceRenewal(models.RenewalAsk{Today: tt.today, Holdings: []models.RenewalHolding{h}}, priceRules(t))
		if errs != nil || told(price) != tt.want || price.ListCode != tt.list {
			t.Errorf("%s: %s of list %s (%v)", tt.today, told(price), price.ListCode, errs)
		}
	}
	_, errs := models.PriceRenewal(models.RenewalAsk{Today: day(2026, 3, 31)}, priceRules(t))
	if len(errs) != 1 || errs[0].Code != "no_price_list" {
		t.Errorf("before the first list: %v", errs)
	}
}

func TestRenewedPeriods(t *testing.T) {
	for _, tt := range []struct {
		end         models.Date
		years       int
		start, last models.Date
	}{
		{day(2027, 1, 31), 1, day(2027, 2, 1), day(2028, 1, 31)},
		{day(2027, 1, 31), 6, day(2027, 2, 1), day(2033, 1, 31)},
		{day(2027, 2, 14), 3, day(2027, 2, 15), day(2030, 2, 14)},
	} {
		h := models.RenewalHolding{ProductCode: "END", Quantity: 10, EndsOn: tt.end, Years: tt.years}
		price, errs := models.PriceRenewal(models.RenewalAsk{Today: reckonedOn, Holdings: []models.RenewalHolding{h}}, priceRules(t))
		if errs != nil || price.Lines[0].StartsOn != tt.start || price.Lines[0].EndsOn != tt.last {
			t.Errorf("%s, %d years: %+v %v", tt.end, tt.years, price.Lines, errs)
		}
	}
}

func TestWhatCannotBeAskedIsAnsweredAtItsField(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*models.RenewalAsk)
		want   string
	}{
		{"more than is held", func(a *models.RenewalAsk) { a.Holdings[0].Renewed = 31 }, "holdings[0].quantity quantity_out_of_range"},
		{"fewer than the minimum", func(a *models.RenewalAsk) { a.Holdings[0].Renewed = 4 }, "holdings[0].quantity quantity_out_of_range"},
		{"less than nothing", func(a *models.RenewalAsk) { a.Holdings[0].Renewed = -1 }, "holdings[0].quantity quantity_out_of_range"},
		{"seven years", func(a *models.RenewalAsk) { a.Holdings[0].Years = 7 }, "holdings[0].years out_of_range"},
		{"less than a year", func(a *models.RenewalAsk) { a.Holdings[0].Years = -1 }, "holdings[0].years out_of_range"},
		{"a product that it does not become", func(a *models.RenewalAsk) { a.Holdings[0].Into = "SUITE" }, "holdings[0].into renewal_target"},
		{"no product to add", func(a *models.RenewalAsk) { a.Additions[0].ProductCode = "NONE" }, "additions[0].product product_unknown"},
		{"a product to add without a price", func(a *models.RenewalAsk) { a.Additions[0].ProductCode = "BARE" }, "additions[0].product product_unpriced"},
		{"nothing to add", func(a *models.RenewalAsk) { a.Additions[0].Quantity = 0 }, "additions[0].quantity quantity_out_of_range"},
		{"an addition for seven years", func(a *models.RenewalAsk) { a.Additions[0].Years = 7 }, "additions[0].years out_of_range"},
		{"two at once", func(a *models.RenewalAsk) { a.Holdings[0].Years, a.Holdings[0].Renewed = 7, 40 }, "holdings[0].quantity quantity_out_of_range, holdings[0].years out_of_range"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ask := models.RenewalAsk{
				Today: reckonedOn, Staff: true, Holdings: []models.RenewalHolding{owned("END", 30)}, Additions: []models.RenewalAddition{{ProductCode: "END", Quantity: 5}},
			}
			tt.change(&ask)
			price, errs := models.PriceRenewal(ask, priceRules(t))
			var got []string
			for _, e := range errs {
				got = append(got, e.Field+" "+e.Code)
			}
			if strings.Join(got, ", ") != tt.want || price.Total != 0 || price.Lines != nil {
				t.Errorf("got %v", got)
			}
		})
	}
}
