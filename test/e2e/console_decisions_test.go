//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/test/harness"
)

// confirmAtThePage settles a send-back and sees the order go on by itself, until it is delivered.
func confirmAtThePage(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, orderedMonths(36))
	d.await(t, number, "sent_back")
	v.open("/console/orders/" + number)
	language := v.attribute("html", "lang")
	v.wants("#differences td.a", "12")
	v.wants("#differences td.b", "36")
	v.picture("order-sent-back." + language)
	v.press("#confirm button[name=only][value=term_mismatch]")
	if v.has("#differences") {
		t.Error("after the decision the differences are still there")
	}
	v.await("#live[data-status=delivered]")
	d.await(t, number, "delivered")
	v.wants("#lines", "36")
	v.picture("order-delivered." + language)
}

// passAtThePage lets an order with a communication go on.
func passAtThePage(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, communicating("納品は午前中にお願いします"))
	d.awaitStaff(t, number)
	v.open("/console/orders/" + number)
	v.wants("#lines", "納品は午前中にお願いします")
	v.click("#act-pass summary")
	v.press("#act-pass form button.go")
	v.await("#live[data-status=delivered]")
}

// sendBackAtThePage returns an order in free text; without a text it is not sent.
func sendBackAtThePage(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, communicating("至急"))
	d.awaitStaff(t, number)
	v.open("/console/orders/" + number)
	v.click("#act-send-back summary")
	v.press("#act-send-back form button.go")
	if !v.has("#act-send-back[open] .wrong") {
		t.Errorf("nothing is said of the missing text: %s", v.text("main"))
	}
	v.fill("#act-send-back textarea", "注文書の金額をご確認ください。")
	v.press("#act-send-back form button.go")
	sent := d.await(t, number, "sent_back")
	if !strings.Contains(sent.raw, "注文書の金額をご確認ください。") {
		t.Errorf("the reseller is not told: %s", sent.raw)
	}
	v.open("/console/orders/" + number)
	v.wants("#differences", "注文書の金額をご確認ください。")
}

// replaceAtThePage corrects the sheet: first wrongly, then right.
func replaceAtThePage(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	v.open("/console/orders/" + number)
	v.press(fmt.Sprintf("a[href='/console/orders/%s/replace']", number))
	months, quantity := `[name="lines[0].months"]`, `[name="lines[0].quantity"]`
	v.fill(months, "12")
	v.fill(quantity, "0")
	v.press("form[action$='/replace'] button.go")
	if !v.has(quantity+"[aria-invalid=true]") || v.attribute(months, "value") != "12" {
		t.Errorf("the wrong quantity is not marked, or what was typed is gone: %s", v.text("main"))
	}
	v.picture("replace-with-errors." + v.attribute("html", "lang"))
	v.fill(quantity, "３０")
	v.press("form[action$='/replace'] button.go")
	v.await("#live[data-status=delivered]")
	if after := d.await(t, number, "delivered"); after.Lines[0].Quantity != 30 || after.Lines[0].Months != 12 {
		t.Errorf("the sheet in force is %+v", after.Lines)
	}
}

// cancelAtThePage ends an order; what cannot be undone asks why.
func cancelAtThePage(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	v.open("/console/orders/" + number)
	v.click("#act-cancel summary")
	v.press("#act-cancel form button.go")
	if !v.has("#act-cancel[open] .wrong") {
		t.Errorf("nothing is said of the missing reason: %s", v.text("main"))
	}
	v.fill("#act-cancel textarea", "販売店からの電話により")
	v.press("#act-cancel form button.go")
	v.wants("main", "販売店からの電話により")
	if after := d.await(t, number, "cancelled"); after.CancelReason != "販売店からの電話により" {
		t.Errorf("the reason is %q", after.CancelReason)
	}
	if v.has("#act-cancel") || v.has("#act-reapply") {
		t.Error("a cancelled order still offers decisions")
	}
}

// enterByHand enters an order as staff do that came by fax: a mistyped receipt, then errors in the sheet, then right.
func enterByHand(t *testing.T, d *dev, v *tab) {
	receipt, err := d.reseller(0).File(t.Context(), application(d.sells))
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	language := v.attribute("html", "lang")
	v.open("/console/orders/new")
	v.picture("entry." + language)
	v.fill("#receipt_number", receipt[:5]+string(otherCharacter(receipt[5]))+receipt[6:])
	v.enter("#receipt_number")
	if !v.has(".wrong, .notice.bad") {
		t.Errorf("nothing is said of a mistyped number: %s", v.text("main"))
	}
	v.fill("#receipt_number", wide(strings.ToLower(receipt[:12]+"-"+receipt[12:])))
	v.enter("#receipt_number")
	v.wants("main", "株式会社検証商事")
	v.choose("[name=partner_code]", d.Resellers[0].PartnerCode)
	po := fmt.Sprintf("FAX-%d", next())
	v.choose(`[name="lines[0].product_code"]`, harness.Product)
	v.fill(`[name="lines[0].quantity"]`, "たくさん")
	v.fill(`[name="lines[0].months"]`, "12")
	v.fill(`[name="lines[0].unit_price"]`, "4,600")
	v.press("form[method=post] button.go")
	for _, field := range []string{"[name=po_number]", `[name="lines[0].quantity"]`} {
		if !v.has(field + "[aria-invalid=true]") {
			t.Errorf("%s is not marked as wrong: %s", field, v.text("main"))
		}
	}
	v.picture("entry-with-errors." + language)
	v.fill("[name=po_number]", po)
	v.fill(`[name="lines[0].quantity"]`, "１，２００")
	v.press("form[method=post] button.go")
	v.await("#live[data-status=delivered]")
	number := v.path()[strings.LastIndex(v.path(), "/")+1:]
	after := d.await(t, number, "delivered")
	if after.PONumber != po || after.Lines[0].Quantity != 1200 || after.Lines[0].UnitPrice != 4600 {
		t.Errorf("the order entered by hand is %s", after.raw)
	}
}

// auditShowsIt looks for what was done in the log of who did what.
func auditShowsIt(t *testing.T, d *dev, v *tab) {
	number, _ := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	v.open("/console/orders/" + number)
	v.press("#confirm button[name=only][value=term_mismatch]")
	v.await("#live[data-status=delivered]")
	v.open("/console/audit")
	v.wants("main table", "山本 彩")
	v.picture("audit." + v.attribute("html", "lang"))
	v.open("/console/orders/" + number)
	v.wants("#live", "山本 彩")
}

// languageKeepsThePage switches the language and back on pages with filters and numbers in their address.
func languageKeepsThePage(t *testing.T, d *dev, v *tab) {
	own := v.attribute("html", "lang")
	some := d.orders(t, 0, "delivered")[0].OrderNumber
	for _, path := range []string{"/console", "/console/orders?status=sent_back&oldest=1", "/console/orders/" + some, "/console/audit", "/console/orders/new"} {
		v.open(path)
		before := v.text("h1")
		v.press("a.switch")
		if v.path() != path || v.attribute("html", "lang") == own {
			t.Errorf("the switch leads from %s to %s in %s", path, v.path(), v.attribute("html", "lang"))
		}
		if v.text("h1") == before && path != "/console/orders/"+some {
			t.Errorf("the heading of %s is %q in both languages", path, before)
		}
		v.press("a.switch")
	}
	if got := v.attribute("html", "lang"); got != own {
		t.Errorf("the page is in %s, not %s", got, own)
	}
}

// keyboardWorks goes through a list with single keys, which are off inside fields.
func keyboardWorks(t *testing.T, _ *dev, v *tab) {
	v.open("/console/orders")
	first := v.list("table[data-rows] tbody tr:nth-child(2) td.num a")[0]
	v.do("j, j", key("j"), key("j"))
	v.leave("o", key("o"))
	if v.path() != "/console/orders/"+first {
		t.Errorf("j j o leads to %s, not to the second order %s", v.path(), first)
	}
	v.do("/, then typing", key("/"), key("j"), key("o"), key("?"))
	if got := answerTo(v, "search", chromedp.Evaluate[string]("document.activeElement.id + document.querySelector('#search').value")); got != "searchjo?" {
		t.Errorf("in the search field keys are %q", got)
	}
	v.open("/console/orders")
	v.do("?", key("?"), chromedp.WaitVisible(chromedp.CSS("#help")))
}

// twoAtOnce has two people decide on what they both looked at: the second sees what the first did, and loses nothing.
// The reseller's mail server is busy all the while, so that the pages look again by themselves every few moments.
func twoAtOnce(t *testing.T, d *dev, b *browser) {
	first, second := b.newTab(t, "ja"), b.newTab(t, "en")
	email, password := d.person(t, "clerk")
	first.signIn(email, password, "ja")
	email, password = d.person(t, "lead")
	second.signIn(email, password, "en")
	address := second.mailReseller(d.Resellers[0].PartnerCode, "try-again-later@hokuto.example")
	number, sheet := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	second.open("/console/orders/" + number)
	second.click("#act-cancel summary")
	second.fill("#act-cancel textarea", "The reseller asked for it by phone")
	// The reseller's program is a third one: it corrects the sheet wrongly.
	sheet.Lines[0].Months, sheet.PONumber = 36, sheet.PONumber+"-B"
	body := map[string]any{"po_number": sheet.PONumber, "order_type": sheet.OrderType, "lines": sheet.Lines}
	if err := d.reseller(0).Do(t.Context(), http.MethodPost, "/v1/orders/"+number+"/replace", nil, body, http.StatusAccepted, &harness.Taken{}); err != nil {
		t.Fatalf("replace: %v", err)
	}
	until(t, "the second send-back", func() (bool, string) {
		v, err := viewAs(t.Context(), d.reseller(0), number)
		return err == nil && v.Status == "sent_back" && len(v.SendBacks) == 2, v.raw
	})
	second.watch()
	second.press("#act-cancel form button.go")
	second.watch()
	second.wants("#changed", "24", "36", "-B")
	if got := second.value("#act-cancel textarea"); got != "The reseller asked for it by phone" {
		t.Errorf("what was typed is lost: %q; %s", got, second.text("main"))
	}
	second.picture("changed-meanwhile.en")
	// Having seen it, the second decides again; now the first is the one who comes too late.
	first.open("/console/orders/" + number)
	second.press("#act-cancel form button.go")
	d.await(t, number, "cancelled")
	first.press("#confirm button[name=only][value=term_mismatch]")
	first.wants("#changed", "森田 千尋")
	first.picture("changed-meanwhile.ja")
	first.watch()
	first.wants("#changed", "森田 千尋")
	if after := d.await(t, number, "cancelled"); len(after.LicenseIDs) != 0 {
		t.Errorf("the order went on all the same: %s", after.raw)
	}
	second.mailReseller(d.Resellers[0].PartnerCode, address)
}

// mailReseller changes a reseller's mail address and gives the one before.
func (v *tab) mailReseller(partner, address string) (before string) {
	v.t.Helper()
	v.open("/console/resellers")
	v.press(answerTo(v, "find "+partner, chromedp.Evaluate[string](fmt.Sprintf(
		`(() => { const a = [...document.querySelectorAll("table a")].find(a => a.innerText === %q); return "a[href='" + a.getAttribute("href") + "']"; })()`, partner))))
	field := "form:not([action$='/keys']) [name=email]"
	before = v.value(field)
	v.fill(field, address)
	v.enter(field)
	if got := v.value(field); got != address {
		v.t.Fatalf("the address is %q: %s", got, v.text("main"))
	}
	return before
}

// watch looks at the page for longer than it takes to look again by itself.
func (v *tab) watch() {
	v.t.Helper()
	answerTo(v, "watch", chromedp.Evaluate[bool]("new Promise(done => setTimeout(() => done(true), 3500))", chromedp.EvalAwaitPromise))
}

// testRoles has a viewer try what only clerks and leads may.
func testRoles(t *testing.T, d *dev, b *browser) {
	number, _ := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	v := b.newTab(t, "ja")
	email, password := d.person(t, "viewer")
	v.signIn(email, password, "ja")
	v.open("/console/orders/" + number)
	for _, offer := range []string{"#act-cancel", "#confirm button[name=only]", "a[href$='/replace']"} {
		if v.has(offer) {
			t.Errorf("a viewer is offered %s", offer)
		}
	}
	for _, menu := range []string{"/console/staff", "/console/resellers", "/console/orders/new"} {
		if v.has("nav.menu a[href='" + menu + "']") {
			t.Errorf("a viewer's menu has %s", menu)
		}
	}
	script := fmt.Sprintf(`fetch("/console/orders/%s/cancel", {method: "POST", body: new URLSearchParams({version: "2", reason: "x"})}).then(r => r.status)`, number)
	if got := answerTo(v, "cancel as viewer", chromedp.Evaluate[int](script, chromedp.EvalAwaitPromise)); got != http.StatusForbidden {
		t.Errorf("a viewer who cancels all the same gets %d", got)
	}
	until(t, "the browser's complaint of the refusal", func() (bool, string) {
		all := v.complaints.all()
		return len(all) == 1 && strings.Contains(all[0], "403"), strings.Join(all, "; ")
	})
	d.await(t, number, "sent_back")
}
