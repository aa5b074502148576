// Package protocol is what api, web, activities and workflows say to each other:
// names, IDs, inputs and results. Everything in it ends up in histories, so it
// carries identifiers, codes, counts and times, never personal data. Names live
// for ever: choose once.
package protocol

import (
	"strconv"
	"time"
)

// TaskQueue is the queue that todoke's workers poll.
const TaskQueue = "todoke"

// Workflow names.
const (
	OrderIntakeWorkflow       = "OrderIntake"
	ApplicationFiledWorkflow  = "ApplicationFiled"
	OutboxDrainWorkflow       = "OutboxDrain"
	MailQueuedWorkflow        = "MailQueued"
	OutboxDrainScheduleID     = "outbox-drain"
	DecidedSignal             = "decided"
	OrderWorkflowPrefix       = "order/"
	ApplicationWorkflowPrefix = "application/"
	MailWorkflowPrefix        = "mail/"
)

// ApplicationWorkflowID is the process of one application. It goes by the row,
// not by the receipt number, which is worth something to whoever reads it.
func ApplicationWorkflowID(applicationID int64) string {
	return ApplicationWorkflowPrefix + strconv.FormatInt(applicationID, 10)
}

// MailWorkflowID is the process of one mail that no other process sends.
func MailWorkflowID(mailID int64) string {
	return MailWorkflowPrefix + strconv.FormatInt(mailID, 10)
}

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

// Next says what the process has to do after the checks.
type Next string

// What can come next for an order.
const (
	NextWait     Next = "wait"     // somebody has to decide
	NextAccept   Next = "accept"   // checks passed: mail that intake is complete
	NextRegister Next = "register" // the order-accepted mail is out: grace, then register
	NextDeliver  Next = "deliver"  // registered: certificate and mails
	NextDone     Next = "done"     // delivered or cancelled
)

// OrderState is what a look at the order gives.
type OrderState struct {
	Next       Next
	Version    int64
	Status     string // for people who read the Temporal UI
	WaitingFor string
	SendBackID int64
	Mails      []int64     // mails that are due now
	RemindAt   []time.Time // when a waiting reseller is to be reminded
	GraceUntil time.Time   // until when a refusal of the accepted mail still sends back
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
