package house

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// The mailboxes of a request for a code: the contract's contact, and the address that
// is given with the request.
const (
	HolderAddress  = "kaoru@customer.example.jp"
	ContactAddress = "renraku@customer.example.jp"
)

// ActivationOf is a request for a code of a kind on the contract of a registered
// order, by its contact.
func (h *House) ActivationOf(o models.Order, kind string) store.AskActivation {
	h.t.Helper()
	d, err := h.ContractByLicense(context.Background(), h.Staff, h.ContractOf(o).LicenseID)
	Must(h.t, err)
	code, err := h.Ring.OpenCode(d.Holdings[0])
	Must(h.t, err)
	return store.AskActivation{
		Email: HolderAddress, Kind: kind, License: d.Contract.LicenseID, Code: code, CodeHash: h.Ring.CodeHash,
		HoldingID: d.Holdings[0].ID, Contact: ContactAddress, Language: models.Japanese, Purpose: models.PurposeNew,
	}
}

// AskActivation asks for a code of a kind on the contract that a new order makes.
func (h *House) AskActivation(kind string) store.ActivationDone {
	h.t.Helper()
	o := h.Delivered()
	if contract := h.ContractOf(o); contract.StatusAt(h.Now()) != models.ContractValid {
		h.Clock.Pass(contract.ValidAt.Sub(h.Now()))
	}
	return h.RequestCode(h.ActivationOf(o, kind))
}

// RequestCode asks for a code, which must not be refused.
func (h *House) RequestCode(ask store.AskActivation) store.ActivationDone {
	h.t.Helper()
	done, err := h.RequestActivation(context.Background(), Requester, ask, h.Ring)
	Must(h.t, err)
	return done
}

// Confirmation is the use of a request's newest link from a mailbox.
func Confirmation(r models.ActivationRequest, m models.Mailbox) store.ConfirmActivation {
	return store.ConfirmActivation{RequestID: r.ID, LinkVersion: r.LinkVersion, Mailbox: m}
}

// DecideActivation names a request to decide on, whatever its version.
func DecideActivation(r models.ActivationRequest, reason string) store.DecideActivation {
	return store.DecideActivation{Number: r.Number, Reason: reason}
}

// Activation gives all about a request as it is now.
func (h *House) Activation(number string) store.ActivationDetail {
	h.t.Helper()
	d, err := h.ActivationDetail(context.Background(), number)
	Must(h.t, err)
	return d
}

// AwaitActivation waits until a request has a status.
func (h *House) AwaitActivation(t testing.TB, number string, status models.ActivationStatus) models.ActivationRequest {
	t.Helper()
	for deadline := time.Now().Add(awaited); ; time.Sleep(20 * time.Millisecond) {
		r := h.Activation(number).Request
		if r.Status == status {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s, not %s", number, r.Status, status)
		}
	}
}

// ToldActivation tells Temporal of a step on a request, which must not have been refused.
func (h *House) ToldActivation(t testing.TB, d store.ActivationDone, err error) {
	t.Helper()
	Must(t, err)
	for _, id := range d.OutboxIDs {
		h.Outbox.Tell(id)
	}
}
