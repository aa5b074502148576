package workflows

import (
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

var resends *activities.Resends

// DeliveryResend carries one resend of a delivery (delivery.md, "Resend"): it is
// acknowledged and checked; what fits goes by itself, anything else waits for
// staff, who approve, refuse or ask back; then ID and PW mail go out again under a
// new password. What somebody decides is in the database before the signal comes.
func DeliveryResend(ctx workflow.Context, in protocol.Started) error {
	resend := deliveryResend{id: in.SubjectID, decided: workflow.GetSignalChannel(ctx, protocol.DecidedSignal)}
	return resend.run(ctx)
}

type deliveryResend struct {
	id      int64
	decided workflow.ReceiveChannel
	notices notices // acknowledgement, questions, refusal
}

func (r *deliveryResend) run(ctx workflow.Context) error {
	state, err := r.look(ctx)
	for err == nil {
		workflow.SetCurrentDetails(ctx, "**"+state.Status+"** (version "+itoa(state.Version)+")\n\nnext: "+string(state.Next))
		r.notices.tell(ctx, state.Notices, "notice")
		switch state.Next {
		case models.NextDeliver:
			state, err = r.send(ctx, state)
		case models.NextDone:
			return r.finish(ctx)
		default:
			state, err = r.wait(ctx, state)
		}
	}
	return err
}

// look checks a resend that came in, and tells where it stands.
func (r *deliveryResend) look(ctx workflow.Context) (state protocol.ResendState, err error) {
	ctx = databaseStep(ctx, "check the resend")
	err = workflow.ExecuteLocalActivity(ctx, resends.AdvanceResend, r.id).Get(ctx, &state)
	return state, err
}

// send sends ID and PW mail at the same time. A mail that is refused brings the
// resend back to staff.
func (r *deliveryResend) send(ctx workflow.Context, state protocol.ResendState) (protocol.ResendState, error) {
	if err := sendAll(ctx, state.Mails, "resent delivery"); err != nil {
		return state, err
	}
	ctx = databaseStep(ctx, "finish the resend")
	err := workflow.ExecuteLocalActivity(ctx, resends.FinishResend, r.id).Get(ctx, &state)
	return state, err
}

// wait waits for staff, who are warned before the due day and marked late after
// it, or for the person who asked, for whom no clock runs.
func (r *deliveryResend) wait(ctx workflow.Context, state protocol.ResendState) (protocol.ResendState, error) {
	due := protocol.ResendDue{ResendID: r.id, DueAt: state.DueAt}
	if !state.WarnAt.IsZero() {
		if waitUntil(ctx, r.decided, state.WarnAt, "warning") {
			return r.look(ctx)
		}
		return r.note(ctx, due)
	}
	if !state.DueAt.IsZero() && !state.Escalated {
		if waitUntil(ctx, r.decided, state.DueAt, "due") {
			return r.look(ctx)
		}
		due.Overdue = true
		return r.note(ctx, due)
	}
	r.decided.Receive(ctx, nil)
	drain(r.decided)
	return r.look(ctx)
}

func (r *deliveryResend) note(ctx workflow.Context, due protocol.ResendDue) (state protocol.ResendState, err error) {
	ctx = databaseStep(ctx, "note that it is due")
	err = workflow.ExecuteLocalActivity(ctx, resends.NoteResendDue, due).Get(ctx, &state)
	return state, err
}

// finish ends the process once everybody is told.
func (r *deliveryResend) finish(ctx workflow.Context) error {
	err := r.notices.told(ctx)
	drain(r.decided)
	return err
}
