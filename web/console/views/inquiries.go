package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// The lists of inquiries behind the numbers.
const (
	InquiriesURL     = "/console/inquiries?status=open"
	InquiriesLateURL = "/console/inquiries?status=late"
)

// Inquiries is the list of inquiries.
type Inquiries struct {
	Frame
	Status    string
	Query     string
	Assignee  string
	Statuses  []ui.Choice
	Assignees []ui.Choice
	Rows      []InquiryRow
	Pager     Pager
}

// InquiryRow is an inquiry in a list.
type InquiryRow struct {
	Number   string
	Company  string
	Person   string
	Contract string
	License  string
	Quoted   string
	State    Pill
	Age      *Pill
	Assignee string
	When     string
}

// Inquiry is the page of one inquiry.
type Inquiry struct {
	Frame
	Inquiry     models.Inquiry
	State       Pill
	Age         *Pill
	Fits        []Fit
	Thread      []ThreadMessage
	New         []ThreadMessage // since the page was opened, after a form came back
	Kept        string          // what was typed into a form that is no longer there
	Others      []InquiryRow
	OrderNumber string
	License     string
	Assignee    string
	Mine        bool
	Act         bool // the role may act on it
	Closed      bool
	Choices     []ui.Choice
	Form        Form
	Seen        int64 // the newest message on the page
}

// Fit is one thing that the person said, beside what is registered.
type Fit struct {
	Label string
	Said  string
	Known string
	Fits  bool
	URL   string
}

// ThreadMessage is one message of the thread.
type ThreadMessage struct {
	ID          int64
	Kind        string
	Title       string
	Who         string
	Text        string
	Quoted      string
	When        string
	Stamp       string
	Note        string
	Attachments []string
	Cut         bool
	Mail        *Pill
	Reply       string // of the mail server, where the mail did not arrive
}

func (v Inquiry) field(action, label, must string) ui.InputField {
	f := v.Form.field(action, "text", label, "")
	f.Must = must
	return f
}

func (v Inquiry) at(action string) string {
	return "/console/inquiries/" + v.Inquiry.Number + "/" + action
}

func answerField(v Inquiry) ui.InputField {
	f := v.field("answer", v.T("console.inquiry.answer"), "")
	f.Hint = v.T("console.inquiry.answer_hint", "email", v.Inquiry.Asker.Email)
	return f
}

func (v Inquiry) seen() Seen { return Seen{Version: v.Inquiry.Version, Shown: itoa(v.Seen)} }

func (v Inquiry) act(name, tone, label string) Act {
	return v.Form.act(v.at(name), v.seen(), name, tone, label)
}
