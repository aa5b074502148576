package console_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
	"github.com/xuri/excelize/v2"
)

func numbersOn(r *reply) []string {
	return r.Find("table[data-rows] tbody tr").Map(func(_ int, s *goquery.Selection) string {
		return strings.TrimSpace(s.Find("a").First().Text())
	})
}

func TestFiltersAreChipsInTheURL(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleClerk)
		r := b.get("/console/orders?status=sent_back&reason=term_mismatch").want(http.StatusOK, "1件")
		if got := numbersOn(r); len(got) != 1 || got[0] != orders["two reasons"].OrderNumber {
			t.Errorf("the list has %v", got)
		}
		chips := r.Find("a.chip.on")
		if chips.Length() != 2 || !strings.Contains(chips.Text(), "契約月数の不一致") {
			t.Fatalf("chips: %s", chips.Text())
		}
		less, _ := chips.Last().Attr("href")
		if got := numbersOn(b.get(less)); len(got) != 2 {
			t.Errorf("without the reason the list has %v", got)
		}
		for query, want := range map[string]string{
			"q=" + url.QueryEscape("あおば会"):             "delivered",
			"q=" + orders["received"].PONumber:         "received",
			"waiting=staff&status=checking":            "to check",
			"task=mail_unknown":                        "unknown",
			"type=new&status=registered&waiting=staff": "stopped",
		} {
			if got := numbersOn(b.get("/console/orders?" + query)); len(got) != 1 || got[0] != orders[want].OrderNumber {
				t.Errorf("%s gives %v, want %s", query, got, orders[want].OrderNumber)
			}
		}
		b.get("/console/orders?from=gestern").want(http.StatusOK, "2026-12-01")
	})
}

func TestColumnsAreChosen(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		busy(h)
		b := h.signedIn(models.RoleViewer)
		r := b.get("/console/orders?status=sent_back&col=amount&col=type")
		if r.location != "/console/orders?cols=amount.type&status=sent_back" {
			t.Fatalf("the choice leads to %s", r.location)
		}
		heads := b.follow(r).Find("table[data-rows] th").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
		if strings.Join(heads, " ") != "受注番号 注文タイプ 金額（円）" {
			t.Errorf("columns: %v", heads)
		}
	})
}

func TestPagesDoNotJumpWhileRowsArrive(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		for range 53 {
			h.order(h.application(), "", line("APX1", 10, 12))
		}
		b := h.signedIn(models.RoleViewer)
		first := b.get("/console/orders?q=" + url.QueryEscape("みなと"))
		newest := numbersOn(first)
		if len(newest) != 50 {
			t.Fatalf("the first page has %d rows", len(newest))
		}
		h.order(h.application(), "", line("APX1", 10, 12))
		second := b.get(first.Find("a[rel=next]").AttrOr("href", ""))
		if got := numbersOn(second); len(got) != 3 {
			t.Errorf("the second page has %d rows", len(got))
		}
		if second.Find("a[rel=next]").Length() != 0 {
			t.Error("the last page leads on")
		}
		back := b.get(second.Find("a[rel=prev]").AttrOr("href", ""))
		if got := numbersOn(back); len(got) != 50 || got[1] != newest[0] {
			t.Errorf("back at the start the list begins with %v", got[:2])
		}
	})
}

func TestExportIsWhatIsShown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		evil := h.application(func(a *models.Application) { a.EndUser.CompanyName = "=cmd|'/c calc'!A1株式会社" })
		o := h.order(evil, "", line("APX1", 10, 12))
		h.order(h.application(), "", line("APX1", 7, 12))
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console/orders?cols=end_user.amount&q=" + o.OrderNumber)
		file := b.get(page.Find(".acts a:contains(CSV)").AttrOr("href", ""))
		if !strings.HasPrefix(file.body, "\uFEFF") || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("no CSV for Excel: %q", file.body)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.body, "\uFEFF"))).ReadAll()
		must(t, err)
		if len(rows) != 2 || strings.Join(rows[0], ",") != "受注番号,契約者,金額（円）" {
			t.Fatalf("rows: %v", rows)
		}
		if rows[1][0] != o.OrderNumber || rows[1][1] != "'"+o.EndUserName || rows[1][2] != "48000" {
			t.Errorf("row: %v", rows[1])
		}
		excel := b.get(page.Find(".acts a:contains(Excel)").AttrOr("href", ""))
		book, err := excelize.OpenReader(strings.NewReader(excel.body))
		must(t, err)
		cells, err := book.GetRows(book.GetSheetName(0))
		must(t, err)
		if len(cells) != 2 || cells[1][1] != o.EndUserName || cells[1][2] != "48000" {
			t.Errorf("the workbook has %v", cells)
		}
		formula, err := book.GetCellFormula(book.GetSheetName(0), "B2")
		must(t, err)
		if formula != "" {
			t.Errorf("the name became the formula %s", formula)
		}
	})
}

func TestExportGoesOnPastOnePage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		a := h.application()
		h.order(a, "", line("APX1", 1, 12))
		for range 204 {
			h.order(h.application(), "", line("APX1", 10, 12))
		}
		b := h.signedIn(models.RoleViewer)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.get("/console/orders/export.csv").body, "\uFEFF"))).ReadAll()
		must(t, err)
		if len(rows) != 206 {
			t.Errorf("the file has %d rows", len(rows))
		}
	})
}

func TestViewsAreSaved(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		busy(h)
		b := h.signedIn(models.RoleClerk)
		page := b.get("/console/orders?status=sent_back&oldest=1&cols=amount")
		r := b.post("/console/views", page.form("form[action='/console/views']", url.Values{"name": {"月曜の確認"}}))
		saved := b.follow(r).want(http.StatusOK, "表示を保存しました", "月曜の確認")
		link := saved.Find(".chip.view a")
		if link.AttrOr("aria-current", "") != "true" {
			t.Error("the view shown is not marked")
		}
		href := link.AttrOr("href", "")
		b.get(href).want(http.StatusOK, "差し戻し中の受注")
		if other := h.signedIn(models.RoleViewer).get("/console/orders").Find(".chip.view").Length(); other != 0 {
			t.Error("somebody else sees the view")
		}
		b.follow(b.post("/console/views", page.form("form[action='/console/views']", url.Values{"name": {" "}}))).want(http.StatusOK, "表示の名前")
		action := saved.Find(".chip.view form").AttrOr("action", "")
		b.follow(b.post(action, url.Values{})).want(http.StatusOK, "表示を削除しました")
		b.post(action, url.Values{}).want(http.StatusNotFound)
	})
}

func TestTickedOrdersAreTaken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleClerk)
		page := b.get("/console/orders?status=sent_back")
		form := page.form("form.list", url.Values{"number": {orders["two reasons"].OrderNumber, orders["dead address"].OrderNumber}})
		r := b.post("/console/orders/take", form)
		if r.location != "/console/orders?status=sent_back" {
			t.Fatalf("it leads to %s", r.location)
		}
		b.follow(r).want(http.StatusOK, "2件の担当になりました", "山本 彩")
		if got := numbersOn(b.get("/console/orders?assignee=me")); len(got) != 2 {
			t.Errorf("mine are %v", got)
		}
		b.follow(b.post("/console/orders/take", url.Values{})).want(http.StatusOK, "チェックが付いていません")
	})
}
