package portal_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

// The whole way of somebody who never signed in: no password, the temporary one by
// mail, a real one, and everything behind the sign-in.
func TestFromNoPasswordToSignedIn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		v := h.visitor()
		v.get("/portal").leadsTo("/portal/sign-in")
		v.get("/portal/contracts?x=1").leadsTo("/portal/sign-in?next=%2Fportal%2Fcontracts%3Fx%3D1")
		temporary := h.temporary(contact)

		v.post("/portal/sign-in", url.Values{"email": {" TARO@customer.example.jp"}, "password": {temporary + " "}, "next": {"/portal/account"}}).leadsTo("/portal/password")
		v.get("/portal/contracts").leadsTo("/portal/sign-in?next=%2Fportal%2Fcontracts") // it only sets a password
		page := v.get("/portal/password").want(http.StatusOK)
		contains(t, "the rules", page.text("ul.rules"), "12文字以上", "180日")
		v.set(password).leadsTo("/portal/account")
		page = v.get("/portal/account").want(http.StatusOK)
		contains(t, "what was done", page.text("[role=status]"), "パスワードを設定しました")
		contains(t, "the account", page.text("main"), contact, "この端末")

		h.visitor().signIn(contact, temporary).want(http.StatusUnprocessableEntity) // used up
		h.visitor().enter(contact, password)
		v.post("/portal/sign-out", nil).leadsTo("/portal/sign-in?ended=out")
		v.get("/portal/contracts").want(http.StatusSeeOther)
	})
}

// An address with no valid contract, no account, no password, or a wrong one: one answer.
func TestOneAnswerForWhateverIsWrong(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.contracted()
		h.member(contact, password)
		pages := map[string]string{}
		for what, try := range map[string][2]string{
			"unknown":  {"nobody@customer.example.jp", password},
			"wrong":    {contact, another},
			"almost":   {contact, password + "。"},
			"no valid": {"delivery@customer.example.jp", password},
		} {
			a := h.visitor("198.51.100.7").signIn(try[0], try[1]).want(http.StatusUnprocessableEntity)
			pages[a.text(".notice")] += " " + what
			a = h.visitor().post("/portal/temporary-password", url.Values{"email": {try[0]}}).leadsTo("/portal/temporary-password/sent")
			equal(t, "length of the answer", len(a.body), 0)
		}
		equal(t, "different answers", len(pages), 1)
		a := h.visitor().post("/portal/temporary-password", url.Values{"email": {"not an address"}}).want(http.StatusUnprocessableEntity)
		contains(t, "the field", a.text(".wrong"), "形式")
	})
}

func TestIdleSignsOutAndLeadsBack(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.contracted()
		v := h.member(contact, password)
		for range 4 { // active all along
			h.clock.pass(19 * time.Minute)
			v.get("/portal/account").want(http.StatusOK)
		}
		h.clock.pass(20*time.Minute + time.Second)
		v.get("/portal/account?x=y").leadsTo("/portal/sign-in?ended=idle&next=%2Fportal%2Faccount%3Fx%3Dy")
		page := v.get("/portal/sign-in?ended=idle&next=/portal/account")
		contains(t, "why", page.text("[role=status]"), "20分以上操作がなかったため")
		v.post("/portal/sign-in", url.Values{"email": {contact}, "password": {password}, "next": {"/portal/account"}}).leadsTo("/portal/account")
		v.get("/portal/account").want(http.StatusOK)

		h.clock.pass(21 * time.Minute) // a form cannot be sent after that either; the way back is its page
		v.post("/portal/account/language", url.Values{"language": {"en"}}, "Referer", h.server.URL+"/portal/account").
			leadsTo("/portal/sign-in?ended=idle&next=%2Fportal%2Faccount")
		equal(t, "language", h.account(contact).Language, models.Japanese)
	})
}

// Nobody is sent elsewhere by a link that looks like ours.
func TestTheWayBackStaysHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	h.member(contact, password)
	for _, next := range []string{"https://evil.example", "//evil.example", "/console", "/portal/../console", "/portalx", "/portal/sign-in", "\\\\evil", "javascript:alert(1)"} {
		h.visitor().post("/portal/sign-in", url.Values{"email": {contact}, "password": {password}, "next": {next}}).leadsTo("/portal")
	}
}
