package models

import (
	"slices"
	"strings"
	"time"
)

// OrderStatus is an order's state (orders.md).
type OrderStatus string

// The states of an order.
const (
	OrderReceived   OrderStatus = "received"
	OrderChecking   OrderStatus = "checking"
	OrderSentBack   OrderStatus = "sent_back"
	OrderRegistered OrderStatus = "registered"
	OrderDelivered  OrderStatus = "delivered"
	OrderCancelled  OrderStatus = "cancelled"
)

// OrderStatuses lists the states in the order an order passes them.
var OrderStatuses = []OrderStatus{
	OrderReceived, OrderChecking, OrderSentBack, OrderRegistered, OrderDelivered, OrderCancelled,
}

var orderTransitions = map[OrderStatus][]OrderStatus{
	OrderReceived:   {OrderChecking, OrderSentBack, OrderCancelled},
	OrderChecking:   {OrderSentBack, OrderRegistered, OrderCancelled},
	OrderSentBack:   {OrderChecking, OrderCancelled},
	OrderRegistered: {OrderDelivered},
}

// CanBecome says whether the state may follow.
func (s OrderStatus) CanBecome(next OrderStatus) bool {
	return slices.Contains(orderTransitions[s], next)
}

// BeforeRegistered says whether the order can still be changed or cancelled.
func (s OrderStatus) BeforeRegistered() bool { return s.CanBecome(OrderCancelled) }

// WaitingFor says who has to act before an order goes on.
type WaitingFor string

// Whom an order can wait for; nobody while the process works on it.
const (
	WaitingForNobody   WaitingFor = ""
	WaitingForStaff    WaitingFor = "staff"
	WaitingForReseller WaitingFor = "reseller"
)

// Order is the purchase order as the vendor received it.
type Order struct {
	ID            int64
	OrderNumber   string
	ResellerID    int64
	APIKeyID      *int64
	PONumber      string
	PartnerCode   string
	OrderDate     Date
	OrderType     OrderType
	Communication string // free text between reseller and vendor, printed in the delivery mails
	Status        OrderStatus
	Version       int64 // counts every change; decisions are accepted against it
	ApplicationID int64
	EndUserName   string // as applied for, kept here for lists and search
	EndUserKey    string
	Held          bool
	WaitingFor    WaitingFor
	WaitingSince  *time.Time
	AssigneeID    *int64
	ContractID    *int64
	CancelReason  string
	CreatedAt     time.Time
	UpdatedAt     time.Time
	RegisteredAt  *time.Time
	DeliveredAt   *time.Time
	CancelledAt   *time.Time
	Lines         []OrderLine `gorm:"-"`
}

// WorkflowID is the process that carries the order: its business number.
func (o Order) WorkflowID() string { return "order/" + o.OrderNumber }

// CertificateNumber is the order's number in the certificate's own form: one
// certificate per order.
func (o Order) CertificateNumber() string {
	return "C-" + strings.TrimLeft(o.OrderNumber, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// LineKind says what an order line does.
type LineKind string

// The kinds of order lines.
const (
	LineNew              LineKind = "new"
	LineNewPreferential  LineKind = "new_preferential"
	LineRenewal          LineKind = "renewal"
	LineMigrationRenewal LineKind = "migration_renewal"
	LineAddition         LineKind = "addition"
)

// IsNew says whether the line makes a new holding.
func (k LineKind) IsNew() bool { return k == LineNew || k == LineNewPreferential }

// Extends says whether the line lengthens a holding's period.
func (k LineKind) Extends() bool { return k == LineRenewal || k == LineMigrationRenewal }

// lineKinds says which kinds an order type may have (orders.md, applications.md:
// a new order may renew too, a renewal order may add).
var lineKinds = map[OrderType][]LineKind{
	OrderTypeNew:     {LineNew, LineNewPreferential, LineRenewal, LineMigrationRenewal},
	OrderTypeRenewal: {LineRenewal, LineMigrationRenewal, LineAddition},
	OrderTypeTRSLNew: {LineNew, LineNewPreferential},
}

// LineKinds lists the kinds that an order of the type may have.
func (t OrderType) LineKinds() []LineKind { return lineKinds[t] }

// OrderLine is one line of the order sheet. Replacing the sheet makes new lines;
// Sheet counts them, and only the order's newest sheet is in force.
type OrderLine struct {
	ID          int64
	OrderID     int64
	Sheet       int
	Position    int // from 1
	ProductCode string
	Kind        LineKind
	Quantity    int
	Months      int
	UnitPrice   int64 // whole yen
	LicenseID   string
	HoldingID   *int64 // the holding it concerns, where several fit
}

// Amount is quantity times unit price, in yen.
func (l OrderLine) Amount() int64 { return int64(l.Quantity) * l.UnitPrice }

// EffectiveLicenseID is the line's license ID, or the application's where it gives none.
func (l OrderLine) EffectiveLicenseID(application string) string {
	if l.LicenseID != "" {
		return l.LicenseID
	}
	return application
}

// OrderNote is what staff note down about an order, for each other.
type OrderNote struct {
	ID        int64
	OrderID   int64
	StaffID   int64
	StaffName string `gorm:"->"` // read by a join, never written
	Text      string
	CreatedAt time.Time
}
