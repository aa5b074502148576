package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// ContractContacts is the form in which staff edit a contract's contacts.
type ContractContacts struct {
	Frame
	Contract models.Contract
	Version  int64 // that the person looks at
	Form     ui.ContactsForm
	Reason   string
	Problems []ui.FieldProblem
	Problem  string // about the whole form
}

// ContactsChange is a change of contacts in a contract's history.
type ContactsChange struct {
	When    string
	Stamp   string
	Who     string
	Role    string // whom the person stands for on the contract, or nothing
	Title   string
	Reason  string
	Request string // number of the name change that it belongs to, or nothing
	Fields  []models.ContractChangeField
}
