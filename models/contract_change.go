package models

import (
	"slices"
	"strings"
	"time"
)

// ContactRole says which of a contract's two contacts is meant.
type ContactRole string

// The contacts: the contract contact is the holder's.
const (
	ContactHolder  ContactRole = "holder"
	ContactSupport ContactRole = "support"
)

// ContactRoles lists them.
var ContactRoles = []ContactRole{ContactHolder, ContactSupport}

// Contacts are the parties of a contract that its contacts may change.
type Contacts struct {
	Holder  Party
	Support Party
}

// Contacts gives the contract's contacts.
func (c Contract) Contacts() Contacts { return Contacts{Holder: c.Holder, Support: c.Support} }

// Of gives the party of a role.
func (c *Contacts) Of(role ContactRole) *Party {
	if role == ContactSupport {
		return &c.Support
	}
	return &c.Holder
}

// ContactField is one field of the form that changes contacts.
type ContactField struct {
	Path     string // as forms, errors and the history have it: holder.phone
	Role     ContactRole
	Name     string // the party's field as in applications: phone
	Required bool
	// Reviewed says that it is part of the holder's corporate or branch name, which
	// only a review changes (contracts.md).
	Reviewed bool

	field partyField
}

// notEditable are the fields of a party that contacts have none of.
var notEditable = []string{"partner_code"}

// reviewedFields are the corporate and branch name, each as it is written and read.
var reviewedFields = []string{"company_name", "company_name_kana", "department"}

// ContactFields gives the fields in the order of the form. Required is what new
// contracts require of the same parties.
func ContactFields(rules ApplicationRules) []ContactField {
	required := map[ContactRole][]string{
		ContactHolder:  rules.Required[OrderTypeNew][BlockEndUser],
		ContactSupport: rules.Required[OrderTypeNew][BlockSupportContact],
	}
	var list []ContactField
	for _, role := range ContactRoles {
		for _, f := range partyFields {
			if slices.Contains(notEditable, f.name) {
				continue
			}
			list = append(list, ContactField{
				Path: string(role) + "." + f.name, Role: role, Name: f.name, field: f,
				Required: slices.Contains(required[role], f.name),
				Reviewed: role == ContactHolder && slices.Contains(reviewedFields, f.name),
			})
		}
	}
	return list
}

// IsReviewed says whether the field of that path waits for a review when the
// contract's contacts change it.
func IsReviewed(path string) bool {
	role, name, _ := strings.Cut(path, ".")
	return role == string(ContactHolder) && slices.Contains(reviewedFields, name)
}

// Of gives the field's place in the contacts.
func (f ContactField) Of(c *Contacts) *string { return f.field.of(c.Of(f.Role)) }

// Column is the contract's column that holds the field.
func (f ContactField) Column() string {
	name := f.Name
	if short, ok := strings.CutSuffix(name, "_name_kana"); ok {
		name = short + "_kana" // company_kana, person_kana
	}
	return string(f.Role) + "_" + name
}

// TidyContacts takes away what nobody means: values of nothing but spaces, and
// spaces around mail addresses. Names are kept exactly as typed.
func TidyContacts(c *Contacts) {
	for _, f := range ContactFields(ApplicationRules{}) {
		value := f.Of(c)
		if trimmed := strings.TrimSpace(*value); trimmed == "" || f.Name == "email" {
			*value = trimmed
		}
	}
}

// CheckContacts checks what contacts are to become, all fields at once. What is
// not changed may stay as it is, however it was once written; only what is
// required must not be missing. The corporate name is asked for where it is changed.
func CheckContacts(before, after Contacts, rules ApplicationRules) []FieldError {
	var errs []FieldError
	for _, f := range ContactFields(rules) {
		was, value := *f.Of(&before), *f.Of(&after)
		if value == "" {
			if f.Required && (!f.Reviewed || was != value) {
				errs = append(errs, Field(f.Path, "required"))
			}
			continue
		}
		if was != value {
			errs = append(errs, f.check(value)...)
		}
	}
	return errs
}

// check judges one value as applications do.
func (f ContactField) check(value string) []FieldError {
	if errs := CheckLine(f.Path, value, f.field.longest); errs != nil {
		return errs
	}
	if f.field.problem != nil {
		if code := f.field.problem(value); code != "" {
			return []FieldError{Field(f.Path, code)}
		}
	}
	if f.Name == "company_name" && NameKey(value) == "" {
		return []FieldError{Field(f.Path, "name_without_letters")}
	}
	return nil
}

// ContractChangeKind says how a change came about.
type ContractChangeKind string

// The kinds: made at once by a contact or staff, or a name that was reviewed.
const (
	ChangeOfContacts ContractChangeKind = "contacts"
	ChangeOfName     ContractChangeKind = "name_change"
)

// ContractChange is one step in a contract's history: who changed which fields,
// and which version of the contract it made. One that asks for the review of a
// name names the request; its fields are what was done at once.
type ContractChange struct {
	ID              int64
	ContractID      int64
	Kind            ContractChangeKind
	ActorKind       ActorKind
	ActorID         int64
	ActorName       string
	ActorRole       ContactRole // whom an account stands for on the contract; nothing for staff
	Reason          string      // that staff gave
	NameChangeID    *int64      // the request that waits, or that was approved
	ContractVersion int64
	CreatedAt       time.Time
	Fields          []ContractChangeField `gorm:"-"`
}

// ContractChangeField is one field of a change, before and after.
type ContractChangeField struct {
	ID          int64
	ChangeID    int64
	Position    int
	Field       string // path, as in ContactField
	BeforeValue string
	AfterValue  string
}

// ContactDifferences gives the fields that differ, in the order of the form.
func ContactDifferences(before, after Contacts) []ContractChangeField {
	var list []ContractChangeField
	for _, f := range ContactFields(ApplicationRules{}) {
		if was, is := *f.Of(&before), *f.Of(&after); was != is {
			list = append(list, ContractChangeField{Position: len(list) + 1, Field: f.Path, BeforeValue: was, AfterValue: is})
		}
	}
	return list
}

// WithoutReview gives what the contacts become at once: the holder's corporate
// and branch name stays what it was.
func WithoutReview(before, after Contacts) Contacts {
	after.Holder.CompanyName, after.Holder.CompanyKana, after.Holder.Department =
		before.Holder.CompanyName, before.Holder.CompanyKana, before.Holder.Department
	return after
}

// Differences gives what the request would change, as a contract's history has it.
func (c NameChange) Differences() []ContractChangeField { return c.Old.Differences(c.New) }

// Differences gives what another name would change, as a contract's history has it.
func (n HolderName) Differences(to HolderName) []ContractChangeField {
	party := func(n HolderName) Contacts {
		return Contacts{Holder: Party{CompanyName: n.CompanyName, CompanyKana: n.CompanyKana, Department: n.Department}}
	}
	return ContactDifferences(party(n), party(to))
}

// UndoChanges gives the contacts as they were before the changes, which are newest first.
func UndoChanges(now Contacts, changes []ContractChange) Contacts {
	at := map[string]ContactField{}
	for _, f := range ContactFields(ApplicationRules{}) {
		at[f.Path] = f
	}
	for _, change := range changes {
		for _, field := range change.Fields {
			if f, known := at[field.Field]; known {
				*f.Of(&now) = field.BeforeValue
			}
		}
	}
	return now
}

// ContactClash is a field that somebody else changed while a person was editing.
type ContactClash struct {
	Field  string
	Was    string // when the person began
	Theirs string // as it is now
	Mine   string // as the person typed it
	Both   bool   // both changed it, each to something else
}

// MergeContacts puts together what a person typed and what somebody else changed
// meanwhile: what the person changed stays, and so does what only the other did.
func MergeContacts(was, theirs, mine Contacts) (Contacts, []ContactClash) {
	merged := mine
	var clashes []ContactClash
	for _, f := range ContactFields(ApplicationRules{}) {
		before, now, typed := *f.Of(&was), *f.Of(&theirs), *f.Of(&mine)
		if typed == before {
			*f.Of(&merged) = now
		}
		if now != before {
			clashes = append(clashes, ContactClash{Field: f.Path, Was: before, Theirs: now, Mine: typed, Both: typed != before && typed != now})
		}
	}
	return merged, clashes
}
