package models

import (
	"slices"
	"time"
)

// ActivationStatus is the state of a request for a further code (activation.md).
type ActivationStatus string

// The states. A request waits for somebody who reads the mail.
const (
	ActivationWaiting   ActivationStatus = "waiting"
	ActivationIssued    ActivationStatus = "issued"
	ActivationCancelled ActivationStatus = "cancelled"
	ActivationExpired   ActivationStatus = "expired"
	ActivationReplaced  ActivationStatus = "replaced" // a newer request took its place
)

// ActivationStatuses lists them.
var ActivationStatuses = []ActivationStatus{
	ActivationWaiting, ActivationIssued, ActivationCancelled, ActivationExpired, ActivationReplaced,
}

// CanBecome says whether the state may follow. Nothing follows but what a waiting
// request comes to.
func (s ActivationStatus) CanBecome(next ActivationStatus) bool {
	return s == ActivationWaiting && slices.Contains(ActivationStatuses, next)
}

// ActivationPurpose is which of the two buttons was pressed where terms are
// consented to; nothing elsewhere.
type ActivationPurpose string

// The purposes.
const (
	PurposeNone    ActivationPurpose = ""
	PurposeNew     ActivationPurpose = "new"
	PurposeRenewal ActivationPurpose = "renewal"
)

// ActivationPurposes lists those that a button stands for.
var ActivationPurposes = []ActivationPurpose{PurposeNew, PurposeRenewal}

// Known says whether it is the purpose of a button.
func (p ActivationPurpose) Known() bool { return slices.Contains(ActivationPurposes, p) }

// Mailbox is one of the two mailboxes that a request's mails go to.
type Mailbox string

// The mailboxes: the contact address given with the request, and the sign-in address.
const (
	MailboxContact Mailbox = "contact"
	MailboxAccount Mailbox = "account"
)

// Mailboxes lists them.
var Mailboxes = []Mailbox{MailboxContact, MailboxAccount}

// ActivationRequest is the wish for a further code. Nothing is issued by it alone.
type ActivationRequest struct {
	ID          int64
	Number      string
	Kind        string
	ContractID  int64
	HoldingID   int64
	ProductCode string // that the code is for
	AccountID   *int64
	// RequesterEmail is the sign-in address, ContactEmail the one typed with the request;
	// that is empty where mails go to the sign-in address alone.
	RequesterEmail string
	ContactEmail   string
	Language       Language
	Purpose        ActivationPurpose
	Status         ActivationStatus
	Version        int64 // counts every change; decisions are accepted against it

	LinkSalt    string
	LinkKey     int // number of the server key that the links derive from
	LinkVersion int // counts the links sent: only the newest works
	LinkUntil   time.Time

	CodeID      *int64 // the code that was issued
	CloseReason string
	FormKey     *string // of the form that it was sent with: a form sent twice is one request
	ClosedAt    *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// WorkflowID is the process that carries the request: its business number.
func (r ActivationRequest) WorkflowID() string { return "activation/" + r.Number }

// StatusAt is the state as people are told it: a link that is over cannot be used
// any more, also where the process has not noted it yet.
func (r ActivationRequest) StatusAt(now time.Time) ActivationStatus {
	if r.Status == ActivationWaiting && !now.Before(r.LinkUntil) {
		return ActivationExpired
	}
	return r.Status
}

// Address is where mails to one of the mailboxes go.
func (r ActivationRequest) Address(m Mailbox) string {
	if m == MailboxContact {
		return r.ContactEmail
	}
	return r.RequesterEmail
}

// Mailboxes lists those that mails of the request go to: each address once.
func (r ActivationRequest) Mailboxes() []Mailbox {
	if r.ContactEmail == "" || AddressKey(r.ContactEmail) == AddressKey(r.RequesterEmail) {
		return []Mailbox{MailboxAccount}
	}
	return Mailboxes
}

// ActivationDecisionKind is what happened to a request, or to the code it led to.
type ActivationDecisionKind string

// The decisions. Those about a code stand with the request that it came of.
const (
	ActivationRequested  ActivationDecisionKind = "requested"
	ActivationConfirmed  ActivationDecisionKind = "confirmed"
	ActivationConsented  ActivationDecisionKind = "consented"
	ActivationCancel     ActivationDecisionKind = "cancelled"
	ActivationExpire     ActivationDecisionKind = "expired"
	ActivationReplace    ActivationDecisionKind = "replaced"
	ActivationLinkResent ActivationDecisionKind = "link_resent"
	ActivationRevoke     ActivationDecisionKind = "code_revoked"
	ActivationNewCode    ActivationDecisionKind = "code_replaced"
)

// ActivationDecisionKinds lists them.
var ActivationDecisionKinds = []ActivationDecisionKind{
	ActivationRequested, ActivationConfirmed, ActivationConsented, ActivationCancel, ActivationExpire, ActivationReplace,
	ActivationLinkResent, ActivationRevoke, ActivationNewCode,
}

// ActivationDecision is one step in a request's history.
type ActivationDecision struct {
	ID             int64
	RequestID      int64
	Kind           ActivationDecisionKind
	RequestVersion int64 // the version that it made
	CodeID         *int64
	ActorKind      ActorKind
	ActorID        int64
	ActorName      string
	Note           string
	CreatedAt      time.Time
}

// IssuedCode is a further code of a holding. It never changes, but that it may be revoked.
type IssuedCode struct {
	ID           int64
	RequestID    int64 // that it came of; a replacement has that of the code before
	Kind         string
	ContractID   int64
	HoldingID    int64
	ProductCode  string
	CodeCipher   []byte // encrypted under key CodeKey
	CodeKey      int
	CodeHash     string // keyed hash for look-up, unique among all codes
	Offline      bool
	ReplacesID   *int64
	IssuedAt     time.Time
	RevokedAt    *time.Time
	RevokeReason string
}

// Revoked says whether the code works no more.
func (c IssuedCode) Revoked() bool { return c.RevokedAt != nil }

// StateAt says how the code stands at a moment: as its holding does, unless it was revoked.
func (c IssuedCode) StateAt(h Holding, contract Contract, now time.Time) CodeState {
	if c.Revoked() {
		return CodeRevoked
	}
	return h.CodeStateAt(contract, now)
}

// CodeHash is a code that was ever given out: no two are the same.
type CodeHash struct {
	Hash string
}

// ActivationOffer is a code that can be asked for, or why it cannot.
type ActivationOffer struct {
	Contract    Contract
	Holding     Holding
	ProductCode string             // that the code is for
	Issued      *IssuedCode        // the code there is already; nothing needs to be asked for
	Waiting     *ActivationRequest // an open request, which a new one replaces
	Refusal     *Error             // why the code is not given
}

// ActivationProgress is where a request stands, for its process.
type ActivationProgress struct {
	Next    Next
	Version int64
	Status  ActivationStatus
	Notices []int64   // mails that are due now
	Until   time.Time // when the link is over; zero while nobody waits for it
}
