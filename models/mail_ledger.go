package models

import "time"

// MailKind names a mail of mails.md; templates, subjects and senders go by it.
type MailKind string

// The mails of order intake and delivery.
const (
	MailReceiptNumber     MailKind = "receipt_number"
	MailOrderAccepted     MailKind = "order_accepted"
	MailDeliveryID        MailKind = "delivery_id"
	MailDeliveryPassword  MailKind = "delivery_password"
	MailSendBack          MailKind = "send_back"
	MailSendBackApplicant MailKind = "send_back_applicant"
	MailSendBackReminder  MailKind = "send_back_reminder"
	MailOrderCancelled    MailKind = "order_cancelled"
	// MailPasswordAgain is the PW mail once more, for whoever lost it; its version
	// is the request's, not the password's.
	MailPasswordAgain MailKind = "delivery_password_again"
	// The mails of a resend: to the person who asked, and the ID and PW mail once
	// more, whose version is the password's.
	MailResendReceived MailKind = "resend_received"
	MailResendQuestion MailKind = "resend_question"
	MailResendRefused  MailKind = "resend_refused"
	MailResentID       MailKind = "resent_delivery_id"
	MailResentPassword MailKind = "resent_delivery_password"
	// MailInquiryReceived and MailInquiryAnswer are the mails of an inquiry's thread.
	MailInquiryReceived MailKind = "inquiry_received"
	MailInquiryAnswer   MailKind = "inquiry_answer"
	// MailRenewalNotice tells one recipient of all contracts that are due on a day.
	MailRenewalNotice MailKind = "renewal_notice"
	// The mails of a change of a contract's contacts: to whoever asked, and to the
	// addresses that a contact had and has now; their version is the contact's place.
	MailContactChangeDone      MailKind = "contact_change_done"
	MailContactChangePartly    MailKind = "contact_change_partly_done"
	MailContactAddressReplaced MailKind = "contact_address_replaced"
	MailContactAddressNew      MailKind = "contact_address_new"
	// The mails of a portal account; the version is that of the password.
	MailTemporaryPassword MailKind = "temporary_password"
	MailPasswordChanged   MailKind = "password_changed"
	// The mails about a change of name, to whoever asked for it.
	MailNameChangeReceived  MailKind = "name_change_received"
	MailNameChangeQuestion  MailKind = "name_change_question"
	MailNameChangeWithdrawn MailKind = "name_change_withdrawn"
	MailReviewResult        MailKind = "review_result"
	// MailNews is an issue of Support Information to one subscriber. A test of it goes to
	// the member of staff who wants to see it; its version counts tests.
	MailNews     MailKind = "news"
	MailNewsTest MailKind = "news_test"
)

// TellsPassword says whether the mail brings a delivery's password.
func (k MailKind) TellsPassword() bool {
	return k == MailDeliveryPassword || k == MailPasswordAgain || k == MailResentPassword
}

// TellsDelivery says whether the mail is an ID or PW mail, which is worth nothing
// under an older password version.
func (k MailKind) TellsDelivery() bool {
	return k == MailDeliveryID || k == MailResentID || k.TellsPassword()
}

// MailStatus is a mail's state in the ledger.
type MailStatus string

// A mail is queued, claimed by one sender (sending), then sent, failed (the
// server refused it for good) or unknown: the connection or the process died
// after the server may have taken it. Unknown is never sent again by itself.
const (
	MailQueued  MailStatus = "queued"
	MailSending MailStatus = "sending"
	MailSent    MailStatus = "sent"
	MailFailed  MailStatus = "failed"
	MailUnknown MailStatus = "unknown"
)

// MailStatuses lists them.
var MailStatuses = []MailStatus{MailQueued, MailSending, MailSent, MailFailed, MailUnknown}

// MailWithdrawn stands in place of a server's reply: the mail had become wrong
// before it was sent.
const MailWithdrawn = "withdrawn"

// CanGoAgain says whether staff may send the mail once more: it reached nobody, or
// nobody knows. ID and PW mails go by a resend, an order-accepted mail by the
// send-back that its refusal makes, an answer by its inquiry, and who owns an
// account asks for its mails anew. News can be read in the portal.
func (m Mail) CanGoAgain() bool {
	switch {
	case m.Status != MailFailed && m.Status != MailUnknown, m.Reply == MailWithdrawn:
		return false
	case m.Kind.TellsDelivery(), m.Kind == MailOrderAccepted, m.Kind == MailRenewalNotice, m.NewsIssueID != nil:
		return false
	}
	return m.InquiryMessageID == nil && m.AccountID == nil
}

// Final says whether nothing more happens to the mail by itself.
func (s MailStatus) Final() bool { return s == MailSent || s == MailFailed || s == MailUnknown }

// Mail is a row of the ledger: one mail in one version. What it says is
// rendered from the rows it names when it is sent, so nothing secret is kept.
type Mail struct {
	ID            int64
	Key           string // kind, subject and version: unique, so the same mail is queued once
	Kind          MailKind
	OrderID       *int64
	ApplicationID *int64
	SendBackID    *int64
	ResendID      *int64
	// InquiryMessageID is the message that the mail brings or acknowledges.
	InquiryMessageID *int64
	// RenewalDigestID is the digest that a renewal notice brings.
	RenewalDigestID  *int64
	ContractChangeID *int64
	AccountID        *int64
	NameChangeID     *int64
	// ActivationRequestID is the request for a code that the mail is about, Mailbox which
	// of its two addresses it goes to, and IssuedCodeID the code that it brings.
	ActivationRequestID *int64
	IssuedCodeID        *int64
	Mailbox             Mailbox
	NewsIssueID         *int64 // the issue of Support Information that it brings
	SubscriptionID      *int64 // to whom of its subscribers
	Version             int
	Again               int // counts how often staff sent the same once more
	Recipient           string
	Language            Language
	MessageID           string
	Status              MailStatus
	Attempts            int
	Reply               string // the server's last answer, without addresses
	QueuedAt            time.Time
	ClaimedAt           *time.Time
	FinishedAt          *time.Time
	BouncedAt           *time.Time // a server took it and reported later that it did not arrive
	GiveUpAt            time.Time  // temporary refusals are retried until then
}
