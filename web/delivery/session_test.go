package delivery_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/delivery"
)

// token is the session's cookie in the visitor's browser.
func (v *visitor) token() string {
	at, err := url.Parse(v.h.server.URL + "/delivery")
	must(v.t, err)
	for _, c := range v.client.Jar.Cookies(at) {
		if c.Name == "todoke_delivery" {
			return c.Value
		}
	}
	return ""
}

func TestSessionCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := newHouse(t, func(o *delivery.Options) { o.Secure = secure })
		p := h.delivered("見本商事株式会社", "", newLine())
		a := h.visitor().signIn(p.number, p.password).leadsTo("/delivery")
		response := http.Response{Header: a.header}
		equal(t, "cookies", len(response.Cookies()), 1)
		c := response.Cookies()[0]
		equal(t, "name", c.Name, "todoke_delivery")
		equal(t, "path", c.Path, "/delivery")
		equal(t, "secure", c.Secure, secure)
		equal(t, "hidden from scripts", c.HttpOnly, true)
		equal(t, "same site", c.SameSite, http.SameSiteLaxMode)
		equal(t, "kept when the browser ends", c.MaxAge != 0 || !c.Expires.IsZero(), false)
	}
}

// A token is good for one session: signing in anew, or to another delivery, makes
// another and ends the one before.
func TestTokensAreNew(t *testing.T) {
	h := newHouse(t)
	a, b := h.delivered("北の株式会社", "", newLine()), h.delivered("南の株式会社", "", newLine())
	v := h.visitor()
	var tokens []string
	for _, p := range []parcel{a, a, b} {
		v.enter(p)
		if slices.Contains(tokens, v.token()) {
			t.Error("signing in keeps the token")
		}
		tokens = append(tokens, v.token())
	}
	for _, old := range tokens[:2] {
		h.visitor().get("/delivery", "Cookie", "todoke_delivery="+old).leadsTo("/delivery/sign-in")
	}
	page := v.get("/delivery/sign-in").want(http.StatusOK)
	contains(t, "the sign-in page", page.text("main"), "納品番号 "+b.number+" にサインインしています")

	v.post("/delivery/sign-out", nil).leadsTo("/delivery/sign-in?ended=out")
	contains(t, "the page after signing out", v.get("/delivery/sign-in?ended=out").text("[role=status]"), "サインアウトしました")
	v.get("/delivery").leadsTo("/delivery/sign-in")
	h.visitor().get("/delivery", "Cookie", "todoke_delivery="+tokens[2]).leadsTo("/delivery/sign-in")
}

// The store keeps sessions as it does the console's: with the store of the
// database behind it the session outlives the process.
func TestSessionsOfTheDatabase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.clock.set(time.Now()) // sessions of package scs end by the machine's clock
		h.open(func(o *delivery.Options) { o.Sessions = h.store.SessionStore() })
		p := h.delivered("見本商事株式会社", "", newLine())
		v := h.visitor()
		v.enter(p)
		v.get("/delivery").want(http.StatusOK)
		h.open(func(o *delivery.Options) { o.Sessions = h.store.SessionStore() })
		h.visitor().get("/delivery", "Cookie", "todoke_delivery="+v.token()).want(http.StatusOK)
	})
}

func TestIdleSessionsEnd(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	v.enter(p)
	for range 5 { // whoever does something stays in
		h.clock.pass(19 * time.Minute)
		v.get("/delivery").want(http.StatusOK)
	}
	h.clock.pass(20*time.Minute + time.Minute + time.Second) // the last activity is kept to the minute
	v.get("/delivery/certificate").leadsTo("/delivery/sign-in?ended=idle&next=%2Fdelivery%2Fcertificate")
	contains(t, "the sign-in page", v.get("/delivery/sign-in?ended=idle").text("[role=status]"), "20分以上操作がなかったため")
	v.get("/delivery").leadsTo("/delivery/sign-in")
}

// 24:00 in Japan of the 90th day ends password and session, to the second.
func TestDayNinetyInJapan(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", newLine()) // 2026-06-10
		v := h.visitor()
		h.clock.set(time.Date(2026, time.September, 8, 23, 50, 0, 0, models.Tokyo))
		v.enter(p)
		h.clock.set(time.Date(2026, time.September, 8, 23, 59, 59, 0, models.Tokyo))
		contains(t, "the page", v.get("/delivery").want(http.StatusOK).text("main"), "2026年9月8日 24時（日本時間）")
		h.visitor().enter(p)
		h.clock.pass(time.Second)
		h.visitor().signIn(p.number, p.password).want(http.StatusUnprocessableEntity)
		v.get("/delivery").leadsTo("/delivery/sign-in?ended=password")
		contains(t, "the sign-in page", v.get("/delivery/sign-in?ended=password").text("[role=status]"), "有効期限が切れたため")
	})
}

// Sessions opened with a password end once it is replaced.
func TestSessionEndsWithItsPassword(t *testing.T) {
	h := newHouse(t, func(o *delivery.Options) { o.Idle = 1000 * day })
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	v.enter(p)
	v.post("/delivery/password", url.Values{"number": {p.number}}).leadsTo("/delivery/password/sent")
	h.mailAll()
	v.get("/delivery").want(http.StatusOK) // the same password once more ends nothing

	h.clock.pass(91 * day)
	h.visitor().post("/delivery/password", url.Values{"number": {p.number}}).leadsTo("/delivery/password/sent")
	h.mailAll()
	again := h.shipment(p.number)
	equal(t, "version", again.PasswordVersion, 2)
	v.get("/delivery").leadsTo("/delivery/sign-in?ended=password")
	p.password = h.password(again)
	v.enter(p)
	v.get("/delivery").want(http.StatusOK)
}
