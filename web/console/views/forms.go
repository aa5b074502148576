package views

import "github.com/todoke/todoke/web/ui"

// Form is an action's form that came back: what was typed and what is wrong with it.
type Form struct {
	Action   string
	Values   map[string]string
	Problems Problems
	General  string // what is wrong with the whole
}

// Value gives what was typed into the action's field, or what it is prefilled with.
func (f Form) Value(action, field, prefilled string) string {
	if f.Action != action {
		return prefilled
	}
	if v, ok := f.Values[field]; ok {
		return v
	}
	return prefilled
}

// Wrong gives what is wrong with the action's field.
func (f Form) Wrong(action, field string) string {
	if f.Action != action {
		return ""
	}
	return f.Problems[field]
}

// field is a field of the action's form.
func (f Form) field(action, name, label, prefilled string) ui.InputField {
	wrong := f.Wrong(action, name)
	return ui.InputField{
		Name: name, ID: action + "-" + name, Label: label, Value: f.Value(action, name, prefilled), Wrong: wrong, Focus: wrong != "",
	}
}

// act is the button for an action whose form is sent to at.
func (f Form) act(at string, seen Seen, name, tone, label string) Act {
	a := Act{Name: name, Tone: tone, Label: label, At: at, Seen: seen, Open: f.Action == name}
	if a.Open && f.General != "" {
		a.Wrong = []string{f.General}
	}
	return a
}

// Act is a button that opens a form; without JavaScript too.
type Act struct {
	Name, Tone, Label string
	At                string // where the form is sent
	Seen              Seen
	Open              bool
	Wrong             []string // what is wrong with the whole
}

// Seen is what the sender of a form had looked at, so that a change by somebody
// else can be told as a difference.
type Seen struct {
	Version int64
	Shown   string
}
