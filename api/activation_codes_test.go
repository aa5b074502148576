package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// code gives the activation code that an order's contract holds.
func (h *house) code(license string) string {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	code, err := h.ring.OpenCode(d.Holdings[0])
	must(h.t, err)
	return code
}

func TestActivationCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number := h.entered(h.sheet(h.receipt()))
		h.run(number)
		o := h.detail(number)
		code := h.code(o.LicenseIDs[0])
		at := func(typed string) string { return "/v1/activation-codes/" + url.PathEscape(typed) }
		var found api.ActivationCodeAnswer
		h.get(at(code)).want(http.StatusOK, &found)
		line := o.Lines[0]
		if found.ProductCode != line.ProductCode || found.Quantity != line.Quantity || found.LicenseID != o.LicenseIDs[0] || found.ProductName == "" {
			t.Errorf("%+v for %+v", found, line)
		}
		if found.Valid != (found.State == models.CodeValid) || found.EndsOn.Before(found.StartsOn) {
			t.Errorf("%+v", found)
		}
		for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " ")} {
			var again api.ActivationCodeAnswer
			h.get(at(typed)).want(http.StatusOK, &again)
			if again != found {
				t.Errorf("%s gives %+v", typed, again)
			}
		}
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders read", models.English)
		h.get(at(code), "Authorization", "Bearer "+stranger).problem(http.StatusNotFound, "activation_code_not_found")
		for _, typed := range []string{"OS-0000-00000-00000-00000-00000-00000", code[:len(code)-1], "x", "💩", o.LicenseIDs[0]} {
			h.get(at(typed)).problem(http.StatusNotFound, "activation_code_not_found")
		}
		applications, _ := h.newKey(h.reseller, "applications", models.Japanese)
		h.get(at(code), "Authorization", "Bearer "+applications).want(http.StatusForbidden)
		if strings.Contains(h.log.String(), code) {
			t.Error("the log tells the code")
		}
	})
}

// TestFurtherActivationCodes finds codes that the holder asked for as well, with what
// became of them, and for nobody but the reseller of the order.
func TestFurtherActivationCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		number := h.entered(h.sheet(h.receipt(), func(body object) { firstLine(body)["product_code"] = "CSSP" }))
		h.run(number)
		license := h.detail(number).LicenseIDs[0]
		d, err := h.store.ContractByLicense(t.Context(), models.Process, license)
		must(t, err)
		kind, ok := kindFor(h.store.Rules().Activation, d.Holdings[0].ProductCode)
		if !ok {
			t.Fatalf("no kind takes %s", d.Holdings[0].ProductCode)
		}
		ask := store.AskActivation{
			Email: d.Contract.Holder.Email, Kind: kind.Code, License: license, Code: h.code(license), CodeHash: h.ring.CodeHash,
			HoldingID: d.Holdings[0].ID, Contact: "renraku@customer.example.jp", Language: models.Japanese, Purpose: models.PurposeNew,
		}
		done, err := h.store.RequestActivation(t.Context(), models.Actor{Kind: models.ActorAccount, ID: 1}, ask, h.ring)
		must(t, err)
		if done.Code == nil {
			done, err = h.store.ConfirmActivation(t.Context(),
				store.ConfirmActivation{RequestID: done.Request.ID, LinkVersion: 1, Mailbox: models.MailboxAccount}, h.ring)
			must(t, err)
		}
		code, err := h.ring.OpenIssued(*done.Code)
		must(t, err)
		at := "/v1/activation-codes/" + url.PathEscape(strings.ToLower(code))
		var found api.ActivationCodeAnswer
		h.get(at).want(http.StatusOK, &found)
		if found.Kind != kind.Code || found.ProductCode != done.Code.ProductCode || found.Quantity != d.Holdings[0].Quantity ||
			found.LicenseID != license || found.Revoked || found.State == models.CodeRevoked {
			t.Errorf("%+v", found)
		}
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "orders read", models.English)
		h.get(at, "Authorization", "Bearer "+stranger).problem(http.StatusNotFound, "activation_code_not_found")
		_, err = h.store.RevokeCode(t.Context(), models.Actor{Kind: models.ActorStaff, ID: 1, Name: "受注 花子"}, done.Code.ID, "漏えいのため")
		must(t, err)
		h.get(at).want(http.StatusOK, &found)
		if found.Valid || !found.Revoked || found.State != models.CodeRevoked {
			t.Errorf("revoked: %+v", found)
		}
		if strings.Contains(h.log.String(), code) {
			t.Error("the log tells the code")
		}
	})
}

// kindFor gives a kind that takes a product.
func kindFor(r models.ActivationRules, product string) (models.ActivationKind, bool) {
	for _, k := range r.Kinds {
		if _, takes := k.Gives(product); takes {
			return k, true
		}
	}
	return models.ActivationKind{}, false
}
