package views

import "github.com/todoke/todoke/web/ui"

// Renewal is the calculator of renewal prices.
type Renewal struct {
	Frame
	License  string // of the contract that it was begun with, or nothing
	Holder   string
	Rows     []RenewalRow
	More     string // how many rows the next page has
	Day      ui.InputField
	Families []FamilyChoices
	Years    []ui.Choice
	Any      bool
	Sums     ui.RenewalSums
	Problems []ui.FieldProblem
}

// RenewalRow is a product with what is asked for and what it comes to.
type RenewalRow struct {
	Index   string
	Ends    string // the end of what is held, as in the address
	EndsOn  string
	Product ui.InputField
	Into    ui.InputField
	Choices []ui.Choice
	Held    ui.InputField
	Renewed ui.InputField
	Added   ui.InputField
	Years   ui.InputField
	Lines   []ui.RenewalLine
	Refused string
}

// SentNotice is a renewal notice about a contract.
type SentNotice struct {
	When      string
	Days      string
	EndsOn    string
	Role      string
	Recipient string
	State     Pill
}
