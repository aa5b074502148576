package house

import (
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/testsuite"
)

// SendMail runs the activity that sends a mail, outside any process.
func (h *House) SendMail(ref protocol.MailRef) error {
	env := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	env.RegisterActivity(h.Activities.Mails.SendMail)
	_, err := env.ExecuteActivity(h.Activities.Mails.SendMail, ref)
	return err
}
