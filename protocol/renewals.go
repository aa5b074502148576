package protocol

import "time"

// RenewalNoticesWorkflow sends a day's renewal notices; the schedule of the same
// kind begins it.
const (
	RenewalNoticesWorkflow   = "RenewalNotices"
	RenewalNoticesScheduleID = "renewal-notices"
)

// RenewalStage says how far a day's notices have come.
type RenewalStage int

// The stages; their numbers stand in histories.
const (
	RenewalGathering RenewalStage = iota
	RenewalQueueing
	RenewalSending
)

// RenewalRun is what a run of a day's notices hands to the next one, and its outcome.
type RenewalRun struct {
	Stage      RenewalStage
	At         time.Time // the moment whose day it is about; zero for now
	Notice     int
	After      int64
	Noticed    int // contracts and recipients noted
	Queued     int
	Sent       int // or failed, or unknown: the ledger says
	HandedOver int // mails whose servers have them wait
}

// RenewalBatch is where a part of the work begins, or what it came to and where the
// next one begins.
type RenewalBatch struct {
	At     time.Time
	Notice int
	After  int64
	Count  int
	Done   bool
}

// Next is the part that the run does next.
func (r RenewalRun) Next() RenewalBatch {
	return RenewalBatch{At: r.At, Notice: r.Notice, After: r.After}
}
