package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// delivered enters an order, runs it to its end and gives its delivery number.
func (h *house) delivered() string {
	h.t.Helper()
	number := h.entered(h.sheet(h.receipt()))
	h.run(number)
	o := h.detail(number)
	if o.Status != "delivered" || o.Shipment == nil {
		h.t.Fatalf("the order is %s", o.Status)
	}
	return o.Shipment.DeliveryNumber
}

func (h *house) resend(delivery, key string, body any, headers ...string) answer {
	h.t.Helper()
	return h.send(http.MethodPost, "/v1/deliveries/"+delivery+"/resend", body, append([]string{"Idempotency-Key", key}, headers...)...)
}

// runResend does what a resend's process does until somebody has to decide.
func (h *house) runResend(number string) {
	h.t.Helper()
	ctx := context.Background()
	r, err := h.store.ResendByNumber(ctx, models.Process, number)
	must(h.t, err)
	state, err := h.store.AdvanceResend(ctx, r.ID)
	must(h.t, err)
	for _, id := range append(state.Mails, state.Notices...) {
		h.sendMail(id, nil)
	}
	_, err = h.store.FinishResend(ctx, r.ID)
	must(h.t, err)
}

func (h *house) resendAt(number string, headers ...string) api.ResendAnswer {
	h.t.Helper()
	var a api.ResendAnswer
	h.get("/v1/resends/"+number, headers...).want(http.StatusOK, &a)
	return a
}

func TestResend(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		delivery := h.delivered()
		before, err := h.store.DeliveryByNumber(t.Context(), delivery)
		must(t, err)
		var taken api.ResendTaken
		a := h.resend(strings.ToLower(delivery), "r-1", object{"reason": "IDメールが見つかりません。"}).want(http.StatusAccepted, &taken)
		if !strings.HasPrefix(taken.ResendNumber, "RS") || taken.DeliveryNumber != delivery || taken.Status != "received" ||
			a.header.Get("Location") != "/v1/resends/"+taken.ResendNumber {
			t.Fatalf("answer %+v at %q", taken, a.header.Get("Location"))
		}
		if r := h.resendAt(taken.ResendNumber); r.Status != "received" || r.Reason != "IDメールが見つかりません。" || r.ClosedAt != nil {
			t.Errorf("resend %+v", r)
		}
		h.runResend(taken.ResendNumber)
		if r := h.resendAt(taken.ResendNumber); r.Status != "sent" || r.ClosedAt == nil || len(r.Messages) != 0 {
			t.Errorf("resend %+v", r)
		}
		after, err := h.store.DeliveryByNumber(t.Context(), delivery)
		must(t, err)
		if after.PasswordVersion != before.PasswordVersion+1 {
			t.Errorf("the password's version went from %d to %d", before.PasswordVersion, after.PasswordVersion)
		}
		// An address that is on record nowhere is for staff to decide, and the reseller reads what they say.
		h.resend(delivery, "r-2", object{"reason": "x", "resend_to": "somebody@elsewhere.example"}).want(http.StatusAccepted, &taken)
		h.runResend(taken.ResendNumber)
		if r := h.resendAt(taken.ResendNumber); r.Status != "reviewing" || r.ResendTo != "somebody@elsewhere.example" {
			t.Errorf("resend %+v", r)
		}
		staff := models.Actor{Kind: models.ActorStaff, ID: 1, Name: "山本 彩"}
		_, err = h.store.RefuseResend(t.Context(), staff, storeDecide(taken.ResendNumber, "宛先を確認できません。"))
		must(t, err)
		r := h.get("/v1/resends/" + taken.ResendNumber).want(http.StatusOK)
		if strings.Contains(string(r.body), "山本") || !strings.Contains(string(r.body), "宛先を確認できません。") {
			t.Errorf("resend %s", r.body)
		}
	})
}

func TestResendOncePerKey(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		delivery, other := h.delivered(), h.delivered()
		told := h.told.count()
		body := object{"reason": "spam"}
		answers := make([]answer, 20)
		var wait sync.WaitGroup
		for i := range answers {
			wait.Go(func() { answers[i] = h.resend(delivery, "same", body) })
		}
		wait.Wait()
		var first api.ResendTaken
		answers[0].want(http.StatusAccepted, &first)
		for _, a := range answers {
			var taken api.ResendTaken
			if a.want(http.StatusAccepted, &taken); taken != first {
				t.Fatalf("%+v and %+v", first, taken)
			}
		}
		if h.told.count() != told+1 {
			t.Errorf("the process was told %d times", h.told.count()-told)
		}
		h.runResend(first.ResendNumber)
		var again api.ResendTaken
		if h.resend(delivery, "same", body).want(http.StatusAccepted, &again); again != first {
			t.Errorf("later the same request gave %+v", again)
		}
		h.resend(delivery, "same", object{"reason": "lost"}).problem(http.StatusUnprocessableEntity, "idempotency_key_reused")
		h.resend(other, "same", body).problem(http.StatusUnprocessableEntity, "idempotency_key_reused")
		h.resend(delivery, "", body).problem(http.StatusBadRequest, "idempotency_key_missing")
		h.order(h.sheet(h.receipt()), "Idempotency-Key", "same").want(http.StatusAccepted) // an order's keys are its own
	})
}

func TestResendsAreTheResellersOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		delivery := h.delivered()
		var taken api.ResendTaken
		h.resend(delivery, "r-1", object{"reason": "x"}).want(http.StatusAccepted, &taken)
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders read", models.English)
		auth := []string{"Authorization", "Bearer " + stranger}
		// Whatever the body says, and the order's or the PO's number names no delivery here.
		for _, n := range []string{delivery, "SHPC0000000", "%F0%9F%92%A9"} {
			for _, body := range []any{object{"reason": "x"}, object{}, "no json"} {
				h.resend(n, "r-1", body, auth...).problem(http.StatusNotFound, "delivery_not_found")
			}
		}
		h.get("/v1/resends/"+taken.ResendNumber, auth...).problem(http.StatusNotFound, "resend_not_found")
		h.get("/v1/resends/RS0000000").problem(http.StatusNotFound, "resend_not_found")
		reader, _ := h.newKey(h.reseller, "read", models.Japanese)
		h.resend(delivery, "r-2", object{"reason": "x"}, "Authorization", "Bearer "+reader).want(http.StatusForbidden)
		h.resendAt(taken.ResendNumber, "Authorization", "Bearer "+reader)
	})
}

func TestWrongResends(t *testing.T) {
	h := newHouse(t)
	delivery := h.delivered()
	for _, c := range []struct {
		body any
		want string
	}{
		{object{}, "reason: required"},
		{object{"reason": "  "}, "reason: required"},
		{object{"reason": 1}, "reason: expected_text"},
		{object{"reason": "x", "resend_to": "no address"}, "resend_to: email_malformed"},
		{object{"reason": "x", "to": "a@b.example"}, "to: unknown_field"},
		{object{"reason": "x", "end_user_name": "…"}, "end_user_name: name_without_letters"},
	} {
		p := h.resend(delivery, "w", c.body).problem(http.StatusUnprocessableEntity, "invalid_input")
		if len(p.Errors) != 1 || p.Errors[0].Field+": "+p.Errors[0].Code != c.want {
			t.Errorf("%v gives %+v", c.body, p.Errors)
		}
	}
	// A delivery whose mails are not out yet cannot be mailed again.
	number := h.entered(h.sheet(h.receipt()))
	o, err := h.store.OrderByNumber(t.Context(), models.Process, number)
	must(t, err)
	for range 3 {
		state, err := h.store.Advance(t.Context(), o.ID)
		must(t, err)
		if state.Next == models.NextRegister {
			_, err = h.store.RegisterOrder(t.Context(), models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
			must(t, err)
			break
		}
		for _, id := range state.Mails {
			h.sendMail(id, nil)
		}
	}
	h.resend(h.detail(number).Shipment.DeliveryNumber, "early", object{"reason": "x"}).problem(http.StatusConflict, "delivery_not_mailed")
}

func storeDecide(number, note string) store.DecideResend {
	return store.DecideResend{ResendNumber: number, Note: note}
}
