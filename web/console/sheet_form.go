package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
	"golang.org/x/text/width"
)

// unreadable stands for a number that could not be read: every rule refuses it,
// so it is reported together with all other errors.
const unreadable = -1

// readSheet reads a typed order sheet: as typed, to be shown again, and as an
// order, with the fields whose numbers could not be read.
func readSheet(form url.Values) (views.Sheet, models.Order, []string) {
	s := views.Sheet{
		PartnerCode: form.Get("partner_code"), PONumber: form.Get("po_number"), OrderDate: form.Get("order_date"),
		OrderType: form.Get("order_type"), Communication: strings.ReplaceAll(form.Get("communication"), "\r\n", "\n"),
	}
	o := models.Order{
		PartnerCode: s.PartnerCode, PONumber: strings.TrimSpace(s.PONumber), OrderType: models.OrderType(s.OrderType),
		Communication: strings.TrimSpace(s.Communication),
	}
	var wrong []string
	date, err := day(s.OrderDate)
	if err != nil {
		wrong = append(wrong, "order_date")
	}
	o.OrderDate = date
	for i := range models.MaxOrderLines + 1 {
		if !form.Has(linePath(i, "product_code")) {
			break
		}
		typed, line, unread := readLine(form, i)
		s.Lines, o.Lines, wrong = append(s.Lines, typed), append(o.Lines, line), append(wrong, unread...)
	}
	return s, o, wrong
}

func linePath(i int, name string) string { return fmt.Sprintf("lines[%d].%s", i, name) }

func readLine(form url.Values, i int) (views.SheetLine, models.OrderLine, []string) {
	field := func(name string) string { return strings.TrimSpace(form.Get(linePath(i, name))) }
	typed := views.SheetLine{
		ProductCode: field("product_code"), Kind: field("kind"), Quantity: field("quantity"), Months: field("months"),
		UnitPrice: field("unit_price"), LicenseID: field("license_id"), HoldingID: field("holding_id"),
	}
	line := models.OrderLine{ProductCode: typed.ProductCode, Kind: models.LineKind(typed.Kind), LicenseID: typed.LicenseID}
	var wrong []string
	read := func(name, text string) int64 {
		n, ok := typedNumber(text)
		if !ok {
			wrong = append(wrong, linePath(i, name))
		}
		return n
	}
	line.Quantity, line.Months, line.UnitPrice = int(read("quantity", typed.Quantity)), int(read("months", typed.Months)), read("unit_price", typed.UnitPrice)
	if id := number(typed.HoldingID); id > 0 {
		line.HoldingID = &id
	}
	return typed, line, wrong
}

// typedNumber reads a whole number as people type it: full width, with commas.
// Nothing typed is 0, which the rules judge.
func typedNumber(text string) (int64, bool) {
	plain := strings.NewReplacer(",", "", "、", "", " ", "", "円", "", "¥", "", "\\", "").Replace(width.Fold.String(text))
	if plain == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(plain, 10, 32)
	if err != nil {
		return unreadable, false
	}
	return n, true
}

// emptyLine tells a line that nobody filled in.
func emptyLine(l views.SheetLine) bool {
	return l.ProductCode == "" && l.Quantity == "" && l.UnitPrice == "" && l.LicenseID == "" && l.HoldingID == ""
}

// edited does what the buttons that work without JavaScript ask for: a line more
// or a line less. It says whether it was one of those.
func edited(s *views.Sheet, do string) bool {
	if do == "add_line" {
		if len(s.Lines) < models.MaxOrderLines {
			s.Lines = append(s.Lines, views.SheetLine{})
		}
		return true
	}
	place, isRemove := strings.CutPrefix(do, "remove_line:")
	if !isRemove {
		return false
	}
	if i, err := strconv.Atoi(place); err == nil && i >= 0 && i < len(s.Lines) && len(s.Lines) > 1 {
		s.Lines = slices.Delete(s.Lines, i, i+1)
	}
	return true
}

// offer adds what the sheet's fields let one choose from. Holdings are those of
// the license ID that the application names.
func (v *visit) offer(s *views.Sheet, a models.Application) error {
	s.Types = choices(v, "order_type.", models.OrderTypes)[1:]
	s.Kinds = []ui.Choice{{Label: v.t("console.lines.kind_default")}}
	for _, k := range []models.LineKind{
		models.LineNew, models.LineNewPreferential, models.LineRenewal, models.LineMigrationRenewal, models.LineAddition,
	} {
		s.Kinds = append(s.Kinds, ui.Choice{Value: string(k), Label: v.t("line_kind." + string(k))})
	}
	for _, f := range v.Rules.Catalogue.Families() {
		family := views.FamilyChoices{Name: f.Names.In(v.language)}
		for _, p := range v.Rules.Catalogue.ProductsOf(f.Code) {
			family.Products = append(family.Products, ui.Choice{Value: p.Code, Label: p.Names.In(v.language) + "　" + p.Code})
		}
		s.Families = append(s.Families, family)
	}
	if a.LicenseID == "" {
		return nil
	}
	contract, err := v.Store.ContractByLicense(v.ctx(), v.actor(), a.LicenseID)
	if models.IsKind(err, models.KindNotFound) {
		return nil // the checks say what is wrong with the ID
	}
	for _, h := range contract.Holdings {
		s.Holdings = append(s.Holdings, ui.Choice{
			Value: strconv.FormatInt(h.ID, 10),
			Label: fmt.Sprintf("%s × %s　%s", v.product(h.ProductCode), ui.Number(h.Quantity), v.period(h.StartsOn, h.EndsOn)),
		})
	}
	return err
}

// blame puts errors at the sheet's fields. A number that could not be read is
// said to be just that, whatever else the rules find in its place.
func (v *visit) blame(s *views.Sheet, fields []models.FieldError, unread []string) {
	s.Problems = views.Problems{}
	for _, f := range fields {
		if s.Problems[f.Field] == "" {
			s.Problems[f.Field] = texts.Field(v.language, f)
		}
	}
	for _, name := range unread {
		code := "number_malformed"
		if name == "order_date" {
			code = "date_malformed"
		}
		s.Problems[name] = texts.Field(v.language, models.Field(name, code))
	}
	for name, text := range s.Problems {
		s.Fields = append(s.Fields, ui.FieldProblem{ID: name, Label: v.fieldLabel(name), Text: text})
	}
	slices.SortFunc(s.Fields, func(a, b ui.FieldProblem) int {
		return cmp.Or(cmp.Compare(fieldPlace(a.ID), fieldPlace(b.ID)), cmp.Compare(a.ID, b.ID))
	})
}

// sheetFields are the form's fields from top to bottom, with their labels.
var sheetFields = []struct{ name, label string }{
	{"receipt_number", "console.entry.receipt"}, {"partner_code", "console.entry.reseller"}, {"po_number", "console.entry.po"},
	{"order_type", "console.entry.type"}, {"order_date", "console.entry.date"}, {"communication", "console.entry.communication"},
	{"lines", "console.lines.title"}, {"product_code", "console.lines.product"}, {"holding_id", "console.lines.holding"},
	{"kind", "console.lines.kind"}, {"quantity", "console.lines.quantity"}, {"months", "console.lines.months"},
	{"unit_price", "console.lines.price"}, {"license_id", "console.lines.license"}, {"note", "console.act.note"},
}

// splitPath takes lines[2].quantity apart; other fields have line -1.
func splitPath(name string) (line int, field string) {
	rest, ok := strings.CutPrefix(name, "lines[")
	index, field, found := strings.Cut(rest, "].")
	n, err := strconv.Atoi(index)
	if !ok || !found || err != nil {
		return -1, name
	}
	return n, field
}

func fieldPlace(name string) int {
	line, field := splitPath(name)
	place := slices.IndexFunc(sheetFields, func(f struct{ name, label string }) bool { return f.name == field })
	return (line+1)*len(sheetFields) + place
}

func (v *visit) fieldLabel(name string) string {
	line, field := splitPath(name)
	for _, f := range sheetFields {
		if f.name != field {
			continue
		}
		if line < 0 {
			return v.t(f.label)
		}
		return v.t("console.lines.numbered", "n", strconv.Itoa(line+1)) + " " + v.t(f.label)
	}
	return name
}
