package mail

import "github.com/todoke/todoke/models"

// The mails about further activation codes. The profile has kinds of its own for
// them, one or two for each row of its table, with their subjects and senders; what
// they say is the same.
const (
	KindActivationLink   Kind = "activation_link"
	KindActivationIssued Kind = "activation_issued"
)

// ActivationLink brings the link by which the issue of a code is confirmed.
type ActivationLink struct {
	Subject   models.Text // as the profile has it
	Name      models.Text // what is issued
	Product   models.Text
	Number    string
	LicenseID string
	Serial    bool // it is called a serial number
	UntilDay  models.Date
	UntilTime string
	Link      string
}

// Kind names the mail.
func (ActivationLink) Kind() Kind             { return KindActivationLink }
func (ActivationLink) subject() subject       { return subject{} }
func (d ActivationLink) pattern() models.Text { return d.Subject }

// ActivationIssued brings the code.
type ActivationIssued struct {
	Subject   models.Text // as the profile has it
	Name      models.Text // what was issued
	Product   models.Text
	Number    string
	LicenseID string
	Code      string
	Serial    bool // it is called a serial number
	Quantity  int
	From, To  models.Date
	Link      string // to the contract
}

// Kind names the mail.
func (ActivationIssued) Kind() Kind             { return KindActivationIssued }
func (ActivationIssued) subject() subject       { return subject{} }
func (d ActivationIssued) pattern() models.Text { return d.Subject }

// patterned is a mail whose subject is not its kind's alone.
type patterned interface{ pattern() models.Text }
