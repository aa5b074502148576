package models

import "time"

// ContractStatus is a contract's state as the row has it.
type ContractStatus string

// A contract is registering until the moment in ValidAt, then valid; void after a merge.
const (
	ContractRegistering ContractStatus = "registering"
	ContractValid       ContractStatus = "valid"
	ContractVoid        ContractStatus = "void"
)

// Contract is a license ID with its holder and contacts.
type Contract struct {
	ID         int64
	LicenseID  string
	Holder     Party `gorm:"embedded;embeddedPrefix:holder_"`
	HolderKey  string
	Support    Party `gorm:"embedded;embeddedPrefix:support_"`
	Reseller   Party `gorm:"embedded;embeddedPrefix:reseller_"`
	Dealer     Party `gorm:"embedded;embeddedPrefix:dealer_"`
	ResellerID int64
	Void       bool
	Hidden     bool       // in the portal, at the holder's wish
	ValidAt    *time.Time // nil until delivered; the moment it turns valid
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// StatusAt derives the contract's state at a moment.
func (c Contract) StatusAt(now time.Time) ContractStatus {
	switch {
	case c.Void:
		return ContractVoid
	case c.ValidAt == nil || now.Before(*c.ValidAt):
		return ContractRegistering
	default:
		return ContractValid
	}
}

// Holding is one product on a contract. Quantity and EndsOn are those of its
// newest period; the changes keep the rest.
type Holding struct {
	ID          int64
	ContractID  int64
	ProductCode string
	Quantity    int
	StartsOn    Date
	EndsOn      Date
	CodeCipher  []byte // the activation code, encrypted under key CodeKey; nil for products without
	CodeKey     int
	CodeHash    *string // keyed hash for look-up, unique
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// HoldingChange says what one order line made of a holding; one per line, ever.
type HoldingChange struct {
	ID             int64
	HoldingID      int64
	OrderLineID    int64
	Kind           LineKind
	ProductCode    string // what the line was for; a migration changes the holding's product
	QuantityBefore int
	QuantityAfter  int
	StartsOn       Date
	EndsOn         Date
	NewCode        bool
	CreatedAt      time.Time
}

// Reduction says whether the renewal lowered the quantity.
func (c HoldingChange) Reduction() bool {
	return c.Kind.Extends() && c.QuantityAfter < c.QuantityBefore
}

// Shipment is what was delivered for one order, under one delivery number.
type Shipment struct {
	ID              int64
	DeliveryNumber  string
	OrderID         int64
	DeliveryEmail   string
	PasswordSalt    string
	PasswordVersion int
	PasswordKey     int        // number of the server key the password derives from
	PasswordSentAt  *time.Time // the PW mail; validity counts from here
	CreatedAt       time.Time
	DeliveredAt     *time.Time
}

// Document is a rendered PDF kept in blob storage.
type Document struct {
	ID          int64
	Kind        DocumentKind
	SubjectID   int64  // order or application, by kind
	Token       string // unguessable; the public page of a certificate is found by it
	Language    Language
	BlobKey     string
	SHA256      string
	Size        int64
	Substituted bool // the font lacked characters, shown as marked substitutes
	CreatedAt   time.Time
}

// DocumentKind says what a document is.
type DocumentKind string

// The kinds of documents.
const (
	DocumentApplication DocumentKind = "application"
	DocumentCertificate DocumentKind = "certificate"
)
