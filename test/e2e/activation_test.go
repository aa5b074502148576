//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// TestActivation has further codes issued in a real browser and from real mails: each of the four kinds from the
// portal through the mailbox to the code, spread over the languages, and all the ways in which a link issues none.
func TestActivation(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		ja, en := h.activated(t, b, "ja"), h.activated(t, b, "en")
		t.Run("Apex One", func(t *testing.T) { ja.as(t).byLink(t, b, "apex_one", "CSSP", "account") })
		t.Run("serial number", func(t *testing.T) { en.as(t).byLink(t, b, "virus_buster_business", "APX1", "contact") })
		t.Run("Apex Central", func(t *testing.T) { ja.as(t).byConsent(t) })
		t.Run("offline", func(t *testing.T) { en.as(t).byLink(t, b, "offline", "APX1", "contact") })
		t.Run("scanner", func(t *testing.T) { ja.as(t).scanned(t, b) })
		t.Run("cancelled", func(t *testing.T) { en.as(t).cancelled(t, b) })
		t.Run("expired", func(t *testing.T) { ja.as(t).expired(t, b) })
	})
}

// activated is a contract's contact who asks for further codes, and the address that the links also go to.
type activated struct {
	*member
	license string
	contact string
	issued  map[string]string // codes by kind
}

// activated has a contract delivered whose products give all kinds of codes, and signs its contact in.
func (h *house) activated(t *testing.T, b *browser, language string) *activated {
	t.Helper()
	m := &member{house: h, language: language, address: "codes+" + language + "@customer.example", password: "四角い窓 and a river " + language}
	number := h.enter(t, order(h.file(t, func(a *harness.Application) { a.EndUser.Email = m.address }), func(o *harness.Order) {
		o.Lines = []harness.Line{
			{ProductCode: "CSSP", Kind: "new", Quantity: 50, Months: 12, UnitPrice: 3000}, {ProductCode: "APX1", Kind: "new", Quantity: 20, Months: 12, UnitPrice: 3000},
		}
	}))
	a := &activated{member: m, license: h.await(t, number, "delivered").LicenseIDs[0], contact: "desk+" + language + "@elsewhere.example", issued: map[string]string{}}
	db, err := h.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().UTC().Add(-time.Hour).Truncate(time.Microsecond)
	if _, err := db.ExecContext(h.context(t), "UPDATE contracts SET valid_at = $1 WHERE license_id = $2", then, a.license); err != nil {
		t.Fatal(err)
	}
	yesterday := h.store.Today().AddDays(-1) // the samples' periods begin next month
	begun := "UPDATE holdings SET starts_on = $1 WHERE contract_id = (SELECT id FROM contracts WHERE license_id = $2)"
	if _, err := db.ExecContext(h.context(t), begun, yesterday, a.license); err != nil {
		t.Fatal(err)
	}
	hash, err := argon2id.CreateHash(m.password, argon2id.DefaultParams)
	if err != nil {
		t.Fatal(err)
	}
	account := models.Account{Email: m.address, Language: models.Language(language), PasswordHash: hash}
	if err := h.store.CreateAccount(h.context(t), models.Process, &account); err != nil {
		t.Fatal(err)
	}
	m.tab = b.newTab(t, language)
	m.tab.open("/portal")
	m.signIn(m.password)
	m.at(t, "/portal/contracts")
	return a
}

// as has what fails fail the test that is running.
func (a *activated) as(t *testing.T) *activated {
	a.tab.t = t
	return a
}

func (a *activated) twice(name string) { a.tab.twice("activation-"+name, a.language) }

// ask goes from the contract's page through the form to the page that says that the mails went out.
func (a *activated) ask(t *testing.T, kind, product, contact string) (at string) {
	t.Helper()
	v := a.tab
	v.open("/portal/contracts/" + a.license)
	v.press("a[href='/portal/activation/" + kind + "?license=" + a.license + "']")
	if got := v.value("#license"); got != a.license {
		t.Errorf("the contract's page brings the license ID %q", got)
	}
	typed := strings.ToLower(strings.ReplaceAll(a.codeOf(t, product), "-", ""))
	v.fill("#code", typed)
	a.twice(kind + "-form")
	v.press("button[value=find]")
	v.click("input[name=holding]")
	v.fill("#contact_email", contact)
	a.paste(t, "#contact_email_again", contact)
	v.press("button.go[value=check]")
	v.await("#contact_email_again-wrong")
	a.twice(kind + "-wrong")
	v.fill("#contact_email_again", contact)
	v.press("button.go[value=check]")
	v.wants("main dl", a.license, contact, a.address)
	a.twice(kind + "-check")
	v.press("button[value=do]")
	a.at(t, "/portal/activation/requests/AR")
	v.wants("main", a.address, contact, "72")
	a.twice(kind + "-sent")
	return strings.TrimSuffix(v.path(), "?sent=1")
}

// codeOf is the code of a product that the contract's page shows.
func (a *activated) codeOf(t *testing.T, product string) string {
	t.Helper()
	d, err := a.store.ContractByLicense(a.context(t), models.Process, a.license)
	if err != nil {
		t.Fatal(err)
	}
	for _, holding := range d.Holdings {
		if holding.ProductCode == product {
			code, err := a.ring.OpenCode(holding)
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
	}
	t.Fatalf("the contract does not hold %s", product)
	return ""
}

// paste tries to paste into the field that is to be typed: nothing arrives, and the page says why.
func (a *activated) paste(t *testing.T, field, text string) {
	t.Helper()
	script := fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		data.setData("text/plain", %q);
		const pasted = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
		return document.querySelector(%q).dispatchEvent(pasted);
	})()`, text, field)
	if answerTo(a.tab, "paste", chromedp.Evaluate[bool](script)) {
		t.Error("the field takes what is pasted")
	}
	a.tab.wants(".field:has("+field+") [role=status]", map[string]string{"ja": "貼り付け", "en": "Pasting"}[a.language])
}

var activationLinkInMail = regexp.MustCompile(`https?://\S+(/activation/\d+/\S+)`)

// mailedLink waits for the mail with the newest link to an address, and gives where it leads.
func (a *activated) mailedLink(t *testing.T, address, number string) string {
	t.Helper()
	letter := a.awaitMail(t, address, number, map[string]string{"ja": "発行URLのご連絡", "en": "Link for issuing"}[a.language])
	link := activationLinkInMail.FindStringSubmatch(letter.body.Text)
	if len(link) < 2 || !strings.Contains(letter.body.HTML, link[1]) {
		t.Fatalf("the mail to %s has no link in both of its parts:\n%s", address, letter.body.Text)
	}
	return link[1]
}

// letter keeps a picture of a mail as mail programs show it.
func (a *activated) letter(t *testing.T, reader *tab, name string, m mail) {
	t.Helper()
	if os.Getenv(screenshots) == "" {
		return
	}
	page := "data:text/html;charset=utf-8;base64," + base64.StdEncoding.EncodeToString([]byte(m.body.HTML))
	reader.do("show the mail "+name, chromedp.Navigate(page))
	reader.twice("activation-"+name, a.language)
}

// count is how many codes were issued on the contract.
func (a *activated) count(t *testing.T) int {
	t.Helper()
	d, err := a.store.ContractByLicense(a.context(t), models.Process, a.license)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := a.store.IssuedCodes(a.context(t), d.Contract.ID)
	if err != nil {
		t.Fatal(err)
	}
	return len(codes)
}

func numberOf(at string) string { return at[strings.LastIndex(at, "/")+1:] }

// byLink asks for a code and issues it from one of the two mailboxes, whose owner has never been at the portal.
func (a *activated) byLink(t *testing.T, b *browser, kind, product, mailbox string) {
	at := a.ask(t, kind, product, a.contact)
	before := a.count(t)
	links := map[string]string{"contact": a.mailedLink(t, a.contact, numberOf(at)), "account": a.mailedLink(t, a.address, numberOf(at))}
	if links["contact"] == links["account"] {
		t.Error("both mailboxes got the same link")
	}
	reader := b.newTab(t, a.language)
	a.letter(t, reader, kind+"-mail-link", a.awaitMail(t, a.contact, numberOf(at), ""))
	reader.open(links[mailbox])
	reader.wants("h1", map[string]string{"ja": "発行依頼を承りました", "en": "We have your request"}[a.language])
	reader.wants("main dl", a.license, numberOf(at))
	reader.twice("activation-"+kind+"-confirm", a.language)
	if n := a.count(t); n != before {
		t.Fatalf("opening the link issued %d codes", n-before)
	}
	reader.press("main form button.go")
	words := map[string]string{"ja": "アクティベーションコードを発行いたしました。", "en": "The activation code was issued."}
	if kind == "virus_buster_business" {
		words = map[string]string{"ja": "シリアル番号を発行いたしました。", "en": "The serial number was issued."}
	}
	reader.wants("h1", words[a.language])
	code := reader.text("#code")
	if _, right := models.ActivationCodeKey(code); !right {
		t.Fatalf("the page shows the code %q", code)
	}
	reader.click("button[data-copy]")
	reader.await(".keyline [role=status]")
	reader.twice("activation-"+kind+"-issued", a.language)
	for _, address := range []string{a.contact, a.address} {
		letter := a.awaitMail(t, address, numberOf(at), map[string]string{"ja": "発行完了のご連絡", "en": "issued"}[a.language])
		if !strings.Contains(letter.body.Text, code) || !strings.Contains(letter.body.HTML, code) {
			t.Errorf("the mail to %s lacks the code:\n%s", address, letter.body.Text)
		}
	}
	for _, link := range links {
		reader.open(link)
		reader.wants("h1", map[string]string{"ja": "このURLは使用済みです", "en": "This link was used"}[a.language])
		if strings.Contains(reader.shown(), code) {
			t.Error("a used link shows the code")
		}
	}
	reader.twice("activation-"+kind+"-used", a.language)
	a.letter(t, reader, kind+"-mail-issued", a.awaitMail(t, a.address, numberOf(at), map[string]string{"ja": "発行完了のご連絡", "en": "issued"}[a.language]))
	reader.complaints.all() // that used links are gone
	a.shownIn(t, kind, at, code)
}

// shownIn looks for the code in the portal.
func (a *activated) shownIn(t *testing.T, kind, at, code string) {
	t.Helper()
	a.issued[kind] = code
	v := a.tab
	v.open(at)
	v.await(".pill.ok")
	v.open("/portal/activation/requests")
	v.wants("main", numberOf(at))
	a.twice(kind + "-requests")
	v.open("/portal/contracts/" + a.license)
	v.wants("main", code)
	a.twice(kind + "-contract")
	v.open("/portal/search")
	v.fill("#code", strings.ToLower(code))
	v.press("form:has(#code) button")
	a.at(t, "/portal/contracts/"+a.license)
}

// byConsent agrees to the terms; the code comes by mail to the sign-in address alone.
func (a *activated) byConsent(t *testing.T) {
	v := a.tab
	v.press("nav a[href='/portal/activation']")
	a.twice("kinds")
	v.press("a[href='/portal/activation/apex_central']")
	v.fill("#license", a.license)
	v.press("button[value=find]")
	v.wants("main", "同意していただいた上でダウンロード", "同意していただいた上で更新用AC発行")
	v.click("input[name=holding]")
	a.twice("consent")
	v.press("button[value=renewal]")
	v.wants("main", a.address)
	a.twice("consent-sent")
	at := strings.TrimSuffix(v.path(), "?sent=1")
	letter := a.awaitMail(t, a.address, "", "トレンドマイクロ製品用アクティベーションコードのご案内")
	v.open("/portal/contracts/" + a.license)
	for _, code := range v.list(".keyline code") {
		if strings.Contains(letter.body.Text, code) {
			a.shownIn(t, "apex_central", at, code)
		}
	}
	if a.issued["apex_central"] == "" {
		t.Errorf("the mail has no code that the contract's page shows:\n%s", letter.body.Text)
	}
	if got := a.mailsTo(t, a.contact, numberOf(at)); len(got) != 0 {
		t.Errorf("%d mails went to another address", len(got))
	}
}

// scanned has a program that runs JavaScript open the link, as mail servers do: it issues nothing, and the person
// who comes later still can.
func (a *activated) scanned(t *testing.T, b *browser) {
	at := a.ask(t, "offline", "CSSP", a.contact)
	before := a.count(t)
	link := a.mailedLink(t, a.contact, numberOf(at))
	scanner := b.newTab(t, a.language)
	for range 2 {
		scanner.open(link)
		scanner.do("wait until nothing more happens", chromedp.WaitReady(chromedp.CSS("main form button")))
		idle := "new Promise(done => requestIdleCallback(() => setTimeout(() => done(document.readyState), 300)))"
		if got := answerTo(scanner, "run all scripts", chromedp.Evaluate[string](idle, chromedp.EvalAwaitPromise)); got != "complete" {
			t.Errorf("the page is %s", got)
		}
		script := `fetch(location.href, {method: "HEAD"}).then(() => fetch(location.href)).then(a => a.status)`
		if status := answerTo(scanner, "fetch the page again", chromedp.Evaluate[int](script, chromedp.EvalAwaitPromise)); status != 200 {
			t.Errorf("the page answers %d to its own script", status)
		}
		bare := `fetch(location.href, {method: "POST"}).then(a => a.status)`
		if status := answerTo(scanner, "post to the link", chromedp.Evaluate[int](bare, chromedp.EvalAwaitPromise)); status != 422 {
			t.Errorf("a POST without what the page carries answers %d", status)
		}
	}
	scanner.do("move on", chromedp.Navigate("about:blank"))
	if n := a.count(t); n != before {
		t.Fatalf("a scanner issued %d codes", n-before)
	}
	a.tab.open(at)
	a.tab.await(".pill.wait")
	reader := b.newTab(t, a.language)
	reader.open(link)
	reader.press("main form button.go")
	reader.await("#code")
	if n := a.count(t); n != before+1 {
		t.Errorf("the button issued %d codes", n-before)
	}
}

// cancelled takes a request back; the link that was mailed issues nothing any more.
func (a *activated) cancelled(t *testing.T, b *browser) {
	at := a.ask(t, "offline", "CSSP", a.contact)
	before := a.count(t)
	link := a.mailedLink(t, a.contact, numberOf(at))
	reader := b.newTab(t, a.language)
	reader.open(link) // and leaves the page open
	v := a.tab
	v.open(at)
	v.click("details summary")
	a.twice("cancel")
	v.press("form[action='" + at + "/cancel'] button")
	v.wants("main", "The request was cancelled.")
	a.twice("cancelled")
	reader.press("main form button.go")
	reader.wants("h1", "This request was cancelled")
	reader.open(link)
	reader.wants("h1", "This request was cancelled")
	reader.twice("activation-link-cancelled", a.language)
	reader.open(link + "x")
	reader.wants("h1", "This link is not right")
	reader.twice("activation-link-unknown", a.language)
	reader.complaints.all()
	if n := a.count(t); n != before {
		t.Errorf("a cancelled request issued %d codes", n-before)
	}
}

// derivedLink is what the mail to the contact address holds: on a busy machine the link is over before it is sent.
func (a *activated) derivedLink(t *testing.T, number string) string {
	t.Helper()
	d, err := a.store.ActivationDetail(a.context(t), number)
	if err != nil {
		t.Fatal(err)
	}
	token, err := a.ring.ActivationToken(d.Request, models.MailboxContact)
	if err != nil {
		t.Fatal(err)
	}
	link := fmt.Sprintf("/activation/%d/%s", d.Request.ID, token)
	for _, m := range a.mailsTo(t, a.contact, number) {
		if !strings.Contains(m.body.Text, link) {
			t.Errorf("the mail holds another link:\n%s", m.body.Text)
		}
	}
	return link
}

// expired has links live for a moment only.
func (a *activated) expired(t *testing.T, b *browser) {
	err := a.ChangeProfile(a.context(t), func(text []byte) []byte {
		return bytes.Replace(text, []byte("\n  confirmation_link: 72h\n"), []byte("\n  confirmation_link: 2s\n"), 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	form := a.tab
	form.open("/portal/activation/offline?license=" + a.license)
	form.fill("#code", a.codeOf(t, "APX1"))
	form.press("button[value=find]")
	form.click("input[name=holding]")
	form.fill("#contact_email", a.contact)
	form.fill("#contact_email_again", a.contact)
	form.press("button.go[value=check]")
	before := a.count(t)
	form.press("button[value=do]")
	at := strings.TrimSuffix(form.path(), "?sent=1")
	until(t, "the request expires", func() (bool, string) {
		form.open(at)
		return strings.Contains(form.text(".pill"), "期限切れ"), form.text("main")
	})
	a.twice("expired")
	reader := b.newTab(t, a.language)
	reader.open(a.derivedLink(t, numberOf(at)))
	reader.wants("h1", "このURLは有効期限が切れています")
	reader.twice("activation-link-expired", a.language)
	reader.complaints.all()
	if n := a.count(t); n != before {
		t.Errorf("an expired request issued %d codes", n-before)
	}
}
