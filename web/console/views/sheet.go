package views

import (
	"fmt"

	"github.com/a-h/templ"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Sheet is an order sheet as it is being typed.
type Sheet struct {
	PartnerCode   string
	PONumber      string
	OrderDate     string
	OrderType     string
	Communication string
	Lines         []SheetLine
	Types         []ui.Choice
	Kinds         []ui.Choice
	Families      []FamilyChoices
	Holdings      []ui.Choice // of the license ID, where lines can be about one of them
	Resellers     []ui.Choice
	Problems      Problems
	Fields        []ui.FieldProblem // the same in the form's order
}

// SheetLine is one line as typed.
type SheetLine struct {
	ProductCode string
	Kind        string
	Quantity    string
	Months      string
	UnitPrice   string
	LicenseID   string
	HoldingID   string
}

// FamilyChoices are the products of a family to choose from.
type FamilyChoices struct {
	Name     string
	Products []ui.Choice
}

// path is a line field's name, the same as in the API's errors.
func path(i int, name string) string { return fmt.Sprintf("lines[%d].%s", i, name) }

// blank is the line that JavaScript copies; its index is put in there.
const blank = "__i__"

func linePath(i int, name string) string {
	if i < 0 {
		return "lines[" + blank + "]." + name
	}
	return path(i, name)
}

// input gives a field of the sheet with its problem, focused when it is the first wrong one.
func (s Sheet) input(name, label, value string) ui.InputField {
	return ui.InputField{
		Name: name, Label: label, Value: value, Wrong: s.Problems[name],
		Focus: s.Problems.First(s.Fields, name),
	}
}

// Entry is the page on which staff enter an order.
type Entry struct {
	Frame
	Receipt     string
	Application *models.Application
	Specials    string
	Sheet       Sheet
	General     string
	GeneralURL  string // the order that the refusal names
	GeneralName string
}

// Replace is the page on which an order sheet is replaced.
type Replace struct {
	Frame
	Order   models.Order
	Sheet   Sheet
	Now     []Line
	General string
	Changed *Changed
	Seen    string
	Why     []string // the reasons of the open send-back
	Note    string
}

// marks gives a line field's attributes for screen readers and focus.
func (s Sheet) marks(i int, name string) templ.Attributes {
	id := linePath(i, name)
	if s.Problems[id] == "" {
		return templ.Attributes{}
	}
	marks := templ.Attributes{"aria-invalid": "true", "aria-describedby": id + "-wrong"}
	if s.Problems.First(s.Fields, id) {
		marks["autofocus"] = true
	}
	return marks
}

func lookupField(v Entry) ui.InputField {
	f := v.Sheet.input("receipt_number", v.T("console.entry.receipt"), v.Receipt)
	f.Hint, f.Must, f.Complete, f.Class = v.T("console.entry.receipt_hint"), v.T("console.must"), "off", "num"
	f.Name, f.MaxLen = "receipt", 80
	f.ID = "receipt_number"
	f.Focus = f.Focus || v.Application == nil
	return f
}

func poField(p ui.Page, s Sheet) ui.InputField {
	f := s.input("po_number", p.T("console.entry.po"), s.PONumber)
	f.Must, f.Complete = p.T("console.must"), "off"
	return f
}

func dateField(p ui.Page, s Sheet) ui.InputField {
	f := s.input("order_date", p.T("console.entry.date"), s.OrderDate)
	f.Must, f.Type, f.Class = p.T("console.must"), "date", "w-m"
	return f
}

func communicationField(p ui.Page, s Sheet) ui.InputField {
	f := s.input("communication", p.T("console.entry.communication"), s.Communication)
	f.Hint = p.T("console.entry.communication_hint")
	return f
}
