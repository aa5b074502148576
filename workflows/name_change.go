package workflows

import (
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

var nameChanges *activities.NameChanges

// NameChange carries one change of a contract holder's corporate or branch name
// (contracts.md, "Corporate-name change review"): it is accepted and put before
// staff, who approve, reject or ask the requester for more; they are warned a day
// before it is due, and it goes to the team lead when it is overdue. The clock
// stands still while it waits for the requester, who may also withdraw. What
// somebody decides is in the database before the signal comes: of an approval and
// a withdrawal in the same moment the database took one.
func NameChange(ctx workflow.Context, in protocol.Started) error {
	change := nameChange{id: in.SubjectID, decided: workflow.GetSignalChannel(ctx, protocol.DecidedSignal)}
	return change.run(ctx)
}

type nameChange struct {
	id      int64
	decided workflow.ReceiveChannel
	notices notices // to the requester
}

func (c *nameChange) run(ctx workflow.Context) error {
	state, err := c.look(ctx)
	for err == nil {
		workflow.SetCurrentDetails(ctx, "**"+state.Status+"** (version "+itoa(state.Version)+")\n\nnext: "+string(state.Next))
		c.notices.tell(ctx, state.Notices, "notice")
		switch {
		case state.Next == models.NextDone:
			return c.finish(ctx)
		case state.DueAt.IsZero():
			state, err = c.wait(ctx)
		default:
			state, err = c.waitForStaff(ctx, state)
		}
	}
	return err
}

// look puts a change that came in before staff, and tells where it stands.
func (c *nameChange) look(ctx workflow.Context) (state protocol.NameChangeState, err error) {
	ctx = databaseStep(ctx, "look at the name change")
	err = workflow.ExecuteLocalActivity(ctx, nameChanges.AdvanceNameChange, c.id).Get(ctx, &state)
	return state, err
}

// waitForStaff waits for a decision. Before the due day staff are warned, and
// after it the change is escalated; then it waits on.
func (c *nameChange) waitForStaff(ctx workflow.Context, state protocol.NameChangeState) (protocol.NameChangeState, error) {
	due := protocol.NameChangeDue{NameChangeID: c.id, DueAt: state.DueAt}
	switch {
	case !state.WarnAt.IsZero():
		if waitUntil(ctx, c.decided, state.WarnAt, "warning") {
			return c.look(ctx)
		}
		return c.note(ctx, due)
	case !state.Escalated:
		if waitUntil(ctx, c.decided, state.DueAt, "due") {
			return c.look(ctx)
		}
		due.Overdue = true
		return c.note(ctx, due)
	}
	return c.wait(ctx)
}

// wait waits with no clock running: for the requester, or for staff who are late.
func (c *nameChange) wait(ctx workflow.Context) (protocol.NameChangeState, error) {
	c.decided.Receive(ctx, nil)
	drain(c.decided)
	return c.look(ctx)
}

func (c *nameChange) note(ctx workflow.Context, due protocol.NameChangeDue) (state protocol.NameChangeState, err error) {
	ctx = databaseStep(ctx, "note that it is due")
	err = workflow.ExecuteLocalActivity(ctx, nameChanges.NoteNameChangeDue, due).Get(ctx, &state)
	return state, err
}

// finish ends the process once the requester is told.
func (c *nameChange) finish(ctx workflow.Context) error {
	err := c.notices.told(ctx)
	drain(c.decided)
	return err
}
