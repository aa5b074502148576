package house

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// RequesterAddress is where the sample person who asks for a new name reads mail.
const RequesterAddress = "meigi@customer.example.jp"

// Requester is somebody signed in to the portal.
var Requester = models.Actor{Kind: models.ActorAccount, ID: 1}

// ContractOf gives the contract of an order that was registered.
func (h *House) ContractOf(o models.Order) models.Contract {
	h.t.Helper()
	d, err := h.ContractByLicense(context.Background(), h.Staff, h.Detail(o.OrderNumber).Licenses[0])
	Must(h.t, err)
	return d.Contract
}

// AskName asks for another name of the contract that a new order makes.
func (h *House) AskName(changes ...func(*models.NameChangeRequest)) (c models.NameChange, outboxID int64) {
	h.t.Helper()
	request := models.NameChangeRequest{
		New: models.HolderName{CompanyName: "株式会社みらい商事", CompanyKana: "ミライショウジ"}, Reason: models.NameChangeRename, Understood: true,
	}
	for _, change := range changes {
		change(&request)
	}
	done, err := h.RequestNameChange(context.Background(), Requester, store.AskNameChange{
		ContractID: h.ContractOf(h.Delivered()).ID, Requester: RequesterAddress, Language: models.Japanese, Request: request,
	})
	Must(h.t, err)
	return done.Change, done.OutboxID
}

// NameChange gives all about a name change as it is now.
func (h *House) NameChange(number string) store.NameChangeDetail {
	h.t.Helper()
	d, err := h.NameChangeDetail(context.Background(), number)
	Must(h.t, err)
	return d
}

// DecideName names a name change to decide on, whatever its version.
func DecideName(c models.NameChange, note string) store.DecideNameChange {
	return store.DecideNameChange{Number: c.Number, Note: note}
}

// AwaitName waits until a name change has a status.
func (h *House) AwaitName(t testing.TB, number string, status models.NameChangeStatus) models.NameChange {
	t.Helper()
	for deadline := time.Now().Add(awaited); ; time.Sleep(20 * time.Millisecond) {
		c := h.NameChange(number).Change
		if c.Status == status {
			return c
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s, not %s", number, c.Status, status)
		}
	}
}

// ToldName tells Temporal of a decision on a name change, which must not have been refused.
func (h *House) ToldName(t testing.TB, d store.NameChangeDone, err error) {
	t.Helper()
	Must(t, err)
	h.Outbox.Tell(d.OutboxID)
}
