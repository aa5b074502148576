package models

import "time"

// Task is something staff must look at. It stands with the order that its mail is
// about, else with the application.
type Task struct {
	ID            int64
	Kind          TaskKind
	OrderID       *int64
	ApplicationID *int64
	MailID        *int64
	OpenedAt      time.Time
	ClosedAt      *time.Time
	ClosedBy      *int64
	CloseNote     string
}

// TaskKind says what a task is about.
type TaskKind string

// The tasks of order intake.
const (
	TaskMailUnknown    TaskKind = "mail_unknown"    // nobody knows whether it arrived
	TaskDeliveryFailed TaskKind = "delivery_failed" // ID or PW mail was refused after registering
	TaskMailFailed     TaskKind = "mail_failed"     // any other mail was refused: somebody was not told
)

// TaskKinds lists them, what holds an order up first.
var TaskKinds = []TaskKind{TaskDeliveryFailed, TaskMailUnknown, TaskMailFailed}

// Task gives the task that a mail's end makes necessary. A refused order-accepted
// mail needs none: it sends the order back.
func (m Mail) Task() (kind TaskKind, needed bool) {
	switch {
	case m.Kind == MailRenewalNotice: // shown with the contract; the next one follows
		return "", false
	case m.NewsIssueID != nil: // shown with the issue; there are a hundred thousand of them
		return "", false
	case m.Status == MailUnknown:
		return TaskMailUnknown, true
	case m.Status != MailFailed || m.Kind == MailOrderAccepted:
		return "", false
	case m.Kind.TellsDelivery():
		return TaskDeliveryFailed, true
	}
	return TaskMailFailed, true
}
