package mail

import "github.com/todoke/todoke/models"

// ContactChange tells whoever changed a contract's contacts what was done, and
// what waits. It names fields and no values: those stand on the contract's page.
type ContactChange struct {
	LicenseID string
	Done      []models.Text // the fields that were changed at once
	// Waiting are the fields whose change waits for a review; then RequestNumber is
	// the review's and Days the business days that it takes.
	Waiting       []models.Text
	RequestNumber string
	Days          int
	// SignInFrom is the day from which a new address can sign in; zero without one.
	SignInFrom models.Date
	Link       string // the contract's page
}

// Kind names the mail.
func (d ContactChange) Kind() Kind {
	if len(d.Waiting) > 0 {
		return KindContactChangePartly
	}
	return KindContactChangeDone
}
func (d ContactChange) subject() subject { return subject{} }

// ContactAddressReplaced tells the address that a contact had until now that it
// was replaced, so that nobody loses a contract unnoticed. It does not say by what.
type ContactAddressReplaced struct {
	LicenseID string
	Contact   models.Text // which of the two contacts
	Until     models.Date // the last day on which it signs in
}

// Kind names the mail.
func (ContactAddressReplaced) Kind() Kind         { return KindContactAddressReplaced }
func (d ContactAddressReplaced) subject() subject { return subject{} }

// ContactAddressNew tells the address that a contact has now from when it signs in.
// Somebody else typed it, so the mail holds nothing that was typed.
type ContactAddressNew struct {
	LicenseID string
	Contact   models.Text
	From      models.Date
	Link      string // the sign-in page
}

// Kind names the mail.
func (ContactAddressNew) Kind() Kind         { return KindContactAddressNew }
func (d ContactAddressNew) subject() subject { return subject{} }
