//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/test/harness"
)

// TestResend has deliveries mailed again from the mails in the mailbox alone, with a real browser: one that goes by
// itself, and one that staff ask about and refuse.
func TestResend(t *testing.T) {
	d := newDev(t)
	d.start(t, "--no-sample")
	b := newBrowser(t, strings.TrimSuffix(d.URLs["home"], "/"))
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) {
			p := d.parcel(t)
			t.Run("by itself", func(t *testing.T) { resendByItself(t, d, b.newTab(t, language), p, language) })
			t.Run("refused", func(t *testing.T) { resendRefused(t, d, b, p, language) })
		})
	}
	t.Run("left behind", d.inspect)
}

// parcel is a delivery as its recipient knows it: from the mails.
type parcel struct {
	order, number, password, company, address string
}

var (
	deliveryNumberInMail = regexp.MustCompile(`SHPC\d+`)
	linkInMail           = regexp.MustCompile(`https?://\S+(/delivery/resend/\S+)`)
)

// parcel has an order delivered and opens its mails.
func (d *dev) parcel(t *testing.T) parcel {
	t.Helper()
	filed := application(d.sells)
	receipt, err := d.reseller(0).File(t.Context(), filed)
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	taken, err := d.reseller(0).Order(t.Context(), fmt.Sprintf("resend-%d", next()), order(receipt))
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	p := parcel{order: taken.OrderNumber, company: filed.EndUser.CompanyName, address: filed.Contract.DeliveryEmail}
	d.await(t, p.order, "delivered")
	p.number, p.password = d.twoMails(t, p.order, "", 0)
	return p
}

// twoMails waits for the n-th pair of ID and PW mail of an order and gives what they say.
func (d *dev) twoMails(t *testing.T, order, prefix string, n int) (number, password string) {
	t.Helper()
	until(t, prefix+"the mails of "+order, func() (bool, string) {
		var ids, passwords []string
		for _, m := range d.mails(t, order) {
			switch {
			case strings.HasPrefix(m.Subject, "再送:") != (prefix != ""):
			case strings.Contains(m.Subject, order+" ID"):
				ids = append(ids, deliveryNumberInMail.FindString(m.Text))
			case strings.Contains(m.Subject, order+" PW"):
				if found := passwordInMail.FindStringSubmatch(m.Text); found != nil {
					passwords = append(passwords, found[1])
				}
			}
		}
		if len(ids) <= n || len(passwords) <= n {
			return false, fmt.Sprintf("%d ID mails, %d PW mails", len(ids), len(passwords))
		}
		number, password = ids[n], passwords[n]
		return true, ""
	})
	return number, password
}

// arrived waits for a mail to an address whose text holds something, and gives that text.
func (d *dev) arrived(t *testing.T, address string, holds func(text string) bool) string {
	t.Helper()
	var text string
	until(t, "a mail to "+address, func() (bool, string) {
		var all []message
		box := &harness.Client{URL: d.URLs["mailbox"], HTTP: http.DefaultClient}
		if err := box.Do(t.Context(), http.MethodGet, "/api/messages", nil, nil, http.StatusOK, &all); err != nil {
			return false, err.Error()
		}
		for _, m := range all {
			if slices.Contains(m.To, address) && holds(m.Text) {
				text = m.Text
				return true, ""
			}
		}
		return false, fmt.Sprintf("%d mails in the mailbox", len(all))
	})
	return text
}

// signInTo tries a delivery number and a password, and says whether they let one in.
func (v *tab) signInTo(number, password string) bool {
	v.t.Helper()
	v.open("/delivery/sign-in")
	v.fill("#number", number)
	v.fill("#password", password)
	v.enter("#password")
	if v.path() != "/delivery" {
		return false
	}
	v.press("form[action='/delivery/sign-out'] button")
	return true
}

// field is a field of the form, whose names have dots.
func field(name string) string { return fmt.Sprintf("[name='%s']", name) }

// askForResend fills in the public form.
func (v *tab) askForResend(reference, company, email string) {
	v.t.Helper()
	for name, text := range map[string]string{
		"reference": reference, "end_user_name": company, "asker.company_name": company, "asker.department": "情報システム部",
		"asker.person_name": "小林 菜々", "asker.phone": "03-5555-0199", "asker.email": email, "asker.city": "渋谷区",
	} {
		v.fill(field(name), text)
	}
	v.choose(field("asker.prefecture"), "東京都")
	v.press("form[action='/delivery/resend'] button.go")
}

// phone makes the tab as wide as a phone, or as wide as before.
func (v *tab) phone(on bool) {
	v.t.Helper()
	if on {
		v.do("be a phone", call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 2, Mobile: true}))
	} else {
		v.do("be a desk again", call(emulation.ClearDeviceMetricsOverride, cdp.Empty{}))
	}
	// The browser answers before the page has its new width. A click in between is pressed in the one and let go in the
	// other, and hits nothing. The page is asked from here, because some tabs run no scripts of its own.
	until(v.t, "the page's new width", func() (bool, string) {
		narrow := answerTo(v, "width", chromedp.Evaluate[bool]("innerWidth < 800"))
		return narrow == on, v.path()
	})
	answerTo(v, "a frame of that width", chromedp.CaptureScreenshot())
}

// twice keeps pictures of a page on a desk and on a phone.
func (v *tab) twice(name, language string) {
	v.t.Helper()
	v.picture(name + "." + language)
	v.phone(true)
	v.picture(name + "-phone." + language)
	v.phone(false)
}

func resendByItself(t *testing.T, d *dev, v *tab, p parcel, language string) {
	if !v.signInTo(p.number, p.password) {
		t.Fatal("the password of the mail does not sign in")
	}
	v.open("/delivery/sign-in")
	v.press("a[href='/delivery/resend']")
	v.twice("resend-form", language)
	v.press("form[action='/delivery/resend'] button.go")
	if !v.has("[aria-invalid=true]") || v.text(".field .wrong") == "" {
		t.Errorf("an empty form is answered with %s", v.shown())
	}
	if focused := answerFocus(v); focused != "reference" {
		t.Errorf("the focus is in %q, not in the first wrong field", focused)
	}
	v.twice("resend-form-wrong", language)
	// The order number stands in the subject of all mails about the delivery.
	v.askForResend(p.order, p.company, p.address)
	if v.path() != "/delivery/resend/sent" {
		t.Fatalf("the form leads to %s: %s", v.path(), v.shown())
	}
	v.twice("resend-sent", language)
	number, password := d.twoMails(t, p.order, "再送:", 0)
	if number != p.number || password == p.password {
		t.Errorf("resent are %s (before: %s) and a password that is new: %v", number, p.number, password != p.password)
	}
	if v.signInTo(p.number, p.password) {
		t.Error("the old password still signs in")
	}
	if !v.signInTo(number, password) {
		t.Error("the new password does not sign in")
	}
	text := d.arrived(t, p.address, func(text string) bool { return linkInMail.MatchString(text) })
	link := linkInMail.FindStringSubmatch(text)[1]
	until(t, "the page says that it was sent", func() (bool, string) {
		v.open(link)
		return v.has(".pill.ok"), v.text("main")
	})
	v.twice("resend-follow-sent", language)
	v.open(link[:len(link)-2])
	v.twice("resend-wrong-link", language)
	v.complaints.all() // that the wrong link is answered with 404
}

// answerFocus is the name of the field that has the focus.
func answerFocus(v *tab) string {
	v.t.Helper()
	return v.attribute(":focus", "name")
}

func resendRefused(t *testing.T, d *dev, b *browser, p parcel, language string) {
	_, before := d.newestPassword(t, p)
	asker := fmt.Sprintf("asker%d@elsewhere.example", next())
	v := b.newTab(t, language)
	v.open("/delivery/resend")
	v.askForResend(p.number, "株式会社べつのなまえ", asker)
	link := linkInMail.FindStringSubmatch(d.arrived(t, asker, func(text string) bool { return linkInMail.MatchString(text) }))[1]
	resend := strings.Split(link, "/")[3]

	clerk := b.newTab(t, language)
	email, password := d.person(t, "clerk")
	clerk.signIn(email, password, language)
	until(t, resend+" in the queue", func() (bool, string) {
		clerk.open("/console/resends?status=reviewing&oldest=1")
		return strings.Contains(clerk.text("table[data-rows]"), resend), clerk.text("main")
	})
	clerk.picture("resends." + language)
	clerk.open("/console")
	clerk.picture("today-resends." + language)
	clerk.open("/console/resends?status=reviewing&oldest=1")
	clerk.do("the first row", key("j"))
	clerk.leave("open it by the keyboard", key("o"))
	if clerk.path() != "/console/resends/"+resend {
		t.Fatalf("the keyboard leads to %s", clerk.path())
	}
	clerk.wants("#approve", "株式会社べつのなまえ", p.company, p.number)
	clerk.twice("resend", language)
	clerk.click("#act-ask summary")
	clerk.fill("#ask-note", "ご契約時の法人名をお知らせください。")
	clerk.press("#act-ask form button.go")

	// The question arrives by mail, with the page to answer it.
	d.arrived(t, asker, func(text string) bool {
		return strings.Contains(text, "ご契約時の法人名をお知らせください。")
	})
	v.open(link)
	v.wants("main", "ご契約時の法人名をお知らせください。")
	v.twice("resend-follow-question", language)
	v.fill("#answer", "わかりません。")
	v.press("form button.go")

	clerk.open("/console/resends/" + resend)
	clerk.wants("#said", "わかりません。")
	clerk.click("#act-refuse summary")
	clerk.fill("#refuse-note", "ご契約を確認できませんでした。")
	clerk.press("#act-refuse form button.go")
	clerk.picture("resend-refused." + language)
	d.arrived(t, asker, func(text string) bool { return strings.Contains(text, "ご契約を確認できませんでした。") })
	v.open(link)
	v.wants("main", "ご契約を確認できませんでした。")
	v.twice("resend-follow-refused", language)
	if !v.signInTo(p.number, before) {
		t.Error("a resend that was refused ended the password")
	}
	resendAtTheDesk(t, d, clerk, v, p, language)
}

// newestPassword is the delivery number and the password of the newest mails.
func (d *dev) newestPassword(t *testing.T, p parcel) (number, password string) {
	t.Helper()
	return d.twoMails(t, p.order, "再送:", 0)
}

// resendAtTheDesk has a delivery mailed again from its order's page.
func resendAtTheDesk(t *testing.T, d *dev, clerk, v *tab, p parcel, language string) {
	clerk.open("/console/orders/" + p.order)
	clerk.click("#act-resend summary")
	clerk.picture("order-resend." + language)
	clerk.fill("#resend-reason", "電話での依頼")
	clerk.press("#act-resend form button.go")
	number, password := d.twoMails(t, p.order, "再送:", 1)
	if !v.signInTo(number, password) {
		t.Error("the password that staff had mailed does not sign in")
	}
	clerk.open("/console/orders/" + p.order)
	clerk.wants("#resends", "RS")
	clerk.picture("order-resends." + language)
}
