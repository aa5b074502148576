package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// inquiry is a form that is right, about a license ID that may exist or not.
func inquiry(identifier string) url.Values {
	return url.Values{
		"company_name": {"株式会社みなと精機"}, "department": {"情報システム部"}, "person_name": {"中村 遥"}, "phone": {"03-1234-5678"},
		"email": {"nakamura@minato.example"}, "prefecture": {"東京都"}, "city": {"港区"},
		"contract_company": {"株式会社みなと精機"}, "contract_person": {"中村 遥"}, "identifier": {identifier},
		"number": {"重要:納品 ORDC4830217 ID"}, "text": {"納品先を変更したいです。\r\n<b>よろしく</b>"}, "token": {"form-" + identifier},
	}
}

// send posts the form as a browser does.
func (h *house) send(form url.Values, accept, client string) (*httptest.ResponseRecorder, *goquery.Document) {
	h.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/inquiries", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", accept)
	r.Header.Set("Origin", "http://"+r.Host)
	r.RemoteAddr = client + ":4711"
	h.engine.ServeHTTP(w, r)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	must(h.t, err)
	return w, page
}

func (h *house) inquiries() []models.Inquiry {
	h.t.Helper()
	list, _, err := h.Inquiries(h.t.Context(), store.InquiryFilter{}, store.Page{})
	must(h.t, err)
	return list
}

const stranger = "203.0.113.7"

func TestTheInquiryFormInBothLanguages(t *testing.T) {
	h := newHouse(t)
	for accept, texts := range map[string][]string{
		"ja": {"お問い合わせ", "2営業日以内", "ライセンスIDまたはアクティベーションコード", "納品前のご注文は", "迷惑メールフォルダー"},
		"en": {"Inquiry", "2 business days", "License ID or activation code", "ask the reseller you bought from", "spam folder"},
	} {
		w, page := h.get("/inquiries", accept)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", accept, w.Code)
		}
		for _, text := range texts {
			if !strings.Contains(page.Find("main").Text(), text) {
				t.Errorf("%s: the form does not say %q", accept, text)
			}
		}
		// Every field that a person fills in has a label of its own.
		page.Find("main form").Find("input[name]:not([type=hidden]), select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
			if page.Find("label[for='"+s.AttrOr("id", "?")+"']").Length() != 1 {
				t.Errorf("%s: %s has no label", accept, s.AttrOr("name", ""))
			}
		})
		sent, page := h.get("/inquiries/sent", accept)
		if sent.Code != http.StatusOK || page.Find("meta[name=robots]").Length() != 1 {
			t.Errorf("%s: the page after sending: %d", accept, sent.Code)
		}
	}
}

func TestAWrongFormComesBackAsItWasTyped(t *testing.T) {
	h := newHouse(t)
	for accept, want := range map[string]string{"ja": "ライセンスID", "en": "license"} {
		typed := inquiry("no license at all")
		typed.Set("email", "nobody")
		typed.Set("city", "")
		w, page := h.send(typed, accept, stranger)
		if w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("%s: got %d", accept, w.Code)
		}
		wrong := page.Find("[aria-invalid=true]").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("name", "") })
		if !slices.Equal(wrong, []string{"email", "city", "identifier"}) {
			t.Errorf("%s: wrong are %v", accept, wrong)
		}
		described := strings.Fields(page.Find("#identifier").AttrOr("aria-describedby", ""))
		for _, id := range described {
			if page.Find("#"+id).Text() == "" {
				t.Errorf("%s: nothing has the ID %s", accept, id)
			}
		}
		summary := page.Find("[role=alert] a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
		if len(described) == 0 || !slices.Equal(summary, []string{"#email", "#city", "#identifier"}) {
			t.Errorf("%s: the list above leads to %v", accept, summary)
		}
		if text := page.Find("main").Text(); !strings.Contains(text, want) {
			t.Errorf("%s: %s", accept, text)
		}
		for name := range typed {
			s := page.Find("main form [name='" + name + "']")
			got := s.AttrOr("value", "")
			switch goquery.NodeName(s) {
			case "textarea":
				got = s.Text()
			case "select":
				got = s.Find("option[selected]").AttrOr("value", "")
			}
			if strings.ReplaceAll(got, "\r\n", "\n") != strings.ReplaceAll(typed.Get(name), "\r\n", "\n") {
				t.Errorf("%s: %s is %q, typed was %q", accept, name, got, typed.Get(name))
			}
		}
	}
	if n := len(h.inquiries()); n != 0 {
		t.Errorf("%d inquiries of forms that are wrong", n)
	}
}

// Whatever an inquiry names, a stranger learns nothing: same answer, same headers.
func TestTheAnswerTellsNothing(t *testing.T) {
	h := newHouse(t)
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	facts, err := h.CertificateFacts(t.Context(), d.SubjectID)
	must(t, err)
	known, unknown := inquiry(facts.Contracts[0].LicenseID), inquiry("99999999")
	known.Set("number", facts.Order.OrderNumber)
	answers := map[string]string{}
	for name, form := range map[string]url.Values{"known": known, "unknown": unknown} {
		begun := time.Now()
		w, _ := h.send(form, "ja", stranger)
		if took := time.Since(begun); took < floor {
			t.Errorf("%s was answered after %v", name, took)
		}
		header := w.Header().Clone()
		for _, own := range []string{"X-Request-Id", "Date"} {
			header.Del(own)
		}
		csp := header.Get("Content-Security-Policy")
		header.Del("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", name, csp)
		}
		answers[name] = fmt.Sprint(w.Code, header, w.Body.String())
	}
	if answers["known"] != answers["unknown"] || !strings.Contains(answers["known"], "/inquiries/sent") {
		t.Errorf("known: %s\nunknown: %s", answers["known"], answers["unknown"])
	}
	list := h.inquiries()
	if len(list) != 2 || len(h.told) != 2 {
		t.Fatalf("%d inquiries, %d told", len(list), len(h.told))
	}
	for _, i := range list {
		d, err := h.InquiryDetail(t.Context(), i.Number)
		must(t, err)
		if matched := i.LicenseID == facts.Contracts[0].LicenseID; (d.Contract != nil) != matched || (d.Order != nil) != matched {
			t.Errorf("%s is matched with %v and %v", i.LicenseID, d.Contract, d.Order)
		}
		if len(d.Mails) != 1 || d.Mails[0].Recipient != "nakamura@minato.example" || d.Mails[0].Language != models.Japanese {
			t.Errorf("acknowledged by %+v", d.Mails)
		}
	}
}

func TestAnActivationCodeFindsTheContract(t *testing.T) {
	h := newHouse(t)
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	facts, err := h.CertificateFacts(t.Context(), d.SubjectID)
	must(t, err)
	contract, err := h.ContractByLicense(t.Context(), models.Process, facts.Contracts[0].LicenseID)
	must(t, err)
	code, err := h.ring.OpenCode(contract.Holdings[0])
	must(t, err)
	form := inquiry(strings.ToLower(code))
	form.Set("text", "コードは"+code+"です。")
	if w, _ := h.send(form, "en", stranger); w.Code != http.StatusSeeOther {
		t.Fatalf("got %d", w.Code)
	}
	got, err := h.InquiryDetail(t.Context(), h.inquiries()[0].Number)
	must(t, err)
	if got.Contract == nil || got.Inquiry.Language != models.English || strings.Contains(got.Messages[0].Text, code[4:]) {
		t.Errorf("%+v %+v", got.Inquiry, got.Messages)
	}
}

func TestPressingTwiceAsksOnce(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		if w, _ := h.send(inquiry("99999999"), "ja", stranger); w.Code != http.StatusSeeOther {
			t.Fatalf("got %d", w.Code)
		}
	}
	if n := len(h.inquiries()); n != 1 {
		t.Errorf("%d inquiries", n)
	}
}

func TestTooManyInquiries(t *testing.T) {
	for name, limit := range map[string]struct {
		most   int
		client func(n int) string
		email  func(n int) string
		after  time.Duration
	}{
		"of one client": {20, func(int) string { return stranger }, func(n int) string { return fmt.Sprintf("a%d@b.example", n) }, time.Hour},
		"for one address": {10, func(n int) string { return fmt.Sprintf("203.0.113.%d", n) }, func(n int) string {
			return []string{"Taro@b.example", "taro@B.example"}[n%2]
		}, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			try := func(n int) (*httptest.ResponseRecorder, *goquery.Document) {
				form := inquiry("99999999")
				form.Set("token", fmt.Sprint(n))
				form.Set("email", limit.email(n))
				return h.send(form, "en", limit.client(n))
			}
			for n := range limit.most {
				if w, _ := try(n); w.Code != http.StatusSeeOther {
					t.Fatalf("the inquiry %d is answered with %d", n+1, w.Code)
				}
			}
			w, page := try(limit.most)
			if w.Code != http.StatusTooManyRequests || !strings.Contains(page.Find("[role=alert]").Text(), "try again later") {
				t.Errorf("one more: %d %s", w.Code, page.Find("main").Text())
			}
			if got := page.Find("#company_name").AttrOr("value", ""); got != "株式会社みなと精機" {
				t.Errorf("what was typed is %q", got)
			}
			if n := len(h.inquiries()); n != limit.most {
				t.Errorf("%d inquiries", n)
			}
			h.now = h.now.Add(limit.after + time.Second)
			if w, _ := try(limit.most + 1); w.Code != http.StatusSeeOther {
				t.Errorf("later: %d", w.Code)
			}
		})
	}
}

func TestAnotherSiteCannotAsk(t *testing.T) {
	h := newHouse(t)
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/inquiries", strings.NewReader(inquiry("99999999").Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	h.engine.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(h.inquiries()) != 0 {
		t.Errorf("got %d", w.Code)
	}
}
