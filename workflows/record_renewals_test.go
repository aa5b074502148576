//go:build record

package workflows_test

import (
	"testing"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/sdk/client"
)

// recordRenewalNotices sends a day's notices, of which one has to wait.
func recordRenewalNotices(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	s.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == house.SellerAddress {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	s.EndingIn(90)
	s.EndingIn(30)
	options := client.StartWorkflowOptions{ID: protocol.RenewalNoticesScheduleID, TaskQueue: protocol.TaskQueue}
	_, err := s.client.ExecuteWorkflow(t.Context(), options, protocol.RenewalNoticesWorkflow, protocol.RenewalRun{})
	house.Must(t, err)
	s.over(protocol.RenewalNoticesScheduleID)
	s.keep("renewal-notices", protocol.RenewalNoticesScheduleID, "")
}
