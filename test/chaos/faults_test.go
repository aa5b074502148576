//go:build chaos || e2e

package chaos

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
)

// faults is a mail server in bad shape: slow to answer, and once in a while it puts a mail off or hangs up, before
// it has kept the mail or after.
type faults struct {
	mu   sync.Mutex
	rand *rand.Rand
}

const (
	deferRate     = 0.01
	cutBeforeRate = 0.004
	cutAfterRate  = 0.004
	slowestAnswer = 40 * time.Millisecond
)

func (f *faults) behaviour(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
	f.mu.Lock()
	defer f.mu.Unlock()
	roll := f.rand.Float64()
	switch {
	case stage == mailbox.StageRcpt && roll < deferRate:
		return mailbox.Behaviour{Fault: mailbox.Defer}
	case stage != mailbox.StageEnd:
		return mailbox.Behaviour{}
	case roll < cutBeforeRate:
		return mailbox.Behaviour{Fault: mailbox.CutBefore}
	case roll < cutBeforeRate+cutAfterRate:
		return mailbox.Behaviour{Fault: mailbox.CutAfter}
	}
	// The time after the final dot is when a kill hurts: make it as long as with a real server.
	return mailbox.Behaviour{Delay: time.Duration(f.rand.Int64N(int64(slowestAnswer)))}
}
