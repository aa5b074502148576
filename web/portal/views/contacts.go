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
	Name      NameForm
	NameOpen  bool   // another name is asked for, or is about to be
	Waiting   string // number of a request that a review decides already, or nothing

	Now        []models.ContractChangeField // what is, or was, changed at once
	Later      []models.ContractChangeField // what a review decides
	Number     string                       // of that request, once it was made
	CountsFrom string                       // the day from which a new address signs in, or nothing
	Email      string                       // that the mail goes to
}

// at is the form's address.
func (v Contacts) at() string { return "/portal/contracts/" + v.Contract.LicenseID + "/contacts" }

// back is the contract's page.
func (v Contacts) back() string { return "/portal/contracts/" + v.Contract.LicenseID }

// follow is the page about the request for another name.
func (v Contacts) follow() string { return v.back() + "/name-change" }

// outcome is the beginning of the texts that say what was done.
func (v Contacts) outcome() string {
	switch {
	case v.Number == "":
		return "portal.contacts.done."
	case len(v.Now) > 0:
		return "portal.contacts.partly."
	}
	return "portal.contacts.waits."
}

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
	Note   string // about the request for another name that belongs to it
	Fields []models.ContractChangeField
}
