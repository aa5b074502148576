package api_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/models"
)

func TestFileApplication(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		var filed api.ApplicationFiled
		a := h.send(http.MethodPost, "/v1/applications", h.application()).want(http.StatusCreated, &filed)
		if _, wrong := models.ParseReceiptNumber(filed.ReceiptNumber); wrong != nil {
			t.Errorf("receipt number %q: %v", filed.ReceiptNumber, wrong)
		}
		if filed.OrderType != "new" || filed.Status != "open" || filed.CreatedAt.IsZero() {
			t.Errorf("answer %+v", filed)
		}
		if got := a.header.Get("Location"); got != "/v1/applications/"+filed.ReceiptNumber {
			t.Errorf("location %q", got)
		}
		if h.told.count() != 1 {
			t.Errorf("the process was told %d times", h.told.count())
		}
		var kept api.ApplicationAnswer
		h.get(a.header.Get("Location")).want(http.StatusOK, &kept)
		if kept.EndUser.CompanyName != "株式会社みなと精機" || kept.SupportContact.SameAs != "end_user" || kept.Contract.Months != 12 {
			t.Errorf("kept %+v", kept)
		}
	})
}

// The receipt goes to the key's owner and never to an address of the request.
func TestApplicantIsTheKeysOwner(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	a, err := h.store.ApplicationByReceipt(context.Background(), models.Process, receipt)
	must(t, err)
	if a.ApplicantEmail != "owner@ab12cd34.example.jp" || a.ApplicantLanguage != models.Japanese {
		t.Errorf("applicant %q in %q", a.ApplicantEmail, a.ApplicantLanguage)
	}
	if a.ResellerID == nil || *a.ResellerID != h.reseller.ID {
		t.Errorf("reseller %v", a.ResellerID)
	}
}

// Odd but good input is kept exactly as typed.
func TestNamesAreKeptAsTyped(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		for _, name := range []string{
			"𠮷野家ホールディングス", "髙﨑商店", "㈱ミナト", "ｱｲｳｼｽﾃﾑ株式会社", "Ünïcode & Söhne <GmbH> \"KG\"", "O'Brien; DROP TABLE orders--",
			"👩‍💻株式会社", strings.Repeat("長", 300), "  前後に空白  ",
		} {
			receipt := h.receipt(func(b object) { b["end_user"].(object)["company_name"] = name })
			var kept api.ApplicationAnswer
			h.get("/v1/applications/"+receipt).want(http.StatusOK, &kept)
			if kept.EndUser.CompanyName != name {
				t.Errorf("%q became %q", name, kept.EndUser.CompanyName)
			}
		}
	})
}

func TestApplicationTypes(t *testing.T) {
	h := newHouse(t)
	for _, orderType := range []string{"renewal", "trsl_new"} {
		receipt := h.receipt(func(b object) {
			b["order_type"] = orderType
			delete(b, "support_contact")
			b["end_user"] = object{"company_name": "株式会社みなと精機", "postal_code": "1510053", "prefecture": "東京都", "city": "渋谷区", "street": "1-1"}
			b["contract"].(object)["license_id"] = "１２３４"
		})
		var kept api.ApplicationAnswer
		h.get("/v1/applications/"+receipt).want(http.StatusOK, &kept)
		if kept.Contract.LicenseID != "1234" || kept.OrderType != orderType {
			t.Errorf("kept %+v", kept)
		}
		if kept.SupportContact.SameAs != "" {
			t.Errorf("support contact of a %s: %+v", orderType, kept.SupportContact)
		}
	}
	receipt := h.receipt(func(b object) {
		b["contract"].(object)["start_month"] = h.store.Today().AddMonths(2).String()[:7]
		b["support_contact"] = party("株式会社サポート")
		b["dealer"] = party("株式会社ディーラー")
	})
	var kept api.ApplicationAnswer
	h.get("/v1/applications/"+receipt).want(http.StatusOK, &kept)
	if kept.Contract.StartMonth != h.store.Today().AddMonths(2).String()[:7] || kept.SupportContact.CompanyName != "株式会社サポート" ||
		kept.Dealer.CompanyName != "株式会社ディーラー" {
		t.Errorf("kept %+v", kept)
	}
}

// Errors of types, of unknown fields and of the domain's rules come together.
func TestEveryWrongFieldAtOnce(t *testing.T) {
	h := newHouse(t)
	body := h.application(func(b object) {
		end := b["end_user"].(object)
		end["company_name"] = ""
		end["postal_code"] = "abc"
		end["email"] = 5
		end["surprise"] = "x"
		b["contract"].(object)["months"] = 13
		b["contract"].(object)["start_month"] = "2026-13"
		b["reseller"].(object)["company_name"] = "ダイワボウ情報システム株式会社"
		b["dealer"] = object{"same_as": "somebody"}
		b["consent"] = false
	})
	got := fieldCodes(h.send(http.MethodPost, "/v1/applications", body).problem(http.StatusUnprocessableEntity, "invalid_input"))
	for _, want := range []string{
		"end_user.company_name: required", "end_user.postal_code: postal_code_malformed", "end_user.email: expected_text",
		"end_user.surprise: unknown_field", "contract.months: months_not_allowed", "contract.start_month: month_malformed",
		"reseller.company_name: distributor_not_allowed", "dealer.same_as: same_as_unknown", "consent: consent_required",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	for _, f := range got {
		if strings.HasPrefix(f, "end_user.email: ") && f != "end_user.email: expected_text" {
			t.Errorf("a rule speaks of a field that could not be read: %q", f)
		}
	}
	// Without errors of reading, the rules answer alone, and as completely.
	body = h.application(func(b object) {
		b["end_user"] = object{}
		b["contract"] = object{"months": 7}
	})
	if got := h.send(http.MethodPost, "/v1/applications", body).problem(http.StatusUnprocessableEntity, "invalid_input"); len(got.Errors) < 10 {
		t.Errorf("only %q", fieldCodes(got))
	}
	var list api.ApplicationList
	h.get("/v1/applications").want(http.StatusOK, &list)
	if len(list.Applications) != 0 || h.told.count() != 0 {
		t.Errorf("a refused application left %d rows and told %d", len(list.Applications), h.told.count())
	}
}

func TestApplicationsAreTheResellersOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		receipt := h.receipt()
		_, stranger := h.newReseller("ZZ99YY88", "別の販売店株式会社", "applications orders read", models.English)
		auth := []string{"Authorization", "Bearer " + stranger}
		real := h.get("/v1/applications/"+receipt, auth...)
		none := h.get("/v1/applications/7K2M9QX4HT6B1RW8Z3PD5CV2", auth...)
		mistyped := h.get("/v1/applications/7K2M9QX4HT6B1RW8Z3PD5CV3", auth...)
		for _, a := range []answer{real, none, mistyped} {
			p := a.problem(http.StatusNotFound, "application_not_found")
			if p.Detail != "There is no such application." {
				t.Errorf("detail %q", p.Detail)
			}
		}
		h.get("/v1/applications/"+receipt+"/pdf", auth...).problem(http.StatusNotFound, "application_not_found")
		var list api.ApplicationList
		h.get("/v1/applications", auth...).want(http.StatusOK, &list)
		if len(list.Applications) != 0 {
			t.Errorf("a stranger sees %d applications", len(list.Applications))
		}
	})
}

func TestListApplications(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		var receipts []string
		for range 5 {
			receipts = append(receipts, h.receipt())
		}
		slices.Reverse(receipts)
		var seen []string
		next := ""
		for {
			var page api.ApplicationList
			h.get("/v1/applications?limit=2&cursor="+next).want(http.StatusOK, &page)
			for _, a := range page.Applications {
				seen = append(seen, a.ReceiptNumber)
			}
			if next = page.NextCursor; next == "" {
				break
			}
		}
		if !slices.Equal(seen, receipts) {
			t.Errorf("pages gave %v instead of %v", seen, receipts)
		}
		var found api.ApplicationList
		h.get("/v1/applications?status=open&order_type=new&q="+receipts[3]).want(http.StatusOK, &found)
		if len(found.Applications) != 1 || found.Applications[0].ReceiptNumber != receipts[3] {
			t.Errorf("search found %+v", found)
		}
		h.get("/v1/applications?status=used").want(http.StatusOK, &found)
		if len(found.Applications) != 0 {
			t.Errorf("%d are used", len(found.Applications))
		}
	})
}
