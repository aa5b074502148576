package workflows

import (
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

var activation *activities.Activation

// ActivationIssue carries one request for a further activation code (activation.md):
// the mails with the link go out, it waits until the link is over, and the mails with
// the code go out once somebody has confirmed. The code itself is made with the
// confirmation, in the database: of a confirmation, a cancellation, a newer request
// and the end of the link in the same moment the database took one.
func ActivationIssue(ctx workflow.Context, in protocol.Started) error {
	issue := activationIssue{id: in.SubjectID, decided: workflow.GetSignalChannel(ctx, protocol.DecidedSignal)}
	return issue.run(ctx)
}

type activationIssue struct {
	id      int64
	decided workflow.ReceiveChannel
	notices notices // link mails, and those with the code
}

func (a *activationIssue) run(ctx workflow.Context) error {
	state, err := a.look(ctx)
	for err == nil {
		workflow.SetCurrentDetails(ctx, "**"+state.Status+"** (version "+itoa(state.Version)+")\n\nnext: "+string(state.Next))
		a.notices.tell(ctx, state.Notices, "link or code")
		if state.Next == models.NextDone {
			return a.finish(ctx)
		}
		if waitUntil(ctx, a.decided, state.Until, "the link is over") {
			state, err = a.look(ctx)
		} else {
			state, err = a.expire(ctx, state)
		}
	}
	return err
}

// look tells where the request stands.
func (a *activationIssue) look(ctx workflow.Context) (state protocol.ActivationState, err error) {
	ctx = databaseStep(ctx, "look at the request")
	err = workflow.ExecuteLocalActivity(ctx, activation.LookAtActivation, a.id).Get(ctx, &state)
	return state, err
}

// expire ends the request, unless the database has taken something else.
func (a *activationIssue) expire(ctx workflow.Context, was protocol.ActivationState) (state protocol.ActivationState, err error) {
	ctx = databaseStep(ctx, "note that the link is over")
	over := protocol.ActivationOver{RequestID: a.id, Until: was.Until}
	err = workflow.ExecuteLocalActivity(ctx, activation.ExpireActivation, over).Get(ctx, &state)
	return state, err
}

// finish ends the process once everybody is told.
func (a *activationIssue) finish(ctx workflow.Context) error {
	err := a.notices.told(ctx)
	drain(a.decided)
	return err
}
