package models

import (
	"strings"
	"time"
)

// InquiryStatus is where an inquiry stands.
type InquiryStatus string

// An inquiry waits for staff (open), for the person asking (answered), or is over.
const (
	InquiryOpen     InquiryStatus = "open"
	InquiryAnswered InquiryStatus = "answered"
	InquiryClosed   InquiryStatus = "closed"
)

// InquiryStatuses lists them.
var InquiryStatuses = []InquiryStatus{InquiryOpen, InquiryAnswered, InquiryClosed}

// Inquiry is somebody's question, with what it says about the contract. What
// was matched stands in ContractID and OrderID; the person is never told.
type Inquiry struct {
	ID       int64
	Number   string // IQ and digits
	Status   InquiryStatus
	Version  int64 // counts every change of status and every message of the person
	Language Language
	Asker    Asker `gorm:"embedded;embeddedPrefix:asker_"`
	AskerKey string

	ContractCompany string
	ContractKey     string
	ContractPerson  string
	LicenseID       string  // empty where an activation code was given
	CodeHash        *string // keyed hash of the activation code that was typed; the code is not kept
	QuotedNumber    string  // from a mail's subject, as typed

	ContractID *int64
	OrderID    *int64
	AssigneeID *int64
	// AddressSalt and AddressKey are what the reply address is signed with.
	AddressSalt  string
	AddressKey   int
	FormKey      string     // hash of the form, so that pressing twice asks once
	WaitingSince *time.Time // since when staff have to act; nil otherwise
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ClosedAt     *time.Time
}

// InquiryMessageKind says what a message of the thread is.
type InquiryMessageKind string

// The messages: the question itself, staff's answers by mail, the person's
// replies, and what only staff see.
const (
	MessageAsked    InquiryMessageKind = "asked"
	MessageAnswer   InquiryMessageKind = "answer"
	MessageReply    InquiryMessageKind = "reply"
	MessageNote     InquiryMessageKind = "note"
	MessageClosed   InquiryMessageKind = "closed"
	MessageReopened InquiryMessageKind = "reopened"
)

// FromOutside says whether the person asking wrote it.
func (k InquiryMessageKind) FromOutside() bool { return k == MessageAsked || k == MessageReply }

// InquiryMatch says how a reply found its inquiry.
type InquiryMatch string

// By the signed address that only mails about the inquiry hold, or by the number
// in the subject together with the sender's address, which can be forged.
const (
	MatchedByAddress InquiryMatch = "address"
	MatchedBySubject InquiryMatch = "subject"
)

// InquiryMessage is one message of the thread. Nothing in it ever changes.
type InquiryMessage struct {
	ID          int64
	InquiryID   int64
	Kind        InquiryMessageKind
	StaffID     *int64
	Text        string
	Quoted      string       // what a reply quoted, folded on the page
	Sender      string       // address that a reply came from
	MessageID   string       // of a reply, without brackets; empty where it has none
	Attachments string       // names, one a line; the files are not kept
	Cut         bool         // the reply was longer than what is kept
	MatchedBy   InquiryMatch // of replies
	ArrivalKey  *string      // hash of the mail, so that one received twice lands once
	CreatedAt   time.Time

	StaffName string `gorm:"->;-:migration"` // of whoever wrote it
}

// inquiryLocalPart begins every address that replies to inquiries go to.
const inquiryLocalPart = "inquiry"

// InquiryAddress is the local part of the address that replies to an inquiry go to.
func InquiryAddress(number, signature string) string {
	return inquiryLocalPart + "+" + strings.ToLower(number) + "." + signature
}

// IsInquiryAddress says whether a local part belongs to inquiries: a signed one,
// or the plain one, where the subject has to name the inquiry.
func IsInquiryAddress(local string) bool {
	local = strings.ToLower(local)
	return local == inquiryLocalPart || strings.HasPrefix(local, inquiryLocalPart+"+")
}

// ParseInquiryAddress gives the number and the signature that a local part
// carries; both are empty for the plain one. Whoever sends may have folded case.
func ParseInquiryAddress(local string) (number, signature string) {
	signed, ok := strings.CutPrefix(strings.ToLower(local), inquiryLocalPart+"+")
	if !ok {
		return "", ""
	}
	number, signature, _ = strings.Cut(signed, ".")
	return strings.ToUpper(number), signature
}
