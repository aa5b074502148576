package models_test

import (
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

func TestCatalogueFindsWhatItHolds(t *testing.T) {
	families := []models.Family{{Code: "ONE"}, {Code: "TWO"}, {Code: "EMPTY"}}
	products := []models.Product{
		{Code: "B-2", Family: "TWO", RenewsTo: []string{"A-1", "B-2"}},
		{Code: "A-1", Family: "ONE"},
		{Code: "B-1", Family: "TWO"},
	}
	specials := []models.SpecialProduct{{Code: "credits", ContractFields: []models.ContractField{models.FieldMonths}}}
	c, err := models.NewCatalogue(families, products, specials)
	if err != nil {
		t.Fatal(err)
	}
	products[0].Code = "changed"
	p, ok := c.Product("B-2")
	if !ok || p.Family != "TWO" || !p.CanRenewTo("A-1") || p.CanRenewTo("B-1") {
		t.Errorf("B-2 is %+v (%v)", p, ok)
	}
	for _, unknown := range []string{"", "changed", "b-2", "B-3"} {
		if _, ok := c.Product(unknown); ok {
			t.Errorf("there is a product %q", unknown)
		}
	}
	if got := productCodes(c.Products()); got != "B-2 A-1 B-1" {
		t.Errorf("products in the order %s", got)
	}
	if got := productCodes(c.ProductsOf("TWO")); got != "B-2 B-1" {
		t.Errorf("family TWO holds %s", got)
	}
	if len(c.ProductsOf("EMPTY")) != 0 || len(c.Families()) != 3 {
		t.Error("families are not as given")
	}
	if f, ok := c.Family("ONE"); !ok || f.Code != "ONE" {
		t.Errorf("family ONE is %+v (%v)", f, ok)
	}
	if _, ok := c.Family("THREE"); ok {
		t.Error("there is a family THREE")
	}
	s, ok := c.SpecialProduct("credits")
	if !ok || !s.Needs(models.FieldMonths) || s.Needs(models.FieldStartMonth) || len(c.SpecialProducts()) != 1 {
		t.Errorf("credits is %+v (%v)", s, ok)
	}
	if _, ok := c.SpecialProduct("debits"); ok {
		t.Error("there is a special product debits")
	}
}

func TestCatalogueRefusesWhatDoesNotFit(t *testing.T) {
	one := []models.Family{{Code: "ONE"}}
	tests := []struct {
		name     string
		families []models.Family
		products []models.Product
		names    string
	}{
		{"family twice", append(one, one...), nil, "ONE"},
		{"product twice", one, []models.Product{{Code: "A", Family: "ONE"}, {Code: "A", Family: "ONE"}}, "A"},
		{"unknown family", one, []models.Product{{Code: "A", Family: "TWO"}}, "TWO"},
		{"unknown renewal", one, []models.Product{{Code: "A", Family: "ONE", RenewsTo: []string{"Z"}}}, "Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := models.NewCatalogue(tt.families, tt.products, nil)
			if err == nil || c != nil || !strings.Contains(err.Error(), tt.names) {
				t.Errorf("got %v, %v", c, err)
			}
		})
	}
}

// A product's minimum holds for renewals only (renewal.md); its maximum always.
func TestQuantityBounds(t *testing.T) {
	catalogue, err := models.NewCatalogue([]models.Family{{Code: "F"}},
		[]models.Product{{Code: "P", Family: "F", MinimumQuantity: 5, MaximumQuantity: 100}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := models.EntryRules{Catalogue: catalogue, Months: models.MonthsRule{Multiple: 12, Longest: 72}}
	today := models.NewDate(2026, time.November, 20)
	for _, tt := range []struct {
		kind     models.LineKind
		quantity int
		fine     bool
	}{
		{models.LineRenewal, 4, false}, {models.LineRenewal, 5, true}, {models.LineRenewal, 100, true}, {models.LineRenewal, 101, false},
		{models.LineAddition, 1, true}, {models.LineAddition, 0, false}, {models.LineAddition, -5, false}, {models.LineAddition, 1e9, false},
	} {
		o := models.Order{PONumber: "1", OrderType: models.OrderTypeRenewal, OrderDate: today, Lines: []models.OrderLine{
			{ProductCode: "P", Kind: tt.kind, Quantity: tt.quantity, Months: 12},
		}}
		if errs := models.CheckSheet(&o, rules, today); (errs == nil) != tt.fine {
			t.Errorf("%s of %d: %v", tt.kind, tt.quantity, errs)
		}
	}
}

func TestRenewalWindow(t *testing.T) {
	p := models.Product{RenewalWindowDays: 30}
	end := models.NewDate(2026, time.November, 30)
	if got := p.LastRenewalDay(end); got != models.NewDate(2026, time.December, 30) {
		t.Errorf("the window closes on %s", got)
	}
}

func productCodes(products []models.Product) string {
	list := make([]string, 0, len(products))
	for _, p := range products {
		list = append(list, p.Code)
	}
	return strings.Join(list, " ")
}
