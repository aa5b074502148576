//go:build e2e

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/todoke/todoke/test/harness"
)

// TestPortalSignIn is the way of a contract's contact who has nothing but a mailbox, in a real browser and both
// languages: no password, the temporary one, a real one, the second step, and being signed out for doing nothing.
func TestPortalSignIn(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		for _, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				m := &member{house: h, language: language, address: "contact+" + language + "@customer.example", password: "四角い窓 and a river " + language}
				m.contract(t)
				m.tab = b.newTab(t, language)
				m.getPassword(t)
				m.twoSteps(t)
				m.doNothing(t)
				m.onAPhone(t, b)
			})
		}
	})
}

// member is a contract's contact.
type member struct {
	*house
	tab      *tab
	language string
	address  string
	password string
	secret   string // of the authenticator app
	codes    []string
}

// contract has a contract delivered to the member, and lets it turn valid today.
func (m *member) contract(t *testing.T) {
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
}

func (m *member) picture(name string) { m.tab.picture("portal-" + name + "." + m.language) }

func (m *member) signIn(password string) {
	m.tab.fill("#email", m.address)
	m.tab.fill("#password", password)
	m.tab.press("form[action='/portal/sign-in'] button")
}

// at fails the test unless the tab is at that path.
func (m *member) at(t *testing.T, path string) {
	t.Helper()
	if got := m.tab.path(); !strings.HasPrefix(got, path) {
		t.Fatalf("the page is %s, want %s; it reads %.500s", got, path, m.tab.shown())
	}
}

// temporaryWords is what the subject of the temporary password's mail says.
var temporaryWords = map[string]string{"ja": "仮パスワード発行", "en": "temporary password"}

// getPassword begins at the first page and ends with a password of the member's own.
func (m *member) getPassword(t *testing.T) {
	v := m.tab
	v.open("/")
	v.press("main a[href='/portal']")
	m.at(t, "/portal/sign-in")
	m.picture("sign-in")
	v.press("a[href='/portal/temporary-password']")
	m.picture("temporary")
	v.fill("#email", m.address)
	v.press("form[action='/portal/temporary-password'] button")
	m.at(t, "/portal/temporary-password/sent")
	m.picture("temporary-sent")

	letter := m.awaitMail(t, m.address, "", temporaryWords[m.language])
	temporary := regexp.MustCompile(`(?m)^[\s　]+([2-9A-Za-z]{14})$`).FindStringSubmatch(letter.body.Text)
	link := regexp.MustCompile(`(?m)^[\s　]+(http\S+/portal/sign-in)$`).FindStringSubmatch(letter.body.Text)
	if temporary == nil || link == nil {
		t.Fatalf("the mail brings no password or no link: %s", letter.body.Text)
	}
	v.do("follow the mail", chromedp.Navigate(link[1]))
	m.signIn("not the temporary one")
	v.await("[role=alert]")
	m.picture("wrong")
	m.signIn(temporary[1])
	m.at(t, "/portal/password")
	m.picture("password")
	v.fill("#new_password", "password1234")
	v.fill("#repeated", "password1234")
	v.press("form[action='/portal/password'] button")
	v.await("#new_password-wrong")
	m.picture("password-wrong")
	v.fill("#new_password", m.password)
	v.fill("#repeated", m.password)
	v.press("form[action='/portal/password'] button")
	m.at(t, "/portal/contracts")
	m.picture("first-page")
	m.awaitMail(t, m.address, "", map[string]string{"ja": "パスワード変更完了のお知らせ", "en": "password changed"}[m.language])
	v.press("form[action='/portal/sign-out'] button")
	m.signIn(temporary[1]) // used up
	v.await("[role=alert]")
	m.signIn(m.password)
	m.at(t, "/portal/contracts")
}

// twoSteps turns the second step on and signs in with it.
func (m *member) twoSteps(t *testing.T) {
	v := m.tab
	v.press("nav a[href='/portal/account']")
	m.picture("account")
	v.press("a[href='/portal/account/two-step']")
	m.picture("two-step")
	v.press("form[action='/portal/account/two-step'] button")
	m.picture("two-step-app")
	m.secret = strings.ReplaceAll(v.text(".secretkey"), " ", "")
	first := m.code(t, 0)
	v.fill("#code", first)
	v.press("form[action='/portal/account/two-step/confirm'] button")
	m.codes = v.list(".codes li")
	if len(m.codes) != 10 {
		t.Fatalf("there are %d recovery codes", len(m.codes))
	}
	m.picture("codes")
	v.press("main a[href='/portal/account']")
	m.picture("account-two-step")
	v.press("form[action='/portal/sign-out'] button")
	m.picture("signed-out")
	m.signIn(m.password)
	m.at(t, "/portal/second-step")
	m.picture("second-step")
	v.fill("#code", first) // the one that turned it on
	v.press("form[action='/portal/second-step'] button")
	v.await("[role=alert]")
	v.fill("#code", m.code(t, 1)) // of the next half minute: clocks may differ
	v.press("form[action='/portal/second-step'] button")
	m.at(t, "/portal/contracts")
	v.open("/portal/account/two-step")
	m.picture("two-step-on")
}

// code is what the authenticator app shows, so many half minutes from now.
func (m *member) code(t *testing.T, periods int) string {
	t.Helper()
	code, err := totp.GenerateCode(m.secret, time.Now().Add(time.Duration(periods)*30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// doNothing sets the last action back by 21 minutes. The person is told why they are out, and comes back to where
// they were.
func (m *member) doNothing(t *testing.T) {
	v := m.tab
	db, err := m.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().UTC().Add(-21 * time.Minute).Truncate(time.Microsecond)
	if _, err := db.ExecContext(m.context(t), "UPDATE account_sessions SET seen_at = $1", then); err != nil {
		t.Fatal(err)
	}
	v.open("/portal/account")
	m.at(t, "/portal/sign-in?ended=idle&next=%2Fportal%2Faccount")
	v.wants("[role=status]", "20")
	m.picture("idle")
	m.signIn(m.password)
	v.fill("#code", m.codes[0])
	v.press("form[action='/portal/second-step'] button")
	m.at(t, "/portal/account")
	if rows := v.list(".sessions li"); len(rows) != 1 || !strings.Contains(rows[0], "Chrome") {
		t.Errorf("the sessions are %q", rows)
	}
}

// onAPhone sees the pages on a phone whose browser runs no scripts. None scrolls sideways.
func (m *member) onAPhone(t *testing.T, b *browser) {
	m.tab = b.newTab(t, m.language, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	v := m.tab
	v.open("/portal")
	m.picture("phone-sign-in")
	m.signIn(m.password)
	v.fill("#code", m.codes[1])
	v.press("form[action='/portal/second-step'] button")
	m.at(t, "/portal/contracts")
	for _, page := range []string{"account", "account/two-step", "temporary-password"} {
		v.open("/portal/" + page)
		m.picture("phone-" + strings.ReplaceAll(page, "/", "-"))
	}
	v.open("/portal/account")
	v.press("form[action='/portal/account/sign-out-everywhere'] button")
	m.at(t, "/portal/sign-in?ended=everywhere")
}
