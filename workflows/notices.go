package workflows

import "go.temporal.io/sdk/workflow"

// notices are mails that are sent beside a process that waits: a mail server that
// puts them off for hours must not keep a decision from being heard.
type notices struct {
	sending map[int64]bool
	failed  error
}

// tell begins to send the mails that are not being sent already.
func (n *notices) tell(ctx workflow.Context, mails []int64, summary string) {
	if n.sending == nil {
		n.sending = map[int64]bool{}
	}
	for _, id := range n.untold(mails) {
		n.sending[id] = true
		workflow.Go(ctx, func(ctx workflow.Context) {
			if err := sendAll(ctx, []int64{id}, summary); err != nil {
				n.failed = err
			}
			delete(n.sending, id)
		})
	}
}

// untold gives the mails that are not being sent already.
func (n *notices) untold(mails []int64) []int64 {
	var untold []int64
	for _, id := range mails {
		if !n.sending[id] {
			untold = append(untold, id)
		}
	}
	return untold
}

func (n *notices) allTold() bool { return len(n.sending) == 0 }

// told waits until all of them are sent, failed or unknown.
func (n *notices) told(ctx workflow.Context) error {
	done := func() bool { return n.allTold() && workflow.AllHandlersFinished(ctx) }
	if err := workflow.Await(ctx, done); err != nil {
		return err
	}
	return n.failed
}
