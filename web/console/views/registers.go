package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Pager holds the links to the pages before and after.
type Pager struct {
	Prev string
	Next string
}

// Applications is the list of applications.
type Applications struct {
	Frame
	Query    string
	Status   string
	Type     string
	Statuses []ui.Choice
	Types    []ui.Choice
	Rows     []ApplicationRow
	Pager    Pager
}

// ApplicationRow is an application in a list.
type ApplicationRow struct {
	models.Application
	State Pill
}

// Application is the page of one application.
type Application struct {
	Frame
	Application models.Application
	State       Pill
	OrderNumber string
	Document    *Document
	Specials    string
	Events      []models.AuditEntry
	Support     bool
	Tasks       []TaskRow
	Form        Form
}

// Contracts is the list of contracts.
type Contracts struct {
	Frame
	Query string
	Rows  []ContractRow
	Pager Pager
}

// ContractRow is a contract in a list.
type ContractRow struct {
	models.Contract
	State Pill
}

// Contract is the page of one contract.
type Contract struct {
	Frame
	Contract  models.Contract
	State     Pill
	Holdings  []HoldingRow
	History   []ChangeRow
	Orders    []OrderLink
	Inquiries []InquiryRow
	Changes   []ContactsChange
	Edit      bool // the person may change the contacts
	Tasks     []TaskRow
	Portal    PortalAccess
	Form      Form
	// NameChanges are the requests for another name, newest first.
	NameChanges []NameChangeRow
	// Codes are the further codes, newest first, and CodeEvents what happened to requests for them.
	Codes      []FurtherCode
	CodeEvents []CodeEvent
	// Notices are the renewal notices, newest first.
	Notices []SentNotice
}

// HoldingRow is a product on the contract.
type HoldingRow struct {
	ID       int64
	Product  string
	Code     string
	Quantity int
	Period   string
	State    Pill
	Masked   string // the activation code's face until it is shown; empty without one
	Revealed string
	CodeKind string
}

// ChangeRow is a line of the contract's history.
type ChangeRow struct {
	When     string
	Kind     string
	Product  string
	Quantity string
	Period   string
	Reduced  bool
	NewCode  bool
}

// OrderLink is an order that a record mentions.
type OrderLink struct {
	Number string
	State  Pill
	When   string
}

// Mails is the list of mails.
type Mails struct {
	Frame
	Status   string
	Kind     string
	Query    string
	Statuses []ui.Choice
	Kinds    []ui.Choice
	Rows     []MailRow
	Pager    Pager
}

// Audit is the audit log.
type Audit struct {
	Frame
	Subject   string
	SubjectID string
	Actor     string
	Action    string
	Subjects  []ui.Choice
	Actions   []ui.Choice
	Rows      []AuditRow
	Pager     Pager
	Wrong     string
}

// AuditRow is an entry of the audit log.
type AuditRow struct {
	When    string
	Stamp   string
	Who     string
	Kind    string
	Action  string
	Subject string
	URL     string
	Changes []ChangedRow
	Request string
}

// Search is the page of what a text was found in.
type Search struct {
	Frame
	Orders       []QueueRow
	Applications []ApplicationRow
	Contracts    []ContractRow
	Inquiries    []InquiryRow
	None         bool
}

// Products is the catalogue.
type Products struct {
	Frame
	Query    string
	Families []Family
	Count    int
}

// Family is a family of the catalogue.
type Family struct {
	Name     string
	Products []PricedProduct
}

// PricedProduct is a product with the bands of today's price list.
type PricedProduct struct {
	models.Product
	Bands []models.PriceBand
}
