package models

import (
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// ResendCandidate is a delivery that a request's number names, with all that the
// request is compared with.
type ResendCandidate struct {
	Shipment    Shipment
	Order       Order
	Reseller    Reseller
	HolderName  string // of the contract, as it is now
	AppliedName string // of the end user, as applied for
	// Addresses are the further ones on order, application and contract.
	Addresses []string
	// Delivered says that its mails were out before, so that they can go once more;
	// Electronic that the delivery has any.
	Delivered  bool
	Electronic bool

	NameFits    bool
	AddressFits bool
}

// Resendable says whether there is anything to mail again.
func (c ResendCandidate) Resendable() bool { return c.Delivered && c.Electronic }

// Fits says whether name and address of a request are this delivery's. The name
// may be the holder's of today or the one applied for. An API key that names none
// is believed: it can only name deliveries of its own.
func (c ResendCandidate) Fits(r Resend) (name, address bool) {
	key := NameKey(r.EndUserName)
	name = key != "" && (key == NameKey(c.HolderName) || key == NameKey(c.AppliedName))
	if r.Source != ResendByForm && r.EndUserName == "" {
		name = true
	}
	address = r.ResendTo == "" || strings.EqualFold(r.ResendTo, c.Shipment.DeliveryEmail) ||
		slices.ContainsFunc(c.Addresses, func(a string) bool { return a != "" && strings.EqualFold(a, r.ResendTo) })
	return name, address
}

// ResendVerdict is what checking a resend comes to.
type ResendVerdict struct {
	NumberFits  bool
	NameFits    bool
	AddressFits bool
	// Shipment is the one delivery that the request is about, or 0: none, or several
	// that cannot be told apart.
	Shipment int64
}

// ByItself says whether the resend may go without staff.
func (v ResendVerdict) ByItself() bool {
	return v.NumberFits && v.NameFits && v.AddressFits && v.Shipment != 0
}

// CheckResend judges the deliveries that the number names. Several of them (a PO
// number that several resellers used) are told apart by the corporate name; when
// it leaves more than one, staff tell them apart.
func CheckResend(r Resend, named []ResendCandidate) (ResendVerdict, []ResendCandidate) {
	named = slices.Clone(named)
	v, fitting := ResendVerdict{NumberFits: len(named) > 0}, []ResendCandidate{}
	for i := range named {
		c := &named[i]
		c.NameFits, c.AddressFits = c.Fits(r)
		v.NameFits = v.NameFits || c.NameFits
		if c.NameFits && c.Resendable() {
			fitting = append(fitting, *c)
		}
	}
	if len(fitting) == 1 {
		v.Shipment, v.AddressFits = fitting[0].Shipment.ID, fitting[0].AddressFits
	}
	return v, named
}

// ReferenceForms gives the forms under which a typed number may stand in the
// register: order and delivery numbers without spaces and hyphens, and PO numbers
// as somebody else may have typed them.
func ReferenceForms(typed string) (number string, poNumbers []string) {
	number, trimmed := NormaliseNumber(typed), strings.TrimSpace(typed)
	folded := strings.TrimSpace(width.Fold.String(trimmed))
	for _, form := range []string{trimmed, folded, strings.ToUpper(folded), number} {
		if form != "" && !slices.Contains(poNumbers, form) {
			poNumbers = append(poNumbers, form)
		}
	}
	return number, poNumbers
}
