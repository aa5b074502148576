package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// EntryRules is what the profile says about order sheets.
type EntryRules struct {
	Catalogue *Catalogue
	Months    MonthsRule
}

// MaxOrderLines bounds a sheet; the longest real ones have some dozens of lines.
const MaxOrderLines = 100

// MaxUnitPrice bounds a unit price in yen, so that amounts stay far from overflowing.
const MaxUnitPrice = 1_000_000_000

// CheckSheet checks the order sheet by itself (number, type, date, lines) and
// completes the kinds that may be left out. All errors at once, each with its field.
func CheckSheet(o *Order, rules EntryRules, today Date) []FieldError {
	errs := checkSheetHead(o, today)
	if len(o.Lines) == 0 {
		return append(errs, Field("lines", "required"))
	}
	if len(o.Lines) > MaxOrderLines {
		return append(errs, Field("lines", "too_many", "max", strconv.Itoa(MaxOrderLines)))
	}
	typeKnown := slices.Contains(OrderTypes, o.OrderType)
	for i := range o.Lines {
		o.Lines[i].Position = i + 1
		errs = append(errs, checkLine(&o.Lines[i], o.OrderType, typeKnown, rules)...)
	}
	return errs
}

func checkSheetHead(o *Order, today Date) []FieldError {
	var errs []FieldError
	if strings.TrimSpace(o.PONumber) == "" {
		errs = append(errs, Field("po_number", "required"))
	}
	errs = append(errs, CheckLine("po_number", o.PONumber, MaxPONumber)...)
	if !slices.Contains(OrderTypes, o.OrderType) {
		errs = append(errs, Field("order_type", "unknown_value"))
	}
	switch {
	case o.OrderDate.IsZero():
		errs = append(errs, Field("order_date", "required"))
	case o.OrderDate.After(today.AddDays(1)) || o.OrderDate.Before(today.AddMonths(-24)):
		errs = append(errs, Field("order_date", "date_out_of_range"))
	}
	return append(errs, CheckFreeText("communication", o.Communication)...)
}

func checkLine(l *OrderLine, t OrderType, typeKnown bool, rules EntryRules) []FieldError {
	path := func(name string) string { return fmt.Sprintf("lines[%d].%s", l.Position-1, name) }
	var errs []FieldError
	add := func(name, code string, params ...string) { errs = append(errs, Field(path(name), code, params...)) }

	product, known := rules.Catalogue.Product(l.ProductCode)
	switch {
	case l.ProductCode == "":
		add("product_code", "required")
	case !known:
		add("product_code", "product_unknown")
	}
	if least, most := quantityBounds(*l, product, known); l.Quantity < least || l.Quantity > most {
		add("quantity", "quantity_out_of_range", "min", strconv.Itoa(least), "max", strconv.Itoa(most))
	}
	if l.UnitPrice < 0 || l.UnitPrice > MaxUnitPrice {
		add("unit_price", "out_of_range", "min", "0", "max", strconv.Itoa(MaxUnitPrice))
	}
	if typeKnown {
		errs = append(errs, completeKind(l, t, path("kind"))...)
	}
	return append(errs, checkLineTerm(l, t, rules, path)...)
}

// maxQuantity bounds lines whose product says nothing.
const maxQuantity = 999_999

// quantityBounds gives the least and the most that a line may have. A product's
// minimum holds where a holding is renewed (renewal.md); anything else may be one.
func quantityBounds(l OrderLine, p Product, known bool) (least, most int) {
	least, most = 1, maxQuantity
	if known {
		most = p.MaximumQuantity
		if l.Kind.Extends() {
			least = p.MinimumQuantity
		}
	}
	return least, most
}

// completeKind fills the kind in where it may be left out and refuses one that
// the order type does not have.
func completeKind(l *OrderLine, t OrderType, field string) []FieldError {
	if l.Kind == "" {
		if t == OrderTypeRenewal {
			return []FieldError{Field(field, "required")}
		}
		l.Kind = LineNew
	}
	if !slices.Contains(t.LineKinds(), l.Kind) {
		return []FieldError{Field(field, "kind_not_for_type")}
	}
	return nil
}

func checkLineTerm(l *OrderLine, t OrderType, rules EntryRules, path func(string) string) []FieldError {
	var errs []FieldError
	// An addition takes its end from the holding, so its months say nothing.
	if l.Kind != LineAddition && (l.Months < 1 || l.Months > rules.Months.Longest) {
		errs = append(errs, Field(path("months"), "months_not_allowed",
			"multiple", strconv.Itoa(rules.Months.Multiple), "max", strconv.Itoa(rules.Months.Longest)))
	}
	if l.Kind == LineAddition && (l.Months < 0 || l.Months > rules.Months.Longest) {
		errs = append(errs, Field(path("months"), "out_of_range", "min", "0", "max", strconv.Itoa(rules.Months.Longest)))
	}
	if l.LicenseID == "" {
		if l.Kind.Extends() && t == OrderTypeNew {
			errs = append(errs, Field(path("license_id"), "required"))
		}
		return errs
	}
	id, ok := ParseLicenseID(l.LicenseID)
	if !ok {
		return append(errs, Field(path("license_id"), "digits_only"))
	}
	l.LicenseID = id
	return errs
}
