package protocol

import (
	"time"

	"github.com/todoke/todoke/models"
)

// ActivationIssueWorkflow carries one request for a further activation code.
const ActivationIssueWorkflow = string(models.ProcessActivationIssue)

// ActivationState is what a look at a request gives.
type ActivationState struct {
	Next    models.Next
	Version int64
	Status  string    // for people who read the Temporal UI
	Notices []int64   // mails that are due now
	Until   time.Time // when the link is over; zero while nobody waits for it
}

// ActivationStateOf puts a request's progress into the form that histories keep.
func ActivationStateOf(p models.ActivationProgress) ActivationState {
	return ActivationState{Next: p.Next, Version: p.Version, Status: string(p.Status), Notices: p.Notices, Until: p.Until}
}

// ActivationOver says that a link is over. Until is the moment that it belonged to: a
// request whose link was sent again has another one since.
type ActivationOver struct {
	RequestID int64
	Until     time.Time
}
