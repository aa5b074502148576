package protocol

import (
	"time"

	"github.com/todoke/todoke/models"
)

// NewsIssueWorkflow sends one issue of Support Information.
const NewsIssueWorkflow = string(models.ProcessNewsIssue)

// NewsState is what a look at an issue gives.
type NewsState struct {
	Next    models.Next
	Version int64
	Status  string    // for people who read the Temporal UI
	At      time.Time // when to look again; zero is when somebody decides
}

// NewsStateOf puts an issue's progress into the form that histories keep.
func NewsStateOf(p models.NewsProgress) NewsState {
	return NewsState{Next: p.Next, Version: p.Version, Status: string(p.Status), At: p.At}
}

// NewsBatch counts what a run of sending came to.
type NewsBatch struct {
	Sent     int
	Deferred int // refused for the moment, to be tried again
	Ended    int // refused for good, or nobody knows
}
