package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// ActivationKind is a kind of code that can be asked for, as the profile has it.
type ActivationKind struct {
	Name     string
	At       string   // the page that asks for it
	Needs    []string // what people need at hand
	Products []string // what the contract must hold
	Result   string   // what is issued
	How      string
	Link     bool // confirmed by a link, and not by consent
}

// ActivationKinds is the page that all kinds stand on.
type ActivationKinds struct {
	Frame
	Kinds   []ActivationKind
	Waiting int // requests that wait to be confirmed
}

// Activation is one kind's form, through all its steps.
type Activation struct {
	Frame
	Kind          ActivationKind
	FormKey       string
	License, Code string // as typed
	AsksCode      bool
	AsksContact   bool
	CodeHint      string
	Offers        []ActivationOffer
	Chosen        string // the holding's ID
	Contact       string // as typed
	Again         string
	Span          string // how long the link works, in words
	Terms         string
	Wrong         map[string]string // by field
	Problem       string            // why nothing was asked for
	Contract      string            // the contract's page, where it is known
}

// ActivationOffer is a product that a further code can be had for, or could but for something.
type ActivationOffer struct {
	Holding string // ID
	Product string // what comes out
	Held    string // what it comes out for, in words
	Open    bool   // it can be asked for
	Code    string // the one that was issued before
	Label   string // what that one is called
	Issued  string // when
	Refusal string
	Note    string // what asking for it again means, or nothing
}

// activationFields are the form's fields from top to bottom.
var activationFields = []string{"license", "code", "holding", "contact_email", "contact_email_again", "purpose"}

// Open says whether anything can be asked for.
func (v Activation) Open() bool {
	for _, o := range v.Offers {
		if o.Open {
			return true
		}
	}
	return false
}

// Choice is the offer that was chosen.
func (v Activation) Choice() ActivationOffer {
	for _, o := range v.Offers {
		if o.Holding == v.Chosen {
			return o
		}
	}
	return ActivationOffer{}
}

// Problems lists what is wrong, from top to bottom.
func (v Activation) Problems() []ui.FieldProblem {
	var list []ui.FieldProblem
	for _, field := range activationFields {
		if v.Wrong[field] != "" {
			list = append(list, ui.FieldProblem{ID: field, Label: v.T(activationLabels[field]), Text: v.Wrong[field]})
		}
	}
	return list
}

var activationLabels = map[string]string{
	"license": "portal.activation.license", "code": "portal.activation.code", "holding": "portal.activation.offers",
	"contact_email": "portal.activation.email", "contact_email_again": "portal.activation.repeated", "purpose": "portal.activation.purpose",
}

func (v Activation) field(name, value, hint string) ui.InputField {
	return ui.InputField{
		Name: name, Label: v.T(activationLabels[name]), Hint: hint, Value: value, Wrong: v.Wrong[name], Must: v.T("portal.activation.must"),
		Complete: "off", Focus: focused(v.Wrong, name, activationFields...),
	}
}

func (v Activation) licenseField() ui.InputField {
	f := v.field("license", v.License, v.T("portal.activation.license_hint"))
	f.Class, f.Mode = "num", "numeric"
	f.Focus = f.Focus || len(v.Wrong) == 0 && v.License == ""
	return f
}

func (v Activation) codeField() ui.InputField {
	f := v.field("code", v.Code, v.CodeHint)
	f.Class = "num"
	f.Focus = f.Focus || len(v.Wrong) == 0 && v.License != "" && v.Code == ""
	return f
}

func (v Activation) emailField() ui.InputField {
	f := v.field("contact_email", v.Contact, "")
	f.Type, f.Complete = "email", "email"
	return f
}

func (v Activation) againField() ui.InputField {
	f := v.field("contact_email_again", v.Again, v.T("portal.activation.repeated_hint"))
	f.Type, f.NoPaste = "email", v.T("portal.activation.no_paste")
	return f
}

// carried are the values that the pages after the first one carry on.
func (v Activation) carried() [][2]string {
	return [][2]string{{"form_key", v.FormKey}, {"license", v.License}, {"code", v.Code}}
}

// checked are those that the check page carries on besides.
func (v Activation) checked() [][2]string {
	return append(v.carried(), [2]string{"holding", v.Chosen}, [2]string{"contact_email", v.Contact}, [2]string{"contact_email_again", v.Again})
}

// steps are what asking for a code of the kind takes.
func (v Activation) steps() []string {
	if v.Kind.Link {
		return []string{"contract", "product", "check", "mail"}
	}
	return []string{"contract", "consent", "sent"}
}

// mailLead says what is mailed where.
func (v Activation) mailLead() string {
	if v.Kind.Link {
		return v.T("portal.activation.mail_lead", "email", v.Email)
	}
	return v.T("portal.activation.mail_lead_consent", "email", v.Email)
}

// bothAddresses says whether the mails go to two addresses that differ.
func (v Activation) bothAddresses() bool { return differ(v.Contact, v.Email) }

func differ(contact, account string) bool {
	return contact != "" && models.AddressKey(contact) != models.AddressKey(account)
}

// ActivationRequest is one request as who made it sees it.
type ActivationRequest struct {
	Frame
	ActivationRequestRow
	Link     bool // confirmed by a link
	Just     bool // it was made just now
	Kind     string
	License  string
	Contract string // its page
	Download string // where its product is downloaded, when it is for first use
	Purpose  string
	Contact  string // the address mailed to besides the one that is signed in, or nothing
	Span     string // how long the link works, in words
	Until    string
	Version  int64
	Problem  string // why it was not cancelled
	Ask      string // the form for another one
}

// bothAddresses says whether the mails went to two addresses that differ.
func (v ActivationRequest) bothAddresses() bool { return differ(v.Contact, v.Email) }

// ActivationRequestRow is a request in the list.
type ActivationRequestRow struct {
	Number   string
	At       string // its page
	Product  string
	Received string
	State    State
	Status   models.ActivationStatus
}

// ActivationRequests are the requests of who is signed in.
type ActivationRequests struct {
	Frame
	Rows []ActivationRequestRow
}

// IssuedCodeRow is a code that was issued for a contract besides those of its holdings.
type IssuedCodeRow struct {
	ID       int64
	Kind     string
	Product  string
	Label    string // what the code is called
	Code     string // nothing once it was revoked
	IssuedOn string
	Revoked  string // that it was, and when, or nothing
	File     string // where its license file is saved from, or nothing
}
