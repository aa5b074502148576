package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Contacts is the form that changes what a contract says of its contacts, with the
// steps that follow it.
type Contacts struct {
	Frame
	Contract  models.Contract
	Version   int64 // of the contract when the person began
	Form      ui.ContactsForm
	Privacy   bool
	Problems  []ui.FieldProblem
	Unchanged bool
	Days      string // that a review takes, in words

	Now        []models.ContractChangeField // what is, or was, changed at once
	CountsFrom string                       // the day from which a new address signs in, or nothing
	Email      string                       // that the mail goes to
}

// at is the form's address.
func (v Contacts) at() string { return "/portal/contracts/" + v.Contract.LicenseID + "/contacts" }

// back is the contract's page.
func (v Contacts) back() string { return "/portal/contracts/" + v.Contract.LicenseID }

// Changes is the history of a contract's contacts.
type Changes struct {
	Frame
	LicenseID string
	Rows      []Change
}

// Change is one step of the history.
type Change struct {
	When   string
	Stamp  string
	By     string
	Title  string
	Fields []models.ContractChangeField
}
