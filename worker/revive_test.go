package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/sdk/client"
)

// terminate ends a process as operations would.
func terminate(t *testing.T, c client.Client, workflowID string) {
	t.Helper()
	house.Must(t, c.TerminateWorkflow(t.Context(), workflowID, "", "ended by a test"))
}

func strays(t *testing.T, h *house.House, c client.Client) []outbox.Stray {
	t.Helper()
	found, err := outbox.Strays(t.Context(), h.Store, c)
	house.Must(t, err)
	return found
}

// TestEndedProcessesGoOnWhereTheFactsAre ends the processes of an order that waits
// and of one in its grace time. They are found, and only they; brought back, or
// begun anew by a decision, they go on where the rows are, and nothing is sent,
// registered or delivered twice.
func TestEndedProcessesGoOnWhereTheFactsAre(t *testing.T) {
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			c := house.Dial(t)
			h := house.New(t, house.Options{Dialect: dialect, Temporal: c, Rules: func(r *models.Rules) { r.Grace = 3 * time.Second }})
			h.Clock.Follow(time.Now)
			h.Work(t, c, time.Second)
			runs := enter(t, h, house.Months(24))
			revived := enter(t, h, house.Months(24))
			decided := enter(t, h, house.Months(24))
			for _, o := range []models.Order{runs, revived, decided} {
				h.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
				awaitMail(t, h, o, models.MailSendBack)
			}
			over(t, c, models.Application{ID: runs.ApplicationID}.WorkflowID(),
				models.Application{ID: revived.ApplicationID}.WorkflowID(), models.Application{ID: decided.ApplicationID}.WorkflowID())
			terminate(t, c, revived.WorkflowID())
			terminate(t, c, decided.WorkflowID())
			found := strays(t, h, c)
			if len(found) != 2 || found[0].WorkflowID != revived.WorkflowID() || found[0].State != outbox.StrayTerminated {
				t.Fatalf("the strays are %+v", found)
			}
			house.Must(t, outbox.Revive(t.Context(), c, found[0]))
			house.Must(t, outbox.Revive(t.Context(), c, found[0])) // by two at once
			confirm(t, h, decided)
			if found := strays(t, h, c); len(found) != 0 {
				t.Errorf("still stray: %+v", found)
			}
			confirm(t, h, revived)
			awaitMail(t, h, revived, models.MailOrderAccepted)
			terminate(t, c, revived.WorkflowID()) // in the grace time
			for _, s := range strays(t, h, c) {
				house.Must(t, outbox.Revive(t.Context(), c, s))
			}
			confirm(t, h, runs)
			for _, o := range []models.Order{runs, revived, decided} {
				h.AwaitStatus(t, o.OrderNumber, models.OrderDelivered)
				over(t, c, o.WorkflowID())
				once(t, h, o)
			}
			if found := strays(t, h, c); len(found) != 0 {
				t.Errorf("stray in the end: %+v", found)
			}
			h.Sound()
		})
	}
}

// awaitMail waits until an order's mail is out.
func awaitMail(t *testing.T, h *house.House, o models.Order, kind models.MailKind) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		for _, m := range h.Detail(o.OrderNumber).Mails {
			if m.Kind == kind && m.Status == models.MailSent {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the %s mail of %s is not sent", kind, o.OrderNumber)
		}
	}
}

func confirm(t *testing.T, h *house.House, o models.Order) {
	t.Helper()
	_, err := h.ConfirmOrder(t.Context(), h.Staff, house.Decide(o), []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
	house.Must(t, err)
	_, err = h.Outbox.Drain(context.Background(), 100)
	house.Must(t, err)
}

// once looks for mails of an order that were made or arrived more than once.
func once(t *testing.T, h *house.House, o models.Order) {
	t.Helper()
	kinds := map[models.MailKind]int{}
	for _, m := range h.Detail(o.OrderNumber).Mails {
		kinds[m.Kind]++
		arrived := 0
		for _, message := range h.Mailbox.Messages() {
			if message.MessageID == m.MessageID {
				arrived++
			}
		}
		if arrived != 1 {
			t.Errorf("the %s mail arrived %d times", m.Kind, arrived)
		}
	}
	for _, kind := range []models.MailKind{models.MailSendBack, models.MailOrderAccepted, models.MailDeliveryID, models.MailDeliveryPassword} {
		if kinds[kind] != 1 {
			t.Errorf("%d mails of kind %s, want one", kinds[kind], kind)
		}
	}
}
