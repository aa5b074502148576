package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// app is an authenticator app that was told a secret.
type app struct {
	h      *house
	secret string
}

// code is what the app shows, so many periods from now.
func (a app) code(periods int) string {
	a.h.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.h.clock.Now().Add(time.Duration(periods)*30*time.Second))
	must(a.h.t, err)
	return code
}

// turnOn sets the second step up and gives app and recovery codes.
func (v *visitor) turnOn() (app, []string) {
	v.t.Helper()
	v.post("/portal/account/two-step", nil).leadsTo("/portal/account/two-step")
	page := v.get("/portal/account/two-step").want(http.StatusOK)
	a := app{h: v.h, secret: strings.ReplaceAll(page.text(".secretkey"), " ", "")}
	if page.doc.Find("svg.qr path").Length() != 1 {
		v.t.Error("no QR code is shown")
	}
	page = v.post("/portal/account/two-step/confirm", url.Values{"code": {a.code(0)}}).want(http.StatusOK)
	codes := page.texts(".codes li")
	equal(v.t, "recovery codes", len(codes), 10)
	return a, codes
}

func (v *visitor) second(code string) answer {
	v.t.Helper()
	return v.post("/portal/second-step", url.Values{"code": {code}})
}

func TestTwoStepSignIn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contracted()
		v := h.member(contact, password)
		v.post("/portal/account/two-step", nil)
		v.post("/portal/account/two-step/confirm", url.Values{"code": {"000000"}}).want(http.StatusUnprocessableEntity)
		equal(t, "on after a wrong code", h.account(contact).TwoStep(), false)
		a, codes := v.turnOn()
		equal(t, "on", h.account(contact).TwoStep(), true)

		w := h.visitor("198.51.100.1")
		w.signIn(contact, password).leadsTo("/portal/second-step")
		w.get("/portal/contracts").leadsTo("/portal/sign-in?next=%2Fportal%2Fcontracts") // not in yet
		w.second("").want(http.StatusUnprocessableEntity)
		w.second(a.code(0)).want(http.StatusUnprocessableEntity) // used to turn it on
		w.second(a.code(5)).want(http.StatusUnprocessableEntity)
		h.clock.pass(time.Minute)
		code := a.code(0)
		w.second(code[:3] + " " + code[3:]).leadsTo("/portal")
		w.get("/portal/account").want(http.StatusOK)

		x := h.visitor("198.51.100.2") // the same code again, by somebody who looked over the shoulder
		x.signIn(contact, password).leadsTo("/portal/second-step")
		x.second(code).want(http.StatusUnprocessableEntity)
		x.second(strings.ToLower(strings.ReplaceAll(codes[4], "-", ""))).leadsTo("/portal")
		y := h.visitor("198.51.100.3")
		y.signIn(contact, password).leadsTo("/portal/second-step")
		y.second(codes[4]).want(http.StatusUnprocessableEntity)

		// The mailbox alone does not sign in.
		z := h.visitor("198.51.100.4")
		z.signIn(contact, h.temporary(contact)).leadsTo("/portal/password")
		z.set(another).leadsTo("/portal/second-step")
		z.get("/portal/contracts").want(http.StatusSeeOther)
		h.clock.pass(time.Minute)
		z.second(a.code(0)).leadsTo("/portal")

		z.post("/portal/account/two-step/off", url.Values{"off_password": {password}}).want(http.StatusUnprocessableEntity)
		z.post("/portal/account/two-step/off", url.Values{"off_password": {another}}).leadsTo("/portal/account")
		h.visitor().enter(contact, another)
	})
}

// Codes that were wrong close the app for a while, never the owner's way in.
func TestGuessedCodes(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.contracted()
		a, codes := h.member(contact, password).turnOn()
		h.clock.pass(time.Minute)
		v := h.visitor("203.0.113.9")
		v.signIn(contact, password).leadsTo("/portal/second-step")
		wrong := a.code(7)
		for range 10 {
			v.second(wrong).want(http.StatusUnprocessableEntity)
		}
		v.second(wrong).want(http.StatusTooManyRequests)
		v.second(a.code(0)).want(http.StatusTooManyRequests) // right, and not looked at
		w := h.visitor("198.51.100.1")
		w.signIn(contact, password).leadsTo("/portal/second-step")
		w.second(codes[0]).leadsTo("/portal")
		h.clock.pass(16 * time.Minute)
		x := h.visitor("198.51.100.2")
		x.signIn(contact, password).leadsTo("/portal/second-step")
		x.second(a.code(0)).leadsTo("/portal")
	})
}

func TestRecoveryCodesAreRenewed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contracted()
	v := h.member(contact, password)
	_, old := v.turnOn()
	v.post("/portal/account/two-step/codes", url.Values{"codes_password": {another}}).want(http.StatusUnprocessableEntity)
	page := v.post("/portal/account/two-step/codes", url.Values{"codes_password": {password}}).want(http.StatusOK)
	fresh := page.texts(".codes li")
	w := h.visitor("198.51.100.1")
	w.signIn(contact, password).leadsTo("/portal/second-step")
	w.second(old[0]).want(http.StatusUnprocessableEntity)
	w.second(fresh[0]).leadsTo("/portal")
	page = w.get("/portal/account/two-step").want(http.StatusOK)
	contains(t, "the codes", page.text("main"), "残りは9個です")
	equal(t, "the secret is shown again", page.doc.Find(".secretkey").Length(), 0)
}
