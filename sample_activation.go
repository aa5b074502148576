package main

import (
	"context"
	"crypto/rand"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
)

// makeSampleActivations asks for each kind of further code that a contract in force
// gives, as its contact does in the portal. The first that a link confirms is
// confirmed; the others wait for somebody who opens the mailbox.
func (a *app) makeSampleActivations(ctx context.Context, teller *outbox.Outbox, o sampleOrder) error {
	list, _, err := a.store.Contracts(ctx, store.ContractFilter{Query: o.company}, store.Page{Limit: 1})
	if err != nil || len(list) == 0 {
		return err
	}
	d, err := a.store.ContractByLicense(ctx, models.Process, list[0].LicenseID)
	if err != nil {
		return err
	}
	code, err := a.ring.OpenCode(d.Holdings[0])
	if err != nil {
		return err
	}
	email := d.Contract.Holder.Email
	confirmed := false
	for _, kind := range a.profile.Rules().Activation.Kinds {
		ask := store.AskActivation{
			Email: email, Kind: kind.Code, License: d.Contract.LicenseID, Code: code, CodeHash: a.ring.CodeHash, HoldingID: d.Holdings[0].ID,
			Contact: "help@" + o.domain(), Language: models.Japanese,
		}
		if kind.ByConsent() {
			ask.Purpose = models.PurposeNew
		}
		if ask.FormKey, err = models.NewToken(rand.Reader); err != nil {
			return err
		}
		done, err := a.store.RequestActivation(ctx, sampleContact(ctx, a.store, email), ask, a.ring)
		if models.IsKind(err, models.KindInvalid) { // this contract gives none of that kind
			continue
		}
		if err != nil {
			return err
		}
		tellAll(teller, done)
		if kind.ByConsent() || confirmed {
			continue
		}
		confirmed = true
		done, err = a.store.ConfirmActivation(ctx, store.ConfirmActivation{
			RequestID: done.Request.ID, LinkVersion: done.Request.LinkVersion, Mailbox: models.MailboxAccount,
		}, a.ring)
		if err != nil {
			return err
		}
		tellAll(teller, done)
	}
	return nil
}

func tellAll(teller *outbox.Outbox, done store.ActivationDone) {
	for _, id := range done.OutboxIDs {
		teller.Tell(id)
	}
}
