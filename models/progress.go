package models

import (
	"strconv"
	"time"
)

// Next says what an order's process has to do after a look at the order.
type Next string

// What can come next for an order.
const (
	NextWait     Next = "wait"     // somebody has to decide
	NextAccept   Next = "accept"   // checks passed: mail that intake is complete
	NextRegister Next = "register" // the order-accepted mail is out: grace, then register
	NextDeliver  Next = "deliver"  // registered: certificate and mails
	NextDone     Next = "done"     // delivered or cancelled
)

// OrderProgress is where an order stands, for its process.
type OrderProgress struct {
	Next       Next
	Version    int64
	Status     OrderStatus
	WaitingFor WaitingFor
	SendBackID int64
	Mails      []int64     // mails that are due now
	RemindAt   []time.Time // when a waiting reseller is to be reminded
	GraceUntil time.Time   // until when a refusal of the accepted mail still sends back
}

// OrderVersion names an order as it was when something was decided on it.
type OrderVersion struct {
	OrderID int64
	Version int64
}

// ProcessName names a business process; histories keep these names for ever.
type ProcessName string

// The processes that rows start.
const (
	ProcessOrderIntake      ProcessName = "OrderIntake"
	ProcessApplicationFiled ProcessName = "ApplicationFiled"
	ProcessMailQueued       ProcessName = "MailQueued"
	ProcessDeliveryResend   ProcessName = "DeliveryResend"
	ProcessNameChange       ProcessName = "NameChange"
	ProcessActivationIssue  ProcessName = "ActivationIssue"
)

// WorkflowID is the process of one application. It goes by the row, not by the
// receipt number, which is worth something to whoever reads it.
func (a Application) WorkflowID() string { return "application/" + strconv.FormatInt(a.ID, 10) }

// MailWorkflowID is the process of one mail that no other process sends.
func MailWorkflowID(mailID int64) string { return "mail/" + strconv.FormatInt(mailID, 10) }

// SealedCode is an activation code as it is kept: encrypted under a numbered
// key, with a keyed hash for look-up.
type SealedCode struct {
	Cipher []byte
	Key    int
	Hash   string
}

// OpenProcess is a process that has something left to do: its order is open, or
// its mails are not all over.
type OpenProcess struct {
	Workflow   ProcessName
	WorkflowID string
	SubjectID  int64
}
