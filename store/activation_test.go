package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

const otherMailbox = "jiro@customer.example.jp"

// active gives a valid contract with holdings of products, ten of each.
func (h *house) active(products ...string) (models.Contract, []models.Holding) {
	h.t.Helper()
	lines := make([]models.OrderLine, len(products))
	for i, p := range products {
		lines[i] = line(p, 10)
	}
	_, license := h.delivered(h.application(), h.sheet(lines...))
	h.clock.pass(10 * day)
	d, err := h.ContractByLicense(h.t.Context(), h.staff, license)
	must(h.t, err)
	return d.Contract, d.Holdings
}

// codeOf opens a holding's code.
func (h *house) codeOf(x models.Holding) string {
	h.t.Helper()
	code, err := h.ring.OpenCode(x)
	must(h.t, err)
	return code
}

func (h *house) opened(c *models.IssuedCode) string {
	h.t.Helper()
	if c == nil {
		h.t.Fatal("there is no code")
	}
	code, err := h.ring.OpenIssued(*c)
	must(h.t, err)
	return code
}

// further is a request by the contract's contact.
func (h *house) further(kind string, c models.Contract, holding models.Holding) store.AskActivation {
	h.t.Helper()
	ask := store.AskActivation{
		Email: contactAddress, Kind: kind, License: c.LicenseID, CodeHash: h.ring.CodeHash, HoldingID: holding.ID,
		Contact: otherMailbox, Language: models.Japanese,
	}
	if k, _ := h.Rules().Activation.Kind(kind); k.CodeAsked {
		ask.Code = h.codeOf(holding)
	} else {
		ask.Purpose = models.PurposeNew
	}
	return ask
}

func (h *house) request(ask store.AskActivation) store.ActivationDone {
	h.t.Helper()
	done, err := h.RequestActivation(h.t.Context(), contact, ask, h.ring)
	must(h.t, err)
	return done
}

func confirmation(r models.ActivationRequest, m models.Mailbox) store.ConfirmActivation {
	return store.ConfirmActivation{RequestID: r.ID, LinkVersion: r.LinkVersion, Mailbox: m}
}

func (h *house) pressed(r models.ActivationRequest) store.ActivationDone {
	h.t.Helper()
	done, err := h.ConfirmActivation(h.t.Context(), confirmation(r, models.MailboxContact), h.ring)
	must(h.t, err)
	return done
}

func (h *house) activation(number string) store.ActivationDetail {
	h.t.Helper()
	d, err := h.ActivationDetail(h.t.Context(), number)
	must(h.t, err)
	return d
}

// TestFurtherCodes asks for a code of each kind that the profile has, and checks what
// comes out, who is mailed what, and that the code is there only once it is confirmed.
func TestFurtherCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP", "APX1", "TXSL")
		for i, want := range []struct {
			kind, product, prefix string
			holding               models.Holding
			mails                 []string
		}{
			{"apex_one", "APX1", "OS-", holdings[0], []string{"issue_url_apex_one", "issued_apex_one"}},
			{"virus_buster_business", "VBBIZ", "VN-", holdings[1], []string{"issue_url_serial_number", "issued_serial_number"}},
			{"apex_central", "APXC", "TC-", holdings[0], []string{"", "apex_central_code"}},
			{"offline", "TXSL", "SO-", holdings[2], []string{"issue_url_offline", "issued_offline"}},
		} {
			kind, _ := h.Rules().Activation.Kind(want.kind)
			done := h.request(h.further(want.kind, c, want.holding))
			if !kind.ByConsent() {
				equal(t, "status", done.Request.Status, models.ActivationWaiting)
				codes, err := h.IssuedCodes(t.Context(), c.ID)
				must(t, err)
				equal(t, "codes before the confirmation", len(codes), i)
				done = h.pressed(done.Request)
			}
			code := h.opened(done.Code)
			equal(t, want.kind+" gives", done.Code.ProductCode, want.product)
			equal(t, want.kind+" offline", done.Code.Offline, want.kind == "offline")
			if key, ok := models.ActivationCodeKey(code); !ok || !strings.HasPrefix(code, want.prefix) || h.ring.CodeHash(key) != done.Code.CodeHash {
				t.Errorf("%s gives %s", want.kind, code)
			}
			d := h.activation(done.Request.Number)
			equal(t, "status", d.Request.Status, models.ActivationIssued)
			mails := []string{want.mails[1] + " " + contactAddress}
			if !kind.ByConsent() {
				mails = []string{
					want.mails[0] + " " + otherMailbox, want.mails[0] + " " + contactAddress,
					want.mails[1] + " " + otherMailbox, want.mails[1] + " " + contactAddress,
				}
			}
			sameList(t, "mails", kindsOf(d.Mails), mails)
			again := h.request(h.further(want.kind, c, want.holding))
			equal(t, "the same again", h.opened(again.Code), code)
			equal(t, "a request for what is there", again.Request.Number != "", kind.ByConsent())
		}
		codes, err := h.IssuedCodes(t.Context(), c.ID)
		must(t, err)
		equal(t, "codes", len(codes), 4)
		h.sound()
	})
}

// TestALinkThatWorksNoMore says plainly why.
func TestALinkThatWorksNoMore(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		refused := func(r models.ActivationRequest, code string) {
			t.Helper()
			before, err := h.IssuedCodes(t.Context(), c.ID)
			must(t, err)
			_, err = h.ConfirmActivation(t.Context(), confirmation(r, models.MailboxAccount), h.ring)
			wantCode(t, err, models.KindConflict, code)
			after, err := h.IssuedCodes(t.Context(), c.ID)
			must(t, err)
			equal(t, "codes", len(after), len(before))
		}
		ask := h.further("apex_one", c, holdings[0])
		first := h.request(ask).Request
		second := h.request(ask)
		equal(t, "told", len(second.OutboxIDs), 2) // the one replaced, and the new one
		refused(first, "activation_replaced")
		cancelled, err := h.CancelActivation(t.Context(), contact, store.DecideActivation{Number: second.Request.Number, Email: contactAddress})
		must(t, err)
		refused(cancelled.Request, "activation_cancelled")
		third := h.request(ask).Request
		h.clock.pass(72*time.Hour - time.Second)
		resent, err := h.ResendActivationLink(t.Context(), h.staff, store.DecideActivation{Number: third.Number, Version: third.Version})
		must(t, err)
		_, err = h.ConfirmActivation(t.Context(), confirmation(third, models.MailboxAccount), h.ring)
		wantCode(t, err, models.KindNotFound, "activation_not_found")
		h.clock.pass(72 * time.Hour)
		refused(resent.Request, "activation_expired") // also before the process has noted it
		state, err := h.ExpireActivation(t.Context(), third.ID, resent.Request.LinkUntil)
		must(t, err)
		equal(t, "next", state.Next, models.NextDone)
		refused(resent.Request, "activation_expired")
		fourth := h.request(ask).Request
		h.pressed(fourth)
		refused(fourth, "activation_used")
		list, err := h.ActivationRequestsOf(t.Context(), contactAddress, c.ID)
		must(t, err)
		var states []models.ActivationStatus
		for _, r := range slices.Backward(list) {
			states = append(states, r.Status)
		}
		sameList(t, "states", states, []models.ActivationStatus{"replaced", "cancelled", "expired", "issued"})
		h.sound()
	})
}

// TestRevokedCodes are not given again for the asking; staff may replace them, within
// the limit.
func TestRevokedCodes(t *testing.T) {
	eachDatabaseBy(t, func(r *models.Rules) { limitCodes(r, "APX1", 2) }, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP", "VBCORP-PLUS")
		ask := h.further("apex_one", c, holdings[0])
		done := h.pressed(h.request(ask).Request)
		_, err := h.RevokeCode(t.Context(), h.staff, done.Code.ID, " ")
		wantField(t, err, "reason", "required")
		revoked, err := h.RevokeCode(t.Context(), h.staff, done.Code.ID, "漏えいのため")
		must(t, err)
		equal(t, "state", revoked.Code.StateAt(holdings[0], c, h.Now()), models.CodeRevoked)
		_, err = h.RevokeCode(t.Context(), h.staff, done.Code.ID, "漏えいのため")
		wantCode(t, err, models.KindConflict, "code_revoked")
		_, err = h.RequestActivation(t.Context(), contact, ask, h.ring)
		wantCode(t, err, models.KindConflict, "activation_revoked")
		offers, err := h.ActivationOffers(t.Context(), ask)
		must(t, err)
		equal(t, "offer", offers[0].Refusal.Code, "activation_revoked")
		replaced, err := h.ReplaceCode(t.Context(), h.staff, done.Code.ID, "再発行", h.ring)
		must(t, err)
		equal(t, "another", h.opened(replaced.Code) != h.opened(done.Code), true)
		equal(t, "mails to send", len(replaced.OutboxIDs), 2)
		equal(t, "given again", h.opened(h.request(ask).Code), h.opened(replaced.Code))
		_, err = h.ReplaceCode(t.Context(), h.staff, done.Code.ID, "再発行", h.ring)
		wantCode(t, err, models.KindConflict, "code_replaced")
		_, err = h.ReplaceCode(t.Context(), h.staff, replaced.Code.ID, "再発行", h.ring)
		equal(t, "limit", wantCode(t, err, models.KindConflict, "activation_limit").Params["limit"], "2")
		_, err = h.RequestActivation(t.Context(), contact, h.further("apex_one", c, holdings[1]), h.ring)
		wantCode(t, err, models.KindConflict, "activation_limit")
		d, err := h.PortalContract(t.Context(), contactAddress, c.LicenseID)
		must(t, err)
		equal(t, "codes in the portal", len(d.Codes), 2)
		events, err := h.ActivationHistory(t.Context(), c.ID)
		must(t, err)
		var kinds []models.ActivationDecisionKind
		for _, e := range slices.Backward(events) {
			kinds = append(kinds, e.Decision.Kind)
		}
		sameList(t, "history", kinds, []models.ActivationDecisionKind{"requested", "confirmed", "code_revoked", "code_replaced"})
		h.sound()
	})
}

// limitCodes gives a product another limit.
func limitCodes(r *models.Rules, product string, most int) {
	products := r.Catalogue.Products()
	for i := range products {
		if products[i].Code == product {
			products[i].FurtherCodes = most
		}
	}
	var err error
	if r.Catalogue, err = models.NewCatalogue(r.Catalogue.Families(), products, r.Catalogue.SpecialProducts()); err != nil {
		panic(err)
	}
}
