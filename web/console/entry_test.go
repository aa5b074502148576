package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
)

// sheetForm is the form of the order sheet on a page.
const sheetForm = "form[data-guard]"

func TestEnteringAnOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		a := h.application()
		b := h.signedIn(models.RoleClerk)
		b.get("/console/orders/new").want(http.StatusOK, "申請を照会")
		page := b.get("/console/orders/new?receipt=" + url.QueryEscape(strings.ToLower(a.ReceiptNumber[:8])+" - "+a.ReceiptNumber[8:]))
		page.want(http.StatusOK, "株式会社みなと精機", "契約者と同じ", "2026年7月")
		form := page.form(sheetForm, url.Values{
			"po_number": {"A-1"}, "lines[0].product_code": {"V1ES-STD"}, "lines[0].quantity": {"１，２００"}, "lines[0].unit_price": {"4,800円"},
		})
		if form.Get("lines[0].months") != "12" || form.Get("partner_code") != "HK20815A" || form.Get("order_date") != "2026-06-10" {
			t.Errorf("the sheet is prefilled with %v", form)
		}
		form.Set("do", "enter")
		r := b.post("/console/orders/new", form)
		order := b.follow(r).want(http.StatusOK, "受注を受け付けました", "山本 彩", "A-1", "5,760,000")
		if len(h.told) != 1 {
			t.Error("the process was not told")
		}
		again := b.get("/console/orders/new?receipt="+a.ReceiptNumber).want(http.StatusOK, "すでに使用")
		if href := again.Find(".notice a").AttrOr("href", ""); !strings.Contains(order.text(), strings.TrimPrefix(href, "/console/orders/")) {
			t.Errorf("the notice leads to %s", href)
		}
	})
}

func TestErrorsStandAtTheirFieldsAllAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		a := h.application()
		b := h.signedIn(models.RoleClerk)
		page := b.get("/console/orders/new?receipt=" + a.ReceiptNumber)
		typed := url.Values{
			"po_number": {""}, "partner_code": {""}, "order_date": {"gestern"}, "communication": {"二行の\r\n通信欄"},
			"lines[0].product_code": {""}, "lines[0].quantity": {"たくさん"}, "lines[0].months": {"0"}, "lines[0].unit_price": {"-5"},
			"lines[1].product_code": {"APX1"}, "lines[1].kind": {"addition"}, "lines[1].quantity": {"1000000000"}, "lines[1].months": {"12"},
			"lines[1].unit_price": {"4800"}, "lines[1].license_id": {"x1"}, "lines[1].holding_id": {""}, "do": {"enter"},
		}
		r := b.post("/console/orders/new", page.form(sheetForm, typed))
		r.want(http.StatusUnprocessableEntity, "数字で入力してください")
		for name, values := range typed {
			if name == "do" || name == "order_date" || name == "lines[1].holding_id" {
				continue
			}
			field := r.Find(`[name="` + name + `"]`)
			got := field.AttrOr("value", field.Text())
			if goquery.NodeName(field) == "select" {
				got = field.Find("option[selected]").AttrOr("value", "")
			}
			if strings.ReplaceAll(values[0], "\r\n", "\n") != got {
				t.Errorf("%s came back as %q", name, got)
			}
		}
		for _, name := range []string{
			"po_number", "order_date", "lines[0].product_code", "lines[0].quantity", "lines[0].months", "lines[0].unit_price",
			"lines[1].kind", "lines[1].quantity", "lines[1].license_id",
		} {
			field := r.Find(`[name="` + name + `"]`)
			if field.AttrOr("aria-invalid", "") != "true" || r.Find(`[id="`+name+`-wrong"]`).Text() == "" {
				t.Errorf("%s is not marked", name)
			}
			if r.Find(`.notice a[href="#`+name+`"]`).Length() != 1 {
				t.Errorf("the summary does not lead to %s", name)
			}
		}
		focus := r.Find("[autofocus]")
		if focus.Length() != 1 || focus.AttrOr("name", "") != "po_number" {
			t.Errorf("the focus is on %d fields, first %s", focus.Length(), focus.AttrOr("name", ""))
		}
		if len(h.told) != 0 {
			t.Error("something was entered")
		}
	})
}

func TestLookingUpWhatIsNotThere(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleClerk)
		receipt := h.application().ReceiptNumber
		mistyped := strings.Replace(receipt, receipt[:1], map[bool]string{true: "B", false: "A"}[receipt[0] == 'A'], 1)
		for typed, want := range map[string]string{"ABC": "24文字", mistyped: "入力誤り"} {
			r := b.get("/console/orders/new?receipt="+typed).want(http.StatusUnprocessableEntity, want)
			if r.Find("#receipt_number").AttrOr("value", "") != typed {
				t.Errorf("%s did not come back", typed)
			}
		}
	})
}

func TestLinesWithoutJavaScript(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		a := h.application()
		b := h.signedIn(models.RoleClerk)
		page := b.get("/console/orders/new?receipt=" + a.ReceiptNumber)
		// The Enter key presses a form's first button: that is the sheet's own, no line's.
		if does := page.Find(sheetForm+" button").First().AttrOr("value", ""); does != "enter" {
			t.Errorf("the Enter key does %q", does)
		}
		form := page.form(sheetForm, url.Values{"lines[0].product_code": {"APX1"}, "lines[0].quantity": {"10"}, "do": {"add_line"}})
		two := b.post("/console/orders/new", form).want(http.StatusOK)
		if two.Find("table[data-sheet] tbody tr").Length() != 2 || two.Find(".wrong").Length() != 0 {
			t.Fatalf("the sheet has %d lines", two.Find("table[data-sheet] tbody tr").Length())
		}
		form = two.form(sheetForm, url.Values{
			"lines[1].product_code": {"CSSP"}, "lines[1].quantity": {"20"}, "lines[1].months": {"12"}, "do": {"remove_line:0"},
		})
		one := b.post("/console/orders/new", form).want(http.StatusOK)
		if got := one.Find(`[name="lines[0].product_code"] option[selected]`).AttrOr("value", ""); got != "CSSP" {
			t.Errorf("the line left is %s", got)
		}
		form = one.form(sheetForm, url.Values{"po_number": {"A-2"}, "lines[0].unit_price": {"3000"}, "do": {"add_line"}})
		last := b.post("/console/orders/new", form)
		form = last.form(sheetForm, url.Values{"do": {"enter"}})
		b.follow(b.post("/console/orders/new", form)).want(http.StatusOK, "60,000") // the empty line is left out
	})
}

func TestAPONumberThatIsTaken(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		first := h.order(h.application(), "", line("APX1", 10, 12))
		a := h.application()
		b := h.signedIn(models.RoleClerk)
		form := b.get("/console/orders/new?receipt="+a.ReceiptNumber).form(sheetForm, url.Values{
			"po_number": {first.PONumber}, "lines[0].product_code": {"APX1"}, "lines[0].quantity": {"10"}, "lines[0].unit_price": {"1"}, "do": {"enter"},
		})
		r := b.post("/console/orders/new", form).want(http.StatusConflict, first.OrderNumber)
		if r.Find(".notice a").AttrOr("href", "") != "/console/orders/"+first.OrderNumber || r.Find("#po_number").AttrOr("value", "") != first.PONumber {
			t.Error("the order in the way is not linked, or the form is empty")
		}
	})
}

func TestReplacingASheet(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		path := "/console/orders/" + o.OrderNumber + "/replace"
		page := b.get(path).want(http.StatusOK, "差し戻しの理由", "契約月数の不一致")
		wrong := b.post(path, page.form(sheetForm, url.Values{"lines[0].quantity": {"0"}, "do": {"replace"}}))
		wrong.want(http.StatusUnprocessableEntity)
		if wrong.Find(`[name="lines[0].quantity"]`).AttrOr("aria-invalid", "") != "true" {
			t.Error("the quantity is not marked")
		}
		added := b.post(path, wrong.form(sheetForm, url.Values{"do": {"add_line"}})).want(http.StatusOK)
		form := added.form(sheetForm, url.Values{
			"lines[0].quantity": {"80"}, "lines[0].months": {"12"}, "lines[0].product_code": {"V1-CREDITS"},
			"note": {"先方より訂正"}, "do": {"replace"},
		})
		form.Set("lines[0].quantity", "500")
		b.follow(b.post(path, form)).want(http.StatusOK, "注文書を差し替えました", "先方より訂正")
		h.run(o, nil)
		b.order(o).want(http.StatusOK, "納品済み", "Trend Vision One Credits")
		b.get(path).want(http.StatusOK, "納品済み", "この操作はできません")
	})
}

func TestReplacingWhatSomebodyChanged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b, other := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead)
		path := "/console/orders/" + o.OrderNumber + "/replace"
		page := b.get(path)
		theirs := other.get(path).form(sheetForm, url.Values{"lines[0].quantity": {"77"}, "do": {"replace"}})
		other.follow(other.post(path, theirs)).want(http.StatusOK)
		h.run(o, nil)
		again := b.post(path, page.form(sheetForm, url.Values{"lines[0].quantity": {"55"}, "do": {"replace"}}))
		again.want(http.StatusConflict, "ほかの人がこの受注を変更しました", "× 77", "高橋 亮")
		if got := again.Find(`[name="lines[0].quantity"]`).AttrOr("value", ""); got != "55" {
			t.Errorf("what was typed came back as %s", got)
		}
		b.follow(b.post(path, again.form(sheetForm, url.Values{"do": {"replace"}}))).want(http.StatusOK, "55")
	})
}
