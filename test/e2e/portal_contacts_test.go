//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/test/harness"
)

// TestContactChanges goes from "I have no password" to changed contacts with a real browser and the mails in the
// mailbox: what is done at once, what waits for a review, and what the review came to.
func TestContactChanges(t *testing.T) {
	d := newDev(t)
	d.start(t, "--no-sample")
	b := newBrowser(t, strings.TrimSuffix(d.URLs["home"], "/"))
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) {
			email := fmt.Sprintf("contact-%d@customer.example", next())
			company := d.contracted(t, email)
			v := b.newTab(t, language)
			d.getPassword(t, v, email)
			license := v.contractOf(company)
			t.Run("phone and address", func(t *testing.T) { changePhoneAndAddress(t, d, v, license, email, language) })
			t.Run("name", func(t *testing.T) { changeName(t, d, b, v, license, email, language) })
		})
	}
}

// contracted has a contract delivered whose contacts have an address, and gives its holder's name.
func (d *dev) contracted(t *testing.T, email string) (company string) {
	t.Helper()
	filed := application(d.sells, func(a *harness.Application) { a.EndUser.Email = email })
	receipt, err := d.reseller(0).File(t.Context(), filed)
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	taken, err := d.reseller(0).Order(t.Context(), fmt.Sprintf("contacts-%d", next()), order(receipt))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	d.await(t, taken.OrderNumber, "delivered")
	return filed.EndUser.CompanyName
}

var temporaryInMail = regexp.MustCompile(`(?m)(?:■ 仮パスワード|Temporary password)\r?\n[\s　]*(\S+)`)

// getPassword asks for a temporary password, and sets a real one by it.
func (d *dev) getPassword(t *testing.T, v *tab, email string) {
	t.Helper()
	v.open("/portal/temporary-password")
	v.fill("#email", email)
	v.enter("#email")
	var temporary string
	d.arrived(t, email, func(text string) bool {
		found := temporaryInMail.FindStringSubmatch(text)
		if found != nil {
			temporary = found[1]
		}
		return found != nil
	})
	v.open("/portal/sign-in")
	v.fill("#email", email)
	v.fill("#password", temporary)
	v.enter("#password")
	v.fill("#new_password", "a quiet river under snow")
	v.fill("#repeated", "a quiet river under snow")
	v.enter("#repeated")
	if !strings.HasPrefix(v.path(), "/portal") || strings.HasPrefix(v.path(), "/portal/password") {
		t.Fatalf("after setting a password the browser is at %s: %s", v.path(), v.shown())
	}
}

// contractOf opens the page of the only contract and gives its license ID.
func (v *tab) contractOf(company string) (license string) {
	v.t.Helper()
	v.open("/portal/contracts")
	v.wants("main", company)
	v.press("main a[href^='/portal/contracts/']")
	v.wants("main", company)
	return strings.TrimPrefix(v.path(), "/portal/contracts/")
}

// onPhone keeps a picture of the page on a phone.
func (v *tab) onPhone(name string) {
	v.t.Helper()
	v.phone(true)
	v.picture(name)
	v.phone(false)
}

func changePhoneAndAddress(t *testing.T, d *dev, v *tab, license, email, language string) {
	newAddress := "new-" + email
	v.press("a[href='/portal/contracts/" + license + "/contacts']")
	v.picture("contacts-form." + language)
	v.onPhone("contacts-form-phone." + language)

	// Errors stand at their fields, all at once, the first with the focus; what was typed stays.
	v.fill(field("holder.phone"), "x")
	v.fill(field("support.email"), newAddress)
	v.press("form.contacts .acts button")
	v.wants(".notice.bad", map[string]string{"ja": "電話番号", "en": "Phone"}[language], map[string]string{"ja": "個人情報", "en": "Privacy"}[language])
	if focus := answerTo(v, "focus", chromedp.Evaluate[string]("document.activeElement.name")); focus != "holder.phone" {
		t.Errorf("the focus is on %q", focus)
	}
	v.picture("contacts-errors." + language)
	v.fill(field("holder.phone"), "03-9999-0000")
	v.fill(field("support.street"), "丸の内9-9-9 𠮷野ビル")
	v.click("#privacy")
	v.press("form.contacts .acts button")
	v.wants("main", "03-9999-0000", newAddress, "𠮷野ビル")
	v.picture("contacts-check." + language)
	v.onPhone("contacts-check-phone." + language)
	v.press("button[value=back]")
	if got := v.value(field("support.street")); got != "丸の内9-9-9 𠮷野ビル" {
		t.Errorf("after going back the street is %q", got)
	}
	v.press("form.contacts .acts button")
	v.press("button[value=do]")
	v.wants("main", email, "03-9999-0000")
	v.picture("contacts-done." + language)

	subject := map[string]string{"ja": "契約内容変更完了", "en": "Contract details changed"}[language]
	d.arrivedSubject(t, email, subject, license)
	d.arrivedSubject(t, newAddress, "", license)
	v.open("/portal/contracts/" + license + "/changes")
	v.wants("main", "03-9999-0000", map[string]string{"ja": "あなた", "en": "You"}[language])
	v.picture("contacts-history." + language)
}

func changeName(t *testing.T, d *dev, b *browser, v *tab, license, email, language string) {
	renamed := fmt.Sprintf("新髙﨑電機%d株式会社", next())
	v.open("/portal/contracts/" + license + "/contacts")
	v.click(".rename > summary")
	v.fill(field("name.find.name"), "商事")
	v.press("button[value='name.find']")
	v.picture("contacts-find." + language)
	v.onPhone("contacts-find-phone." + language)
	v.fill(field("name.company_name"), renamed)
	v.fill(field("name.company_kana"), "シンタカサキデンキ")
	v.choose(field("name.reason"), "rename")
	v.click(field("name.understood"))
	v.fill(field("holder.fax"), "03-9999-1111")
	v.click("#privacy")
	v.press("form.contacts .acts button")
	v.wants("main", renamed, "03-9999-1111")
	v.picture("contacts-check-name." + language)
	v.press("button[value=do]")
	v.wants("h1", map[string]string{"ja": "一部の変更が完了しました", "en": "partly done"}[language])
	v.wants("main", renamed, "03-9999-1111", "NC")
	v.picture("contacts-partly." + language)
	subject := map[string]string{"ja": "契約内容変更受付＆一部変更処理完了", "en": "Contract change accepted and partly done"}[language]
	number := regexp.MustCompile(`NC\d{7}`).FindString(d.arrivedSubject(t, email, subject, license))
	if number == "" {
		t.Fatal("the mail names no request")
	}

	desk := b.newTab(t, language)
	staff, password := d.person(t, "lead")
	desk.signIn(staff, password, language)
	desk.open("/console/contracts/" + license)
	desk.wants("#changes", email, "03-9999-1111", number)
	desk.picture("contract-history-console." + language)
	desk.open("/console/name-changes/" + number)
	desk.click("#act-approve > summary")
	desk.fill("form[action$='/approve'] textarea", "登記事項証明書で確認しました。")
	desk.press("form[action$='/approve'] button.go")
	d.arrived(t, email, func(text string) bool { return strings.Contains(text, number) && strings.Contains(text, renamed) })
	v.open("/portal/contracts/" + license)
	v.wants("main", renamed)
	v.open("/portal/contracts/" + license + "/changes")
	v.wants("main", renamed, number, map[string]string{"ja": "確認済み", "en": "after a review"}[language])
	v.picture("contacts-history-name." + language)
	desk.open("/console/contracts/" + license + "/contacts")
	desk.picture("contacts-console." + language)
}

// arrivedSubject waits for a mail with that subject, or any, about a license ID, and gives its text.
func (d *dev) arrivedSubject(t *testing.T, address, subject, license string) string {
	t.Helper()
	var text string
	until(t, "the mail "+subject+" to "+address, func() (bool, string) {
		for _, m := range d.mails(t, license) {
			if strings.Contains(strings.Join(m.To, " "), address) && (subject == "" || m.Subject == subject) {
				text = m.Text
				return true, ""
			}
		}
		return false, "not yet"
	})
	return text
}
