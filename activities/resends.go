package activities

import (
	"context"

	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// Resends are the steps of a resend on the database.
type Resends struct {
	Store *store.Store
}

// AdvanceResend checks a resend that came in and says what comes next.
func (a *Resends) AdvanceResend(ctx context.Context, resendID int64) (protocol.ResendState, error) {
	progress, err := a.Store.AdvanceResend(ctx, resendID)
	return protocol.ResendStateOf(progress), err
}

// NoteResendDue notes that a resend's day is near, or over, unless it no longer
// waits for staff.
func (a *Resends) NoteResendDue(ctx context.Context, d protocol.ResendDue) (protocol.ResendState, error) {
	progress, err := a.Store.NoteResendDue(ctx, d.ResendID, d.DueAt, d.Overdue)
	return protocol.ResendStateOf(progress), err
}

// FinishResend ends the resend when its mails are out.
func (a *Resends) FinishResend(ctx context.Context, resendID int64) (protocol.ResendState, error) {
	progress, err := a.Store.FinishResend(ctx, resendID)
	return protocol.ResendStateOf(progress), err
}
