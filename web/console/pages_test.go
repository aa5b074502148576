package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
)

// busy fills the house with orders in every state.
func busy(h *house) map[string]models.Order {
	named := func(name, email string) func(*models.Application) {
		return func(a *models.Application) { a.EndUser.CompanyName, a.DeliveryEmail = name, email }
	}
	orders := map[string]models.Order{}
	add := func(what string, a models.Application, communication string, outcomes map[string]models.MailStatus, lines ...models.OrderLine) {
		orders[what] = h.order(a, communication, lines...)
		h.run(orders[what], outcomes)
	}
	add("two reasons", h.application(func(a *models.Application) { a.Credits = true }), "", nil, line("V1ES-STD", 250, 36))
	add("dead address", h.application(named("髙﨑電機工業株式会社", "none@takasaki.example")), "",
		map[string]models.MailStatus{"none@takasaki.example": models.MailFailed}, line("V1ES-STD", 60, 12))
	add("delivered", h.application(named("医療法人社団あおば会", "it@aoba.example")), "", nil, line("CSSP", 85, 12))
	add("to check", h.application(named("株式会社ｱｲｳ商会", "it@aiu.example")), "納品は来月でお願いします。", nil, line("V1ES-STD", 30, 12))
	add("unknown", h.application(named("東北みらい食品株式会社", "cut@mirai.example")), "",
		map[string]models.MailStatus{"cut@mirai.example": models.MailUnknown}, line("APX1", 300, 12))
	stopped := h.order(h.application(named("社会福祉法人ひまわり会", "gone@himawari.example")), "", line("APX1", 12, 12))
	state, err := h.Advance(h.t.Context(), stopped.ID)
	must(h.t, err)
	h.send(state.Mails[0], nil)
	h.run(stopped, map[string]models.MailStatus{"gone@himawari.example": models.MailFailed})
	orders["stopped"] = stopped
	orders["received"] = h.order(h.application(named("札幌ゆき酒造株式会社", "it@yuki.example")), "", line("APX1", 50, 12))
	return orders
}

func TestNumbersLeadToExactlyTheirRows(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		busy(h)
		h.pass(15 * 24 * time.Hour)
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console").want(http.StatusOK, "今日の仕事")
		seen := map[string]int{}
		page.Find(".tile > a[href]:first-child").Each(func(_ int, s *goquery.Selection) {
			href, _ := s.Attr("href")
			count, err := strconv.Atoi(s.Find("strong").AttrOr("data-count", ""))
			must(t, err)
			rows := b.get(href).want(http.StatusOK).Find("table[data-rows] tbody tr").Length()
			if rows != count {
				t.Errorf("%s says %d and its list has %d rows", s.Find("span").Text(), count, rows)
			}
			seen[s.Find("span").Text()] = count
		})
		for name, want := range map[string]int{"確認待ち": 1, "差し戻し中": 2, "納品メール不達": 1, "到達不明のメール": 3} {
			if seen[name] != want {
				t.Errorf("%s: %d, want %d", name, seen[name], want)
			}
		}
		if late := page.Find(".tile .late").AttrOr("href", ""); b.get(late).Find("tbody tr").Length() != 2 {
			t.Errorf("%q does not lead to what is overdue", late)
		}
		page.want(http.StatusOK, "期限を過ぎた差し戻し", "営業日")
		// In the menu only what is overdue is alarming.
		h.run(h.order(h.application(func(a *models.Application) { a.Credits = true }), "", line("V1ES-STD", 250, 12)), nil)
		counts := b.get("/console").Find(`nav.menu a[href="/console/orders?status=sent_back&oldest=1"] .counts`)
		if got := strings.Join(strings.Fields(counts.Text()), " "); got != "超過 2 3" || counts.Find(".late").Text() != "超過 2" {
			t.Errorf("the menu counts %q", got)
		}
	})
}

// everyPage is an address of every kind of page.
func everyPage(h *house, orders map[string]models.Order) []string {
	a := h.detail(orders["delivered"].OrderNumber)
	pages := []string{
		"/console", "/console/me", "/console/help", "/console/search?q=みなと", "/console/search?q=", "/console/orders",
		"/console/orders?status=sent_back&reason=term_mismatch&type=new&assignee=me&from=2026-01-01&to=2026-12-31&overdue=1&task=mail_unknown&cols=po.amount",
		"/console/orders/new", "/console/orders/new?receipt=" + h.application().ReceiptNumber,
		"/console/applications", fmt.Sprintf("/console/applications/%d", a.Application.ID), "/console/contracts",
		"/console/contracts/" + a.Licenses[0], "/console/contracts/" + a.Licenses[0] + "/contacts", "/console/mails", "/console/mails?status=trouble", "/console/audit",
		"/console/audit?subject=order&id=1", "/console/products", "/console/products?q=apex", "/console/resellers",
		fmt.Sprintf("/console/resellers/%d", h.reseller.ID), "/console/staff", fmt.Sprintf("/console/staff/%d", h.people[models.RoleClerk].ID),
		"/console/orders/" + orders["two reasons"].OrderNumber + "/replace", "/", "/console/orders/ORDC0000000",
	}
	for _, o := range orders {
		pages = append(pages, "/console/orders/"+o.OrderNumber)
	}
	return pages
}

var (
	textID   = regexp.MustCompile(`\b(console|contacts|ui|reason|reason_todo|order_status|order_type|line_kind|error|field)\.[a-z_]+(\.[a-z_]+)*\b`)
	japanese = regexp.MustCompile(`[ぁ-んァ-ヶ]`)
)

// TestEveryPageIsWhole opens every page in both languages and looks for what no
// page may have: text IDs, inline scripts and styles, fields without a label,
// IDs given twice, more or less than one main heading.
func TestEveryPageIsWhole(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		must(t, h.AssignOrder(t.Context(), h.clerk(), orders["two reasons"].OrderNumber, h.people[models.RoleLead].ID))
		b := h.signedIn(models.RoleLead)
		for _, lang := range []string{"ja", "en"} {
			b.get("/language?to=" + lang + "&back=/console").want(http.StatusSeeOther)
			for _, path := range everyPage(h, orders) {
				r := b.get(path)
				if r.status != http.StatusOK && !strings.HasSuffix(path, "ORDC0000000") {
					t.Errorf("%s gives %d: %s", path, r.status, r.text())
				}
				if r.Find("html").AttrOr("lang", "") != lang {
					t.Errorf("%s is not in %s", path, lang)
				}
				checkPage(t, lang+" "+path, r)
			}
		}
	})
}

func checkPage(t *testing.T, where string, r *reply) {
	t.Helper()
	visible := r.Find("body").Clone()
	visible.Find(".num").Remove()
	if found := textID.FindString(visible.Text()); found != "" {
		t.Errorf("%s shows the text ID %s", where, found)
	}
	if r.Find("script:not([src]), style, [style]").Length() > 0 {
		t.Errorf("%s has inline script or style", where)
	}
	r.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has an inline handler %s", where, a.Key)
			}
		}
	})
	if n := r.Find("h1").Length(); n != 1 {
		t.Errorf("%s has %d main headings", where, n)
	}
	if r.Find("main").Length() != 1 || r.Find("title").Text() == "" {
		t.Errorf("%s has no main part or no title", where)
	}
	ids := map[string]bool{}
	r.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("%s has two elements %s", where, id)
		}
		ids[id] = true
	})
	r.Find("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if id == "" || r.Find(`label[for="`+id+`"]`).Length() == 0 && !strings.Contains(id, "__i__") {
			t.Errorf("%s: the field %s has no label", where, s.AttrOr("name", "?"))
		}
	})
	r.Find("[aria-describedby]").Each(func(_ int, s *goquery.Selection) {
		for _, id := range strings.Fields(s.AttrOr("aria-describedby", "")) {
			if !ids[id] {
				t.Errorf("%s: nothing has the ID %s", where, id)
			}
		}
	})
}

func TestPagesCarryTheirHeaders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleViewer)
		r := b.get("/console")
		csp := r.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("the content policy is %q", csp)
		}
		if r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" || r.header.Get("X-Request-Id") == "" {
			t.Errorf("headers: %v", r.header)
		}
		r.Find("link[rel=stylesheet], script[src]").Each(func(_ int, s *goquery.Selection) {
			url := s.AttrOr("href", s.AttrOr("src", ""))
			file := b.get(url)
			if file.status != http.StatusOK || !strings.Contains(file.header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %d %s", url, file.status, file.header.Get("Cache-Control"))
			}
		})
		b.get("/assets/base.000000000000.css").want(http.StatusNotFound)
	})
}

func TestTheSwitchKeepsThePage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleClerk)
		page := b.get("/console/orders?status=sent_back&oldest=1").want(http.StatusOK, "差し戻し中の受注")
		r := b.get(page.Find("a.switch").AttrOr("href", ""))
		if r.location != "/console/orders?status=sent_back&oldest=1" {
			t.Fatalf("the switch leads to %q", r.location)
		}
		english := b.follow(r).want(http.StatusOK, "Orders sent back", "They wait for the reseller")
		if text := english.Find("nav.menu").Text(); japanese.MatchString(text) {
			t.Errorf("the menu is not in English: %s", text)
		}
		for _, back := range []string{"https://elsewhere.example", "//elsewhere.example", "/\\x"} {
			if to := b.get("/language?to=en&back=" + url.QueryEscape(back)).location; to != "/" {
				t.Errorf("%q leads to %q", back, to)
			}
		}
	})
}

func TestStaffsOwnLanguageIsTheDefault(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		h.change(models.RoleViewer, func(_ *house, m *models.Staff) { m.Language = models.English })
		h.signedIn(models.RoleViewer).get("/console").want(http.StatusOK, "Today", "Sign out")
	})
}

func TestSearchGoesStraightToAnExactHit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleViewer)
		d := h.detail(orders["delivered"].OrderNumber)
		code, err := h.ring.OpenCode(d.Holdings[0])
		must(t, err)
		for typed, want := range map[string]string{
			strings.ToLower(d.Order.OrderNumber):                          "/console/orders/" + d.Order.OrderNumber,
			"　" + d.Order.OrderNumber[:4] + "-" + d.Order.OrderNumber[4:]: "/console/orders/" + d.Order.OrderNumber,
			d.Shipment.DeliveryNumber:                                     "/console/orders/" + d.Order.OrderNumber,
			d.Licenses[0]:                                                 "/console/contracts/" + d.Licenses[0],
			strings.ToLower(code):                                         "/console/contracts/" + d.Licenses[0],
			d.Application.ReceiptNumber:                                   fmt.Sprintf("/console/applications/%d", d.Application.ID),
		} {
			if r := b.get("/console/search?q=" + url.QueryEscape(typed)); r.location != want {
				t.Errorf("%s leads to %q, want %q", typed, r.location, want)
			}
		}
		b.get("/console/search?q="+url.QueryEscape("あおば会")).want(http.StatusOK, "医療法人社団あおば会", d.Order.OrderNumber)
		b.get("/console/search?q="+url.QueryEscape("ない会社")).want(http.StatusOK, "見つかりませんでした")
		b.get("/console/search?q="+url.QueryEscape("<script>")).want(http.StatusOK, "<script>")
	})
}

func TestErrorPages(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleClerk)
		b.get("/console/orders/ORDC0000000").want(http.StatusNotFound, "ページが見つかりません", "該当する受注が見つかりません", "リクエストID")
		b.get("/console/applications/abc").want(http.StatusNotFound)
		b.get("/console/orders?cursor=nonsense").want(http.StatusUnprocessableEntity, "受け付けられませんでした")
		b.get("/language?to=en&back=/console")
		b.get("/console/contracts/999").want(http.StatusNotFound, "Not found", "Request ID")
	})
}

func TestAnErrorOfOursShowsNoCause(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		d := h.certificate(orders["delivered"], models.Japanese)
		must(t, h.files.Delete(t.Context(), d.BlobKey))
		b := h.signedIn(models.RoleViewer)
		r := b.get("/console/orders/" + orders["delivered"].OrderNumber + "/certificate/ja")
		if r.status < http.StatusBadRequest || strings.Contains(r.body, d.BlobKey) {
			t.Errorf("got %d: %s", r.status, r.text())
		}
	})
}

func TestCertificateOpensAsPDF(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["delivered"]
		h.certificate(o, models.Japanese)
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console/orders/"+o.OrderNumber).want(http.StatusOK, "ライセンス証書（日本語）", "SHA-256")
		pdf := b.get(page.Find("#documents a").AttrOr("href", ""))
		if pdf.status != http.StatusOK || pdf.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.body, "%PDF") {
			t.Errorf("got %d %s", pdf.status, pdf.header.Get("Content-Type"))
		}
		b.get("/console/orders/" + o.OrderNumber + "/certificate/xx").want(http.StatusNotFound)
	})
}
