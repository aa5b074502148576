package profile

import (
	"regexp"
	"slices"

	"github.com/todoke/todoke/models"
)

// CatalogueSection lists what the vendor sells, in the order people see it.
type CatalogueSection struct {
	SpecialProducts []models.SpecialProduct `yaml:"special_products"`
	Families        []models.Family         `yaml:"families"`
	Products        []models.Product        `yaml:"products"`
}

// creditsTick is the special product that orders are compared with.
const creditsTick = "credits"

var (
	catalogueCode = regexp.MustCompile(`^[A-Z0-9]+(?:-[A-Z0-9]+)*$`)
	codePrefix    = regexp.MustCompile(`^[A-Z]{2}$`)
)

// maxCodeLength bounds family and product codes: they stand in columns and on paper.
const maxCodeLength = 32

func (c *checker) catalogue(s CatalogueSection, taxes []models.Tax) {
	c.specialProducts(s.SpecialProducts)
	var families, products []string
	for i, f := range s.Families {
		families = append(families, f.Code)
		c.code(at("catalogue.families", i)+".code", f.Code)
	}
	c.unique("catalogue.families", ".code", families, nil)
	for _, p := range s.Products {
		products = append(products, p.Code)
	}
	c.unique("catalogue.products", ".code", products, nil)
	taxCodes := make([]string, len(taxes))
	for i, tax := range taxes {
		taxCodes[i] = tax.Code
	}
	known := make(map[string]bool, len(products))
	for _, code := range products {
		known[code] = true
	}
	for i, p := range s.Products {
		path := at("catalogue.products", i)
		c.product(path, p)
		if !slices.Contains(families, p.Family) {
			c.add(path+".family", "unknown_value", "value", p.Family, "known", joinStrings(families))
		}
		if !slices.Contains(taxCodes, p.Tax) {
			c.add(path+".tax", "unknown_value", "value", p.Tax, "known", joinStrings(taxCodes))
		}
		c.renewals(path+".renews_to", p.RenewsTo, known)
	}
	if len(products) == 0 {
		c.add("catalogue.products", "empty")
	}
}

func (c *checker) code(field, code string) {
	if !catalogueCode.MatchString(code) || len(code) > maxCodeLength {
		c.add(field, "not_a_catalogue_code")
	}
}

func (c *checker) product(path string, p models.Product) {
	c.code(path+".code", p.Code)
	switch {
	case !slices.Contains(models.CodeKinds(), p.CodeKind):
		c.add(path+".code_kind", "unknown_value", "value", string(p.CodeKind), "known", joinStrings(models.CodeKinds()))
	case p.CodeKind == models.CodeNone && (p.CodePrefix != "" || p.NewCodeOnRenewal || p.OfflineCode || p.PrefixOptional):
		c.add(path+".code_kind", "no_code_has_no_prefix")
	case p.CodeKind != models.CodeNone && !codePrefix.MatchString(p.CodePrefix):
		c.add(path+".code_prefix", "not_a_prefix")
	}
	c.between(path+".minimum_quantity", p.MinimumQuantity, 1, maxQuantity)
	c.between(path+".maximum_quantity", p.MaximumQuantity, max(1, p.MinimumQuantity), maxQuantity)
	c.between(path+".further_codes", p.FurtherCodes, 0, 10_000)
	c.between(path+".renewal_window_days", p.RenewalWindowDays, 0, 3650)
}

func (c *checker) renewals(path string, targets []string, known map[string]bool) {
	for i, to := range targets {
		if !known[to] {
			c.add(at(path, i), "product_unknown", "value", to)
		}
	}
	c.unique(path, "", targets, nil)
}

func (c *checker) specialProducts(specials []models.SpecialProduct) {
	const list = "catalogue.special_products"
	var codes []string
	for i, s := range specials {
		codes = append(codes, s.Code)
		if !ruleCode.MatchString(s.Code) {
			c.add(at(list, i)+".code", "not_a_code")
		}
		for j, field := range s.ContractFields {
			if !slices.Contains(models.ContractFields(), field) {
				c.add(at(at(list, i)+".contract_fields", j), "unknown_value",
					"value", string(field), "known", joinStrings(models.ContractFields()))
			}
		}
	}
	c.unique(list, ".code", codes, nil)
	if !slices.Contains(codes, creditsTick) {
		c.add(list, "lacks", "value", creditsTick)
	}
}

func (s CatalogueSection) build() (*models.Catalogue, error) {
	return models.NewCatalogue(s.Families, s.Products, s.SpecialProducts)
}
