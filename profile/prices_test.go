package profile_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
)

var listDays = []models.Date{
	models.NewDate(2020, time.April, 1), models.NewDate(2026, time.November, 20), models.NewDate(2027, time.March, 31),
	models.NewDate(2027, time.April, 1), models.NewDate(2035, time.January, 1),
}

// Everything that is sold and everything that can be renewed into has a price on
// every day, also the migration kits, which only staff see the price of.
func TestEverythingRenewableHasAPriceOnEveryDay(t *testing.T) {
	p := defaultProfile(t)
	for _, product := range p.Catalogue().Products() {
		codes := product.RenewsTo
		if product.ApplicationAccepted {
			codes = append([]string{product.Code}, codes...)
		}
		for _, code := range codes {
			target, _ := p.Product(code)
			for _, day := range listDays {
				for _, quantity := range []int{target.MinimumQuantity, target.MaximumQuantity} {
					if price, ok := p.PriceBook().UnitPrice(code, quantity, day); !ok || price <= 0 {
						t.Errorf("%d of %s have no price on %s", quantity, code, day)
					}
				}
			}
		}
	}
}

func TestMoreNeverCostsMoreAUnit(t *testing.T) {
	for _, list := range defaultProfile(t).PriceBook().Lists {
		for code, price := range list.Prices {
			for i := 1; i < len(price.Bands); i++ {
				if price.Bands[i].UnitPrice > price.Bands[i-1].UnitPrice {
					t.Errorf("list %s, %s: more costs more in rank %s", list.Code, code, price.Bands[i].Rank)
				}
			}
		}
	}
}

func TestPricesFollowTheListOfTheDay(t *testing.T) {
	book := defaultProfile(t).PriceBook()
	for _, tt := range []struct {
		product string
		day     models.Date
		want    int64
	}{
		{"V1ES-STD", models.NewDate(2026, time.November, 20), 1600},
		{"V1ES-STD", models.NewDate(2027, time.April, 1), 1600}, // the new list is based on the old one
		{"DS", models.NewDate(2027, time.March, 31), 87600},
		{"DS", models.NewDate(2027, time.April, 1), 92000},
	} {
		if price, ok := book.UnitPrice(tt.product, 250, tt.day); !ok || price != tt.want {
			t.Errorf("250 of %s on %s: %d (%v), want %d", tt.product, tt.day, price, ok, tt.want)
		}
	}
	if _, ok := book.On(models.NewDate(2020, time.March, 31)); ok {
		t.Error("there is a list before the first")
	}
}

// renewal.md: no price advantage for several years, except InterScan WebManager.
func TestOnlyWebManagerIsCheaperForSeveralYears(t *testing.T) {
	p := defaultProfile(t)
	for _, list := range p.PriceBook().Lists {
		for code, price := range list.Prices {
			if len(price.MultiYear) > 0 != (code == "IWM") {
				t.Errorf("list %s, %s: discounts %v", list.Code, code, price.MultiYear)
			}
		}
	}
}

// Migration kits and their renewals are the products without a reference price.
func TestMigrationKitsHaveNoReferencePrice(t *testing.T) {
	var excluded []models.Product
	for _, product := range defaultProfile(t).Catalogue().Products() {
		if !product.ReferencePrice {
			excluded = append(excluded, product)
		}
	}
	if got := productsText(excluded); got != "APX1-MIG APX1-MIG-REN" {
		t.Errorf("without a reference price: %s", got)
	}
}

func productsText(products []models.Product) string {
	text := ""
	for _, p := range products {
		if text != "" {
			text += " "
		}
		text += p.Code
	}
	return text
}

func TestTaxes(t *testing.T) {
	standard, ok := defaultProfile(t).PriceBook().Tax("standard")
	if !ok {
		t.Fatal("there is no standard rate")
	}
	for day, want := range map[models.Date]int{
		models.NewDate(2019, time.September, 30): 8, models.NewDate(2019, time.October, 1): 10, models.NewDate(2026, time.November, 20): 10,
	} {
		if percent, known := standard.On(day); percent != want || !known {
			t.Errorf("%s: %d%% (%v), want %d%%", day, percent, known, want)
		}
	}
	if _, known := standard.On(models.NewDate(2014, time.March, 31)); known {
		t.Error("there is a rate before the first")
	}
}

func TestWarningBeforePricesEnd(t *testing.T) {
	content, _ := edit(t, "    based_on: \"2020\"\n", "    based_on: \"2020\"\n    valid_until: 2028-03-31\n")
	p, err := profile.Parse("own.yaml", []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	last := models.NewDate(2028, time.March, 31)
	for _, tt := range []struct {
		today models.Date
		want  bool
	}{{last.AddDays(-60), false}, {last.AddDays(-59), true}} {
		warned := false
		for _, w := range p.Warnings(tt.today) {
			warned = warned || w.Code == "prices_end_soon" && w.Field == "price_lists[1]" && w.Line > 1
		}
		if warned != tt.want {
			t.Errorf("on %s: warned %v", tt.today, warned)
		}
	}
	if w := defaultProfile(t).Warnings(models.NewDate(2027, time.January, 1)); len(w) != 0 {
		t.Errorf("the default profile is warned of: %v", w)
	}
}
