package views

import (
	"github.com/todoke/todoke/web/ui"
)

// The links behind the numbers of requests for codes.
const (
	ActivationsURL    = "/console/activation?status=waiting&oldest=1"
	AllActivationsURL = "/console/activation"
)

// Activations is the list of requests for codes.
type Activations struct {
	Frame
	Heading  string
	Lead     string
	Filter   ActivationFilter
	Chips    []Chip
	Rows     []ActivationRow
	Count    string
	ClearURL string
	Pager    Pager
}

// ActivationFilter is the state of the filter form.
type ActivationFilter struct {
	Query, Status, Kind, From, To string
	Oldest                        bool
	Statuses, Kinds               []ui.Choice
	Wrong                         string
}

// ActivationRow is a request in a list.
type ActivationRow struct {
	Number, Came, License, Holder, Kind, Product, Requester string
	State                                                   Pill
	Age                                                     string
	Left                                                    *Pill // how long the link still works
}

// Activation is the page of a request for a code.
type Activation struct {
	Frame
	Number, Title, Status, Came, License string
	Version                              int64
	State                                Pill
	Left                                 *Pill
	Facts                                [][2]string
	Codes                                []FurtherCode
	Mails                                []MailRow
	Tasks                                []TaskRow
	Events                               []Event
	Form                                 Form
	Changed                              *Changed
	CanCancel, CanResend                 bool
	Temporal                             string
}

// FurtherCode is a code that was issued further.
type FurtherCode struct {
	ID                                int64
	License, Product, Kind, Issued    string
	Masked, Revealed                  string
	Request                           string // its number
	State                             Pill
	Offline, CanRevoke, CanReplace    bool
	LicenseFile                       bool
	Reason, Replaces, Limit, CodeKind string
}

// CodeEvent is something that happened to a request for a code of the contract.
type CodeEvent struct{ When, Number, Title, Who, Note string }

func (v Activation) action(name string) string {
	return "/console/activation/" + v.Number + "/" + name
}

func (v Activation) field(action, name, label string, must bool) ui.InputField {
	f := v.Form.field(action, name, label, "")
	if must {
		f.Must = v.T("console.must")
	}
	return f
}

// At is where the code's actions are sent.
func (c FurtherCode) At() string { return "/console/contracts/" + c.License + "/codes/" + itoa(c.ID) }

// Action names a form about the code.
func (c FurtherCode) Action(name string) string { return name + "-" + itoa(c.ID) }

// overtaken says why a decision about a code was refused whose form is no longer offered.
func (v Contract) overtaken() string {
	about := false
	for _, c := range v.Codes {
		if v.Form.Action == c.Action("revoke") && c.CanRevoke || v.Form.Action == c.Action("replace") && c.CanReplace {
			return ""
		}
		about = about || v.Form.Action == c.Action("revoke") || v.Form.Action == c.Action("replace")
	}
	if !about {
		return ""
	}
	return v.Form.General
}

func (v Contract) codeField(c FurtherCode, name string) ui.InputField {
	action := c.Action(name)
	wrong := v.Form.Wrong(action, "reason")
	return ui.InputField{
		Name: "reason", ID: action + "-reason", Label: v.T("console.activation.reason"), Value: v.Form.Value(action, "reason", ""),
		Wrong: wrong, Focus: wrong != "", Must: v.T("console.must"),
	}
}

func (v Activation) seen() Seen { return Seen{Version: v.Version, Shown: v.Status} }

func (v Activation) act(name, tone, label string) Act {
	return v.Form.act(v.action(name), v.seen(), name, tone, label)
}
