package workflows

import (
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

var news *activities.News

// newsStepsPerRun bounds a run's history: what is left goes on in the next run, which
// finds everything in the database. A run of sending stands for thousands of mails.
const newsStepsPerRun = 250

// NewsIssue carries one issue of Support Information (contracts.md, "News by mail"): it
// waits for its moment, has the mails of its subscribers prepared and sent, part by
// part, and stands still while somebody has paused it. All of that is in the issue's
// row and the ledger of mails; this process only says when to look. So pausing is a
// decision like any other, sending stops at the next claim and not at the next part,
// and a process that is begun anew goes on where the last one stopped.
func NewsIssue(ctx workflow.Context, in protocol.Started) error {
	decided := workflow.GetSignalChannel(ctx, protocol.DecidedSignal)
	for steps := 0; ; steps++ {
		if steps >= newsStepsPerRun {
			drain(decided)
			return workflow.NewContinueAsNewError(ctx, protocol.NewsIssueWorkflow, in)
		}
		var state protocol.NewsState
		err := workflow.ExecuteLocalActivity(databaseStep(ctx, "look at the issue"), news.AdvanceNews, in.SubjectID).Get(ctx, &state)
		if err != nil {
			return err
		}
		workflow.SetCurrentDetails(ctx, "**"+state.Status+"** (version "+itoa(state.Version)+")\n\nnext: "+string(state.Next))
		switch state.Next {
		case models.NextDone:
			drain(decided)
			return nil
		case models.NextLook:
		case models.NextSend:
			if err := workflow.ExecuteActivity(newsStep(ctx), news.SendNews, in.SubjectID).Get(ctx, nil); err != nil {
				return err
			}
		default:
			awaitNews(ctx, decided, state.At)
		}
	}
}

// awaitNews waits for a moment or a decision, whichever comes first; without a moment,
// for a decision.
func awaitNews(ctx workflow.Context, decided workflow.ReceiveChannel, at time.Time) {
	if !at.IsZero() {
		waitUntil(ctx, decided, at, "look again")
		return
	}
	decided.Receive(ctx, nil)
	drain(decided)
}

// newsStep is for a run of sending. One whose worker died is noticed within seconds;
// while the mail server is away it goes on being tried.
func newsStep(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 3 * time.Minute,
		HeartbeatTimeout:    15 * time.Second,
		Summary:             "send",
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute,
		},
	})
}
