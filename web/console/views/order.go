package views

import (
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Order is the page of one order.
type Order struct {
	Frame
	Order       models.Order
	Reseller    models.Reseller
	Application models.Application
	State       Pill
	Age         *Pill // how long it has waited, in business days
	Alert       []Pill
	Differences *Differences
	Earlier     []Round
	Lines       []Line
	Total       int64
	Made        []Made // what registering made of the lines
	Licenses    []string
	Shipment    *models.Shipment
	Settled     []Settled
	Documents   []Document
	Mails       []MailRow
	Resends     []ResendRow
	Dead        map[string]models.AddressMark // addresses that nothing is sent to
	Tasks       []TaskRow
	Events      []Event
	Notes       []models.OrderNote
	Inquiries   []InquiryRow
	Assignee    string
	Mine        bool // the person is the assignee
	Choices     []ui.Choice
	Can         Can
	Form        Form
	Changed     *Changed
	Every       string // how often to look again while the process works on it; nothing once it has settled
	Temporal    string // link into the Temporal UI
	Seen        string // what the page shows, to compare with when somebody changed it
	Crumb       string
	CrumbURL    string
	Receipt     string
	Specials    string
}

// Can says which actions role and state allow.
type Can struct {
	Confirm, Reapply, Replace, Cancel, Pass, Hold, SendBack, Redirect, Resend, Note, Assign bool
}

// Differences is the open send-back.
type Differences struct {
	Title  string
	Since  string
	Rows   []Difference
	Many   bool   // several can be confirmed together
	Letter string // the message to the reseller, ready to send
	MailTo string
}

// Difference is one reason: both values side by side, and what settles it.
type Difference struct {
	Code        models.ReasonCode
	Key         string // of its fields in the form: the code, and of several with that code the order's value
	Title       string
	Application string
	Order       string
	Inside      string // for staff's eyes only
	Todo        string
	Confirm     *ConfirmField
	Reapply     bool
	Replace     bool
	Cancel      bool
}

// ConfirmField is the value to confirm, prefilled.
type ConfirmField struct {
	Kind     string // fixed, email, month or license
	Label    string
	Button   string
	Value    string
	Holder   string // the registered holder's name, where the ID is known
	List     []string
	Earliest string
	Latest   string
}

// Round is a send-back that was answered.
type Round struct {
	Title   string
	When    string
	Reasons []string
}

// Line is a line of the order sheet.
type Line struct {
	Position  int
	Product   string
	Code      string
	Kind      string
	Quantity  int
	Months    int
	UnitPrice int64
	Amount    int64
	License   string
}

// Made is what one line became in the register.
type Made struct {
	Product  string
	Kind     string
	Quantity string
	Period   string
	Reduced  bool
	NewCode  bool
}

// Settled is a value that staff confirmed.
type Settled struct {
	Title string
	Value string
	Who   string
	When  string
}

// Document is a PDF to open.
type Document struct {
	Label string
	URL   string
	Meta  string
	Hash  string
	Note  string
}

// MailRow is a mail of the ledger.
type MailRow struct {
	ID        int64
	Title     string
	Recipient string
	State     Pill
	When      string
	Reply     string
	About     string // the number of what the mail is about, or nothing
	AboutURL  string
	Attempts  int
	Dead      bool // nothing is sent to the recipient any more
	Again     bool // staff who look at it may send it once more
	Unknown   bool // nobody knows whether it arrived
}

// TaskRow is something staff must look at.
type TaskRow struct {
	ID     int64
	Title  string
	Detail string
	Mail   string // the mail it is about
	When   string
	Open   bool
	Note   string
}

// Event is a line of the timeline.
type Event struct {
	At      time.Time
	Tone    string // mail, stop, ok, note, bad, or nothing
	Title   string
	Detail  string
	Quote   string // free text of people
	Who     string
	Request string
	When    string
	Pill    *Pill
	Weight  int // what happened at one moment comes in this order
}

// Changed says what somebody else changed since the page was opened.
type Changed struct {
	Title string   // of what was changed, where it is no order
	Kept  []string // what was typed into a form that is no longer there
	By    []string
	Rows  []ChangedRow
}

// ChangedRow is one fact before and after.
type ChangedRow struct {
	Label  string
	Before string
	After  string
}
