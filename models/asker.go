package models

import "strings"

// Asker is whoever fills in a public form: delivery.md wants all of it for resends
// and inquiries. Everything is kept as typed.
type Asker struct {
	CompanyName string
	Department  string
	PersonName  string
	Phone       string
	Email       string
	Prefecture  string
	City        string
}

// askerFields are the fields in the form's order, with what each is checked for.
var askerFields = []struct {
	name    string
	of      func(*Asker) *string
	longest int
	problem func(string) string
}{
	{"company_name", func(a *Asker) *string { return &a.CompanyName }, MaxNameLength, nil},
	{"department", func(a *Asker) *string { return &a.Department }, MaxNameLength, nil},
	{"person_name", func(a *Asker) *string { return &a.PersonName }, MaxNameLength, nil},
	{"phone", func(a *Asker) *string { return &a.Phone }, MaxPhoneLength, phoneProblem},
	{"email", func(a *Asker) *string { return &a.Email }, MaxEmailLength, emailProblem},
	{"prefecture", func(a *Asker) *string { return &a.Prefecture }, MaxNameLength, prefectureProblem},
	{"city", func(a *Asker) *string { return &a.City }, MaxNameLength, nil},
}

// Trim takes the spaces around the values away, which copying leaves behind.
func (a *Asker) Trim() {
	for _, f := range askerFields {
		*f.of(a) = strings.TrimSpace(*f.of(a))
	}
}

// Check gives everything that is wrong; each field's name has the prefix before it.
func (a Asker) Check(prefix string) []FieldError {
	var errs []FieldError
	for _, f := range askerFields {
		value, field := strings.TrimSpace(*f.of(&a)), prefix+f.name
		if value == "" {
			errs = append(errs, Field(field, "required"))
			continue
		}
		if wrong := CheckLine(field, value, f.longest); wrong != nil {
			errs = append(errs, wrong...)
			continue
		}
		if f.problem != nil {
			if code := f.problem(value); code != "" {
				errs = append(errs, Field(field, code))
			}
		}
	}
	return errs
}
