package workflows

import (
	"strconv"

	"github.com/todoke/todoke/protocol"
	"go.temporal.io/sdk/workflow"
)

// sendAll sends mails of the ledger at the same time and returns when each is
// sent, failed or unknown. How it ended stands in the ledger.
func sendAll(ctx workflow.Context, ids []int64, summary string) error {
	futures := make([]workflow.Future, 0, len(ids))
	for _, id := range ids {
		step := mailStep(ctx, summary)
		futures = append(futures, workflow.ExecuteActivity(step, mails.SendMail, protocol.MailRef{MailID: id}))
	}
	for _, f := range futures {
		if err := f.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// drain takes the signals that are there: one look at the rows answers them all.
func drain(decided workflow.ReceiveChannel) {
	for decided.ReceiveAsync(nil) {
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
