package models

import "time"

// AttemptLimit is how often something may be tried within a window. Subject says by
// what it is counted: an account, a number, an address of the network.
type AttemptLimit struct {
	Subject string
	Window  time.Duration
	Most    int64
}
