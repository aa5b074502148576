package workflows_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/sdk/temporal"
)

// TestApplicationFiled files an application while the mail server is busy for a
// while: the mail arrives once, the document is kept once, also when the process
// is run again from its beginning.
func TestApplicationFiled(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Dialect: store.SQLite})
	a := h.File()
	var tries atomic.Int64
	h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && tries.Add(1) < 4 {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	for range 2 {
		env := newEnvironment(h)
		env.SetStartTime(h.Clock.Now())
		h.Clock.Follow(env.Now)
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(protocol.DecidedSignal, protocol.Decided{}) }, 0)
		env.ExecuteWorkflow(workflows.ApplicationFiled, protocol.Started{SubjectID: a.ID})
		house.Must(t, env.GetWorkflowError())
	}
	received := h.Mailbox.Messages()
	if len(received) != 1 || len(received[0].To) != 1 || received[0].To[0] != house.ApplicantAddress {
		t.Errorf("%d mails arrived", len(received))
	}
	document, err := h.DocumentFor(t.Context(), models.DocumentApplication, a.ID, models.Japanese)
	if err != nil || len(h.FilePaths()) != 1 || document.Size == 0 {
		t.Errorf("document %+v (%v), files %v", document, err, h.FilePaths())
	}
	h.Sound()
}

// TestApplicationWithoutReceiver goes on to the document when the mail failed.
func TestApplicationWithoutReceiver(t *testing.T) {
	t.Parallel()
	env := mocked()
	env.OnActivity(mails.MailsOfApplication, mock.Anything, int64(7)).Return(protocol.Mails{MailIDs: []int64{1}}, nil).Once()
	env.OnActivity(mails.SendMail, mock.Anything, protocol.MailRef{MailID: 1}).
		Return(protocol.MailResult{Status: string(models.MailFailed)}, nil).Once()
	env.OnActivity(documents.RenderApplication, mock.Anything, int64(7)).Return(nil).Once().After(time.Minute)
	env.ExecuteWorkflow(workflows.ApplicationFiled, protocol.Started{SubjectID: 7})
	house.Must(t, env.GetWorkflowError())
	env.AssertExpectations(t)
}

func TestOutboxDrain(t *testing.T) {
	t.Parallel()
	var outbox *activities.Outbox
	env := mocked()
	env.OnActivity(outbox.DrainOutbox, mock.Anything).Return(protocol.Drained{Sent: 3, Waiting: 2}, nil).Once()
	env.ExecuteWorkflow(workflows.OutboxDrain)
	house.Must(t, env.GetWorkflowError())
	var drained protocol.Drained
	house.Must(t, env.GetWorkflowResult(&drained))
	if drained != (protocol.Drained{Sent: 3, Waiting: 2}) {
		t.Errorf("it answers %+v", drained)
	}
}

// TestOutboxDrainLeavesTheRestToTheSchedule does not try again by itself.
func TestOutboxDrainLeavesTheRestToTheSchedule(t *testing.T) {
	t.Parallel()
	var outbox *activities.Outbox
	env := mocked()
	env.OnActivity(outbox.DrainOutbox, mock.Anything).
		Return(protocol.Drained{}, temporal.NewApplicationError("temporal_unavailable", "temporal_unavailable")).Once()
	env.ExecuteWorkflow(workflows.OutboxDrain)
	if failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError()); !ok || failure.Message() != "temporal_unavailable" {
		t.Errorf("it ends with %v", env.GetWorkflowError())
	}
	env.AssertExpectations(t)
}
