package activities

import (
	"context"

	"github.com/todoke/todoke/protocol"
)

// Outbox drains what could not be told right after its commit.
type Outbox struct {
	Outbox Drainer
}

// Drainer makes the calls to Temporal that the database says are due, oldest
// first, at most limit; *outbox.Outbox is one.
type Drainer interface {
	Drain(ctx context.Context, limit int) (protocol.Drained, error)
}

// drainAtOnce bounds one drain; the schedule comes round again.
const drainAtOnce = 500

// DrainOutbox makes the calls that are due.
func (a *Outbox) DrainOutbox(ctx context.Context) (protocol.Drained, error) {
	return a.Outbox.Drain(ctx, drainAtOnce)
}
