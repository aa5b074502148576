package profile

import (
	"slices"

	"github.com/todoke/todoke/models"
)

// Applications is what the vendor asks for in applications (applications.md).
type Applications struct {
	// ReceiptExpiryDays is how long a receipt number can be quoted; 0 means for ever.
	ReceiptExpiryDays int `yaml:"receipt_expiry_days"`
	// StartMonthWindowMonths is how far ahead a contract may be wished to begin.
	StartMonthWindowMonths int         `yaml:"start_month_window_months"`
	Months                 Months      `yaml:"months"`
	OrderTypes             []OrderType `yaml:"order_types"`
	// Distributors may be neither reseller nor dealer; they are compared as names are.
	Distributors []string `yaml:"distributors"`
}

// Months says which contract lengths are sold.
type Months struct {
	Multiple int   `yaml:"multiple"`
	Longest  int   `yaml:"longest"`
	Also     []int `yaml:"also"`
}

// OrderType names an order type and says which fields it must have, per block.
type OrderType struct {
	Code     models.OrderType          `yaml:"code"`
	Names    models.Text               `yaml:"names"`
	Required map[models.Block][]string `yaml:"required"`
}

// OrderType gives what the profile says about the type, and whether it is one.
func (p *Profile) OrderType(code models.OrderType) (OrderType, bool) {
	i := slices.IndexFunc(p.Applications.OrderTypes, func(t OrderType) bool { return t.Code == code })
	if i < 0 {
		return OrderType{}, false
	}
	return p.Applications.OrderTypes[i], true
}

// ApplicationRules gives the rules in the form that models checks applications by.
func (p *Profile) ApplicationRules() models.ApplicationRules {
	a := p.Applications
	required := make(map[models.OrderType]map[models.Block][]string, len(a.OrderTypes))
	for _, t := range a.OrderTypes {
		required[t.Code] = t.Required
	}
	return models.ApplicationRules{
		Required:          required,
		Months:            models.MonthsRule{Multiple: a.Months.Multiple, Longest: a.Months.Longest, Also: a.Months.Also},
		StartWindowMonths: a.StartMonthWindowMonths,
		Distributors:      a.Distributors,
		Specials:          p.CatalogueSection.SpecialProducts,
	}
}

// addressFields are all that types about an existing contract ask of the end user.
var addressFields = []string{"company_name", "postal_code", "prefecture", "city", "street"}

// personFields are what a party block has for everybody; sellers also have a partner code.
var personFields = []string{
	"company_name", "company_name_kana", "department", "postal_code", "prefecture", "city", "street",
	"phone", "fax", "person_name", "person_name_kana", "email",
}

var sellerFields = append([]string{"partner_code"}, personFields...)

// asked gives the fields that the form has in a block for an order type; only
// these can be required.
func asked(t models.OrderType, block models.Block) []string {
	switch {
	case block == models.BlockReseller || block == models.BlockDealer:
		return sellerFields
	case t == models.OrderTypeNew && (block == models.BlockEndUser || block == models.BlockSupportContact):
		return personFields
	case block == models.BlockEndUser:
		return addressFields
	}
	return nil
}

func (c *checker) applications(a Applications) {
	c.between("applications.receipt_expiry_days", a.ReceiptExpiryDays, 0, 3650)
	c.between("applications.start_month_window_months", a.StartMonthWindowMonths, 1, 120)
	c.between("applications.months.multiple", a.Months.Multiple, 1, 120)
	c.between("applications.months.longest", a.Months.Longest, max(1, a.Months.Multiple), 120)
	for i, months := range a.Months.Also {
		c.between(at("applications.months.also", i), months, 1, a.Months.Longest)
	}
	c.unique("applications.distributors", "", a.Distributors, models.NameKey)
	c.orderTypes(a.OrderTypes)
}

func (c *checker) orderTypes(types []OrderType) {
	const list = "applications.order_types"
	var codes []models.OrderType
	for i, t := range types {
		codes = append(codes, t.Code)
		if !slices.Contains(models.OrderTypes, t.Code) {
			c.add(at(list, i)+".code", "unknown_value", "value", string(t.Code), "known", joinStrings(models.OrderTypes))
			continue
		}
		for block, fields := range t.Required {
			c.requiredFields(at(list, i)+".required."+string(block), t.Code, block, fields)
		}
	}
	c.unique(list, ".code", stringsOf(codes), nil)
	for _, t := range models.OrderTypes {
		if !slices.Contains(codes, t) {
			c.add(list, "lacks", "value", string(t))
		}
	}
}

func (c *checker) requiredFields(path string, t models.OrderType, block models.Block, fields []string) {
	known := asked(t, block)
	if known == nil {
		c.add(path, "block_not_asked", "value", string(t))
		return
	}
	for i, field := range fields {
		if !slices.Contains(known, field) {
			c.add(at(path, i), "unknown_value", "value", field, "known", joinStrings(known))
		}
	}
	c.unique(path, "", fields, nil)
}
