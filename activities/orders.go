// Package activities holds every side effect that a workflow may have. Each may
// run twice and writes once; each takes and gives identifiers only.
package activities

import (
	"context"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// Orders are the steps of an order on the database.
type Orders struct {
	Store  *store.Store
	Sealer store.Sealer
}

// AdvanceOrder runs the checks of an order and says what comes next.
func (a *Orders) AdvanceOrder(ctx context.Context, orderID int64) (protocol.OrderState, error) {
	progress, err := a.Store.Advance(ctx, orderID)
	return protocol.StateOf(progress), err
}

// RegisterOrder registers the order if it is still the version that was checked.
func (a *Orders) RegisterOrder(ctx context.Context, ref protocol.OrderRef) (protocol.OrderState, error) {
	progress, err := a.Store.RegisterOrder(ctx, models.OrderVersion(ref), a.Sealer)
	return protocol.StateOf(progress), err
}

// FinishDelivery marks the order delivered when its mails are out.
func (a *Orders) FinishDelivery(ctx context.Context, orderID int64) (protocol.OrderState, error) {
	progress, err := a.Store.FinishDelivery(ctx, orderID)
	return protocol.StateOf(progress), err
}

// QueueReminder enters a reminder into the ledger unless the send-back is answered.
func (a *Orders) QueueReminder(ctx context.Context, r protocol.Reminder) (protocol.Mails, error) {
	id, err := a.Store.QueueReminder(ctx, r.SendBackID, r.Number)
	if err != nil || id == 0 {
		return protocol.Mails{}, err
	}
	return protocol.Mails{MailIDs: []int64{id}}, nil
}
