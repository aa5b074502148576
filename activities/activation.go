package activities

import (
	"context"

	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// Activation are the steps of a request for a code on the database.
type Activation struct {
	Store *store.Store
}

// LookAtActivation says what comes next for a request.
func (a *Activation) LookAtActivation(ctx context.Context, requestID int64) (protocol.ActivationState, error) {
	progress, err := a.Store.LookAtActivation(ctx, requestID)
	return protocol.ActivationStateOf(progress), err
}

// ExpireActivation ends a request whose link is over, unless it ended otherwise or was
// given a new link.
func (a *Activation) ExpireActivation(ctx context.Context, over protocol.ActivationOver) (protocol.ActivationState, error) {
	progress, err := a.Store.ExpireActivation(ctx, over.RequestID, over.Until)
	return protocol.ActivationStateOf(progress), err
}
