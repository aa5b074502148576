package ui

import (
	"net/http"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// ContactsForm is the part of a form in which a contract's contacts are edited,
// with what was typed. The portal and the console share it.
type ContactsForm struct {
	Page
	Contacts models.Contacts
	Fields   []models.ContactField
	Wrong    map[string]string // by path
	First    string            // the field that gets the focus, or nothing
	Places   []ContactPlace    // that a postal code may mean
	Notes    map[models.ContactRole]string
	Clashes  []models.ContactClash
	// Apart says that the holder's corporate name is asked for elsewhere on the page.
	Apart bool
}

// ContactPlace is a place that a postal code means, to be chosen.
type ContactPlace struct {
	Role  models.ContactRole
	Value string
	Label string
}

// longestTyped is more than any field takes; what is longer is not shown again.
const longestTyped = 4000

// ReadContacts reads the contacts from a form. What the form does not have stays
// as it was.
func ReadContacts(r *http.Request, fields []models.ContactField, was models.Contacts) models.Contacts {
	typed := was
	for _, f := range fields {
		if values, sent := r.PostForm[f.Path]; sent && len(values) > 0 {
			*f.Of(&typed) = shown(values[0])
		}
	}
	return typed
}

// shown gives a text in a form that a page can show again.
func shown(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) > longestTyped {
		text = strings.ToValidUTF8(text[:longestTyped], "")
	}
	return text
}

// ContactProblems words what is wrong with contacts, at the fields and in a list
// in the order of the form.
func ContactProblems(lang models.Language, fields []models.ContactField, errs []models.FieldError) (map[string]string, []FieldProblem) {
	wrong := map[string]string{}
	for _, e := range errs {
		if wrong[e.Field] == "" {
			wrong[e.Field] = texts.Field(lang, e)
		}
	}
	var list []FieldProblem
	for _, f := range fields {
		if wrong[f.Path] != "" {
			list = append(list, FieldProblem{ID: f.Path, Label: texts.ContactField(f.Path).In(lang), Text: wrong[f.Path]})
		}
	}
	return wrong, list
}

// FillAddress puts the place of a postal code into a contact. Where the code means
// several, their common part is put in and they are offered; chosen is the town of
// one that was offered.
func (f *ContactsForm) FillAddress(role models.ContactRole, places []models.PostalCode, chosen []string) {
	party := f.Contacts.Of(role)
	if f.Notes == nil {
		f.Notes = map[models.ContactRole]string{}
	}
	if len(places) == 0 {
		f.Notes[role] = f.T("contacts.postal_unknown")
		return
	}
	i := slices.IndexFunc(places, func(p models.PostalCode) bool { return slices.Contains(chosen, p.Town) })
	if i < 0 && len(places) == 1 {
		i = 0
	}
	party.Prefecture, party.City = places[max(i, 0)].Prefecture(), places[max(i, 0)].City
	party.PostalCode = models.WrittenPostalCode(places[0].Code)
	if i < 0 {
		f.Notes[role] = f.T("contacts.several")
		for _, p := range places {
			f.Places = append(f.Places, ContactPlace{Role: role, Value: p.Town, Label: p.Prefecture() + p.City + p.Town})
		}
		return
	}
	if !strings.HasPrefix(party.Street, places[i].Town) {
		party.Street = places[i].Town
	}
	f.Notes[role] = f.T("contacts.filled")
}

// input gives a field with what was typed.
func (f ContactsForm) input(role models.ContactRole, name, complete string) InputField {
	path := string(role) + "." + name
	in := InputField{
		Name: path, Label: f.T("contacts.field." + name), Wrong: f.Wrong[path], Complete: complete, Focus: f.First == path,
	}
	i := slices.IndexFunc(f.Fields, func(field models.ContactField) bool { return field.Path == path })
	if i < 0 {
		return in
	}
	in.Value = *f.Fields[i].Of(&f.Contacts)
	if f.Fields[i].Required {
		in.Must = f.T("contacts.must")
	}
	if hint := "contacts.hint." + name; f.T(hint) != hint {
		in.Hint = f.T(hint)
	}
	return in
}

func (f ContactsForm) typed(role models.ContactRole, name, complete, kind string) InputField {
	in := f.input(role, name, complete)
	in.Type, in.Mode = kind, kind
	return in
}

// postal is the postal code's field.
func (f ContactsForm) postal(role models.ContactRole) InputField {
	in := f.input(role, "postal_code", "postal-code")
	in.Class, in.Mode = "w-s", "numeric"
	return in
}

// prefectures are the choices of a select; one that is none of them is offered as it is.
func (f ContactsForm) prefectures(role models.ContactRole) []Choice {
	list := []Choice{{Label: f.T("contacts.choose")}}
	if now := f.Contacts.Of(role).Prefecture; now != "" && !models.IsPrefecture(now) {
		list = append(list, Choice{Value: now, Label: now})
	}
	for _, p := range models.Prefectures {
		list = append(list, Choice{Value: p, Label: p})
	}
	return list
}

func (f ContactsForm) placesOf(role models.ContactRole) []ContactPlace {
	return slices.DeleteFunc(slices.Clone(f.Places), func(p ContactPlace) bool { return p.Role != role })
}

// value shows a value of a field, or that there is none.
func (f ContactsForm) value(text string) string {
	if text == "" {
		return f.T("contacts.empty")
	}
	return text
}

// contactField names a field with the contact that it belongs to.
func contactField(p Page, path string) string { return texts.ContactField(path).In(p.Language) }
