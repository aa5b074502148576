package views

import (
	"github.com/todoke/todoke/web/ui"
)

// The links behind the numbers of resends.
const (
	ResendsURL        = "/console/resends?status=reviewing&oldest=1"
	ResendsLateURL    = "/console/resends?status=reviewing&overdue=1&oldest=1"
	ResendsAskedURL   = "/console/resends?status=asked_back&oldest=1"
	AllResendsURL     = "/console/resends"
	resendActionsPath = "/console/resends/"
)

// Resends is the list of resends.
type Resends struct {
	Frame
	Heading  string
	Lead     string
	Filter   ResendFilter
	Chips    []Chip
	Rows     []ResendRow
	Count    string
	ClearURL string
	Pager    Pager
}

// ResendFilter is the state of the filter form.
type ResendFilter struct {
	Query    string
	Status   string
	Source   string
	From     string
	To       string
	Overdue  bool
	Oldest   bool
	Statuses []ui.Choice
	Sources  []ui.Choice
	Wrong    string
}

// ResendRow is a resend in a list.
type ResendRow struct {
	Number    string
	Came      string
	Reference string
	EndUser   string
	Asker     string
	Source    string
	Fits      []Pill // what the check found
	State     Pill
	Due       *Pill
}

// Resend is the page where a resend is decided.
type Resend struct {
	Frame
	Number     string
	EndUser    string
	Status     string
	Version    int64
	Source     string
	Came       string
	State      Pill
	Due        *Pill
	Asked      [][2]string // label and value of what was asked
	Candidates []Candidate
	Chosen     string // the delivery that is ticked
	Sent       *ResendSent
	Said       []Message
	Mails      []MailRow
	Tasks      []TaskRow // about mails to the person who asked
	Events     []Event
	Form       Form
	Changed    *Changed
	Can        ResendCan
	Every      string
	Busy       bool // the process is at it
	Temporal   string
}

// ResendCan says which decisions role and state allow.
type ResendCan struct{ Approve, Refuse, AskBack bool }

// Candidate is a delivery that the request's number names, side by side with what was asked.
type Candidate struct {
	ID        string // of the delivery
	Number    string
	Order     string
	PO        string
	Reseller  string
	Delivered string
	Problem   string // why it cannot be mailed again
	Rows      []Compared
}

// Compared is one item as asked and as on record.
type Compared struct {
	Label  string
	Asked  string
	Record string
	Fit    Pill
	Fits   bool
}

// ResendSent is the delivery that was mailed again.
type ResendSent struct {
	Number string
	Order  string
	To     string
}

// Message is what was said between staff and the person who asked.
type Message struct {
	Title string
	Who   string
	When  string
	Text  string
}

// ResendQueue is the head of the queue of resends on the first page.
type ResendQueue struct {
	Count int64
	Late  bool // some are overdue
	Rows  []ResendRow
}

// action is where a decision's form goes.
func (v Resend) action(name string) string { return resendActionsPath + v.Number + "/" + name }

// field is a field of a decision's form.
func (v Resend) field(action, name, label string) ui.InputField {
	f := v.Form.field(action, name, label, "")
	f.Must = v.T("console.must")
	return f
}

// approveField is a field of the form that approves, where nothing must be filled in.
func (v Resend) approveField(name, label, hint string) ui.InputField {
	f := v.field("approve", name, label)
	f.Must, f.Hint, f.Complete = "", hint, "off"
	return f
}

func (v Resend) seen() Seen { return Seen{Version: v.Version, Shown: v.Status} }

func (v Resend) act(name, tone, label string) Act {
	return v.Form.act(v.action(name), v.seen(), name, tone, label)
}
