package mail

import "github.com/todoke/todoke/models"

// Kind names a mail's templates and its row in the ledger; it stands in the
// database and must not change.
type Kind string

// The kinds of mails.
const (
	KindReceiptNumber     Kind = "receipt_number"
	KindOrderAccepted     Kind = "order_accepted"
	KindDeliveryID        Kind = "delivery_id"
	KindDeliveryPassword  Kind = "delivery_password"
	KindSendBack          Kind = "send_back"
	KindSendBackApplicant Kind = "send_back_applicant"
	KindSendBackReminder  Kind = "send_back_reminder"
	KindOrderCancelled    Kind = "order_cancelled"
	KindInquiryReceived   Kind = "inquiry_received"
	KindInquiryAnswer     Kind = "inquiry_answer"
	KindResendReceived    Kind = "resend_received"
	KindResendQuestion    Kind = "resend_question"
	KindResendRefused     Kind = "resend_refused"
	KindResentID          Kind = "resent_delivery_id"
	KindResentPassword    Kind = "resent_delivery_password"
	KindRenewalNotice     Kind = "renewal_notice"

	KindContactChangeDone      Kind = "contact_change_done"
	KindContactChangePartly    Kind = "contact_change_partly_done"
	KindContactAddressReplaced Kind = "contact_address_replaced"
	KindContactAddressNew      Kind = "contact_address_new"
	KindTemporaryPassword      Kind = "temporary_password"
	KindPasswordChanged        Kind = "password_changed"
)

// Kinds gives every kind, in the order of an order's life, then what stands beside it.
func Kinds() []Kind {
	return []Kind{
		KindReceiptNumber, KindOrderAccepted, KindDeliveryID, KindDeliveryPassword,
		KindSendBack, KindSendBackApplicant, KindSendBackReminder, KindOrderCancelled,
		KindInquiryReceived, KindInquiryAnswer,
		KindResendReceived, KindResendQuestion, KindResendRefused, KindResentID, KindResentPassword, KindRenewalNotice,
		KindContactChangeDone, KindContactChangePartly, KindContactAddressReplaced, KindContactAddressNew,
		KindTemporaryPassword, KindPasswordChanged,
		KindNameChangeReceived, KindNameChangeQuestion, KindNameChangeWithdrawn, KindReviewResult,
		KindActivationLink, KindActivationIssued,
		KindNews, KindNewsTest,
	}
}

// Data is what a mail of one kind says. Each kind has one struct, so a mail
// cannot hold what its kind must not tell: none about an order has a field for a
// license ID or a period, and the mail with the password has none for the delivery number.
type Data interface {
	Kind() Kind
	subject() subject
}

// subject is what the placeholders of a subject pattern stand for.
type subject struct {
	order   string
	partner string
}

// ReceiptNumber tells the applicant the number that the order must quote.
type ReceiptNumber struct {
	ReceiptNumber  string
	OrderType      models.Text
	EndUserName    string
	ApplicationURL string
}

// Kind names the mail.
func (ReceiptNumber) Kind() Kind         { return KindReceiptNumber }
func (d ReceiptNumber) subject() subject { return subject{} }

// OrderAccepted proves to the delivery address that it works and says what comes next.
type OrderAccepted struct {
	OrderNumber   string
	PartnerCode   string // empty without one
	EndUserName   string
	Communication string // the order's communication field, may have several lines
}

// Kind names the mail.
func (OrderAccepted) Kind() Kind         { return KindOrderAccepted }
func (d OrderAccepted) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// DeliveryID is the ID mail: the delivery number, without the password.
type DeliveryID struct {
	OrderNumber    string
	PartnerCode    string
	EndUserName    string
	DeliveryNumber string
	SiteURL        string
	Communication  string
	Resent         bool // it went out before, and is sent again because somebody asked
}

// Kind names the mail.
func (d DeliveryID) Kind() Kind {
	if d.Resent {
		return KindResentID
	}
	return KindDeliveryID
}
func (d DeliveryID) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// DeliveryPassword is the PW mail: the password, without the delivery number.
// SiteURL must not hold the number either.
type DeliveryPassword struct {
	OrderNumber string
	PartnerCode string
	EndUserName string
	Password    string
	ValidUntil  models.Date // the last day, until 24:00 Japan time
	SiteURL     string

	Communication string
	Resent        bool // a new password, because somebody asked; the old one works no more
}

// Kind names the mail.
func (d DeliveryPassword) Kind() Kind {
	if d.Resent {
		return KindResentPassword
	}
	return KindDeliveryPassword
}
func (d DeliveryPassword) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// Reason is one thing on which application and order disagree. Values stay
// empty where a reason has none to show, and must hold no more of the
// application than what differs (domain: orders, looking the receipt number up).
type Reason struct {
	Title            models.Text
	ApplicationValue models.Text
	OrderValue       models.Text
	WhatToDo         models.Text
}

// Compared says whether there are two values to show side by side.
func (r Reason) Compared() bool {
	return r.ApplicationValue != (models.Text{}) || r.OrderValue != (models.Text{})
}

// SendBack tells the reseller why the order came back and how to answer.
type SendBack struct {
	ResellerName string
	OrderNumber  string
	PartnerCode  string
	PONumber     string
	Reasons      []Reason
	AnswerBy     models.Date // the day an answer is hoped for; zero without one
	Link         string      // empty without a page
}

// Kind names the mail.
func (SendBack) Kind() Kind         { return KindSendBack }
func (d SendBack) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// SendBackApplicant asks the applicant to make the application again.
type SendBackApplicant struct {
	ReceiptNumber  string
	OrderNumber    string
	PartnerCode    string
	EndUserName    string
	Reasons        []Reason
	ApplicationURL string // where the new application is made; empty without a page
}

// Kind names the mail.
func (SendBackApplicant) Kind() Kind         { return KindSendBackApplicant }
func (d SendBackApplicant) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// SendBackReminder tells the reseller that the order still waits.
type SendBackReminder struct {
	ResellerName string
	OrderNumber  string
	PartnerCode  string
	PONumber     string
	BusinessDays int // since the order was sent back
	Reasons      []models.Text
	Link         string
}

// Kind names the mail.
func (SendBackReminder) Kind() Kind         { return KindSendBackReminder }
func (d SendBackReminder) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }

// OrderCancelled tells the reseller that the order is cancelled.
type OrderCancelled struct {
	ResellerName    string
	OrderNumber     string
	PartnerCode     string
	PONumber        string
	Reason          string // as typed by whoever cancelled, may be empty
	ReceiptReusable bool   // the application's receipt number may be quoted again
}

// Kind names the mail.
func (OrderCancelled) Kind() Kind         { return KindOrderCancelled }
func (d OrderCancelled) subject() subject { return subject{d.OrderNumber, d.PartnerCode} }
