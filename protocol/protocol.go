// Package protocol is what api, web, activities and workflows say to each other:
// names, IDs, inputs and results. Everything in it ends up in histories, so it
// carries identifiers, codes, counts and times, never personal data. Names live
// for ever: choose once.
package protocol

import (
	"time"

	"github.com/todoke/todoke/models"
)

// TaskQueue is the queue that todoke's workers poll.
const TaskQueue = "todoke"

// Workflow names.
const (
	OrderIntakeWorkflow      = string(models.ProcessOrderIntake)
	ApplicationFiledWorkflow = string(models.ProcessApplicationFiled)
	MailQueuedWorkflow       = string(models.ProcessMailQueued)
	OutboxDrainWorkflow      = "OutboxDrain"
	OutboxDrainScheduleID    = "outbox-drain"
	DecidedSignal            = "decided"
)

// Started is every workflow's input: the row that the process is about.
type Started struct {
	SubjectID int64
}

// Decided is the signal: somebody decided something, look at the row.
type Decided struct {
	DecisionID int64
}

// OrderRef names an order and the version that a step was decided on.
type OrderRef struct {
	OrderID int64
	Version int64
}

// OrderState is what a look at the order gives.
type OrderState struct {
	Next       models.Next
	Version    int64
	Status     string // for people who read the Temporal UI
	WaitingFor string
	SendBackID int64
	Mails      []int64     // mails that are due now
	RemindAt   []time.Time // when a waiting reseller is to be reminded
	GraceUntil time.Time   // until when a refusal of the accepted mail still sends back
}

// StateOf puts an order's progress into the form that histories keep.
func StateOf(p models.OrderProgress) OrderState {
	return OrderState{
		Next: p.Next, Version: p.Version, Status: string(p.Status), WaitingFor: string(p.WaitingFor),
		SendBackID: p.SendBackID, Mails: p.Mails, RemindAt: p.RemindAt, GraceUntil: p.GraceUntil,
	}
}

// Reminder asks for the n-th reminder of a send-back.
type Reminder struct {
	SendBackID int64
	Number     int
}

// MailRef names a mail of the ledger.
type MailRef struct {
	MailID int64
}

// MailResult is how sending ended: the ledger's status.
type MailResult struct {
	Status string
}

// Mails are mails that have become due.
type Mails struct {
	MailIDs []int64
}

// Drained counts what a drain of the outbox did.
type Drained struct {
	Sent    int
	Waiting int
}
