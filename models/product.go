package models

import (
	"fmt"
	"slices"
)

// CodeKind says what kind of key a product comes with.
type CodeKind string

// The kinds of keys; the domain calls a serial number what others call an activation code.
const (
	CodeActivation CodeKind = "activation_code"
	CodeSerial     CodeKind = "serial_number"
	CodeNone       CodeKind = "none"
)

// CodeKinds lists all kinds of keys.
func CodeKinds() []CodeKind { return []CodeKind{CodeActivation, CodeSerial, CodeNone} }

// Family groups products the way price lists and the application's notes do.
type Family struct {
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
}

// Product is one row of the vendor's catalogue. The default tags are what a
// profile that leaves the key out means; keys without one must be given.
type Product struct {
	Code   string `yaml:"code"`
	Names  Text   `yaml:"names"`
	Family string `yaml:"family"`
	// TRSL products share one price rank per license ID (renewal.md).
	TRSL bool `yaml:"trsl" default:"false"`
	// Credits must agree with the application's credits tick (orders.md, credits_mismatch).
	Credits bool `yaml:"credits" default:"false"`
	// ApplicationAccepted false makes an order for it product_not_eligible.
	ApplicationAccepted bool `yaml:"application_accepted" default:"true"`
	// ElectronicDelivery false keeps the product out of e-delivery (appliances, for example).
	ElectronicDelivery bool     `yaml:"electronic_delivery" default:"true"`
	CodeKind           CodeKind `yaml:"code_kind" default:"activation_code"`
	// CodePrefix is the two capitals a key begins with; empty only when there is no key.
	CodePrefix string `yaml:"code_prefix" default:""`
	// NewCodeOnRenewal excepts the product from keeping its key when renewed or added to.
	NewCodeOnRenewal bool `yaml:"new_code_on_renewal" default:"false"`
	// Option says that it is an option of another product: renewals and additions of it deliver code, programs and
	// manuals too (delivery.md).
	Option bool `yaml:"option" default:"false"`
	// OfflineCode says that the code is entered where there is no network: renewals and additions show it too.
	OfflineCode bool `yaml:"offline_code" default:"false"`
	// PrefixOptional says that people may type its code without the prefix (activation.md: Safe Lock).
	PrefixOptional bool `yaml:"prefix_optional" default:"false"`
	// FurtherCodes is how many further codes for it may ever be issued on one contract, replacements counted.
	FurtherCodes int `yaml:"further_codes" default:"10"`
	// PortalShown says that contract holders see holdings of it in the contract portal (contracts.md).
	PortalShown bool `yaml:"portal_shown" default:"true"`
	// MinimumQuantity is the least that may be renewed, also after a reduction (renewal.md).
	MinimumQuantity int `yaml:"minimum_quantity" default:"1"`
	MaximumQuantity int `yaml:"maximum_quantity" default:"999999"`
	// RenewsTo lists what a holding of it may be renewed into; empty when it is not renewed.
	RenewsTo []string `yaml:"renews_to" default:""`
	// RenewalWindowDays counts the days after the period's end in which renewing still works.
	RenewalWindowDays int `yaml:"renewal_window_days" default:"30"`
	// ReferencePrice false has holders ask the desk for the price of renewing it (renewal.md: migration kits).
	ReferencePrice bool `yaml:"reference_price" default:"true"`
	// Tax is the code of the tax on it.
	Tax string `yaml:"tax" default:"standard"`
}

// CanRenewTo says whether a holding of this product may be renewed into that one.
func (p Product) CanRenewTo(code string) bool { return slices.Contains(p.RenewsTo, code) }

// LastRenewalDay gives the last day on which a holding that ended on end may still be renewed.
func (p Product) LastRenewalDay(end Date) Date { return end.AddDays(p.RenewalWindowDays) }

// ContractField names a field of an application's contract block.
type ContractField string

// The contract fields that a ticked special product may need; the delivery mail is always asked.
const (
	FieldStartMonth ContractField = "start_month"
	FieldLicenseID  ContractField = "license_id"
	FieldMonths     ContractField = "months"
)

// ContractFields lists those fields in the form's order.
func ContractFields() []ContractField {
	return []ContractField{FieldStartMonth, FieldLicenseID, FieldMonths}
}

// SpecialProduct is a tick in the application's contract block (applications.md).
type SpecialProduct struct {
	// Code names the tick; "credits" is the one that orders are compared with.
	Code  string `yaml:"code"`
	Names Text   `yaml:"names"`
	// ContractFields are those the tick still needs; the others are greyed out.
	// The default is all of them.
	ContractFields []ContractField `yaml:"contract_fields" default:"start_month,license_id,months"`
	// SameSupportContact demands "same as end user" for the support contact.
	SameSupportContact bool `yaml:"same_support_contact" default:"false"`
	// Notice is what the form says next to the tick; nothing by default.
	Notice Text `yaml:"notice" default:""`
}

// Needs says whether the ticked product still needs that contract field.
func (s SpecialProduct) Needs(field ContractField) bool {
	return slices.Contains(s.ContractFields, field)
}

// Catalogue is what the vendor sells, in the order of the profile. It never
// changes after it was made, so any number of goroutines may read it.
type Catalogue struct {
	families []Family
	products []Product
	specials []SpecialProduct
	byCode   map[string]int
	byFamily map[string][]int
}

// NewCatalogue indexes families, products and special products. It refuses codes
// given twice, and products whose family or renewal target is missing.
func NewCatalogue(families []Family, products []Product, specials []SpecialProduct) (*Catalogue, error) {
	c := &Catalogue{
		families: slices.Clone(families),
		products: slices.Clone(products),
		specials: slices.Clone(specials),
		byCode:   make(map[string]int, len(products)),
		byFamily: make(map[string][]int, len(families)),
	}
	for _, f := range c.families {
		if _, twice := c.byFamily[f.Code]; twice {
			return nil, fmt.Errorf("family %s is given twice", f.Code)
		}
		c.byFamily[f.Code] = nil
	}
	for i, p := range c.products {
		if _, twice := c.byCode[p.Code]; twice {
			return nil, fmt.Errorf("product %s is given twice", p.Code)
		}
		if _, known := c.byFamily[p.Family]; !known {
			return nil, fmt.Errorf("product %s: no family %s", p.Code, p.Family)
		}
		c.byCode[p.Code] = i
		c.byFamily[p.Family] = append(c.byFamily[p.Family], i)
	}
	if err := c.checkRenewals(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Catalogue) checkRenewals() error {
	for _, p := range c.products {
		for _, to := range p.RenewsTo {
			if _, known := c.byCode[to]; !known {
				return fmt.Errorf("product %s renews to %s, which is not there", p.Code, to)
			}
		}
	}
	return nil
}

// Product gives the product of that code, and whether there is one.
func (c *Catalogue) Product(code string) (Product, bool) {
	i, ok := c.byCode[code]
	if !ok {
		return Product{}, false
	}
	return c.products[i], true
}

// Products gives all products in the profile's order.
func (c *Catalogue) Products() []Product { return slices.Clone(c.products) }

// PortalProducts gives the codes of the products that the contract portal shows.
func (c *Catalogue) PortalProducts() []string {
	var codes []string
	for _, p := range c.products {
		if p.PortalShown {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

// Families gives all families in the profile's order.
func (c *Catalogue) Families() []Family { return slices.Clone(c.families) }

// Family gives the family of that code, and whether there is one.
func (c *Catalogue) Family(code string) (Family, bool) {
	i := slices.IndexFunc(c.families, func(f Family) bool { return f.Code == code })
	if i < 0 {
		return Family{}, false
	}
	return c.families[i], true
}

// ProductsOf gives the products of a family in the profile's order.
func (c *Catalogue) ProductsOf(family string) []Product {
	products := make([]Product, 0, len(c.byFamily[family]))
	for _, i := range c.byFamily[family] {
		products = append(products, c.products[i])
	}
	return products
}

// SpecialProducts gives the ticks of the application's contract block in the form's order.
func (c *Catalogue) SpecialProducts() []SpecialProduct { return slices.Clone(c.specials) }

// SpecialProduct gives the tick of that code, and whether there is one.
func (c *Catalogue) SpecialProduct(code string) (SpecialProduct, bool) {
	i := slices.IndexFunc(c.specials, func(s SpecialProduct) bool { return s.Code == code })
	if i < 0 {
		return SpecialProduct{}, false
	}
	return c.specials[i], true
}
