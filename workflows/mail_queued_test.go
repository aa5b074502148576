package workflows_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
)

// TestMailQueued asks for the password of a delivered order once more, while the
// mail server is busy: it arrives once, and the order stays as it is.
func TestMailQueued(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon)
	d := j.finish(models.OrderDelivered)
	outboxID, err := j.RequestPassword(t.Context(), models.Process, d.Shipment.DeliveryNumber)
	house.Must(t, err)
	entry, err := j.OutboxEntry(t.Context(), outboxID)
	house.Must(t, err)

	j.begin(j.env.Now())
	busyUntil := j.env.Now().Add(time.Minute)
	j.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && j.Clock.Now().Before(busyUntil) {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	j.at(0, func() { j.tell(2) })
	j.env.ExecuteWorkflow(workflows.MailQueued, protocol.Started{SubjectID: entry.SubjectID})
	house.Must(t, j.env.GetWorkflowError())
	j.wantMails(delivery(map[models.MailKind]int{models.MailPasswordAgain: 1}))
	if received := len(j.Mailbox.Messages()); received != 4 {
		t.Errorf("%d mails arrived, want four", received)
	}
	j.Sound()
}
