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
	intake := orderIntake{
		orderID: in.SubjectID, decided: workflow.GetSignalChannel(ctx, protocol.DecidedSignal), notices: map[int64]bool{},
	}
	return intake.run(ctx)
}

type orderIntake struct {
	orderID int64
	decided workflow.ReceiveChannel
	notices map[int64]bool // mails that are being sent while the order waits
	failed  error          // of such a mail
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
		if err == nil && len(i.notices) == 0 && workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
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
	if err := sendAll(ctx, i.untold(state.Mails), "delivery"); err != nil {
		return state, err
	}
	ctx = databaseStep(ctx, "finish the delivery")
	err := workflow.ExecuteLocalActivity(ctx, orders.FinishDelivery, i.orderID).Get(ctx, &state)
	return state, err
}

// wait tells whoever has to act, and then waits for a decision, for days if need
// be, with a reminder on the days that the calendar gives.
func (i *orderIntake) wait(ctx workflow.Context, state protocol.OrderState) (protocol.OrderState, error) {
	i.tell(ctx, state.Mails, "notice")
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
	i.tell(ctx, due.MailIDs, "reminder")
	return nil
}

// tell sends notices beside the waiting: a mail server that puts them off for
// hours must not keep a decision from being heard.
func (i *orderIntake) tell(ctx workflow.Context, mails []int64, summary string) {
	for _, id := range i.untold(mails) {
		i.notices[id] = true
		workflow.Go(ctx, func(ctx workflow.Context) {
			if err := sendAll(ctx, []int64{id}, summary); err != nil {
				i.failed = err
			}
			delete(i.notices, id)
		})
	}
}

// untold gives the mails that are not being sent already.
func (i *orderIntake) untold(mails []int64) []int64 {
	var untold []int64
	for _, id := range mails {
		if !i.notices[id] {
			untold = append(untold, id)
		}
	}
	return untold
}

// finish sends what is still to be told about an order that is over.
func (i *orderIntake) finish(ctx workflow.Context, state protocol.OrderState) error {
	i.tell(ctx, state.Mails, "notice")
	done := func() bool { return len(i.notices) == 0 && workflow.AllHandlersFinished(ctx) }
	if err := workflow.Await(ctx, done); err != nil {
		return err
	}
	drain(i.decided)
	return i.failed
}

// waitUntil waits for a decision, at most until the moment, and says whether
// one came. The timer is cancelled when it is not needed any more.
func (i *orderIntake) waitUntil(ctx workflow.Context, at time.Time) (decided bool) {
	timerCtx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timerCtx, max(at.Sub(workflow.Now(ctx)), 0), workflow.TimerOptions{Summary: "deadline"})
	selector := workflow.NewSelector(ctx)
	selector.AddFuture(timer, func(workflow.Future) {})
	selector.AddReceive(i.decided, func(c workflow.ReceiveChannel, _ bool) {
		c.Receive(ctx, nil)
		decided = true
	})
	selector.Select(ctx)
	if decided {
		drain(i.decided)
	}
	return decided
}

func describe(s protocol.OrderState) string {
	text := "**" + s.Status + "** (version " + itoa(s.Version) + ")"
	if s.WaitingFor != "" {
		text += ", waiting for " + s.WaitingFor
	}
	return text + "\n\nnext: " + string(s.Next)
}
