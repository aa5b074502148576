package workflows

import (
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

// MailQueued sends one mail that somebody asked for and no other process sends,
// such as the PW mail once more (delivery.md).
func MailQueued(ctx workflow.Context, in protocol.Started) error {
	if err := sendAll(ctx, []int64{in.SubjectID}, "mail asked for"); err != nil {
		return err
	}
	drain(workflow.GetSignalChannel(ctx, protocol.DecidedSignal))
	return nil
}
