//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/test/harness"
)

// TestConsole works at the console with a real browser, in both languages, on what `todoke dev` sets up.
func TestConsole(t *testing.T) {
	d := newDev(t)
	d.start(t)
	d.settle(t)
	b := newBrowser(t, strings.TrimSuffix(d.URLs["home"], "/"))
	t.Run("the browser's complaints are heard", func(t *testing.T) { complaintsAreHeard(t, b) })
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) { workDay(t, d, b, language) })
	}
	t.Run("two people at once", func(t *testing.T) { twoAtOnce(t, d, b) })
	t.Run("without scripts", func(t *testing.T) { withoutScripts(t, d, b) })
	t.Run("roles", func(t *testing.T) { testRoles(t, d, b) })
	t.Run("other sites", func(t *testing.T) { otherSites(t, d, b) })
	t.Run("left behind", d.inspect)
}

// complaintsAreHeard opens a page on which things go wrong.
func complaintsAreHeard(t *testing.T, b *browser) {
	v := b.newTab(t, "ja")
	v.do("open a bad page", chromedp.Navigate(`data:text/html,<script>throw new Error("canary")</script><img src="http://127.0.0.1:9/x.png">`))
	heard := 0
	until(t, "the browser's complaints", func() (bool, string) {
		all := v.complaints.all()
		heard += len(all)
		return heard >= 2, strings.Join(all, "; ")
	})
}

// settle waits until the sample orders are where they stay.
func (d *dev) settle(t *testing.T) {
	t.Helper()
	until(t, "the sample orders to settle", func() (bool, string) {
		moving := 0
		for n := range d.Resellers {
			for _, o := range d.orders(t, n, "received,registered,checking") {
				v, err := viewAs(t.Context(), d.reseller(n), o.OrderNumber)
				if err != nil || v.Status != "checking" || v.WaitingFor != "staff" {
					moving++
				}
			}
		}
		return moving == 0, fmt.Sprint(moving, " orders under way")
	})
}

// orders lists a sample reseller's orders in some states.
func (d *dev) orders(t *testing.T, n int, states string) []orderView {
	t.Helper()
	var page struct {
		Orders []orderView `json:"orders"`
	}
	if err := d.reseller(n).Do(t.Context(), http.MethodGet, "/v1/orders?limit=100&status="+states, nil, nil, http.StatusOK, &page); err != nil {
		t.Fatalf("orders: %v", err)
	}
	return page.Orders
}

// person gives the sign-in of a role.
func (d *dev) person(t *testing.T, role string) (email, password string) {
	t.Helper()
	for _, s := range d.Staff {
		if s.Role == role {
			return s.Email, s.Password
		}
	}
	t.Fatalf("nobody is a %s", role)
	return "", ""
}

// signIn signs in at the sign-in page and chooses the language by the switch.
func (v *tab) signIn(email, password, language string) {
	v.t.Helper()
	v.open("/console")
	v.fill("#email", email)
	v.fill("#password", password)
	v.enter("#password")
	if v.path() != "/console" {
		v.t.Fatalf("after signing in the browser is at %s: %s", v.path(), v.shown())
	}
	if v.attribute("html", "lang") != language {
		v.press("a.switch")
	}
	if got := v.attribute("html", "lang"); got != language {
		v.t.Fatalf("the page is in %q, not %q", got, language)
	}
}

// place puts an order of the first sample reseller in; it is sent back, waits, or is delivered, as the changes want.
func (d *dev) place(t *testing.T, changes ...func(*harness.Order)) (number string, sheet harness.Order) {
	t.Helper()
	receipt, err := d.reseller(0).File(t.Context(), application(d.sells))
	if err != nil {
		t.Fatalf("application: %v", err)
	}
	sheet = order(receipt, changes...)
	taken, err := d.reseller(0).Order(t.Context(), fmt.Sprintf("browser-%d", next()), sheet)
	if err != nil {
		t.Fatalf("order: %v", err)
	}
	return taken.OrderNumber, sheet
}

func (d *dev) await(t *testing.T, number, status string) orderView {
	t.Helper()
	var v orderView
	until(t, number+" "+status, func() (bool, string) {
		var err error
		v, err = viewAs(t.Context(), d.reseller(0), number)
		return err == nil && v.Status == status, v.raw
	})
	return v
}

// awaitStaff waits until an order waits for staff.
func (d *dev) awaitStaff(t *testing.T, number string) {
	t.Helper()
	until(t, number+" waiting for staff", func() (bool, string) {
		v, err := viewAs(t.Context(), d.reseller(0), number)
		return err == nil && v.Status == "checking" && v.WaitingFor == "staff", v.raw
	})
}

func communicating(text string) func(*harness.Order) {
	return func(o *harness.Order) { o.Communication = text }
}

// workDay is a day at the desk.
func workDay(t *testing.T, d *dev, b *browser, language string) {
	t.Run("wrong password", func(t *testing.T) { wrongPassword(t, d, b, language) })
	v := b.newTab(t, language)
	email, password := d.person(t, "clerk")
	v.signIn(email, password, language)
	for _, step := range []struct {
		name string
		do   func(*testing.T, *dev, *tab)
	}{
		{"queues", queuesLeadToTheirRows}, {"search", searchFinds}, {"sent back and confirmed", confirmAtThePage},
		{"passed", passAtThePage}, {"sent back in free text", sendBackAtThePage}, {"replaced", replaceAtThePage},
		{"cancelled", cancelAtThePage}, {"entered by hand", enterByHand}, {"audit", auditShowsIt}, {"language", languageKeepsThePage},
		{"keyboard", keyboardWorks}, {"pictures", pictures},
	} {
		if !t.Run(step.name, func(t *testing.T) { step.do(t, d, v.in(t)) }) {
			t.Logf("the page at %s:\n%.1500s", v.path(), v.shown())
		}
	}
	t.Run("sign-out", func(t *testing.T) { signOutEnds(t, v.in(t)) })
}

// in gives the same tab to another test.
func (v *tab) in(t *testing.T) *tab {
	return &tab{t: t, ctx: v.ctx, site: v.site, complaints: v.complaints}
}

func wrongPassword(t *testing.T, d *dev, b *browser, language string) {
	v := b.newTab(t, language)
	email, _ := d.person(t, "viewer")
	v.open("/console/orders?status=sent_back")
	if !strings.HasPrefix(v.path(), "/console/sign-in") {
		t.Fatalf("without signing in one gets to %s", v.path())
	}
	v.picture("sign-in." + language)
	texts := map[string]bool{}
	for _, address := range []string{email, "nobody@todoke.example"} {
		v.fill("#email", address)
		v.fill("#password", "not the password")
		v.enter("#password")
		texts[v.text(".wrong, [role=alert]")] = true
		if !strings.HasPrefix(v.path(), "/console/sign-in") {
			t.Errorf("with a wrong password one gets to %s", v.path())
		}
	}
	if len(texts) != 1 || texts[""] {
		t.Errorf("the page tells an account from none, or nothing at all: %v", texts)
	}
	_, password := d.person(t, "viewer")
	v.fill("#email", email)
	v.fill("#password", password)
	v.enter("#password")
	if v.path() != "/console/orders?status=sent_back" {
		t.Errorf("after signing in one is at %s, not where one wanted to go", v.path())
	}
}

// queuesLeadToTheirRows follows every number of the first page: the list has just as many rows, and those of the
// orders that wait.
func queuesLeadToTheirRows(t *testing.T, d *dev, v *tab) {
	waiting := map[string][]string{}
	for n := range d.Resellers {
		for _, o := range d.orders(t, n, "sent_back,checking") {
			waiting[o.Status] = append(waiting[o.Status], o.OrderNumber)
		}
	}
	v.open("/console")
	tiles := v.list(".tiles .tile:not(.quiet) strong")
	if len(tiles) < 4 {
		t.Fatalf("the first page shows the numbers %q", tiles)
	}
	for i := range tiles {
		v.open("/console")
		tile := fmt.Sprintf(".tiles .tile:nth-child(%d) > a:not(.late)", i+1)
		count, err := strconv.Atoi(v.attribute(tile+" strong", "data-count"))
		if err != nil {
			t.Fatal(err)
		}
		v.press(tile)
		if listed := len(v.list("table[data-rows] tbody tr")); listed != count {
			t.Errorf("the number says %d, the list at %s has %d", count, v.path(), listed)
		}
		rows := v.list("table[data-rows] tbody tr td.num a[href^='/console/orders/ORDC']")
		for state, path := range map[string]string{"sent_back": "status=sent_back", "checking": "waiting=staff"} {
			if !strings.Contains(v.path(), path) || strings.Contains(v.path(), "overdue") {
				continue
			}
			slices.Sort(rows)
			slices.Sort(waiting[state])
			if !slices.Equal(rows, waiting[state]) {
				t.Errorf("the list at %s has %q, %s are %q", v.path(), rows, state, waiting[state])
			}
		}
	}
}

// searchFinds types numbers and names as people do.
func searchFinds(t *testing.T, d *dev, v *tab) {
	some := d.orders(t, 0, "delivered")[0]
	detail, err := viewAs(t.Context(), d.reseller(0), some.OrderNumber)
	if err != nil {
		t.Fatal(err)
	}
	page := "/console/orders/" + some.OrderNumber
	for _, typed := range []string{
		some.OrderNumber, strings.ToLower(some.OrderNumber), wide(some.OrderNumber[:7] + "-" + some.OrderNumber[7:]),
		detail.PONumber, detail.Shipment.DeliveryNumber, wide(strings.ToLower(detail.Shipment.DeliveryNumber)),
	} {
		v.open("/console")
		v.click("body")
		v.fill("#search", typed)
		v.enter("#search")
		if v.path() != page && !strings.Contains(v.text("main"), some.OrderNumber) {
			t.Errorf("%q finds %s, not %s", typed, v.path(), page)
		}
		if strings.HasPrefix(strings.ToUpper(typed), "ORDC") && v.path() != page {
			t.Errorf("%q leads to %s, not to the order", typed, v.path())
		}
	}
	for _, name := range []string{"髙﨑電機", "高崎電機", "ﾀｶｻｷ", "吉野家具", "みなと精機"} {
		v.open("/console/search?q=" + name)
		if name != "ﾀｶｻｷ" && !v.has("main a[href^='/console/orders/ORDC']") {
			t.Errorf("%q finds nothing: %s", name, v.text("main"))
		}
	}
}

// wide writes half-width letters, digits and hyphens in full width.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 'ａ' - 'a'
		}
		return r
	}, s)
}

// signOutEnds signs out: no page answers any more, also not by going back.
func signOutEnds(t *testing.T, v *tab) {
	v.open("/console/orders")
	v.press("form[action='/console/sign-out'] button")
	if v.path() != "/console/sign-in" {
		t.Errorf("after signing out one is at %s", v.path())
	}
	v.open("/console/orders")
	if !strings.HasPrefix(v.path(), "/console/sign-in") {
		t.Errorf("after signing out %s still answers", v.path())
	}
}

// withoutScripts does the daily work with scripts switched off.
func withoutScripts(t *testing.T, d *dev, b *browser) {
	v := b.newTab(t, "ja", call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	email, password := d.person(t, "lead")
	v.open("/console")
	v.fill("#email", email)
	v.fill("#password", password)
	v.press("form button")
	if v.path() != "/console" {
		t.Fatalf("signing in leads to %s", v.path())
	}
	number, _ := d.place(t, orderedMonths(24))
	d.await(t, number, "sent_back")
	v.open("/console/orders/" + number)
	v.press("#confirm button[name=only][value=term_mismatch]")
	d.await(t, number, "delivered")
	waiting, _ := d.place(t, communicating("電話をください"))
	d.awaitStaff(t, waiting)
	v.open("/console/orders/" + waiting)
	v.click("#act-send-back summary")
	v.fill("#act-send-back textarea", "社名をご確認ください。")
	v.press("#act-send-back form button.go")
	d.await(t, waiting, "sent_back")
	v.open("/console/orders/" + waiting + "/replace")
	v.press("button[name=do][value=add_line]")
	if n := len(v.list("table.sheet tbody tr")); n != 2 {
		t.Errorf("with a line added, the sheet has %d", n)
	}
}
