package models

import "time"

// PasswordEnds is the moment a delivery password stops working: 24:00 in Japan of
// the last of so many days from the PW mail (delivery.md).
func PasswordEnds(sent time.Time, days int) time.Time {
	return DateOf(sent).AddDays(days + 1).Start()
}

// PasswordUsable says whether the shipment's password signs in at a moment: its
// PW mail is out and its days are not over.
func (s Shipment) PasswordUsable(now time.Time, days int) bool {
	return s.PasswordSentAt != nil && now.Before(PasswordEnds(*s.PasswordSentAt, days))
}

// PasswordRequest is somebody's asking for a delivery password to be mailed.
type PasswordRequest struct {
	ID              int64
	ShipmentID      int64
	PasswordVersion int
	At              time.Time
}

// DeliveryParts is what the delivery site gives of an order line besides quantity, period and certificate.
type DeliveryParts struct {
	Code  bool
	Files bool // programs and manuals
}

// Delivers says what a line's change brings with it (delivery.md): everything for what is new, be it a new purchase, a
// renewal into another product than before (productBefore, empty when unknown), or an option. What was installed stays
// as it is, so other renewals and additions bring at most a code: one that was made for them, or one for use offline,
// which has to be entered again.
func (c HoldingChange) Delivers(p Product, productBefore string) DeliveryParts {
	if !p.ElectronicDelivery {
		return DeliveryParts{}
	}
	if c.Kind.IsNew() || p.Option || productBefore != "" && productBefore != c.ProductCode {
		return DeliveryParts{Code: true, Files: true}
	}
	return DeliveryParts{Code: c.NewCode || p.OfflineCode}
}
