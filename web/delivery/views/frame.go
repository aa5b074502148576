// Package views holds the delivery site's pages: plain structs of what a page
// shows, and the templates that show it. It asks no store and decides nothing.
package views

import (
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// Frame is what every page needs.
type Frame struct {
	ui.Page
	DeliveryNumber string // signed in to, or nothing
}

// SignIn is the sign-in page.
type SignIn struct {
	Frame
	Number  string // as typed
	Next    string // where to go afterwards
	Prefix  string // of delivery numbers
	Days    int    // a password works
	Info    string // why one is here again
	Problem string // what went wrong, alike for every cause
	Wrong   map[string]string
}

// Password is the page to ask for a password, and the one that says it was asked for.
type Password struct {
	Frame
	Number   string // as typed
	Prefix   string
	Days     int
	Requests int // taken a day and number
	Problem  string
	Wrong    map[string]string
}

// Contents is what was delivered.
type Contents struct {
	Frame
	OrderNumber string
	EndUser     string
	Until       string // the password's last day
	HasPDF      bool
	Install     bool // something is new and wants installing
	Codes       bool // something has a code
	Downloads   bool // something can be downloaded
	InPortal    bool // the contract portal shows the contracts by now
	PortalDays  int  // business days until it does
	Products    []Product
}

// Product is what a line of the order delivered.
type Product struct {
	Name         string
	ProductCode  string
	Kind         string // new, renewal, …, in words
	New          bool
	Electronic   bool // false: not part of the e-delivery
	Quantity     string
	QuantityNote string // reduced, or what it adds up to
	From, To     string
	Months       string
	Code         string // nothing where this delivery shows none
	CodeLabel    string
	CodeNote     string
	Files        bool // this delivery brings programs and manuals, where there are any
	Downloads    []Download
}

// Download is a file of a product.
type Download struct {
	ID       string
	Path     string
	Kind     string
	Name     string
	FileName string
	Version  string
	Date     string
	Size     string
	Bytes    string
	SHA256   string
}

// Certificate is the license certificate.
type Certificate struct {
	Frame
	Number      string
	OrderNumber string
	LicenseIDs  string
	Seller      string
	Holder      models.Party
	Issuer      string
	IssuedOn    string
	Lines       []CertificateLine
	Terms       []string // paragraphs
	VerifyURL   string   // nothing while the PDF, and with it the address, is being made
	QR          ui.QR
}

// CertificateLine is a product of the certificate.
type CertificateLine struct {
	Product  string
	Kind     string
	Code     string
	Quantity string
	From, To string
	Months   string
	Note     string
}

// japanese says whether the page is in the language that addresses and closes
// with words that English has none for.
func (f Frame) japanese() bool { return f.Language == models.Japanese }

func text(n int) string { return strconv.Itoa(n) }

// stepIDs gives the text IDs of what to do next: all there is to do where
// something is to be installed, else looking through the contents.
func (c Contents) stepIDs() []string {
	switch {
	case c.Install && c.Downloads && c.Codes:
		return []string{"check", "download", "install"}
	case c.Install && c.Downloads:
		return []string{"check", "download_program", "install"}
	case c.Install && c.Codes:
		return []string{"check", "fetch", "install"}
	case c.Install:
		return []string{"check", "fetch_program", "install"}
	case c.Codes: // a renewal with a new code, or one for use offline
		return []string{"check", "new_code"}
	}
	return []string{"check", "nothing"}
}

// focused says whether the field is the first wrong one, which gets the focus.
func focused(wrong map[string]string, name string) bool {
	for _, field := range []string{"number", "password"} {
		if wrong[field] != "" {
			return field == name
		}
	}
	return false
}
