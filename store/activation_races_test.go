package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// atOnce does n things at the same moment and gives what became of each.
func atOnce(n int, do func(i int) error) []error {
	var running sync.WaitGroup
	start, errs := make(chan struct{}), make([]error, n)
	for i := range errs {
		running.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	running.Wait()
	return errs
}

// codesOf counts the codes of a contract.
func (h *house) codesOf(c models.Contract) int {
	h.t.Helper()
	codes, err := h.IssuedCodes(h.t.Context(), c.ID)
	must(h.t, err)
	return len(codes)
}

// Of 50 confirmations of one request one issues the code, and the others are told
// that the link is used.
func TestFiftyConfirmationsOfOneRequest(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		r := h.request(h.further("apex_one", c, holdings[0])).Request
		issued := 0
		for _, err := range atOnce(50, func(i int) error {
			_, err := h.ConfirmActivation(t.Context(), confirmation(r, models.Mailboxes[i%2]), h.ring)
			return err
		}) {
			if err == nil {
				issued++
				continue
			}
			wantCode(t, err, models.KindConflict, "activation_used")
		}
		equal(t, "confirmed", issued, 1)
		equal(t, "codes", h.codesOf(c), 1)
		equal(t, "mails", len(h.activation(r.Number).Mails), 4)
		h.sound()
	})
}

// Fifty requests on one contract are confirmed at once: as many codes come out as the
// catalogue allows, and the others are told of the limit.
func TestFiftyConfirmationsAgainstTheLimit(t *testing.T) {
	const most = 7
	eachDatabaseBy(t, func(r *models.Rules) {
		limitCodes(r, "APX1", most)
		r.Activation.RequestsPerDay = 1000
		row := r.Activation.Kinds[0]
		r.Activation.Kinds = nil
		for i := range 25 { // a kind is a row: the same holding gives a code of each
			row.Code = fmt.Sprintf("kind_%d", i)
			r.Activation.Kinds = append(r.Activation.Kinds, row)
		}
	}, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP", "VBCORP-PLUS")
		var requests []models.ActivationRequest
		for _, k := range h.Rules().Activation.Kinds {
			for _, x := range holdings {
				requests = append(requests, h.request(h.further(k.Code, c, x)).Request)
			}
		}
		equal(t, "requests", len(requests), 50)
		issued := 0
		for _, err := range atOnce(len(requests), func(i int) error {
			_, err := h.ConfirmActivation(t.Context(), confirmation(requests[i], models.MailboxContact), h.ring)
			return err
		}) {
			if err == nil {
				issued++
				continue
			}
			wantCode(t, err, models.KindConflict, "activation_limit")
		}
		equal(t, "confirmed", issued, most)
		equal(t, "codes", h.codesOf(c), most)
		h.sound()
	})
}

// A confirmation against whatever else can end the request: the database takes one,
// and the code is there exactly when it took the confirmation.
func TestConfirmationAgainst(t *testing.T) {
	for name, other := range map[string]struct {
		ends   models.ActivationStatus
		told   string // to who confirms too late
		refuse string // to the other, when too late; nothing where it is harmless
		do     func(h *house, r models.ActivationRequest, ask store.AskActivation) error
	}{
		"a cancellation": {models.ActivationCancelled, "activation_cancelled", "activation_state", func(h *house, r models.ActivationRequest, _ store.AskActivation) error {
			_, err := h.CancelActivation(h.t.Context(), h.staff, store.DecideActivation{Number: r.Number, Reason: "お電話"})
			return err
		}},
		"an expiry": {models.ActivationExpired, "activation_expired", "", func(h *house, r models.ActivationRequest, _ store.AskActivation) error {
			_, err := h.ExpireActivation(h.t.Context(), r.ID, r.LinkUntil)
			return err
		}},
		"a newer request": {models.ActivationReplaced, "activation_replaced", "", func(h *house, _ models.ActivationRequest, ask store.AskActivation) error {
			_, err := h.RequestActivation(h.t.Context(), contact, ask, h.ring)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			eachDatabase(t, func(t *testing.T, h *house) {
				for range 4 {
					c, holdings := h.active("CSSP")
					ask := h.further("apex_one", c, holdings[0])
					r := h.request(ask).Request
					errs := atOnce(2, func(i int) error {
						if i == 0 {
							_, err := h.ConfirmActivation(t.Context(), confirmation(r, models.MailboxAccount), h.ring)
							return err
						}
						return other.do(h, r, ask)
					})
					status := h.activation(r.Number).Request.Status
					if errs[0] == nil {
						equal(t, "status", status, models.ActivationIssued)
						equal(t, "codes", h.codesOf(c), 1)
						if other.refuse != "" {
							wantCode(t, errs[1], models.KindConflict, other.refuse)
						} else {
							must(t, errs[1])
						}
						continue
					}
					wantCode(t, errs[0], models.KindConflict, other.told)
					must(t, errs[1])
					equal(t, "status", status, other.ends)
					equal(t, "codes", h.codesOf(c), 0)
				}
				h.sound()
			})
		})
	}
}

// Consents against a revocation: whoever came first was given the code there was,
// whoever came later is told that it is revoked, and there is never a second one.
func TestConsentAgainstRevocation(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		ask := h.further("apex_central", c, holdings[0])
		first := h.request(ask)
		errs := atOnce(9, func(i int) error {
			if i == 4 {
				_, err := h.RevokeCode(t.Context(), h.staff, first.Code.ID, "漏えいのため")
				return err
			}
			done, err := h.RequestActivation(t.Context(), contact, ask, h.ring)
			if err == nil && done.Code.ID != first.Code.ID {
				return fmt.Errorf("code %d in place of %d", done.Code.ID, first.Code.ID)
			}
			return err
		})
		for i, err := range errs {
			if err != nil {
				equal(t, "who is refused", i != 4, true)
				wantCode(t, err, models.KindConflict, "activation_revoked")
			}
		}
		equal(t, "codes", h.codesOf(c), 1)
		h.sound()
	})
}

// Revocations and replacements of one code at once leave one code that works at most,
// and each is done once.
func TestReplacementsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		code := h.pressed(h.request(h.further("apex_one", c, holdings[0])).Request).Code
		replaced, revoked := 0, 0
		for i, err := range atOnce(12, func(i int) error {
			if i%2 == 0 {
				_, err := h.ReplaceCode(t.Context(), h.staff, code.ID, "再発行", h.ring)
				return err
			}
			_, err := h.RevokeCode(t.Context(), h.staff, code.ID, "漏えい")
			return err
		}) {
			switch {
			case err == nil && i%2 == 0:
				replaced++
			case err == nil:
				revoked++
			case i%2 == 0:
				wantCode(t, err, models.KindConflict, "code_replaced")
			default:
				wantCode(t, err, models.KindConflict, "code_revoked")
			}
		}
		equal(t, "replaced", replaced, 1)
		equal(t, "revoked at most once", revoked <= 1, true)
		equal(t, "codes", h.codesOf(c), 2)
		h.sound()
	})
}

// A form that is sent many times at once is one request.
func TestOneFormIsOneRequest(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		ask := h.further("apex_one", c, holdings[0])
		ask.FormKey = "a-form"
		numbers := make([]string, 8)
		for _, err := range atOnce(len(numbers), func(i int) error {
			done, err := h.RequestActivation(t.Context(), contact, ask, h.ring)
			numbers[i] = done.Request.Number
			return err
		}) {
			must(t, err)
		}
		for _, n := range numbers {
			equal(t, "number", n, numbers[0])
		}
		list, err := h.ActivationRequestsOf(t.Context(), contactAddress, 0)
		must(t, err)
		equal(t, "requests", len(list), 1)
		h.sound()
	})
}

// TestRefusedActivations says what to check for each of the reasons.
func TestRefusedActivations(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP", "APX1", "TXSL", "DS")
		other, others := h.active("CSSP")
		ask := h.further("apex_one", c, holdings[0])
		issued := h.pressed(h.request(ask).Request)
		ofKind := func(kind string) func(*store.AskActivation) {
			return func(a *store.AskActivation) { a.Kind = kind }
		}
		offline := h.further("offline", c, holdings[2])
		offlineCode := h.opened(h.pressed(h.request(offline).Request).Code)
		code := h.codeOf(holdings[0])
		mistyped := code[:len(code)-1] + string("0123456789"[(code[len(code)-1]+1)%10])
		for _, want := range []struct {
			field, code string
			change      []func(*store.AskActivation)
		}{
			{"license", "required", []func(*store.AskActivation){func(a *store.AskActivation) { a.License = "" }}},
			{"license", "portal_license_digits", []func(*store.AskActivation){func(a *store.AskActivation) { a.License = "L-1" }}},
			{"license", "activation_not_contact", []func(*store.AskActivation){func(a *store.AskActivation) { a.License = "99999999" }}},
			{"license", "activation_not_contact", []func(*store.AskActivation){func(a *store.AskActivation) { a.Email = "fremd@example.jp" }}},
			{"code", "required", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = "" }}},
			{"code", "portal_half_width", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = "コード" }}},
			{"code", "activation_code_prefix", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = h.codeOf(holdings[2]) }}},
			{"code", "activation_code_mistyped", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = mistyped }}},
			{"code", "activation_code_elsewhere", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = h.codeOf(others[0]) }}},
			{"code", "activation_code_product", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = h.codeOf(holdings[1]) }}},
			{"code", "activation_code_further", []func(*store.AskActivation){func(a *store.AskActivation) { a.Code = h.opened(issued.Code) }}},
			{"code", "activation_code_offline", []func(*store.AskActivation){ofKind("offline"), func(a *store.AskActivation) { a.Code = offlineCode }}},
			{"license", "activation_product_not_held", []func(*store.AskActivation){ofKind("virus_buster_business"), func(a *store.AskActivation) {
				a.License, a.Code = other.LicenseID, h.codeOf(others[0])
			}}},
		} {
			a := ask
			for _, change := range want.change {
				change(&a)
			}
			_, err := h.ActivationOffers(t.Context(), a)
			wantField(t, err, want.field, want.code)
			_, err = h.RequestActivation(t.Context(), contact, a, h.ring)
			wantField(t, err, want.field, want.code)
		}
		// The code of Safe Lock may lack its prefix, and width, case and hyphens are forgiven.
		for _, typed := range []string{h.codeOf(holdings[2])[3:], "ｓｏ" + h.codeOf(holdings[2])[2:], models.NormaliseNumber(h.codeOf(holdings[2]))} {
			a := offline
			a.Code = typed
			offers, err := h.ActivationOffers(t.Context(), a)
			must(t, err)
			equal(t, "offer for "+typed, offers[0].Holding.ID, holdings[2].ID)
		}
		a := ask
		a.Contact = "no address"
		_, err := h.RequestActivation(t.Context(), contact, a, h.ring)
		wantField(t, err, "contact_email", "email_malformed")
		must(t, h.Voided(t.Context(), other.LicenseID))
		a = h.further("apex_one", other, others[0])
		_, err = h.ActivationOffers(t.Context(), a)
		equal(t, "void", wantField(t, err, "license", "activation_ask_desk").Params["message"], "MSG04")
		lone, _ := h.active("DS")
		a = offline
		a.License = lone.LicenseID
		_, err = h.ActivationOffers(t.Context(), a)
		wantField(t, err, "license", "activation_online_missing")
		late := h.request(h.further("virus_buster_business", c, holdings[1])).Request
		h.clock.pass(2 * 365 * day)
		_, err = h.ActivationOffers(t.Context(), ask)
		wantField(t, err, "license", "activation_contract_ended")
		_, err = h.ConfirmActivation(t.Context(), confirmation(late, models.MailboxAccount), h.ring)
		wantCode(t, err, models.KindConflict, "activation_expired")
		h.sound()
	})
}

// TestConfirmationOfWhoLostTheContract is refused: whoever asked could not ask now.
func TestConfirmationOfWhoLostTheContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		r := h.request(h.further("apex_one", c, holdings[0])).Request
		must(t, h.Voided(t.Context(), c.LicenseID))
		_, err := h.ConfirmActivation(t.Context(), confirmation(r, models.MailboxAccount), h.ring)
		wantCode(t, err, models.KindConflict, "activation_contract")
		equal(t, "codes", h.codesOf(c), 0)
		_, err = h.RequestActivation(t.Context(), contact, h.further("apex_one", c, holdings[0]), h.ring)
		wantField(t, err, "license", "activation_ask_desk")
		h.sound()
	})
}

// TestCodesAreFoundBySearch finds further codes wherever codes are looked for.
func TestCodesAreFoundBySearch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		done := h.pressed(h.request(h.further("apex_one", c, holdings[0])).Request)
		answer, license, err := h.PortalFind(t.Context(), contactAddress, store.PortalKey{By: models.PortalByCode, CodeHash: done.Code.CodeHash})
		must(t, err)
		equal(t, "portal", string(answer)+license, string(models.PortalShown)+c.LicenseID)
		answer, _, err = h.PortalFind(t.Context(), "fremd@example.jp", store.PortalKey{By: models.PortalByCode, CodeHash: done.Code.CodeHash})
		must(t, err)
		equal(t, "to a stranger", answer, models.PortalNotContact)
		for _, typed := range []string{h.opened(done.Code), done.Request.Number} {
			hits, err := h.Search(t.Context(), typed, h.ring.CodeHash)
			must(t, err)
			want := "contract:" + c.LicenseID
			if typed == done.Request.Number {
				want = "activation:" + typed
			}
			equal(t, "search", hits.Exact, want)
		}
		d, err := h.HoldingByCode(t.Context(), h.api, done.Code.CodeHash)
		must(t, err)
		equal(t, "issued", d.Issued != nil && d.Issued.ID == done.Code.ID, true)
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店")
		_, err = h.HoldingByCode(t.Context(), stranger, done.Code.CodeHash)
		wantCode(t, err, models.KindNotFound, "activation_code_not_found")
	})
}
