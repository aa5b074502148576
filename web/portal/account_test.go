package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

func TestSessionsAreListedAndEnded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		here, there, third := h.member(contact, password), h.visitor("198.51.100.1"), h.visitor("198.51.100.2")
		there.post("/portal/sign-in", url.Values{"email": {contact}, "password": {password}},
			"User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1").leadsTo("/portal")
		third.enter(contact, password)
		page := here.get("/portal/account").want(http.StatusOK)
		rows := page.texts(".sessions li")
		equal(t, "sessions", len(rows), 3)
		contains(t, "the list", strings.Join(rows, " "), "Safari（iPhone）", "この端末")

		ends, _ := page.doc.Find(".sessions li form").FilterFunction(func(_ int, s *selection) bool {
			return strings.Contains(s.Parent().Text(), "iPhone")
		}).Attr("action")
		here.post(ends, nil).leadsTo("/portal/account#sessions")
		there.get("/portal/account").leadsTo("/portal/sign-in?ended=elsewhere&next=%2Fportal%2Faccount")
		third.get("/portal/account").want(http.StatusOK)

		here.post("/portal/account/sign-out-everywhere", nil).leadsTo("/portal/sign-in?ended=everywhere")
		for _, v := range []*visitor{here, there, third} {
			v.get("/portal/account").want(http.StatusSeeOther)
		}
	})
}

// Nobody ends sessions of somebody else's account.
func TestOthersSessionsAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	v := h.member(contact, password)
	v.post("/portal/account/sessions/999/end", nil).leadsTo("/portal/account#sessions")
	v.post("/portal/account/sessions/x/end", nil).want(http.StatusNotFound)
	v.get("/portal/account").want(http.StatusOK)
}

func TestAChangedPasswordEndsTheOthers(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		here, there := h.member(contact, password), h.visitor("198.51.100.1")
		there.enter(contact, password)
		change := func(current, fresh, repeated string) answer {
			return here.post("/portal/account/password", url.Values{"current": {current}, "new_password": {fresh}, "repeated": {repeated}})
		}
		for field, a := range map[string]answer{
			"current": change(another, another, another), "repeated": change(password, another, another+"x"), "same": change(password, password, password),
		} {
			a.want(http.StatusUnprocessableEntity)
			equal(t, field+": fields that are wrong", len(a.texts(".wrong")), 1)
		}
		change(password, another, another).leadsTo("/portal/account")
		contains(t, "what was done", here.get("/portal/account").want(http.StatusOK).text("[role=status]"), "パスワードを変更しました")
		there.get("/portal/account").leadsTo("/portal/sign-in?ended=elsewhere&next=%2Fportal%2Faccount")
		h.visitor().signIn(contact, password).want(http.StatusUnprocessableEntity)
		h.visitor().enter(contact, another)
		mails, _, err := h.store.Mails(t.Context(), store.MailFilter{Kind: models.MailPasswordChanged}, store.Page{})
		must(t, err)
		equal(t, "confirmations", len(mails), 2)
	})
}

func TestPasswordRulesAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	v := h.visitor()
	v.signIn(contact, h.temporary(contact)).leadsTo("/portal/password")
	for typed, why := range map[string]string{
		"":                           "入力してください",
		"elevenchars":                "12",
		strings.Repeat("長い", 65):     "128",
		"password1234":               "推測",
		"ｐａｓｓｗｏｒｄ１２３４":               "推測",
		"qwertyuiop12":               "推測",
		"taro@customer.example.jp!!": "メールアドレス",
		"trendmicro2026!":            "ブランド",
	} {
		a := v.set(typed)
		a.want(http.StatusUnprocessableEntity)
		contains(t, typed, a.text(".wrong"), why)
	}
	v.set("long enough!").leadsTo("/portal") // twelve
}

// Day 180 in Japan: the password works to the last second, and what is too old leads
// to the temporary one, for the right password alone.
func TestPasswordsExpireAtMidnightInJapan(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.contracted()
		h.member(contact, password)
		tokyo := time.FixedZone("JST", 9*60*60)
		y, m, d := h.account(contact).PasswordSetAt.In(tokyo).Date()
		end := time.Date(y, m, d+181, 0, 0, 0, 0, tokyo)
		h.clock.set(end.Add(-time.Second))
		in := h.visitor()
		in.enter(contact, password)
		h.clock.set(end)
		in.get("/portal/account").want(http.StatusOK) // who is in stays in
		a := h.visitor().signIn(contact, password).want(http.StatusOK)
		contains(t, "the page", a.text("main"), "有効期限（180日）が切れています", "仮パスワードの請求")
		value, _ := a.doc.Find("#email").Attr("value")
		equal(t, "the address stands there", value, contact)
		h.visitor().signIn(contact, another).want(http.StatusUnprocessableEntity)
		v := h.visitor()
		v.signIn(contact, h.temporary(contact)).leadsTo("/portal/password")
		v.set(password).want(http.StatusUnprocessableEntity) // the old one again
		v.set(another).leadsTo("/portal")
	})
}

func TestPasswordsWithoutExpiry(t *testing.T) {
	t.Parallel()
	h := newHouseBy(t, migrated.SQLite(t), withoutExpiry(t))
	h.contracted()
	v := h.member(contact, password)
	equal(t, "an end is shown", strings.Contains(v.get("/portal/account").text("main"), "有効期限"), false)
	h.clock.pass(300 * 24 * time.Hour)
	h.visitor().enter(contact, password)
}

// A replaced address gets in until midnight in Japan, the new one from then on; who
// is signed in under the old one is out at that moment.
func TestAReplacedAddressEndsAtMidnight(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		license := h.contracted()
		tokyo := time.FixedZone("JST", 9*60*60)
		y, m, d := h.clock.Now().In(tokyo).Date()
		midnight := time.Date(y, m, d+1, 0, 0, 0, 0, tokyo)
		h.clock.set(midnight.Add(-10 * time.Minute))
		v := h.member(contact, password)
		const fresh = "hanako@customer.example.jp"
		h.replaceContact(license, fresh)
		equal(t, "the new one today", h.mails(func() { h.visitor().post("/portal/temporary-password", url.Values{"email": {fresh}}) }), 0)
		h.clock.set(midnight.Add(-time.Second))
		v.get("/portal/account").want(http.StatusOK)
		h.visitor().enter(contact, password)
		h.clock.set(midnight)
		v.get("/portal/account").leadsTo("/portal/sign-in?ended=address&next=%2Fportal%2Faccount")
		h.visitor().signIn(contact, password).want(http.StatusUnprocessableEntity)
		equal(t, "the old one is mailed", h.mails(func() { h.visitor().post("/portal/temporary-password", url.Values{"email": {contact}}) }), 0)
		h.member(fresh, another)
	})
}

// What a stranger can use up does not keep the owner out.
func TestGuessesAreLimited(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.contracted()
		h.member(contact, password)
		for range 10 {
			h.visitor("203.0.113.1").signIn(contact, another).want(http.StatusUnprocessableEntity)
		}
		h.visitor("203.0.113.1").signIn(contact, password).want(http.StatusTooManyRequests)
		h.visitor("192.0.2.55").enter(contact, password)
		h.clock.pass(16 * time.Minute)
		h.visitor("203.0.113.1").enter(contact, password)
	})
}

func TestAnAttackFromEverywhereLeavesAWayIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	h.member(contact, password)
	for _, email := range []string{contact, "nobody@customer.example.jp"} {
		for i := range 100 {
			must(t, h.store.CountAttempt(t.Context(), ofAddress(email)))
			_ = i
		}
		a := h.visitor("203.0.113.1").signIn(email, password).want(http.StatusTooManyRequests)
		contains(t, "the way out", a.text(".notice"), "仮パスワードを請求して")
	}
	v := h.visitor("203.0.113.2")
	v.signIn(contact, h.temporary(contact)).leadsTo("/portal/password")
	v.set(another).leadsTo("/portal")
	h.visitor("203.0.113.3").enter(contact, another)
}

func TestTemporaryPasswordsAreLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	ask := func(client, email string) answer {
		return h.visitor(client).post("/portal/temporary-password", url.Values{"email": {email}})
	}
	mailed := h.mails(func() {
		for i := range 8 { // by address: silently, for it would tell
			ask(fmt.Sprintf("198.51.100.%d", i), contact).leadsTo("/portal/temporary-password/sent")
		}
	})
	equal(t, "mailed", mailed, models.TemporaryPasswords)
	for range 20 {
		ask("203.0.113.4", "nobody@customer.example.jp").leadsTo("/portal/temporary-password/sent")
	}
	ask("203.0.113.4", "nobody@customer.example.jp").want(http.StatusTooManyRequests)
	ask("203.0.113.4", contact).want(http.StatusTooManyRequests)
}

func TestLanguageOfMails(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	v := h.member(contact, password)
	v.post("/portal/account/language", url.Values{"language": {"fr"}}).want(http.StatusUnprocessableEntity)
	v.post("/portal/account/language", url.Values{"language": {"en"}}).want(http.StatusSeeOther)
	equal(t, "language", h.account(contact).Language, models.English)
	w := h.visitor()
	w.enter(contact, password)
	contains(t, "the page", w.get("/portal/account").text("h1"), "Account")
}
