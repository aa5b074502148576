//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	downloads "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/test/harness"
)

// englishPartner is a reseller whose customers get English mails.
const englishPartner = "EN11002C"

// TestDeliverySite does what a recipient does who has nothing but the mails, in a real browser and both languages.
func TestDeliverySite(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		program := h.publishSamples(t)
		h.must(t, "partner", "add", englishPartner, "--name", "Kansai Net Trading K.K.", "--email", "orders@kansai.example", "--language", "en")
		english := harness.NewClient(h.PublicURL, h.must(t, "partner", "key", englishPartner, "--owner", "owner@kansai.example"))
		b := newBrowser(t, h.PublicURL)
		for language, seller := range map[string]*harness.Client{"ja": h.seller, "en": english} {
			t.Run(language, func(t *testing.T) {
				r := &recipient{house: h, language: language, address: "it+" + language + "@customer.example"}
				r.order = r.buy(t, seller)
				r.readMails(t, 1)
				r.tab = b.newTab(t, language)
				r.firstVisit(t)
				r.print(t)
				r.fetch(t, program)
				r.loseThePassword(t)
				r.letItExpire(t)
				r.onAPhone(t, b)
			})
		}
	})
}

// published is a file as it was published.
type published struct {
	name, sum string
	size      int64
}

// publishSamples publishes a program that takes a while to transfer, and a manual.
func (h *house) publishSamples(t *testing.T) published {
	t.Helper()
	p := published{name: "apex-one-14.0.zip", size: 24 << 20}
	sum, folder := sha256.New(), t.TempDir()
	program, err := os.Create(filepath.Join(folder, p.name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.MultiWriter(program, sum), rand.Reader, p.size); err != nil {
		t.Fatal(err)
	}
	if err := program.Close(); err != nil {
		t.Fatal(err)
	}
	p.sum = hex.EncodeToString(sum.Sum(nil))
	manual := filepath.Join(folder, "Apex One 導入ガイド.pdf")
	if err := os.WriteFile(manual, []byte("%PDF-1.7 sample"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := h.must(t, "publish", "add", program.Name(), "--product", harness.Product, "--release", "14.0", "--date", "2026-10-01",
		"--name-ja", "Apex One サーバ インストーラー", "--name-en", "Apex One server installer")
	if !strings.Contains(said, p.sum) {
		t.Errorf("publishing says %q, and the SHA-256 is %s", said, p.sum)
	}
	h.must(t, "publish", "add", manual, "--product", harness.Product, "--kind", "manual", "--release", "第2版",
		"--name-ja", "Apex One 導入ガイド", "--name-en", "Apex One installation guide (in Japanese)")
	return p
}

// recipient is somebody who reads the mails of one delivery.
type recipient struct {
	*house
	tab              *tab
	language         string
	address          string
	order            string
	site             string // as the mails name it
	number, password string
}

func (r *recipient) buy(t *testing.T, seller *harness.Client) string {
	t.Helper()
	a := application(func(a *harness.Application) {
		a.Contract.DeliveryEmail = r.address
		if r.language == "en" {
			a.Reseller.PartnerCode, a.Reseller.CompanyName = englishPartner, "Kansai Net Trading K.K."
		}
	})
	receipt, err := seller.File(r.context(t), a)
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	taken, err := seller.Order(r.context(t), "buy-"+r.language, order(receipt))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	if _, err := seller.AwaitDelivered(r.context(t), taken.OrderNumber); err != nil {
		t.Fatalf("delivery: %v", err)
	}
	return taken.OrderNumber
}

var (
	numberInMail   = regexp.MustCompile(`(?:納品番号（ID）|Delivery number \(ID\))[\s　]+(\S+)`)
	passwordInMail = regexp.MustCompile(`(?:パスワード（PW）|Password \(PW\))[\s　]+(\S+)`)
	siteInMail     = regexp.MustCompile(`https?://\S+/delivery\b`)
)

// readMails reads what the ID mail and the newest of so many PW mails say.
func (r *recipient) readMails(t *testing.T, passwords int) {
	t.Helper()
	until(t, "the mails", func() (bool, string) {
		got := 0
		for _, m := range r.mailsTo(t, r.address, r.order) {
			if found := numberInMail.FindStringSubmatch(m.body.Text); found != nil {
				r.number = found[1]
			}
			if found := passwordInMail.FindStringSubmatch(m.body.Text); found != nil {
				r.password = found[1]
				got++
			}
			if found := siteInMail.FindString(m.body.Text); found != "" {
				r.site = found
			}
		}
		return got >= passwords && r.number != "" && r.site != "", "some are missing"
	})
}

func (r *recipient) picture(name string) { r.tab.picture("delivery-" + name + "." + r.language) }

// signIn signs in as the mails say.
func (r *recipient) signIn(t *testing.T) {
	t.Helper()
	r.tab.fill("#number", strings.ToLower(r.number))
	r.tab.fill("#password", r.password)
	r.tab.press("form[action='/delivery/sign-in'] button")
}

// firstVisit signs in and sees the codes.
func (r *recipient) firstVisit(t *testing.T) {
	v := r.tab
	v.do("open the site", chromedp.Navigate(r.site))
	if got := v.attribute("html", "lang"); got != r.language {
		t.Errorf("the site is in %q", got)
	}
	r.picture("sign-in")
	right := r.password
	r.password = "wrong" + right
	r.signIn(t)
	v.wants("[role=alert]", map[string]string{"ja": "正しくないか", "en": "password"}[r.language])
	r.picture("sign-in-wrong")
	r.password = right
	r.signIn(t)
	v.wants("main", r.order, r.number)
	code := v.text(".secret code")
	if ok := regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]+)+$`).MatchString(code); !ok {
		t.Errorf("the activation code reads %q", code)
	}
	r.copyCode(t)
	if n := len(v.list(".downloads li")); n != 2 {
		t.Errorf("%d downloads are offered", n)
	}
	r.picture("contents")
	v.click(".downloads summary")
	r.picture("contents-sum")
	r.keepPDF(t, "contents")
}

// copyCode presses the button beside the code, which says for a moment that the code was copied.
func (r *recipient) copyCode(t *testing.T) {
	v := r.tab
	watch := chromedp.Evaluate[bool](`(() => {
		const button = document.querySelector("[data-copy]");
		const look = () => { if (button.textContent === button.dataset.copied) window.copied = true; };
		new MutationObserver(look).observe(button, {childList: true, characterData: true, subtree: true});
		return true;
	})()`)
	answerTo(v, "watch the button", watch)
	v.click("[data-copy]")
	until(t, "copying", func() (bool, string) {
		return answerTo(v, "look at the button", chromedp.Evaluate[bool]("window.copied === true")), v.text("[data-copy]")
	})
}

// print prints the certificate: one sheet of A4 that says what it must.
func (r *recipient) print(t *testing.T) {
	v := r.tab
	until(t, "the certificate", func() (bool, string) {
		v.open("/delivery/certificate")
		return v.has(".qr"), "no QR code yet"
	})
	r.picture("certificate")
	pdf := r.keepPDF(t, "certificate")
	text := pdfText(t, pdf)
	for _, word := range []string{r.order, r.number, "Apex One"} {
		if !strings.Contains(text, word) {
			t.Errorf("the printed certificate lacks %q: %s", word, text)
		}
	}
	if pages := strings.Count(string(pdf), "/Type /Page\n"); pages != 1 {
		t.Errorf("the certificate is printed on %d pages", pages)
	}
	v.open("/delivery")
}

// keepPDF prints the page as the browser would and keeps it beside the pictures.
func (r *recipient) keepPDF(t *testing.T, name string) []byte {
	t.Helper()
	const a4Width, a4Height = 8.27, 11.69 // inches
	background, bySheet := false, true
	pdf := answerTo(r.tab, "print", chromedp.Action[[]byte](func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		printed, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{
			PaperWidth: a4Width, PaperHeight: a4Height, PrintBackground: &background, PreferCSSPageSize: &bySheet,
		})
		return printed.Data, err
	}))
	if folder := os.Getenv(screenshots); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "delivery-"+name+"."+r.language+".pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return pdf
}

// fetch downloads the program over a line that breaks once in the middle. The browser goes on where it stopped.
func (r *recipient) fetch(t *testing.T, program published) {
	line := newBrittleLine(t, strings.TrimPrefix(r.PublicURL, "http://"), program.size/3)
	folder, v := t.TempDir(), r.tab
	v.do("allow downloads", call(downloads.SetDownloadBehavior, downloads.SetDownloadBehaviorParams{
		Behavior: downloads.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID,
	}))
	v.do("go over the brittle line", chromedp.Navigate("http://"+line.address+"/delivery"))
	v.wants("main", r.number) // cookies know no ports
	v.click(".downloads li:first-child a")
	arrived := filepath.Join(folder, program.name)
	until(t, "the download", func() (bool, string) {
		info, err := os.Stat(arrived)
		return err == nil && info.Size() == program.size, line.state()
	})
	if line.breaks.Load() != 1 || line.connections.Load() < 2 {
		t.Errorf("the line broke %d times over %d connections", line.breaks.Load(), line.connections.Load())
	}
	if carried := line.carried.Load(); carried > program.size*5/3 {
		t.Errorf("%d bytes were carried for a file of %d: the transfer did not go on where it stopped", carried, program.size)
	}
	content, err := os.ReadFile(arrived)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != program.sum {
		t.Error("what arrived is not what was published")
	}
	v.complaints.all() // of the line
	v.open("/delivery")
}

// brittleLine passes connections on to the site and breaks the first that has carried so much.
type brittleLine struct {
	address                      string
	site                         string
	after                        int64
	breaks, connections, carried atomic.Int64
}

func newBrittleLine(t *testing.T, site string, after int64) *brittleLine {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	l := &brittleLine{address: listener.Addr().String(), site: site, after: after}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go l.pass(client)
		}
	}()
	return l
}

func (l *brittleLine) pass(client net.Conn) {
	defer client.Close() //nolint:errcheck // it may be broken
	server, err := net.Dial("tcp", l.site)
	if err != nil {
		return
	}
	defer server.Close() //nolint:errcheck // it may be broken
	l.connections.Add(1)
	go func() { _, _ = io.Copy(server, client) }() // ends with either side
	n, err := io.CopyN(client, server, l.after)
	l.carried.Add(n)
	if err != nil {
		return
	}
	if l.breaks.CompareAndSwap(0, 1) {
		return
	}
	n, _ = io.Copy(client, server) // ends with either side
	l.carried.Add(n)
}

func (l *brittleLine) state() string {
	return fmt.Sprintf("%d bytes carried over %d connections", l.carried.Load(), l.connections.Load())
}

// loseThePassword has the password mailed again: the same one, while it is valid.
func (r *recipient) loseThePassword(t *testing.T) {
	v, before := r.tab, r.password
	v.press("form[action='/delivery/sign-out'] button")
	r.picture("signed-out")
	r.askAgain(t, 2)
	if r.password != before {
		t.Error("a valid password was replaced")
	}
	v.open("/delivery/sign-in")
	r.signIn(t)
	v.wants("main", r.order)
}

func (r *recipient) askAgain(t *testing.T, mails int) {
	t.Helper()
	v := r.tab
	v.open("/delivery/sign-in")
	v.press("a[href='/delivery/password']")
	r.picture("password")
	v.fill("#number", r.number)
	v.press("form[action='/delivery/password'] button")
	r.picture("password-sent")
	r.readMails(t, mails)
}

// letItExpire sets the PW mail back by 91 days. The session is over, the password is none any more, and a new one comes
// by mail.
func (r *recipient) letItExpire(t *testing.T) {
	v, before := r.tab, r.password
	db, err := r.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().UTC().Add(-91 * 24 * time.Hour).Truncate(time.Microsecond)
	if _, err := db.ExecContext(r.context(t), "UPDATE shipments SET password_sent_at = $1 WHERE delivery_number = $2", then, r.number); err != nil {
		t.Fatal(err)
	}
	v.open("/delivery")
	if !strings.HasPrefix(v.path(), "/delivery/sign-in") {
		t.Errorf("with an expired password the visit goes on at %s", v.path())
	}
	r.picture("expired")
	r.signIn(t)
	v.await("[role=alert]")
	r.askAgain(t, 3)
	if r.password == before {
		t.Error("an expired password was mailed again")
	}
	v.open("/delivery/sign-in")
	r.signIn(t)
	v.wants("main", r.order)
	r.password, before = before, r.password
	v.press("form[action='/delivery/sign-out'] button")
	r.signIn(t)
	v.await("[role=alert]") // the old one lets nobody in
	r.password = before
}

// onAPhone sees every page on a phone whose browser runs no scripts. None scrolls sideways.
func (r *recipient) onAPhone(t *testing.T, b *browser) {
	r.tab = b.newTab(t, r.language, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	v := r.tab
	v.do("open the site", chromedp.Navigate(r.site))
	r.picture("phone-sign-in")
	r.signIn(t)
	v.wants("main", r.order)
	r.picture("phone-contents")
	v.open("/delivery/certificate")
	r.picture("phone-certificate")
	v.open("/delivery/password")
	r.picture("phone-password")
}
