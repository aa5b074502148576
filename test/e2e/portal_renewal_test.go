//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// TestRenewalPrice is a contact who asks what renewing costs: too early at first, then for one year and for two, on
// the page, in the PDF and printed; staff reckon the same sum from the contract, and another one with more of it.
func TestRenewalPrice(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		for _, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				m := &member{house: h, language: language, address: "renewal+" + language + "@customer.example", password: "丸い窓 and a brook " + language}
				license := m.withAccount(t)
				m.tab = b.newTab(t, language)
				m.tab.open("/portal")
				m.signIn(m.password)
				m.tooEarly(t, license)
				m.due(t, license)
				total := m.reckon(t, license)
				m.atTheDesk(t, b, license, total)
			})
		}
	})
}

var yen = regexp.MustCompile(`¥[0-9,]+|[0-9,]+円`)

// tooEarly is a contract with more than a year left: no price, and why.
func (m *member) tooEarly(t *testing.T, license string) {
	v := m.tab
	v.open("/portal/contracts/" + license)
	v.press("a[href$='/renewal']")
	m.at(t, "/portal/contracts/"+license+"/renewal")
	v.wants("main", map[string]string{"ja": "契約期間が1年以上残っています", "en": "year"}[m.language])
	if v.has("form button.go") {
		t.Error("there is something to reckon")
	}
	m.picture("renewal-early")
}

// due has the contract's support end in two months.
func (m *member) due(t *testing.T, license string) {
	db, err := m.store.DB()
	if err != nil {
		t.Fatal(err)
	}
	today := models.DateOf(time.Now())
	starts, ends := today.AddMonths(-10).String(), today.AddDays(60).String()
	of := fmt.Sprintf("(SELECT h.id FROM holdings h JOIN contracts c ON c.id = h.contract_id WHERE c.license_id = '%s')", license)
	for _, change := range []string{
		fmt.Sprintf("UPDATE holding_changes SET starts_on = '%s', ends_on = '%s' WHERE holding_id IN %s", starts, ends, of),
		fmt.Sprintf("UPDATE holdings SET starts_on = '%s', ends_on = '%s' WHERE id IN %s", starts, ends, of),
		fmt.Sprintf("UPDATE contract_addresses SET contract_ends_on = '%s' WHERE contract_id = (SELECT id FROM contracts WHERE license_id = '%s')", ends, license),
	} {
		if _, err := db.ExecContext(m.context(t), change); err != nil {
			t.Fatal(err)
		}
	}
}

// reckon reads the price for one year and for two, and the same in the PDF. It gives the total for one year.
func (m *member) reckon(t *testing.T, license string) (total string) {
	v := m.tab
	v.open("/portal/contracts/" + license + "/renewal")
	v.wants("main", map[string]string{
		"ja": "定価での参考更新価格です。実際の購入価格とは異なる 場合があります。", "en": "reference renewal price at list price",
	}[m.language])
	m.picture("renewal")
	total = m.total(t)
	m.sameInPDF(t, license, total)
	years := "select[name^='years-'], input[name^='years-']"
	v.choose(years, "2")
	v.press("form button.go")
	two := m.total(t)
	if two == total {
		t.Errorf("two years cost %s, as much as one", two)
	}
	m.sameInPDF(t, license, two)
	m.picture("renewal-two-years")
	v.do("hold a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	m.picture("renewal-phone")
	v.do("sit at a desk again", chromedp.EmulateViewport(1360, 900))
	return total
}

// total is the last amount that the page tells: everything with tax.
func (m *member) total(t *testing.T) string {
	t.Helper()
	amounts := yen.FindAllString(m.tab.text(".total"), -1)
	if len(amounts) == 0 {
		t.Fatalf("no total in %q", m.tab.text("main"))
	}
	return amounts[len(amounts)-1]
}

func (m *member) sameInPDF(t *testing.T, license, total string) {
	t.Helper()
	script := `fetch(document.querySelector("a[href*='renewal.pdf']").href).then(r => r.arrayBuffer()).then(b =>
		btoa([...new Uint8Array(b)].map(c => String.fromCharCode(c)).join("")))`
	encoded := answerTo(m.tab, "fetch the PDF", chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	pdf, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	text := pdfText(t, pdf)
	for _, word := range []string{license, strings.Trim(total, "¥円"), "Apex One"} {
		if !strings.Contains(text, word) {
			t.Errorf("the PDF lacks %q: %s", word, text)
		}
	}
}

// atTheDesk reckons from the contract's page in the console, then with an addition.
func (m *member) atTheDesk(t *testing.T, b *browser, license, total string) {
	desk := b.newTab(t, m.language)
	desk.signIn(clerkEmail, staffPassword, m.language)
	desk.open("/console/contracts/" + license)
	desk.press("a[href*='/console/renewal-price']")
	desk.wants("main", strings.Trim(total, "¥円"))
	desk.fill("[name='added-0']", "300")
	desk.press("form button.go:not([name])")
	if shown := yen.FindAllString(desk.text(".total"), -1); len(shown) == 0 || shown[len(shown)-1] == total {
		t.Errorf("with 300 more it is %v", shown)
	}
	desk.picture("portal-console-renewal." + m.language)
}
