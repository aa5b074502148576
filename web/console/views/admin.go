package views

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Resellers is the list of resellers with the form for a new one.
type Resellers struct {
	Frame
	Rows []models.Reseller
	Form Form
}

// Reseller is the page of one reseller and its keys.
type Reseller struct {
	Frame
	Reseller models.Reseller
	Keys     []models.APIKey
	NewKey   string // shown once, right after it was made
	Form     Form
	Scopes   map[string]bool // ticked
}

// People is the list of staff with the form for a new member.
type People struct {
	Frame
	Rows  []models.Staff
	Roles []ui.Choice
	Form  Form
	Langs []ui.Choice
}

// Person is the page of one member of staff.
type Person struct {
	Frame
	Person models.Staff
	Roles  []ui.Choice
	Langs  []ui.Choice
	Form   Form
	Self   bool
}

// Me is one's own page: language and password.
type Me struct {
	Frame
	Langs []ui.Choice
	Form  Form
}

func typed(f ui.InputField, kind, complete string) ui.InputField {
	f.Type, f.Complete = kind, complete
	return f
}

func passwordField(p ui.Page, f Form, action string) ui.InputField {
	field := typed(f.field(action, "password", p.T("console.staff.new_password"), ""), "password", "new-password")
	field.Value, field.Hint = "", p.T("console.staff.password_hint")
	return field
}

func ownerField(v Reseller) ui.InputField {
	field := typed(v.Form.field("key", "owner_email", v.T("console.keys.owner"), v.Reseller.Email), "email", "off")
	field.Hint = v.T("console.keys.owner_hint")
	return field
}
