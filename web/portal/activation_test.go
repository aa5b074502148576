package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

// further is a house with a contract that further codes can be had for.
type further struct {
	*house
	license string
	v       *visitor
}

func newFurther(h *house) *further {
	h.t.Helper()
	license := h.contractOf(contact, contact, line(models.LineNew, "CSSP", 50), line(models.LineNew, "APX1", 20))
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	h.clock.set(d.Holdings[0].StartsOn.Start().Add(10 * time.Hour))
	return &further{house: h, license: license, v: h.member(contact, password)}
}

const other = "someone@elsewhere.example.jp"

// step posts a step of a kind's form.
func (f *further) step(kind, action string, form url.Values, changes ...string) answer {
	f.t.Helper()
	sent := url.Values{"action": {action}}
	for name, values := range form {
		if name != "action" {
			sent[name] = values
		}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		sent.Set(changes[i], changes[i+1])
	}
	return f.v.post("/portal/activation/"+kind, sent)
}

// asked asks for a code of a kind, from the first page to the one that says that it
// was sent, and gives that page's address.
func (f *further) asked(kind, product, mail string) string {
	f.t.Helper()
	form := f.v.get("/portal/activation/" + kind).want(http.StatusOK).hidden()
	form.Set("license", f.license)
	form.Set("code", f.code(f.license, product))
	page := f.step(kind, "find", form).want(http.StatusOK)
	form = page.hidden()
	form.Set("holding", page.doc.Find("input[name=holding][checked]").AttrOr("value", ""))
	page = f.step(kind, "check", form, "contact_email", mail, "contact_email_again", mail).want(http.StatusOK)
	sent := f.step(kind, "do", page.hidden()).want(http.StatusSeeOther)
	return strings.TrimSuffix(sent.header.Get("Location"), "?sent=1")
}

// request is the row behind a request's page.
func (f *further) request(at string) models.ActivationRequest {
	f.t.Helper()
	d, err := f.store.ActivationDetail(f.t.Context(), at[strings.LastIndex(at, "/")+1:])
	must(f.t, err)
	return d.Request
}

// link is where a mail of the request leads.
func (f *further) link(at string, m models.Mailbox) string {
	f.t.Helper()
	r := f.request(at)
	token, err := f.ring.ActivationToken(r, m)
	must(f.t, err)
	return fmt.Sprintf("/activation/%d/%s", r.ID, token)
}

// issued are the further codes of the contract.
func (f *further) issued() []models.IssuedCode {
	f.t.Helper()
	d, err := f.store.ContractByLicense(f.t.Context(), models.Process, f.license)
	must(f.t, err)
	codes, err := f.store.IssuedCodes(f.t.Context(), d.Contract.ID)
	must(f.t, err)
	return codes
}

// From the list of kinds to the code: asked for with what a person types, issued by
// the button of the page that the link leads to, and then found everywhere.
func TestACodeIsAskedForAndIssuedByItsLink(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		kinds := f.v.get("/portal/activation").want(http.StatusOK)
		for _, k := range h.profile.ActivationKinds {
			contains(t, "the kinds", kinds.text("main"), k.Names.JA)
			if kinds.doc.Find("a[href='/portal/activation/"+k.Code+"']").Length() != 1 {
				t.Errorf("nothing leads to %s", k.Code)
			}
		}
		at := f.asked("apex_one", "CSSP", other)
		sent := f.v.get(at + "?sent=1").want(http.StatusOK)
		contains(t, "sent", sent.text("main"), "発行依頼を受け付けました", "コードはまだ発行されていません", "2つのメールアドレス", other, contact, "72時間", "まで")
		contains(t, "the list", f.v.get("/portal/activation/requests").want(http.StatusOK).text("main"), "確認待ち", "Apex One")
		contains(t, "the kinds", f.v.get("/portal/activation").text("main"), "確認待ちの発行依頼が1件")
		if codes := f.issued(); len(codes) != 0 {
			t.Fatalf("%d codes are issued before anybody confirmed", len(codes))
		}

		stranger := h.visitor("198.51.100.7")
		link := f.link(at, models.MailboxContact)
		page := stranger.get(link).want(http.StatusOK)
		contains(t, "the link's page", page.text("main"), "発行依頼を承りました", "Apex One", f.license, "発行依頼")
		done := stranger.post(link, page.hidden()).want(http.StatusOK)
		contains(t, "issued", done.text("h1"), "アクティベーションコードを発行いたしました。")
		code := done.text("#code")
		if _, right := models.ActivationCodeKey(code); !right {
			t.Fatalf("the code is %q", code)
		}
		for m, address := range map[models.Mailbox]string{models.MailboxContact: link, models.MailboxAccount: f.link(at, models.MailboxAccount)} {
			used := stranger.get(address).want(http.StatusGone)
			contains(t, "the used link of "+string(m), used.text("main"), "このURLは使用済みです", "契約ポータル")
			if strings.Contains(used.body, code) {
				t.Error("the code is shown again")
			}
		}
		contains(t, "the request", f.v.get(at).want(http.StatusOK).text("main"), "発行済み")
		contains(t, "the contract", f.v.get("/portal/contracts/"+f.license).want(http.StatusOK).text("main"), "追加で発行されたコード", code)
		typed := strings.ToLower(strings.ReplaceAll(code, "-", "－"))
		f.v.post("/portal/search", url.Values{"by": {"code"}, "code": {typed}}).leadsTo("/portal/contracts/" + f.license)
		again := f.step("apex_one", "find", url.Values{"license": {f.license}, "code": {f.code(f.license, "CSSP")}}).want(http.StatusOK)
		contains(t, "asked for again", again.text("main"), code, "発行済み")
		equal(t, "buttons that ask", again.doc.Find("button[value=check]:not(.unseen)").Length(), 0)

		_, err := h.store.RevokeCode(t.Context(), models.Actor{Kind: models.ActorStaff, ID: 1, Name: "x"}, f.issued()[0].ID, "漏えいのため")
		must(t, err)
		page = f.v.get("/portal/contracts/" + f.license).want(http.StatusOK)
		contains(t, "revoked", page.text("main"), "無効となりました")
		if strings.Contains(page.body, code) || strings.Contains(page.body, "漏えい") {
			t.Error("a revoked code is shown, or why it was revoked")
		}
		f.v.post("/portal/search", url.Values{"by": {"code"}, "code": {code}}).leadsTo("/portal/contracts/" + f.license)
	})
}

// What is wrong is said at its field, all at once, and nothing that was typed is lost.
func TestWhatIsWrongWithARequestForACode(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		wrong := func(what string, a answer, field, text string) {
			t.Helper()
			contains(t, what, a.want(http.StatusUnprocessableEntity).text("#"+field+"-wrong"), text)
			equal(t, what+": fields marked", a.doc.Find("[name="+field+"][aria-invalid=true]").Length() > 0, true)
		}
		code := f.code(f.license, "CSSP")
		empty := f.step("apex_one", "find", nil)
		wrong("nothing typed", empty, "license", "入力")
		wrong("nothing typed", empty, "code", "入力")
		wrong("letters", f.step("apex_one", "find", url.Values{"license": {"10a"}, "code": {code}}), "license", "数値以外")
		wrong("a stranger's", f.step("apex_one", "find", url.Values{"license": {"99999999"}, "code": {code}}), "license", "")
		slip := f.step("apex_one", "find", url.Values{"license": {f.license}, "code": {code[:len(code)-1] + "?"}})
		wrong("a slip in the code", slip, "code", "")
		equal(t, "kept", slip.doc.Find("#license").AttrOr("value", ""), f.license)
		wrong("another product's", f.step("virus_buster_business", "find", url.Values{"license": {f.license}, "code": {code}}), "code", "Apex One")

		wide := strings.NewReplacer("-", "", "O", "Ｏ", "S", "ｓ").Replace(code)
		for what, typed := range map[string]string{"as it is": code, "wide, without hyphens": wide, "without its prefix": code[3:]} {
			page := f.step("apex_one", "find", url.Values{"license": {" １" + f.license[1:] + " "}, "code": {typed}}).want(http.StatusOK)
			contains(t, what, page.text("main"), "発行できる製品", "Apex One", "Client/Server Suite Premium", contact)
			if again := page.doc.Find("[name=contact_email_again]"); again.AttrOr("data-no-paste", "") == "" || again.AttrOr("type", "") != "email" {
				t.Error("the second field takes what is pasted")
			}
		}
		form := f.step("apex_one", "find", url.Values{"license": {f.license}, "code": {code}}).hidden()
		none := f.step("apex_one", "check", form, "holding", "0")
		for field, text := range map[string]string{"contact_email": "入力", "contact_email_again": "入力"} {
			wrong("no address", none, field, text)
		}
		equal(t, "problems at once", none.doc.Find("[role=alert] li").Length(), 3)
		differ := f.step("apex_one", "check", form, "contact_email", other, "contact_email_again", "x"+other)
		wrong("two addresses", differ, "contact_email_again", "")
		equal(t, "kept", differ.doc.Find("#contact_email").AttrOr("value", ""), other)
		f.step("apex_one", "do", form, "contact_email", other, "contact_email_again", "x"+other).want(http.StatusUnprocessableEntity)
		back := f.step("apex_one", "back", form).want(http.StatusOK)
		equal(t, "back with the license ID", back.doc.Find("#license").AttrOr("value", ""), f.license)
		equal(t, "requests made", len(f.requests()), 0)
		f.v.get("/portal/activation/no_such_kind").want(http.StatusNotFound)
		f.v.post("/portal/activation/no_such_kind", nil).want(http.StatusNotFound)
		prefilled := f.v.get("/portal/activation/apex_one?license=" + f.license).want(http.StatusOK)
		equal(t, "license ID from the contract's page", prefilled.doc.Find("#license").AttrOr("value", ""), f.license)
	})
}

func (f *further) requests() []models.ActivationRequest {
	f.t.Helper()
	list, err := f.store.ActivationRequestsOf(f.t.Context(), contact, 0)
	must(f.t, err)
	return list
}

// Terms are consented to by one of two buttons; the code is there at once.
func TestACodeIsIssuedByConsent(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		f.v.lang = "en"
		f.v.get("/language?to=en&back=/portal").want(http.StatusSeeOther)
		form := f.v.get("/portal/activation/apex_central").want(http.StatusOK)
		equal(t, "code asked for", form.doc.Find("[name=code]").Length(), 0)
		page := f.step("apex_central", "find", form.hidden(), "license", f.license).want(http.StatusOK)
		contains(t, "the terms", page.text("main"), "may not be disclosed", "Agree and download", "Agree and issue the code for renewal", contact)
		equal(t, "addresses asked for", page.doc.Find("[name=contact_email]").Length(), 0)
		equal(t, "nothing issued by looking", len(f.issued()), 0)
		holding := page.doc.Find("input[name=holding]").First().AttrOr("value", "")
		unchosen := f.step("apex_central", "new", page.hidden(), "holding", "0").want(http.StatusUnprocessableEntity)
		contains(t, "nothing chosen", unchosen.text("#holding-wrong"), " ")
		sent := f.step("apex_central", "renewal", page.hidden(), "holding", holding).want(http.StatusSeeOther).header.Get("Location")
		renewed := f.v.get(sent).want(http.StatusOK)
		contains(t, "issued", renewed.text("main"), "The code was issued", contact, "Renewal")
		equal(t, "downloads of what is installed", renewed.doc.Find("main a[href='/portal/downloads']").Length(), 0)
		codes := f.issued()
		if len(codes) != 1 {
			t.Fatalf("%d codes are issued", len(codes))
		}
		code, err := h.ring.OpenIssued(codes[0])
		must(t, err)
		contains(t, "the contract", f.v.get("/portal/contracts/"+f.license).text("main"), "Further codes", code)
		sent = f.step("apex_central", "new", f.step("apex_central", "find", url.Values{"license": {f.license}}).hidden(), "holding", holding).
			want(http.StatusSeeOther).header.Get("Location")
		equal(t, "downloads for first use", f.v.get(sent).want(http.StatusOK).doc.Find("main a[href='/portal/downloads']").Length(), 1)
		f.v.get("/language?to=ja&back=/portal").want(http.StatusSeeOther)
		page = f.step("apex_central", "find", url.Values{"license": {f.license}}).want(http.StatusOK)
		contains(t, "the buttons", page.text("main"), "同意していただいた上でダウンロード", "同意していただいた上で更新用AC発行")
	})
}

// A request is cancelled by who made it, once; then its links are over.
func TestARequestForACodeIsCancelled(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		at := f.asked("apex_one", "CSSP", contact)
		page := f.v.get(at + "?sent=1").want(http.StatusOK)
		contains(t, "one address", page.text("main"), "次のメールアドレスへ、発行URL")
		equal(t, "addresses", len(page.texts(".addresses li")), 1)
		link := f.link(at, models.MailboxAccount)
		open := h.visitor().get(link).want(http.StatusOK)
		f.v.post(at+"/cancel", page.hidden()).leadsTo(at)
		contains(t, "cancelled", f.v.get(at).text("main"), "発行依頼を取り消しました", "取り消し済み", "もう一度依頼する")
		late := f.v.post(at+"/cancel", page.hidden()).want(http.StatusConflict)
		contains(t, "cancelled twice", late.text("[role=alert]"), "取り消せませんでした")
		contains(t, "the link", h.visitor().get(link).want(http.StatusGone).text("main"), "この発行依頼は取り消されました")
		h.visitor().post(link, open.hidden()).want(http.StatusGone)
		equal(t, "codes issued", len(f.issued()), 0)

		stranger := h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
		h.clock.set(h.validFrom(stranger).Add(time.Minute))
		hanako := h.member("hanako@other.example.jp", another)
		hanako.get(at).want(http.StatusNotFound)
		hanako.post(at+"/cancel", nil).want(http.StatusNotFound)
		hanako.get("/portal/activation/requests/AR0000000").want(http.StatusNotFound)
	})
}

// Asking again takes the place of what was asked before, and the page says so first.
func TestANewerRequestReplacesAnOpenOne(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		first := f.asked("offline", "APX1", other)
		number := first[strings.LastIndex(first, "/")+1:]
		before := f.link(first, models.MailboxContact)
		page := f.step("offline", "find", url.Values{"license": {f.license}, "code": {f.code(f.license, "APX1")}}).want(http.StatusOK)
		contains(t, "said before", page.text("main"), number, "使えなくなります")
		second := f.asked("offline", "APX1", other)
		contains(t, "the first link", h.visitor().get(before).want(http.StatusGone).text("main"), "新しい依頼に置き換えられました")
		contains(t, "the first request", f.v.get(first).text("main"), "新しい依頼あり")
		link := f.link(second, models.MailboxContact)
		done := h.visitor().post(link, h.visitor().get(link).want(http.StatusOK).hidden()).want(http.StatusOK)
		contains(t, "offline", done.text("main"), "オフライン環境", "アクティベーションコードを発行いたしました。")
	})
}

// A form that is sent twice asks once.
func TestAFormSentTwiceAsksOnce(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		form := f.v.get("/portal/activation/apex_one").hidden()
		form.Set("license", f.license)
		form.Set("code", f.code(f.license, "CSSP"))
		page := f.step("apex_one", "find", form)
		form = page.hidden()
		form.Set("holding", page.doc.Find("input[name=holding][checked]").AttrOr("value", ""))
		form = f.step("apex_one", "check", form, "contact_email", other, "contact_email_again", other).want(http.StatusOK).hidden()
		one := f.step("apex_one", "do", form).want(http.StatusSeeOther).header.Get("Location")
		f.step("apex_one", "do", form).leadsTo(one)
		equal(t, "requests", len(f.requests()), 1)
	})
}

// Nobody is made to send mails without end.
func TestRequestsForCodesAreLimited(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		f := newFurther(h)
		form := url.Values{"license": {f.license}}
		holding := f.step("apex_central", "find", form).doc.Find("input[name=holding]").First().AttrOr("value", "")
		for range h.profile.Lifetimes.ActivationRequestsPerDay {
			f.step("apex_central", "new", form, "holding", holding).want(http.StatusSeeOther)
		}
		contains(t, "one too many", f.step("apex_central", "new", form, "holding", holding).want(http.StatusTooManyRequests).text("[role=alert]"), "件数を超えました")
		h.clock.pass(25 * time.Hour)
		f.v.enter(contact, password)
		f.step("apex_central", "new", form, "holding", holding).want(http.StatusSeeOther)
	})
}
