package views

import (
	"github.com/todoke/todoke/web/ui"
)

// The links behind the numbers of name changes.
const (
	NameChangesURL     = "/console/name-changes?status=accepted&status=reviewing&oldest=1"
	NameChangesLateURL = "/console/name-changes?status=accepted&status=reviewing&overdue=1&oldest=1"
	AllNameChangesURL  = "/console/name-changes"
)

// NameChanges is the list of name changes.
type NameChanges struct {
	Frame
	Heading  string
	Lead     string
	Filter   NameChangeFilter
	Chips    []Chip
	Rows     []NameChangeRow
	Count    string
	ClearURL string
	Pager    Pager
}

// NameChangeFilter is the state of the filter form.
type NameChangeFilter struct {
	Query, Status, Reason, From, To string
	Overdue, Oldest                 bool
	Statuses, Reasons               []ui.Choice
	Wrong                           string
}

// NameChangeRow is a name change in a list.
type NameChangeRow struct {
	Number, Came, License, Old, New, Reason string
	State                                   Pill
	Due                                     *Pill
	Hints                                   []Pill
}

// NameChangeQueue is the head of the queue of name changes on the first page.
type NameChangeQueue struct {
	Count int64
	Late  bool // some are overdue
	Rows  []NameChangeRow
}

// NameChange is the page where a change of name is decided.
type NameChange struct {
	Frame
	Number, Title, Status, Came, License string
	Version                              int64
	State                                Pill
	Due                                  *Pill
	Escalated, Closed                    bool
	Names                                []NameRow
	Corporate                            *NameCorporate // chosen from the directory
	HolderAddress                        string
	Hints                                []Hint
	Warns                                bool // some hint warns of a transfer
	Asked                                [][2]string
	Files                                []NameFile
	Contracts                            []NameContract
	Others                               []NameOther
	Said                                 []Message
	Mails                                []MailRow
	Tasks                                []TaskRow
	Events                               []Event
	Form                                 Form
	Changed                              *Changed
	Can                                  NameChangeCan
	Temporal                             string
}

// NameChangeCan says which decisions role and state allow.
type NameChangeCan struct{ Approve, Reject, AskBack bool }

// NameRow is one part of the name, old and new.
type NameRow struct {
	Label, Old, New string
	Differs         bool
}

// NameCorporate is the corporation chosen, as the directory had it then.
type NameCorporate struct{ Number, Name, Address string }

// Hint is what the directory or the reason says.
type Hint struct {
	Level Pill
	Text  string
}

// NameFile is a document that came with a request or an answer.
type NameFile struct{ Name, URL, Meta, SHA256 string }

// NameContract is a contract of the holder.
type NameContract struct {
	License, Holder string
	State           Pill
	This            bool // the one whose name is to change
}

// NameOther is another open request of the same company.
type NameOther struct {
	Number, Old, New string
	State            Pill
}

func (v NameChange) action(name string) string {
	return "/console/name-changes/" + v.Number + "/" + name
}

// field is a field of a decision's form.
func (v NameChange) field(action, name, label string, must bool) ui.InputField {
	f := v.Form.field(action, name, label, "")
	if must {
		f.Must = v.T("console.must")
	}
	return f
}

func (v NameChange) approveNote() ui.InputField {
	f := v.field("approve", "note", v.T("console.name_change.approve_note"), v.Warns)
	if v.Warns {
		f.Hint = v.T("console.name_change.approve_note_must")
	}
	return f
}

func (v NameChange) seen() Seen { return Seen{Version: v.Version, Shown: v.Status} }

func (v NameChange) act(name, tone, label string) Act {
	return v.Form.act(v.action(name), v.seen(), name, tone, label)
}
