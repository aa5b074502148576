package models

import "time"

// DecisionKind is what somebody decided about an order.
type DecisionKind string

// The decisions. Entered stands for the order itself, so that starting the
// process and telling it something are the same call.
const (
	DecisionEntered  DecisionKind = "entered"
	DecisionConfirm  DecisionKind = "confirm"
	DecisionReapply  DecisionKind = "reapply"
	DecisionReplace  DecisionKind = "replace"
	DecisionCancel   DecisionKind = "cancel"
	DecisionPass     DecisionKind = "pass"
	DecisionHold     DecisionKind = "hold"
	DecisionSendBack DecisionKind = "send_back"
	DecisionRedirect DecisionKind = "redirect" // another delivery address after registering
)

// Decision is the row that a signal names; the process looks at the order, not at the signal.
type Decision struct {
	ID           int64
	OrderID      int64
	Kind         DecisionKind
	OrderVersion int64 // the version it was accepted against
	ActorKind    ActorKind
	ActorID      int64
	Note         string
	CreatedAt    time.Time
}

// OutboxEntry is a signal-with-start that has to reach Temporal. It names rows
// and holds nothing else.
type OutboxEntry struct {
	ID            int64
	Workflow      ProcessName
	WorkflowID    string
	SubjectID     int64 // the row the workflow is about
	DecisionID    int64 // the row the signal names, or 0
	CreatedAt     time.Time
	NextAttemptAt time.Time
	Attempts      int
	SentAt        *time.Time
}

// TableName gives the table.
func (OutboxEntry) TableName() string { return "outbox" }
