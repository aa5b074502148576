package api

import (
	"strings"

	"github.com/todoke/todoke/models"
)

// ApplicationRequest is an application as a client files it.
type ApplicationRequest struct {
	OrderType      string         `json:"order_type" enum:"new,renewal,trsl_new" doc:"Decides which fields are asked for, and must fit the order."`
	EndUser        EndUser        `json:"end_user" doc:"Who the license is for."`
	SupportContact SupportContact `json:"support_contact,omitzero" required:"false" doc:"Who receives support mail. Only for new; give the fields, or same_as."`
	Reseller       Seller         `json:"reseller" doc:"Who the end user buys from."`
	Dealer         Dealer         `json:"dealer" doc:"Who the reseller buys from. Give the fields, or same_as."`
	Contract       ContractWish   `json:"contract" doc:"The contract that is wanted."`
	Consent        bool           `json:"consent" doc:"True: everybody whose data is given has agreed to it."`
}

// EndUser is a company and a person in it.
type EndUser struct {
	CompanyName     string `json:"company_name,omitempty" maxLength:"300" doc:"Kept exactly as typed."`
	CompanyNameKana string `json:"company_name_kana,omitempty" maxLength:"300"`
	Department      string `json:"department,omitempty" maxLength:"300" doc:"Branch and department."`
	PostalCode      string `json:"postal_code,omitempty" doc:"Seven digits, with or without a hyphen."`
	Prefecture      string `json:"prefecture,omitempty" doc:"One of the 47, as addresses write it (東京都)."`
	City            string `json:"city,omitempty" maxLength:"300"`
	Street          string `json:"street,omitempty" maxLength:"300"`
	Phone           string `json:"phone,omitempty" maxLength:"40"`
	Fax             string `json:"fax,omitempty" maxLength:"40"`
	PersonName      string `json:"person_name,omitempty" maxLength:"300"`
	PersonNameKana  string `json:"person_name_kana,omitempty" maxLength:"300"`
	Email           string `json:"email,omitempty" format:"email" maxLength:"254" doc:"Becomes a sign-in address of the contract portal. Nothing is delivered to it."`
}

// Seller is a company in the chain of sale.
type Seller struct {
	PartnerCode string `json:"partner_code,omitempty" doc:"Eight letters and digits."`
	EndUser
}

// SupportContact is a block of its own or the end user's.
type SupportContact struct {
	SameAs string `json:"same_as,omitempty" enum:"end_user" doc:"Takes the end user's data; the other fields are then left out."`
	EndUser
}

// Dealer is a block of its own or the reseller's.
type Dealer struct {
	SameAs string `json:"same_as,omitempty" enum:"reseller" doc:"Takes the reseller's data: the dealer is unknown, not wanted, or a distributor. The other fields are then left out."`
	Seller
}

// ContractWish is the application's contract block.
type ContractWish struct {
	Credits       bool   `json:"credits" required:"false" doc:"Credits are bought."`
	StartMonth    string `json:"start_month,omitempty" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"YYYY-MM, for new. None: the month after registration."`
	LicenseID     string `json:"license_id,omitempty" doc:"Digits, for renewal and trsl_new: the contract it is about."`
	Months        int    `json:"months,omitempty" doc:"Multiples of 12 as a rule, up to 72."`
	DeliveryEmail string `json:"delivery_email" format:"email" maxLength:"254" doc:"Where e-delivery goes. It may be a mailing list."`
}

func (e EndUser) party() models.Party {
	return models.Party{
		CompanyName: e.CompanyName, CompanyKana: e.CompanyNameKana, Department: e.Department,
		PostalCode: e.PostalCode, Prefecture: e.Prefecture, City: e.City, Street: e.Street,
		Phone: e.Phone, Fax: e.Fax, PersonName: e.PersonName, PersonKana: e.PersonNameKana, Email: e.Email,
	}
}

func (s Seller) party() models.Party {
	p := s.EndUser.party()
	p.PartnerCode = s.PartnerCode
	return p
}

func endUserOf(p models.Party) EndUser {
	return EndUser{
		CompanyName: p.CompanyName, CompanyNameKana: p.CompanyKana, Department: p.Department,
		PostalCode: p.PostalCode, Prefecture: p.Prefecture, City: p.City, Street: p.Street,
		Phone: p.Phone, Fax: p.Fax, PersonName: p.PersonName, PersonNameKana: p.PersonKana, Email: p.Email,
	}
}

func sellerOf(p models.Party) Seller {
	return Seller{PartnerCode: p.PartnerCode, EndUser: endUserOf(p)}
}

// sameAs says whether a block takes another one's data. Any other value is reported
// with the one there is, and asks for no other field: that one is what is wrong.
func (b *body) sameAs(field, value, block string) bool {
	if value != "" && value != block {
		b.wrong = append(b.wrong, models.Field(field, "same_as_unknown", "value", block))
	}
	return value != "" || b.unread(field)
}

// readApplication reads an application. It gives everything that is wrong with it at once.
func readApplication(raw []byte, rules models.ApplicationRules, today models.Date) (models.Application, error) {
	var r ApplicationRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return models.Application{}, err
	}
	a := models.Application{
		OrderType: models.OrderType(r.OrderType),
		EndUser:   r.EndUser.party(), SupportContact: r.SupportContact.party(),
		Reseller: r.Reseller.party(), Dealer: r.Dealer.party(),
		SupportSame: b.sameAs("support_contact.same_as", r.SupportContact.SameAs, string(models.BlockEndUser)),
		DealerSame:  b.sameAs("dealer.same_as", r.Dealer.SameAs, string(models.BlockReseller)),
		Credits:     r.Contract.Credits,
		StartMonth:  b.month("contract.start_month", r.Contract.StartMonth),
		LicenseID:   r.Contract.LicenseID, Months: r.Contract.Months, DeliveryEmail: r.Contract.DeliveryEmail,
	}
	if !r.Consent && !b.unread("consent") {
		b.add("consent", "consent_required")
	}
	if b.wrong == nil {
		return a, nil // the store applies the rules
	}
	checked := a
	checked.DropUnasked()
	return a, b.errors(models.CheckApplication(&checked, rules, today))
}

// month reads YYYY-MM; nothing is no month.
func (b *body) month(field, text string) models.Date {
	if text == "" {
		return models.Date{}
	}
	month, err := models.ParseDate(text + "-01")
	if err != nil || strings.Count(text, "-") != 1 {
		b.add(field, "month_malformed")
	}
	return month
}

// date reads YYYY-MM-DD; nothing is no date.
func (b *body) date(field, text string) models.Date {
	if text == "" {
		return models.Date{}
	}
	day, err := models.ParseDate(text)
	if err != nil {
		b.add(field, "date_malformed")
	}
	return day
}
