package protocol

import (
	"time"

	"github.com/todoke/todoke/models"
)

// NameChangeWorkflow carries one change of a contract holder's name.
const NameChangeWorkflow = string(models.ProcessNameChange)

// NameChangeState is what a look at a name change gives.
type NameChangeState struct {
	Next      models.Next
	Version   int64
	Status    string    // for people who read the Temporal UI
	Notices   []int64   // mails to the requester that are due now
	WarnAt    time.Time // when staff are to be warned; zero when not or no more
	DueAt     time.Time // when staff must have decided; zero while nobody waits for them
	Escalated bool      // that they have not was noted
}

// NameChangeStateOf puts a change's progress into the form that histories keep.
func NameChangeStateOf(p models.NameChangeProgress) NameChangeState {
	return NameChangeState{
		Next: p.Next, Version: p.Version, Status: string(p.Status), Notices: p.Notices, WarnAt: p.WarnAt, DueAt: p.DueAt, Escalated: p.Escalated,
	}
}

// NameChangeDue says that a moment of a change has come. DueAt is the due moment that
// it belonged to: a change that waited for an answer has another one since.
type NameChangeDue struct {
	NameChangeID int64
	DueAt        time.Time
	Overdue      bool // else it is the warning
}
