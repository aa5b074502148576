package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
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
