package models

import "time"

// ReasonCode says why an order was sent back (orders.md).
type ReasonCode string

// The reasons; staff add others in free text under ReasonOther.
const (
	ReasonTerm          ReasonCode = "term_mismatch"
	ReasonDeliveryMail  ReasonCode = "delivery_mail_undeliverable"
	ReasonNotEligible   ReasonCode = "product_not_eligible"
	ReasonCredits       ReasonCode = "credits_mismatch"
	ReasonEndUserName   ReasonCode = "end_user_name_invalid"
	ReasonLicenseHolder ReasonCode = "license_holder_mismatch"
	ReasonOrderType     ReasonCode = "order_type_mismatch"
	ReasonReseller      ReasonCode = "reseller_mismatch"
	ReasonStartMonth    ReasonCode = "start_month_out_of_range"
	ReasonHolding       ReasonCode = "holding_mismatch"
	ReasonOther         ReasonCode = "other"
)

// ReasonCodes lists the reasons that checks raise.
var ReasonCodes = []ReasonCode{
	ReasonTerm, ReasonDeliveryMail, ReasonNotEligible, ReasonCredits, ReasonEndUserName, ReasonLicenseHolder,
	ReasonOrderType, ReasonReseller, ReasonStartMonth, ReasonHolding,
}

// Resolution says what settles a reason; each names the text "resolution.<code>".
type Resolution string

// The resolutions, most to the point first where a reason has several.
const (
	ResolveConfirm        Resolution = "confirm"
	ResolveReapply        Resolution = "reapply"
	ResolveReplace        Resolution = "replace"
	ResolveCancel         Resolution = "cancel"
	ResolveConfirmReplace Resolution = "confirm_or_replace"
	ResolveReapplyReplace Resolution = "reapply_or_replace"
)

// Resolution is what the two right-hand columns of the table in orders.md come to.
func (c ReasonCode) Resolution() Resolution {
	switch c {
	case ReasonTerm:
		return ResolveConfirmReplace
	case ReasonDeliveryMail, ReasonLicenseHolder, ReasonStartMonth:
		return ResolveConfirm
	case ReasonNotEligible:
		return ResolveCancel
	case ReasonEndUserName:
		return ResolveReapply
	case ReasonHolding:
		return ResolveReplace
	default:
		return ResolveReapplyReplace
	}
}

// ResolutionFor is what settles the reason of an order. An order that a reseller's
// own key entered names the right reseller: only the application can be wrong.
func (c ReasonCode) ResolutionFor(o Order) Resolution {
	if c == ReasonReseller && o.APIKeyID != nil {
		return ResolveReapply
	}
	return c.Resolution()
}

// NeedsApplication says whether settling it may take a new application, so that
// the applicant is told too.
func (c ReasonCode) NeedsApplication() bool {
	r := c.Resolution()
	return c != ReasonOther && (r == ResolveReapply || r == ResolveReapplyReplace || r == ResolveCancel)
}

// Confirmable says whether staff can settle it by confirming a value.
func (c ReasonCode) Confirmable() bool {
	r := c.Resolution()
	return r == ResolveConfirm || r == ResolveConfirmReplace
}

// SendBack is one return of an order, with all its reasons at once.
type SendBack struct {
	ID       int64
	OrderID  int64
	Round    int // 1 for the order's first
	OpenedAt time.Time
	ClosedAt *time.Time
	Reasons  []Reason `gorm:"-"`
}

// Reason is one difference, with both values side by side. OrderValue and
// ApplicationValue may be shown to the reseller; StaffValue never leaves the house.
type Reason struct {
	ID               int64
	SendBackID       int64
	Position         int
	Code             ReasonCode
	Line             int // order line from 1, or 0 for the whole order
	ApplicationValue string
	OrderValue       string
	StaffValue       string
	Note             string // free text of staff, for ReasonOther
}

// TableName keeps the table's name apart from other reasons.
func (Reason) TableName() string { return "send_back_reasons" }

// Confirmation is a value that staff settled for an order, together with the
// values it was made on: it lapses when one of those changes.
type Confirmation struct {
	ID               int64
	OrderID          int64
	Code             ReasonCode
	Line             int
	ApplicationValue string
	OrderValue       string
	ConfirmedValue   string
	StaffID          int64
	CreatedAt        time.Time
}
