package public_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// asked is a request for a further code whose links were mailed.
type asked struct {
	*house
	account  models.Account
	contract models.Contract
	request  models.ActivationRequest
}

const (
	signIn = "secret@minato.example"
	mailed = "someone@elsewhere.example"
)

// asks makes a contract and asks for a code for it.
func (h *house) asks() *asked {
	h.t.Helper()
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	facts, err := h.CertificateFacts(h.t.Context(), d.SubjectID)
	must(h.t, err)
	a := &asked{house: h, contract: facts.Contracts[0], account: models.Account{Email: signIn, Language: models.Japanese, PasswordHash: "x"}}
	must(h.t, h.CreateAccount(h.t.Context(), models.Process, &a.account))
	h.now = h.now.AddDate(0, 2, 0)
	a.again()
	return a
}

func (a *asked) actor() models.Actor {
	return models.Actor{Kind: models.ActorAccount, ID: a.account.ID, Name: a.account.Email}
}

// again asks for the same code once more.
func (a *asked) again() {
	a.t.Helper()
	d, err := a.PortalContract(a.t.Context(), signIn, a.contract.LicenseID)
	must(a.t, err)
	code, err := a.ring.OpenCode(d.Holdings[0])
	must(a.t, err)
	form, err := models.NewToken(strings.NewReader(strings.Repeat(fmt.Sprint(a.now.UnixNano()), 9)))
	must(a.t, err)
	done, err := a.RequestActivation(a.t.Context(), a.actor(), store.AskActivation{
		Email: signIn, Kind: "apex_one", License: a.contract.LicenseID, Code: code, CodeHash: a.ring.CodeHash, HoldingID: d.Holdings[0].ID,
		Contact: mailed, Language: models.Japanese, FormKey: form,
	}, a.ring)
	must(a.t, err)
	a.request = done.Request
}

// link is where the mail to a mailbox leads.
func (a *asked) link(m models.Mailbox) string {
	a.t.Helper()
	token, err := a.ring.ActivationToken(a.request, m)
	must(a.t, err)
	return fmt.Sprintf("/activation/%d/%s", a.request.ID, token)
}

// status is the request's as it stands in the database.
func (a *asked) status() models.ActivationStatus {
	a.t.Helper()
	r, err := a.ActivationRequest(a.t.Context(), a.request.ID)
	must(a.t, err)
	codes, err := a.IssuedCodes(a.t.Context(), a.contract.ID)
	must(a.t, err)
	if issued := r.Status == models.ActivationIssued; issued != (len(codes) == 1) {
		a.t.Errorf("the request is %s, and %d codes are issued", r.Status, len(codes))
	}
	return r.Status
}

// ask sends a request as a browser or a program does.
func (h *house) ask(method, at string, form url.Values, headers ...string) (*httptest.ResponseRecorder, *goquery.Document) {
	h.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(h.t.Context(), method, at, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.engine.ServeHTTP(w, r)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	must(h.t, err)
	return w, page
}

// button is what the page's form sends.
func button(page *goquery.Document) url.Values {
	return url.Values{"form": {page.Find("main form input[name=form]").AttrOr("value", "")}}
}

var ownPage = []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}

// Looking at the link in any way changes nothing; the button of its page does, once.
func TestOnlyTheButtonIssuesACode(t *testing.T) {
	h := newHouse(t)
	a := h.asks()
	at := a.link(models.MailboxContact)
	for _, look := range [][]string{
		{http.MethodHead}, {http.MethodGet, "Sec-Purpose", "prefetch"}, {http.MethodGet, "Sec-Purpose", "prefetch;prerender"},
		{http.MethodGet, "Purpose", "prefetch"}, {http.MethodGet, "X-Moz", "prefetch"},
	} {
		if w, _ := h.ask(look[0], at, nil, look[1:]...); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
			t.Errorf("%v answers %d with %d bytes", look, w.Code, w.Body.Len())
		}
	}
	w, page := h.ask(http.MethodGet, at, nil, "Accept-Language", "en") // the mail was in Japanese
	text := page.Find("main").Text()
	for _, want := range []string{"発行依頼を承りました", a.request.Number, "Apex One", a.contract.LicenseID, "オンライン環境"} {
		if w.Code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%d: the page does not say %q: %s", w.Code, want, text)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if page.Find("meta[name=robots][content=noindex]").Length() != 1 || strings.Contains(text, mailed) || strings.Contains(text, signIn) {
		t.Error("the page is indexed, or names addresses")
	}
	form := button(page)
	for what, sent := range map[string][]string{
		"another site": {"Sec-Fetch-Site", "cross-site"}, "another site of an old browser": {"Origin", "https://evil.example"},
	} {
		if w, _ := h.ask(http.MethodPost, at, form, sent...); w.Code != http.StatusForbidden {
			t.Errorf("a form of %s answers %d", what, w.Code)
		}
	}
	for _, wrong := range []url.Values{nil, {"form": {""}}, {"form": {form.Get("form") + "x"}}, {"form": {strings.Split(at, "/")[3]}}} {
		w, page := h.ask(http.MethodPost, at, wrong, ownPage...)
		if w.Code != http.StatusUnprocessableEntity || button(page).Get("form") != form.Get("form") || page.Find("[role=alert]").Length() != 1 {
			t.Errorf("a form without what the page carries answers %d", w.Code)
		}
	}
	if got := a.status(); got != models.ActivationWaiting || len(h.told) != 0 {
		t.Fatalf("the request is %s before anybody pressed the button", got)
	}
	w, page = h.ask(http.MethodPost, at, form, ownPage...)
	code := page.Find("#code").Text()
	if _, right := models.ActivationCodeKey(code); w.Code != http.StatusOK || !right || page.Find("h1").Text() != "アクティベーションコードを発行いたしました。" {
		t.Fatalf("pressed: %d %s", w.Code, page.Find("main").Text())
	}
	if a.status() != models.ActivationIssued || len(h.told) == 0 {
		t.Error("nothing is issued, or nobody is told")
	}
	for _, link := range []string{at, a.link(models.MailboxAccount)} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w, page := h.ask(method, link, form, ownPage...)
			if w.Code != http.StatusGone || page.Find("h1").Text() != "このURLは使用済みです" || strings.Contains(w.Body.String(), code) {
				t.Errorf("%s of the used link: %d %s", method, w.Code, page.Find("h1").Text())
			}
		}
	}
}

// Browsers that know no Sec-Fetch-Site call our page's origin null.
func TestAnOldBrowserConfirms(t *testing.T) {
	h := newHouse(t)
	a := h.asks()
	at := a.link(models.MailboxAccount)
	_, page := h.ask(http.MethodGet, at, nil)
	if w, _ := h.ask(http.MethodPost, at, button(page), "Origin", "null"); w.Code != http.StatusOK || a.status() != models.ActivationIssued {
		t.Errorf("its form answers %d", w.Code)
	}
}

// Each way in which a request is over has its plain page, in both languages, and none
// of them issues anything.
func TestLinksThatAreOver(t *testing.T) {
	for _, tt := range []struct {
		shows  string
		end    func(a *asked)
		ja, en string
	}{
		{"expired", func(a *asked) { a.now = a.request.LinkUntil }, "このURLは有効期限が切れています", "This link has expired"},
		{"cancelled", func(a *asked) {
			_, err := a.CancelActivation(a.t.Context(), a.actor(), store.DecideActivation{Number: a.request.Number, Email: signIn})
			must(a.t, err)
		}, "この発行依頼は取り消されました", "This request was cancelled"},
		{"replaced", func(a *asked) {
			first := a.request
			a.now = a.now.Add(time.Minute)
			a.again()
			a.request = first
		}, "この発行依頼は新しい依頼に置き換えられました", "A newer request took this one's place"},
		{"older", func(a *asked) {
			staff := models.Actor{Kind: models.ActorStaff, ID: 1, Name: "x"}
			_, err := a.ResendActivationLink(a.t.Context(), staff, store.DecideActivation{Number: a.request.Number, Reason: "x"})
			must(a.t, err)
		}, "新しいURLをお送りしています", "A newer link was mailed"},
	} {
		t.Run(tt.shows, func(t *testing.T) {
			h := newHouse(t)
			a := h.asks()
			at := a.link(models.MailboxContact)
			_, page := h.ask(http.MethodGet, at, nil)
			form := button(page)
			tt.end(a)
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				for lang, want := range map[string]string{"ja": tt.ja, "en": tt.en} {
					w, page := h.ask(method, at, form, append([]string{"Cookie", "todoke_language=" + lang}, ownPage...)...)
					if got := page.Find("h1").Text(); w.Code != http.StatusGone || got != want || page.Find("main button").Length() != 0 {
						t.Errorf("%s in %s: %d %s", method, lang, w.Code, got)
					}
				}
			}
			if got := a.status(); got == models.ActivationIssued {
				t.Error("a code was issued")
			}
		})
	}
}

// Whatever is no link of ours is answered alike, and not without end.
func TestLinksThatAreNotOurs(t *testing.T) {
	h := newHouse(t)
	a := h.asks()
	at := a.link(models.MailboxContact)
	token := strings.Split(at, "/")[3]
	var alike string
	for _, wrong := range []string{
		at[:len(at)-1], at + "x", "/activation/999/" + token, "/activation/x/" + token, "/activation/-1/" + token, "/activation/99999999999999999999/" + token,
		fmt.Sprintf("/activation/%d/x", a.request.ID), fmt.Sprintf("/activation/%d/%%00", a.request.ID),
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w, page := h.ask(method, wrong, url.Values{"form": {"x"}}, ownPage...)
			text := page.Find("main").Text()
			if alike == "" {
				alike = text
			}
			if w.Code != http.StatusNotFound || text != alike || page.Find("h1").Text() != "このURLは正しくありません" {
				t.Errorf("%s %s: %d %s", method, wrong, w.Code, text)
			}
		}
	}
	for range 50 {
		h.ask(http.MethodGet, at+"x", nil)
	}
	for _, link := range []string{at, at + "x"} {
		if w, page := h.ask(http.MethodGet, link, nil); w.Code != http.StatusTooManyRequests || page.Find("main form").Length() != 0 {
			t.Errorf("%s after many wrong ones: %d", link, w.Code)
		}
	}
	h.now = h.now.Add(16 * time.Minute)
	if w, _ := h.ask(http.MethodGet, at, nil); w.Code != http.StatusOK {
		t.Errorf("later: %d", w.Code)
	}
}

// A contract that gives no code any more says so, and the request stays as it is.
func TestAContractThatGivesNoCode(t *testing.T) {
	h := newHouse(t)
	a := h.asks()
	at := a.link(models.MailboxContact)
	_, page := h.ask(http.MethodGet, at, nil)
	db, err := h.DB()
	must(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE contracts SET void = true WHERE id = ?", a.contract.ID)
	must(t, err)
	w, after := h.ask(http.MethodPost, at, button(page), ownPage...)
	if w.Code != http.StatusConflict || after.Find("h1").Text() != "コードを発行できませんでした" || a.status() == models.ActivationIssued {
		t.Errorf("%d %s", w.Code, after.Find("main").Text())
	}
}
