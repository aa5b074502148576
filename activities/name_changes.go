package activities

import (
	"context"

	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// NameChanges are the steps of a change of name on the database.
type NameChanges struct {
	Store *store.Store
}

// AdvanceNameChange puts a change that came in before staff and says what comes next.
func (a *NameChanges) AdvanceNameChange(ctx context.Context, changeID int64) (protocol.NameChangeState, error) {
	progress, err := a.Store.AdvanceNameChange(ctx, changeID)
	return protocol.NameChangeStateOf(progress), err
}

// NoteNameChangeDue notes that a change's day is near, or over, unless it no
// longer waits for staff.
func (a *NameChanges) NoteNameChangeDue(ctx context.Context, d protocol.NameChangeDue) (protocol.NameChangeState, error) {
	progress, err := a.Store.NoteNameChangeDue(ctx, d.NameChangeID, d.DueAt, d.Overdue)
	return protocol.NameChangeStateOf(progress), err
}
