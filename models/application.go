package models

import "time"

// OrderType decides an application's fields and must fit the order (applications.md).
type OrderType string

// The three order types.
const (
	OrderTypeNew     OrderType = "new"
	OrderTypeRenewal OrderType = "renewal"
	OrderTypeTRSLNew OrderType = "trsl_new"
)

// OrderTypes lists them in the order people choose from.
var OrderTypes = []OrderType{OrderTypeNew, OrderTypeRenewal, OrderTypeTRSLNew}

// NeedsLicenseID says whether the type is about a contract that exists already.
func (t OrderType) NeedsLicenseID() bool { return t == OrderTypeRenewal || t == OrderTypeTRSLNew }

// ApplicationStatus says what an application can still be used for.
type ApplicationStatus string

// An application is open until an order quotes it, reserved while that order is
// not registered, then used; discarded when another took its place (orders.md).
const (
	ApplicationOpen      ApplicationStatus = "open"
	ApplicationReserved  ApplicationStatus = "reserved"
	ApplicationUsed      ApplicationStatus = "used"
	ApplicationDiscarded ApplicationStatus = "discarded"
)

// Application is what somebody filed before ordering: who the parties are and
// what contract is wanted. It carries no prices and is no order.
type Application struct {
	ID                int64
	ReceiptNumber     string
	OrderType         OrderType
	Status            ApplicationStatus
	OrderID           *int64 // the order it is reserved for or was used by
	ResellerID        *int64 // whose API key filed it
	APIKeyID          *int64
	ApplicantEmail    string // the account's own address; the receipt goes nowhere else
	ApplicantLanguage Language
	EndUser           Party `gorm:"embedded;embeddedPrefix:end_user_"`
	EndUserKey        string
	SupportContact    Party `gorm:"embedded;embeddedPrefix:support_contact_"`
	SupportSame       bool  // the support contact is the end user
	Reseller          Party `gorm:"embedded;embeddedPrefix:reseller_"`
	Dealer            Party `gorm:"embedded;embeddedPrefix:dealer_"`
	DealerSame        bool  // the dealer is the reseller
	Credits           bool
	StartMonth        Date // first day of the wished month; none: the month after registration
	LicenseID         string
	Months            int
	DeliveryEmail     string
	ExpiresAt         *time.Time
	CreatedAt         time.Time
}

// Expired says whether the number may no longer be quoted.
func (a Application) Expired(now time.Time) bool {
	return a.ExpiresAt != nil && !now.Before(*a.ExpiresAt)
}

// Support gives the support contact's data, wherever it stands.
func (a Application) Support() Party {
	if a.SupportSame {
		return a.EndUser
	}
	return a.SupportContact
}

// DealerParty gives the dealer's data, wherever it stands.
func (a Application) DealerParty() Party {
	if a.DealerSame {
		return a.Reseller
	}
	return a.Dealer
}

// DropUnasked forgets what the order type does not ask for, so that a form or
// client which sends every field files the same as one that leaves them out.
func (a *Application) DropUnasked() {
	if a.DealerSame {
		a.Dealer = Party{}
	}
	if a.OrderType.NeedsLicenseID() {
		a.StartMonth = Date{}
		a.SupportContact, a.SupportSame = Party{}, false
		return
	}
	a.LicenseID = ""
	a.StartMonth = a.StartMonth.firstOrZero()
	if a.SupportSame {
		a.SupportContact = Party{}
	}
}

func (d Date) firstOrZero() Date {
	if d.IsZero() {
		return d
	}
	return d.FirstOfMonth()
}
