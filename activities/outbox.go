package activities

import (
	"context"

	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/protocol"
)

// Outbox drains what could not be told right after its commit.
type Outbox struct {
	Outbox *outbox.Outbox
}

// drainAtOnce bounds one drain; the schedule comes round again.
const drainAtOnce = 500

// DrainOutbox makes the calls that are due.
func (a *Outbox) DrainOutbox(ctx context.Context) (protocol.Drained, error) {
	return a.Outbox.Drain(ctx, drainAtOnce)
}
