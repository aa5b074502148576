package protocol

import (
	"time"

	"github.com/todoke/todoke/models"
)

// DeliveryResendWorkflow carries one resend.
const DeliveryResendWorkflow = string(models.ProcessDeliveryResend)

// ResendState is what a look at a resend gives.
type ResendState struct {
	Next      models.Next
	Version   int64
	Status    string    // for people who read the Temporal UI
	Mails     []int64   // ID and PW mail that are due now
	Notices   []int64   // other mails that are due now
	WarnAt    time.Time // when staff are to be warned; zero when not or no more
	DueAt     time.Time // when staff must have decided; zero while nobody waits for them
	Escalated bool      // that they have not was noted
}

// ResendStateOf puts a resend's progress into the form that histories keep.
func ResendStateOf(p models.ResendProgress) ResendState {
	return ResendState{
		Next: p.Next, Version: p.Version, Status: string(p.Status), Mails: p.Mails, Notices: p.Notices,
		WarnAt: p.WarnAt, DueAt: p.DueAt, Escalated: p.Escalated,
	}
}

// ResendDue says that a moment of a resend has come. DueAt is the due moment that it
// belonged to: a resend that waited for an answer has another one since.
type ResendDue struct {
	ResendID int64
	DueAt    time.Time
	Overdue  bool // else it is the warning
}
