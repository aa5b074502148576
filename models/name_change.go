package models

import (
	"slices"
	"strings"
	"time"
)

// NameChangeStatus is the state of a change of a holder's corporate or branch
// name (contracts.md, "Corporate-name change review").
type NameChangeStatus string

// The states. Overdue is none of them: it is what waits for staff beyond its day.
const (
	NameChangeAccepted  NameChangeStatus = "accepted"
	NameChangeReviewing NameChangeStatus = "reviewing"
	NameChangeAskedBack NameChangeStatus = "asked_back"
	NameChangeApproved  NameChangeStatus = "approved"
	NameChangeRejected  NameChangeStatus = "rejected"
	NameChangeWithdrawn NameChangeStatus = "withdrawn"
)

// NameChangeStatuses lists the states in the order a change passes them.
var NameChangeStatuses = []NameChangeStatus{
	NameChangeAccepted, NameChangeReviewing, NameChangeAskedBack, NameChangeApproved, NameChangeRejected, NameChangeWithdrawn,
}

// A change that its process has not looked at yet may be decided all the same:
// pages do not wait for a worker.
var nameChangeTransitions = map[NameChangeStatus][]NameChangeStatus{
	NameChangeAccepted:  {NameChangeReviewing, NameChangeAskedBack, NameChangeApproved, NameChangeRejected, NameChangeWithdrawn},
	NameChangeReviewing: {NameChangeAskedBack, NameChangeApproved, NameChangeRejected, NameChangeWithdrawn},
	NameChangeAskedBack: {NameChangeReviewing, NameChangeApproved, NameChangeRejected, NameChangeWithdrawn},
}

// CanBecome says whether the state may follow.
func (s NameChangeStatus) CanBecome(next NameChangeStatus) bool {
	return slices.Contains(nameChangeTransitions[s], next)
}

// Closed says whether nothing more happens to the change.
func (s NameChangeStatus) Closed() bool {
	return s == NameChangeApproved || s == NameChangeRejected || s == NameChangeWithdrawn
}

// WaitsForStaff says whether staff have to decide.
func (s NameChangeStatus) WaitsForStaff() bool {
	return s == NameChangeAccepted || s == NameChangeReviewing
}

// NameChangesForStaff are the states in which staff have to decide.
var NameChangesForStaff = []NameChangeStatus{NameChangeAccepted, NameChangeReviewing}

// NameChangeReason is why a name changes.
type NameChangeReason string

// The reasons of contracts.md. Splits and transfers of a business bring the
// license to another legal person, which its terms do not allow.
const (
	NameChangeRename     NameChangeReason = "rename"
	NameChangeMerger     NameChangeReason = "merger"
	NameChangeSplit      NameChangeReason = "split"
	NameChangeTransfer   NameChangeReason = "transfer"
	NameChangeCorrection NameChangeReason = "correction"
	NameChangeOther      NameChangeReason = "other"
)

// NameChangeReasons lists them as forms show them.
var NameChangeReasons = []NameChangeReason{
	NameChangeRename, NameChangeMerger, NameChangeSplit, NameChangeTransfer, NameChangeCorrection, NameChangeOther,
}

// HolderName is what a contract calls its holder.
type HolderName struct {
	CompanyName string
	CompanyKana string
	Department  string // the branch, or a department
}

// NameOf gives the name that a party goes by.
func NameOf(p Party) HolderName {
	return HolderName{CompanyName: p.CompanyName, CompanyKana: p.CompanyKana, Department: p.Department}
}

// Written gives the name as mails and lists write it: with the branch behind.
func (n HolderName) Written() string { return strings.TrimSpace(n.CompanyName + " " + n.Department) }

// Trim takes the spaces around the values away.
func (n *HolderName) Trim() {
	for _, value := range []*string{&n.CompanyName, &n.CompanyKana, &n.Department} {
		*value = strings.TrimSpace(*value)
	}
}

// NameChange is the wish that a contract's holder be called otherwise. What the
// directory said of the corporation chosen is copied: its rows are replaced.
type NameChange struct {
	ID         int64
	Number     string
	ContractID int64
	Status     NameChangeStatus
	Version    int64 // counts every change; decisions are accepted against it
	// Who asked: an account of the portal, and the address it had.
	AccountID      *int64
	RequesterEmail string
	Language       Language

	Reason NameChangeReason
	Note   string     // what the requester added
	Old    HolderName `gorm:"embedded;embeddedPrefix:old_"`
	OldKey string
	New    HolderName `gorm:"embedded;embeddedPrefix:new_"`
	NewKey string
	// The corporation chosen from the directory, as it was then; number 0 when the
	// name was typed.
	CorporateNumber  CorporateNumber
	CorporateName    string
	CorporateAddress string

	DueAt       time.Time
	WarnedAt    *time.Time
	EscalatedAt *time.Time
	AskedBackAt *time.Time // while it waits for the requester
	ClosedAt    *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// WorkflowID is the process that carries the change: its business number.
func (c NameChange) WorkflowID() string { return "name-change/" + c.Number }

// Overdue says whether staff have let the change's day pass. Its clock stops while
// it waits for the requester.
func (c NameChange) Overdue(now time.Time) bool {
	return c.Status.WaitsForStaff() && !now.Before(c.DueAt)
}

// NameChangeDecisionKind is what somebody decided or said about a name change.
type NameChangeDecisionKind string

// The decisions. Requested stands for the request itself; answer and withdraw are
// the requester's.
const (
	NameChangeRequested NameChangeDecisionKind = "requested"
	NameChangeApprove   NameChangeDecisionKind = "approve"
	NameChangeReject    NameChangeDecisionKind = "reject"
	NameChangeAskBack   NameChangeDecisionKind = "ask_back"
	NameChangeAnswer    NameChangeDecisionKind = "answer"
	NameChangeWithdraw  NameChangeDecisionKind = "withdraw"
)

// NameChangeDecision is a decision or message about a name change. Its note is
// what was said: the reason of a rejection, the question, the answer.
type NameChangeDecision struct {
	ID            int64
	NameChangeID  int64
	Kind          NameChangeDecisionKind
	ChangeVersion int64 // the version that it made
	ActorKind     ActorKind
	ActorID       int64
	ActorName     string
	Note          string
	CreatedAt     time.Time
}

// NameChangeRules is what the profile says about name changes.
type NameChangeRules struct {
	Deadline
	AttachmentBytes int64 // how large one attachment may be
	Attachments     int   // how many there may be in all
}

// NameChangeProgress is where a name change stands, for its process.
type NameChangeProgress struct {
	Next      Next
	Version   int64
	Status    NameChangeStatus
	Notices   []int64   // mails that are due now
	DueAt     time.Time // by which staff have to decide; zero while nobody waits for them
	WarnAt    time.Time // when they are to be warned; zero when not or no more
	Escalated bool      // being overdue was noted already
}
