//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// TestPortalHoldings is what a contact looks at twice a year: the list, a contract with its codes, and the search, in
// both languages and on a phone; then staff hide the contract, and the portal asks to call the desk.
func TestPortalHoldings(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		for _, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				m := &member{house: h, language: language, address: "holdings+" + language + "@customer.example", password: "四角い窓 and a river " + language}
				license := m.withAccount(t)
				m.tab = b.newTab(t, language)
				m.tab.open("/portal")
				m.signIn(m.password)
				m.lookUp(t, license)
				m.hideAndAsk(t, b, license)
			})
		}
	})
}

// withAccount has a contract delivered to the member, lets it turn valid today, and gives the member a password.
func (m *member) withAccount(t *testing.T) (license string) {
	t.Helper()
	order := m.delivered(t, func(a *harness.Application) { a.EndUser.Email = m.address })
	db, err := m.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().UTC().Add(-time.Hour).Truncate(time.Microsecond)
	if _, err := db.ExecContext(m.context(t), "UPDATE contracts SET valid_at = $1 WHERE license_id = $2", then, order.LicenseIDs[0]); err != nil {
		t.Fatal(err)
	}
	hash, err := argon2id.CreateHash(m.password, argon2id.DefaultParams)
	if err != nil {
		t.Fatal(err)
	}
	account := models.Account{Email: m.address, Language: models.Language(m.language), PasswordHash: hash}
	if err := m.store.CreateAccount(m.context(t), models.Process, &account); err != nil {
		t.Fatal(err)
	}
	return order.LicenseIDs[0]
}

// lookUp goes from the list to the contract, and finds it again by its code as somebody types it.
func (m *member) lookUp(t *testing.T, license string) {
	v := m.tab
	m.at(t, "/portal/contracts")
	v.wants("main", license)
	m.picture("contracts")
	v.press("a[href='/portal/contracts/" + license + "']")
	m.at(t, "/portal/contracts/"+license)
	m.picture("contract")
	v.click("button[data-copy]")
	v.await(".keyline [role=status]")
	code := v.text(".keyline code")
	v.press("nav a[href='/portal/search']")
	m.picture("search")
	v.fill("#license", "10a")
	v.press("form:has(#license) button")
	v.await("#license-wrong")
	v.fill("#code", strings.ToLower(strings.ReplaceAll(code, "-", " ")))
	v.press("form:has(#code) button")
	m.at(t, "/portal/contracts/"+license)
	v.do("hold a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	m.picture("contract-phone")
	v.open("/portal/contracts")
	m.picture("contracts-phone")
	v.do("sit at a desk again", chromedp.EmulateViewport(1360, 900))
}

// hideAndAsk has a clerk hide the contract; its contact is told which number to quote.
func (m *member) hideAndAsk(t *testing.T, b *browser, license string) {
	desk := b.newTab(t, m.language)
	desk.signIn(clerkEmail, staffPassword, m.language)
	desk.open("/console/contracts/" + license)
	desk.click("#portal summary")
	desk.fill("#hide-reason", "契約者のご希望（電話）")
	desk.picture("portal-console-contract." + m.language)
	desk.press("#portal form button")
	desk.await("[data-flash]")
	desk.open("/console/corporations?q=" + "あああ")
	desk.picture("portal-console-corporations." + m.language)
	v := m.tab
	v.open("/portal/search")
	v.fill("#license", license)
	v.press("form:has(#license) button")
	v.wants("[role=alert]", "(MSG01)")
	m.picture("hidden")
	v.open("/portal/contracts")
	if strings.Contains(v.text("main"), license) {
		t.Error("a hidden contract is listed")
	}
	m.picture("contracts-none")
}
