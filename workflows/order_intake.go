// Package workflows holds a file per business process. They read like the pages
// of the domain; every fact they act on comes from an activity.
package workflows

import (
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

// orders and mails only name methods; workers register the real ones.
var (
	orders    *activities.Orders
	mails     *activities.Mails
	documents *activities.Documents
)

// OrderIntake carries one order from intake to delivery (orders.md): check, send
// back and wait or accept, register, deliver. Whatever somebody decides is in
// the database before the signal comes; the signal only says to look again.
func OrderIntake(ctx workflow.Context, in protocol.Started) error {
	intake := orderIntake{orderID: in.SubjectID, decided: workflow.GetSignalChannel(ctx, protocol.DecidedSignal)}
	return intake.run(ctx)
}

type orderIntake struct {
	orderID int64
	decided workflow.ReceiveChannel
	notices notices // mails that are being sent while the order waits
}

func (i *orderIntake) run(ctx workflow.Context) error {
	state, err := i.look(ctx)
	for err == nil {
		workflow.SetCurrentDetails(ctx, describe(state))
		switch state.Next {
		case models.NextAccept:
			state, err = i.accept(ctx, state)
		case models.NextRegister:
			state, err = i.register(ctx, state)
		case models.NextDeliver:
			state, err = i.deliver(ctx, state)
		case models.NextWait:
			state, err = i.wait(ctx, state)
		case models.NextDone:
			return i.finish(ctx, state)
		}
		if err == nil && i.notices.allTold() && workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			drain(i.decided)
			return workflow.NewContinueAsNewError(ctx, OrderIntake, protocol.Started{SubjectID: i.orderID})
		}
	}
	return err
}

// look runs all checks on an order that is being checked, and tells where it stands.
func (i *orderIntake) look(ctx workflow.Context) (state protocol.OrderState, err error) {
	ctx = databaseStep(ctx, "check the order")
	err = workflow.ExecuteLocalActivity(ctx, orders.AdvanceOrder, i.orderID).Get(ctx, &state)
	return state, err
}

// accept sends the order-accepted mail: it proves that the delivery address works.
func (i *orderIntake) accept(ctx workflow.Context, state protocol.OrderState) (protocol.OrderState, error) {
	if err := sendAll(ctx, state.Mails, "order accepted"); err != nil {
		return state, err
	}
	return i.look(ctx)
}

// register waits for the grace time, in which a bounce or a decision still sends
// the order back, and then registers what was checked.
func (i *orderIntake) register(ctx workflow.Context, state protocol.OrderState) (protocol.OrderState, error) {
	if state.GraceUntil.After(workflow.Now(ctx)) && i.waitUntil(ctx, state.GraceUntil) {
		return i.look(ctx)
	}
	ref := protocol.OrderRef{OrderID: i.orderID, Version: state.Version}
	ctx = databaseStep(ctx, "register the order")
	err := workflow.ExecuteLocalActivity(ctx, orders.RegisterOrder, ref).Get(ctx, &state)
	if err != nil || state.Next != models.NextAccept {
		return state, err
	}
	return i.look(ctx)
}

// deliver makes the certificate and sends ID and PW mail at the same time.
func (i *orderIntake) deliver(ctx workflow.Context, state protocol.OrderState) (protocol.OrderState, error) {
	render := renderStep(ctx, "certificate")
	if err := workflow.ExecuteActivity(render, documents.RenderCertificate, i.orderID).Get(render, nil); err != nil {
		return state, err
	}
	if err := sendAll(ctx, i.notices.untold(state.Mails), "delivery"); err != nil {
		return state, err
	}
	ctx = databaseStep(ctx, "finish the delivery")
	err := workflow.ExecuteLocalActivity(ctx, orders.FinishDelivery, i.orderID).Get(ctx, &state)
	return state, err
}

// wait tells whoever has to act, and then waits for a decision, for days if need
// be, with a reminder on the days that the calendar gives.
func (i *orderIntake) wait(ctx workflow.Context, state protocol.OrderState) (protocol.OrderState, error) {
	i.notices.tell(ctx, state.Mails, "notice")
	for n, at := range state.RemindAt {
		if i.waitUntil(ctx, at) {
			return i.look(ctx)
		}
		if err := i.remind(ctx, protocol.Reminder{SendBackID: state.SendBackID, Number: n + 1}); err != nil {
			return state, err
		}
	}
	i.decided.Receive(ctx, nil)
	drain(i.decided)
	return i.look(ctx)
}

func (i *orderIntake) remind(ctx workflow.Context, r protocol.Reminder) error {
	var due protocol.Mails
	step := databaseStep(ctx, "reminder")
	if err := workflow.ExecuteLocalActivity(step, orders.QueueReminder, r).Get(step, &due); err != nil {
		return err
	}
	i.notices.tell(ctx, due.MailIDs, "reminder")
	return nil
}

// finish sends what is still to be told about an order that is over.
func (i *orderIntake) finish(ctx workflow.Context, state protocol.OrderState) error {
	i.notices.tell(ctx, state.Mails, "notice")
	err := i.notices.told(ctx)
	drain(i.decided)
	return err
}

func (i *orderIntake) waitUntil(ctx workflow.Context, at time.Time) (decided bool) {
	return waitUntil(ctx, i.decided, at, "deadline")
}

func describe(s protocol.OrderState) string {
	text := "**" + s.Status + "** (version " + itoa(s.Version) + ")"
	if s.WaitingFor != "" {
		text += ", waiting for " + s.WaitingFor
	}
	return text + "\n\nnext: " + string(s.Next)
}
