package activities

import (
	"context"

	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
)

// Renewals are the steps of a day's renewal notices on the database.
type Renewals struct {
	Store *store.Store
	// Keys numbers the server key that links to end subscriptions derive from.
	Keys interface{ CurrentKey() int }
}

// How much one step does: well within its time on a busy database, and few enough
// steps for a hundred thousand contracts.
const (
	gatheredAtOnce = 200
	queuedAtOnce   = 200
	unsentAtOnce   = 50
)

// GatherRenewalNotices notes who is to be told of some of the contracts that are due.
func (a *Renewals) GatherRenewalNotices(ctx context.Context, b protocol.RenewalBatch) (protocol.RenewalBatch, error) {
	next, err := a.Store.GatherRenewals(ctx, stepOf(b), a.Keys.CurrentKey(), gatheredAtOnce)
	return batchOf(next), err
}

// QueueRenewalNotices queues the mails of some of those who are to be told.
func (a *Renewals) QueueRenewalNotices(ctx context.Context, b protocol.RenewalBatch) (protocol.RenewalBatch, error) {
	next, err := a.Store.QueueRenewalDigests(ctx, stepOf(b), queuedAtOnce)
	return batchOf(next), err
}

// UnsentRenewalNotices lists some of the mails that are to be sent.
func (a *Renewals) UnsentRenewalNotices(ctx context.Context, b protocol.RenewalBatch) (protocol.Mails, error) {
	ids, err := a.Store.UnsentRenewalMails(ctx, b.After, unsentAtOnce)
	return protocol.Mails{MailIDs: ids}, err
}

// HandOverMails gives mails that have to wait a process of their own.
func (a *Renewals) HandOverMails(ctx context.Context, m protocol.Mails) error {
	return a.Store.HandOverMails(ctx, m.MailIDs)
}

func stepOf(b protocol.RenewalBatch) store.RenewalStep {
	return store.RenewalStep{At: b.At, Notice: b.Notice, After: b.After}
}

func batchOf(s store.RenewalStep) protocol.RenewalBatch {
	return protocol.RenewalBatch{At: s.At, Notice: s.Notice, After: s.After, Count: s.Count, Done: s.Done}
}
