package models

import (
	"slices"
	"time"
)

// ResendSource says where a resend was asked for.
type ResendSource string

// The sources.
const (
	ResendByForm  ResendSource = "form"
	ResendByAPI   ResendSource = "api"
	ResendByStaff ResendSource = "staff"
)

// ResendSources lists them.
var ResendSources = []ResendSource{ResendByForm, ResendByAPI, ResendByStaff}

// ResendStatus is a resend's state (delivery.md, "Resend").
type ResendStatus string

// The states of a resend. Approved means that a new password is made and its mails
// are being sent; when one of them is refused the resend waits for staff again.
const (
	ResendReceived  ResendStatus = "received"
	ResendReviewing ResendStatus = "reviewing"
	ResendAskedBack ResendStatus = "asked_back"
	ResendApproved  ResendStatus = "approved"
	ResendSent      ResendStatus = "sent"
	ResendRefused   ResendStatus = "refused"
)

// ResendStatuses lists the states in the order a resend passes them.
var ResendStatuses = []ResendStatus{
	ResendReceived, ResendReviewing, ResendAskedBack, ResendApproved, ResendSent, ResendRefused,
}

var resendTransitions = map[ResendStatus][]ResendStatus{
	ResendReceived:  {ResendReviewing, ResendApproved},
	ResendReviewing: {ResendAskedBack, ResendApproved, ResendRefused},
	ResendAskedBack: {ResendReviewing, ResendApproved, ResendRefused},
	ResendApproved:  {ResendSent, ResendReviewing},
}

// CanBecome says whether the state may follow.
func (s ResendStatus) CanBecome(next ResendStatus) bool {
	return slices.Contains(resendTransitions[s], next)
}

// Closed says whether nothing more happens to the resend.
func (s ResendStatus) Closed() bool { return s == ResendSent || s == ResendRefused }

// Resend is somebody's wish that a delivery be mailed once more.
type Resend struct {
	ID           int64
	ResendNumber string
	Source       ResendSource
	Status       ResendStatus
	Version      int64 // counts every change; decisions are accepted against it
	Language     Language
	Reference    string // PO, order or delivery number as typed
	EndUserName  string // the contract holder's name as typed
	EndUserKey   string
	Asker        Asker  `gorm:"embedded;embeddedPrefix:asker_"`
	ResendTo     string // as typed; nothing means the delivery address on record
	Reason       string
	ResellerID   *int64 // whose API key asked
	APIKeyID     *int64
	StaffID      *int64
	ShipmentID   *int64 // the delivery that is mailed again, once approved
	// PasswordVersion is the one that approving made, or 0.
	PasswordVersion int
	// What the check found, when the resend came in.
	NumberFits  bool
	NameFits    bool
	AddressFits bool
	LinkSalt    string
	LinkKey     int // number of the server key that the link's token derives from
	DueAt       time.Time
	WarnedAt    *time.Time
	EscalatedAt *time.Time
	AskedBackAt *time.Time // while it waits for the person who asked
	ClosedAt    *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// WorkflowID is the process that carries the resend: its business number.
func (r Resend) WorkflowID() string { return "resend/" + r.ResendNumber }

// Overdue says whether staff have let the resend's day pass. Its clock stops while
// it waits for the person who asked.
func (r Resend) Overdue(now time.Time) bool {
	return r.Status == ResendReviewing && !now.Before(r.DueAt)
}

// ResendDecisionKind is what somebody decided or said about a resend.
type ResendDecisionKind string

// The decisions. Requested stands for the request itself.
const (
	ResendRequested ResendDecisionKind = "requested"
	ResendApprove   ResendDecisionKind = "approve"
	ResendRefuse    ResendDecisionKind = "refuse"
	ResendAskBack   ResendDecisionKind = "ask_back"
	ResendAnswer    ResendDecisionKind = "answer" // of the person who asked
)

// ResendDecision is a decision or message about a resend. Its note is what was
// said: the reason of a refusal, the question, the answer.
type ResendDecision struct {
	ID            int64
	ResendID      int64
	Kind          ResendDecisionKind
	ResendVersion int64 // the version that it made
	ActorKind     ActorKind
	ActorID       int64
	ActorName     string
	Note          string
	CreatedAt     time.Time
}

// ResendRules is what the profile says about resends.
type ResendRules struct {
	Deadline
	// AutomaticPerDay is how often a day one delivery is mailed again without staff.
	AutomaticPerDay int
}

// ResendProgress is where a resend stands, for its process.
type ResendProgress struct {
	Next    Next
	Version int64
	Status  ResendStatus
	Mails   []int64   // ID and PW mail that are due now
	Notices []int64   // other mails that are due now
	DueAt   time.Time // by which staff have to decide
	WarnAt  time.Time // when they are to be warned; zero when not or no more
	// Escalated says that being overdue was noted already.
	Escalated bool
}
