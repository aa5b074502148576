package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// NameForm is the part of a form that asks for another name of a contract's holder.
// It stands in a form of its own, or in the one that changes contacts.
type NameForm struct {
	ui.Page
	Old           models.HolderName
	New           models.HolderName
	Reason        models.NameChangeReason
	Note          string
	Understood    bool
	Chosen        *NameFound // from the directory
	Find          NameFind
	Searched      bool
	Found         []NameFound
	Wrong         map[string]string // by field, as named in the form
	Reasons       []ui.Choice
	Prefectures   []ui.Choice
	Days          string // how long it takes, in words
	AttachmentMB  int
	AttachmentMax int
}

// NameFind is what the directory is searched for.
type NameFind struct{ Name, Prefecture, PostalCode string }

// NameFound is a corporation of the directory.
type NameFound struct {
	Number, Name, Kana, PostalCode, Address string
	Closed                                  bool
}

// nameFields are the fields of this part from top to bottom.
var nameFields = []string{
	"name.find.postal_code", "name.corporate_number", "name.company_name", "name.company_kana", "name.department", "name.reason", "name.note",
	"name.understood", "name.attachments",
}

// Blame adds what is wrong with fields.
func (f *NameForm) Blame(wrong map[string]string) {
	if f.Wrong == nil {
		f.Wrong = map[string]string{}
	}
	for field, text := range wrong {
		f.Wrong[field] = text
	}
}

// OnlyWrong says whether nothing but that field is wrong.
func (f NameForm) OnlyWrong(field string) bool { return len(f.Wrong) == 1 && f.Wrong[field] != "" }

// Problems lists what is wrong, from top to bottom.
func (f NameForm) Problems() []ui.FieldProblem {
	var list []ui.FieldProblem
	for _, field := range nameFields {
		if f.Wrong[field] != "" {
			list = append(list, ui.FieldProblem{ID: field, Label: f.T(nameLabel(field)), Text: f.Wrong[field]})
		}
	}
	return list
}

func nameLabel(field string) string {
	switch field {
	case "name.corporate_number":
		return "portal.name_change.chosen"
	case "name.understood":
		return "portal.name_change.understood_label"
	}
	return "portal.name_change." + field[len("name."):]
}

func (f NameForm) field(name, value string, must bool) ui.InputField {
	field := ui.InputField{
		Name: name, Label: f.T(nameLabel(name)), Value: value, Wrong: f.Wrong[name], Focus: focused(f.Wrong, name, nameFields...),
	}
	if must {
		field.Must = f.T("portal.name_change.must")
	}
	return field
}

func (f NameForm) hinted(field ui.InputField, hint string) ui.InputField {
	field.Hint = hint
	return field
}

// Rows are old and new side by side, only those that differ.
func (f NameForm) Rows() []NameRow { return nameRows(f.Page, f.Old, f.New) }

// NameRow is one part of a name, before and after.
type NameRow struct{ Label, Before, After string }

func nameRows(p ui.Page, before, after models.HolderName) []NameRow {
	var rows []NameRow
	for _, r := range []NameRow{
		{"company_name", before.CompanyName, after.CompanyName}, {"company_kana", before.CompanyKana, after.CompanyKana},
		{"department", before.Department, after.Department},
	} {
		if r.Before != r.After {
			r.Label = p.T("portal.name_change." + r.Label)
			rows = append(rows, r)
		}
	}
	return rows
}

// hidden are the values that the check page carries on.
func (f NameForm) hidden() [][2]string {
	understood := ""
	if f.Understood {
		understood = "1"
	}
	values := [][2]string{
		{"name.company_name", f.New.CompanyName}, {"name.company_kana", f.New.CompanyKana}, {"name.department", f.New.Department},
		{"name.reason", string(f.Reason)}, {"name.note", f.Note}, {"name.understood", understood},
		{"name.find.name", f.Find.Name}, {"name.find.prefecture", f.Find.Prefecture}, {"name.find.postal_code", f.Find.PostalCode},
	}
	if f.Chosen != nil {
		values = append(values, [2]string{"name.corporate_number", f.Chosen.Number})
	}
	return values
}

func (f NameForm) reasonText() string { return f.T("name_change_reason." + string(f.Reason)) }

// NewName is the form that asks for another name alone, and its check page.
type NewName struct {
	Frame
	License    string
	ContractID int64
	Action     string // where the form goes
	Follow     string // the page about the request
	Contract   string // the contract's page
	Open       string // why none can be asked for now
	Form       NameForm
}

// NameChange is the page about the newest request for a contract.
type NameChange struct {
	Frame
	License  string
	At       string // its own address
	Contract string // the contract's page
	Number   string // nothing where no change was asked for
	Received string
	Until    string // the day it is due, while staff have it
	Tone     string
	State    string
	Text     string
	Old, New models.HolderName
	Reason   string
	Note     string
	Files    []string
	Open     bool
	Version  int64
	Asked    bool // staff asked something
	QuoteBy  string
	Quote    string
	Answer   string // as typed
	Wrong    map[string]string
	Problem  string   // why what was typed was not taken
	Limits   NameForm // of attachments
}

func (v NameChange) rows() []NameRow { return nameRows(v.Page, v.Old, v.New) }

func orEmpty(p ui.Page, value string) string {
	if value == "" {
		return p.T("portal.name_change.empty")
	}
	return value
}

// limits are the bounds of attachments, with what is wrong with those sent.
func (v NameChange) limits() NameForm {
	f := v.Limits
	f.Wrong = v.Wrong
	return f
}
