package mail

import "github.com/todoke/todoke/models"

// RenewalNotice tells one recipient of all contracts that are due on a day.
type RenewalNotice struct {
	Contracts   []RenewalContract
	More        int // contracts beyond those listed
	Unsubscribe string
}

// RenewalContract is a contract with an end of support.
type RenewalContract struct {
	LicenseID  string
	HolderName string
	EndsOn     models.Date
	Days       int // until then, from the day of the mail
	Products   []RenewalProduct
	// Link leads to the reference renewal price; empty for whoever cannot open it.
	Link string
}

// RenewalProduct is a product that ends then.
type RenewalProduct struct {
	Name     models.Text
	Quantity int
}

// Kind names the mail.
func (RenewalNotice) Kind() Kind       { return KindRenewalNotice }
func (RenewalNotice) subject() subject { return subject{} }

// Linked says whether any of the contracts has a page that the recipient can open.
func (d RenewalNotice) Linked() bool {
	for _, c := range d.Contracts {
		if c.Link != "" {
			return true
		}
	}
	return false
}
