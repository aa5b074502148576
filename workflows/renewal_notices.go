package workflows

import (
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

var renewals *activities.Renewals

// stepsPerRun bounds a run's history; what is left goes on in the next run. A part
// of sending counts for more, because each mail stands in the history.
const (
	stepsPerRun   = 200
	stepsOfASend  = 10
	noticeMailTry = 3
)

// RenewalNotices is what the daily schedule starts: it gathers who is to be told of
// contracts that are due, queues one mail for each, and sends them, part by part.
// What it does not get to, the next day's does.
func RenewalNotices(ctx workflow.Context, run protocol.RenewalRun) (protocol.RenewalRun, error) {
	for steps := 0; ; {
		if steps >= stepsPerRun {
			return run, workflow.NewContinueAsNewError(ctx, protocol.RenewalNoticesWorkflow, run)
		}
		var err error
		switch run.Stage {
		case protocol.RenewalGathering:
			steps++
			err = advanceRenewals(ctx, &run, "gather", renewals.GatherRenewalNotices, &run.Noticed)
		case protocol.RenewalQueueing:
			steps++
			err = advanceRenewals(ctx, &run, "queue", renewals.QueueRenewalNotices, &run.Queued)
		default:
			steps += stepsOfASend
			var done bool
			if done, err = sendRenewals(ctx, &run); done {
				return run, err
			}
		}
		if err != nil {
			return run, err
		}
	}
}

// advanceRenewals does one part of a stage that writes to the database.
func advanceRenewals(ctx workflow.Context, run *protocol.RenewalRun, summary string, step any, counted *int) error {
	var next protocol.RenewalBatch
	err := workflow.ExecuteLocalActivity(databaseStep(ctx, summary), step, run.Next()).Get(ctx, &next)
	if err != nil {
		return err
	}
	*counted += next.Count
	run.At, run.Notice, run.After = next.At, next.Notice, next.After
	if next.Done {
		run.Stage++
		run.Notice, run.After = 0, 0
	}
	return nil
}

// sendRenewals sends the next mails at the same time. A server that has one wait
// would keep all others from being sent, so after a few tries that mail goes on by itself.
func sendRenewals(ctx workflow.Context, run *protocol.RenewalRun) (done bool, err error) {
	var unsent protocol.Mails
	if err := workflow.ExecuteLocalActivity(databaseStep(ctx, "next"), renewals.UnsentRenewalNotices, run.Next()).Get(ctx, &unsent); err != nil {
		return true, err
	}
	if len(unsent.MailIDs) == 0 {
		return true, nil
	}
	futures := make([]workflow.Future, len(unsent.MailIDs))
	for i, id := range unsent.MailIDs {
		futures[i] = workflow.ExecuteActivity(noticeStep(ctx), mails.SendMail, protocol.MailRef{MailID: id})
	}
	var waiting []int64
	for i, f := range futures {
		if f.Get(ctx, nil) != nil {
			waiting = append(waiting, unsent.MailIDs[i])
		} else {
			run.Sent++
		}
	}
	run.After = unsent.MailIDs[len(unsent.MailIDs)-1]
	if len(waiting) == 0 {
		return false, nil
	}
	run.HandedOver += len(waiting)
	err = workflow.ExecuteLocalActivity(databaseStep(ctx, "hand over"), renewals.HandOverMails, protocol.Mails{MailIDs: waiting}).Get(ctx, nil)
	return err != nil, err
}

// noticeStep is for one of many mails: tried a few times, then left to a process of its own.
func noticeStep(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 90 * time.Second,
		HeartbeatTimeout:    15 * time.Second,
		Summary:             "renewal notice",
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 2 * time.Second, BackoffCoefficient: 2, MaximumAttempts: noticeMailTry},
	})
}
