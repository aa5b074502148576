package models

// Party is one block of an application: who somebody is and how to reach them.
// Everything is kept as typed.
type Party struct {
	PartnerCode string
	CompanyName string
	CompanyKana string
	Department  string
	PostalCode  string
	Prefecture  string
	City        string
	Street      string
	Phone       string
	Fax         string
	PersonName  string
	PersonKana  string
	Email       string
}

// Address gives prefecture, city and street in Japanese order.
func (p Party) Address() string { return p.Prefecture + p.City + p.Street }

// Block names a party's place in an application, as in the API's field paths.
type Block string

// The four blocks.
const (
	BlockEndUser        Block = "end_user"
	BlockSupportContact Block = "support_contact"
	BlockReseller       Block = "reseller"
	BlockDealer         Block = "dealer"
)
