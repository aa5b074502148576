package views

import "github.com/todoke/todoke/web/ui"

// Renewal is a contract's reference renewal price.
type Renewal struct {
	Frame
	License string
	Holder  string
	At      string // the contract's page
	PDF     string
	Rows    []RenewalRow
	Refused []RenewalRefused
	Sums    ui.RenewalSums
	Priced  bool // there is a price: nothing that was entered is wrong
	Any     bool // some of the holdings have a price
	AskDesk bool
	Wrong   []ui.FieldProblem
}

// RenewalRow is a holding with its choices and its price.
type RenewalRow struct {
	ID       string
	Held     string // the product
	Quantity string
	EndsOn   string
	Into     ui.InputField
	Choices  []ui.Choice
	Years    ui.InputField
	Spans    []ui.Choice
	Renewed  ui.InputField
	Line     ui.RenewalLine
}

// RenewalRefused is a holding without a price.
type RenewalRefused struct {
	Product  string
	Quantity string
	EndsOn   string
	Reason   string
}
