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

// ShowsCodes says whether the delivery site shows the holding's code for such a
// change: for what is new, and where a new code was made. What was installed
// stays as it is, so other renewals and additions show none.
func (c HoldingChange) ShowsCodes() bool { return c.Kind.IsNew() || c.NewCode }
