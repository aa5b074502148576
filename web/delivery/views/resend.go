package views

import "github.com/todoke/todoke/web/ui"

// Resend is the form to have a delivery mailed again, and the page that says it was taken.
type Resend struct {
	Frame
	Values      map[string]string // as typed, by field
	Wrong       map[string]string
	Fields      []ui.FieldProblem // what is wrong, from top to bottom
	Problem     string            // what went wrong with the whole
	Days        string            // business days until an acknowledgement that does not come is overdue
	Prefectures []ui.Choice
}

// ResendFields are the form's fields from top to bottom; each is named by the text "delivery.resend.<field>".
var ResendFields = []string{
	"reference", "end_user_name", "asker.company_name", "asker.department", "asker.person_name", "asker.phone",
	"asker.email", "asker.prefecture", "asker.city", "resend_to",
}

// completions are what browsers may fill in by themselves.
var completions = map[string]string{
	"asker.company_name": "organization", "asker.person_name": "name", "asker.phone": "tel", "asker.email": "email",
	"asker.prefecture": "address-level1", "asker.city": "address-level2",
}

// field is a field of the form; all but the address to send to must be filled in.
func (v Resend) field(name string) ui.InputField {
	f := ui.InputField{
		Name: name, Label: v.T("delivery.resend." + name), Value: v.Values[name], Wrong: v.Wrong[name],
		Complete: completions[name], Must: v.T("delivery.must"), Focus: len(v.Fields) > 0 && v.Fields[0].ID == name,
	}
	switch name {
	case "reference":
		f.Hint, f.Class = v.T("delivery.resend.reference_hint"), "num"
	case "end_user_name":
		f.Hint = v.T("delivery.resend.end_user_name_hint")
	case "asker.email":
		f.Type, f.Hint = "email", v.T("delivery.resend.email_hint")
	case "asker.phone":
		f.Type = "tel"
	case "resend_to":
		f.Type, f.Hint, f.Must = "email", v.T("delivery.resend.resend_to_hint"), ""
	}
	return f
}

// Follow is the page where the person asking sees what became of it.
type Follow struct {
	Frame
	Number   string
	Received string
	Tone     string
	State    string
	Text     string // what that means
	Quote    string // staff's question, or why it was refused
	QuoteBy  string // what the quotation is
	Action   string // where the answer goes; nothing where none is asked for
	Answer   string // as typed
	Wrong    string
	Answered bool   // just now
	Problem  string // why what was typed was not taken
	Missing  bool   // the mails are out, so it helps to know why they may not arrive
}
