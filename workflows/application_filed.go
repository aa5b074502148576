package workflows

import (
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

// ApplicationFiled does what follows an application (applications.md): the PDF of
// the whole application, and the mail that tells its receipt number.
func ApplicationFiled(ctx workflow.Context, in protocol.Started) error {
	decided := workflow.GetSignalChannel(ctx, protocol.DecidedSignal)
	var due protocol.Mails
	step := databaseStep(ctx, "mails of the application")
	if err := workflow.ExecuteLocalActivity(step, mails.MailsOfApplication, in.SubjectID).Get(step, &due); err != nil {
		return err
	}
	render := renderStep(ctx, "application")
	rendered := workflow.ExecuteActivity(render, documents.RenderApplication, in.SubjectID)
	if err := sendAll(ctx, due.MailIDs, "receipt number"); err != nil {
		return err
	}
	if err := rendered.Get(ctx, nil); err != nil {
		return err
	}
	drain(decided)
	return nil
}
