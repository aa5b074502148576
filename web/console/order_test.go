package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func (b *browser) order(o models.Order) *reply {
	b.t.Helper()
	return b.get("/console/orders/"+o.OrderNumber).want(http.StatusOK, o.OrderNumber)
}

// act sends an action's form from the order's page, as a browser would.
func (b *browser) act(page *reply, action string, typed url.Values) *reply {
	b.t.Helper()
	form := page.Find("form[action$='/" + action + "']").First()
	path, ok := form.Attr("action")
	if !ok {
		b.t.Fatalf("the page offers no %s: %s", action, page.text())
	}
	return b.post(path, page.form("form[action='"+path+"']", typed))
}

func TestDifferencesStandSideBySide(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		page := h.signedIn(models.RoleClerk).order(o)
		page.want(http.StatusOK, "申請と発注の食い違い（2件）", "差し戻し中", "36か月で確定", "北斗システム販売株式会社")
		rows := page.Find("#differences tbody tr")
		first := rows.First()
		if first.Find("td.a").Text() != "12か月" || first.Find("td.b").Text() != "36か月" {
			t.Errorf("the months: %s", first.Text())
		}
		second := rows.Last().Text()
		for _, want := range []string{"選択あり", "Trend Vision One", "Creditsではない", "再申請"} {
			if !strings.Contains(second, want) {
				t.Errorf("the credits lack %s: %s", want, second)
			}
		}
		letter := page.Find("#letter").Text()
		for _, want := range []string{o.OrderNumber, o.PONumber, "契約月数の不一致", "12か月", "36か月"} {
			if !strings.Contains(letter, want) {
				t.Errorf("the letter lacks %q:\n%s", want, letter)
			}
		}
		if href := page.Find("#timeline a").AttrOr("href", ""); href != "http://temporal.example:8233/namespaces/default/workflows/order%2F"+o.OrderNumber {
			t.Errorf("the Temporal link is %s", href)
		}
		timeline := page.Find("#timeline").Text()
		for _, want := range []string{"受注を入力", "API 北斗基幹システム", "req_01JCAPI", "差し戻し: 契約月数、Credits", "orders@hokuto.example", "250 2.0.0"} {
			if !strings.Contains(timeline, want) {
				t.Errorf("the timeline lacks %q: %s", want, timeline)
			}
		}
	})
}

func TestOneClickConfirms(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		told := len(h.told)
		r := b.act(b.order(o), "confirm", url.Values{"only": {"term_mismatch"}})
		b.follow(r).want(http.StatusOK, "確定しました", "確認中")
		if len(h.told) != told+1 {
			t.Error("the process was not told")
		}
		h.run(o, nil)
		page := b.order(o).want(http.StatusOK, "（1件）", "確定した内容", "これまでの差し戻し")
		if text := page.Find("#differences").Text(); strings.Contains(text, "契約月数") {
			t.Errorf("the confirmed difference is raised again: %s", text)
		}
		page.want(http.StatusOK, "契約月数の不一致：36か月")
	})
}

func TestConfirmingAnAddress(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["dead address"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o).want(http.StatusOK, "550 5.1.1 User unknown", "納品先メール不達")
		field := "value.delivery_mail_undeliverable"
		for typed, want := range map[string]string{"none@takasaki.example": "同じ", "not an address": "メールアドレス"} {
			again := b.act(page, "confirm", url.Values{"only": {"delivery_mail_undeliverable"}, field: {typed}})
			again.want(http.StatusUnprocessableEntity)
			input := again.Find("[name='" + field + "']")
			if input.AttrOr("value", "") != typed || input.AttrOr("aria-invalid", "") != "true" {
				t.Errorf("%q did not come back: %v", typed, input.Nodes)
			}
			if text := input.Parent().Find(".wrong").Text(); text == "" {
				t.Errorf("%q: nothing says what is wrong (want %s)", typed, want)
			}
		}
		b.follow(b.act(page, "confirm", url.Values{"only": {"delivery_mail_undeliverable"}, field: {"right@takasaki.example"}})).want(http.StatusOK, "確定しました")
		h.run(o, nil)
		if d := h.detail(o.OrderNumber); d.Order.Status != models.OrderDelivered || d.Shipment.DeliveryEmail != "right@takasaki.example" {
			t.Errorf("the order is %s", d.Order.Status)
		}
	})
}

func TestConfirmingALicenseHolder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		first := busy(h)["delivered"]
		license := h.detail(first.OrderNumber).Licenses[0]
		renewal := func() models.Order {
			a := h.application(func(a *models.Application) { a.OrderType, a.LicenseID = models.OrderTypeRenewal, license })
			o := h.order(a, "", models.OrderLine{ProductCode: "CSSP", Kind: models.LineRenewal, Quantity: 85, Months: 12, UnitPrice: 3000})
			h.run(o, nil)
			return o
		}
		b := h.signedIn(models.RoleClerk)
		one := renewal()
		page := b.order(one).want(http.StatusOK, "登録されている「医療法人社団あおば会」を使う")
		b.follow(b.act(page, "confirm", url.Values{"only": {"license_holder_mismatch"}})).want(http.StatusOK)
		h.run(one, nil)
		if d := h.detail(one.OrderNumber); d.Order.Status != models.OrderDelivered {
			t.Errorf("with the registered name the order is %s", d.Order.Status)
		}
		two := renewal()
		wrong := b.act(b.order(two), "confirm", url.Values{
			"only": {"license_holder_mismatch"}, "choice.license_holder_mismatch": {"id"}, "value.license_holder_mismatch": {"abc"},
		})
		wrong.want(http.StatusUnprocessableEntity)
		if v := wrong.Find("[name='choice.license_holder_mismatch'][value=id]"); v.AttrOr("checked", "no") == "no" {
			t.Error("the choice was forgotten")
		}
	})
}

// TestSeveralLicensesAreSettledInOneGo confirms two license IDs with one button;
// what is wrong with the second stands at the second.
func TestSeveralLicensesAreSettledInOneGo(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		h.run(h.order(h.application(), "", line("CSSP", 85, 12)), nil)
		first := h.order(h.application(), "", line("TXSL", 20, 12))
		h.run(first, nil)
		right := h.detail(first.OrderNumber).Licenses[0]
		a := h.application(func(a *models.Application) { a.OrderType, a.LicenseID = models.OrderTypeRenewal, "99999991" })
		renewal := func(product, license string) models.OrderLine {
			return models.OrderLine{ProductCode: product, Kind: models.LineRenewal, Quantity: 85, Months: 12, UnitPrice: 3000, LicenseID: license}
		}
		o := h.order(a, "", renewal("CSSP", ""), renewal("TXSL", "99999992"))
		h.run(o, nil)
		b := h.signedIn(models.RoleClerk)
		values := url.Values{"only": {""}, "value.license_holder_mismatch": {right}, "value.license_holder_mismatch.99999992": {"x"}}
		page := b.order(o).want(http.StatusOK, "まとめて確定")
		wrong := b.act(page, "confirm", values).want(http.StatusUnprocessableEntity, "数字")
		if field := wrong.Find("input[aria-invalid=true]"); field.AttrOr("name", "") != "value.license_holder_mismatch.99999992" || field.AttrOr("value", "") != "x" {
			t.Errorf("the error stands at %q", field.AttrOr("name", ""))
		}
		values.Set("value.license_holder_mismatch.99999992", right)
		b.follow(b.act(page, "confirm", values)).want(http.StatusOK, "確定しました")
		if d := h.detail(o.OrderNumber); len(d.Confirmations) != 2 {
			t.Errorf("%d values are settled, want two", len(d.Confirmations))
		}
	})
}

// TestAnOrderUnderTheWrongResellerIsReplaced offers the reseller only where staff chose it.
func TestAnOrderUnderTheWrongResellerIsReplaced(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		other := models.Reseller{PartnerCode: "ZZ99YY88", Name: "株式会社別販売", Email: "orders@betsu.example", Language: models.Japanese}
		must(t, h.CreateReseller(t.Context(), h.clerk(), &other))
		entered, err := h.EnterOrder(t.Context(), h.clerk(), store.Entry{ReceiptNumber: h.application().ReceiptNumber, Order: models.Order{
			PartnerCode: other.PartnerCode, PONumber: "手入力-1", OrderDate: h.Today(), OrderType: models.OrderTypeNew, Lines: []models.OrderLine{line("APX1", 10, 12)},
		}})
		must(t, err)
		h.run(entered.Order, nil)
		b := h.signedIn(models.RoleClerk)
		b.order(entered.Order).want(http.StatusOK, "正しい販売店を選択")
		page := b.get("/console/orders/" + entered.Order.OrderNumber + "/replace")
		form := page.form("form[data-guard]", url.Values{"partner_code": {h.reseller.PartnerCode}, "do": {"replace"}})
		b.follow(b.post("/console/orders/"+entered.Order.OrderNumber+"/replace", form)).want(http.StatusOK, h.reseller.Name)
		h.run(entered.Order, nil)
		if d := h.detail(entered.Order.OrderNumber); d.Order.Status != models.OrderDelivered {
			t.Errorf("the order is %s", d.Order.Status)
		}
		own := h.order(h.application(func(a *models.Application) { a.Reseller.PartnerCode = "ZZ99YY88" }), "", line("APX1", 10, 12))
		h.run(own, nil)
		b.order(own).want(http.StatusOK, "申請の誤りです")
		if b.get("/console/orders/"+own.OrderNumber+"/replace").Find("[name=partner_code]").Length() != 0 {
			t.Error("an order that came with a key can be given away")
		}
	})
}

func TestSomebodyElseChangedIt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o)
		sheet := models.Order{PONumber: o.PONumber + "-B", OrderType: o.OrderType, Lines: []models.OrderLine{line("V1ES-STD", 99, 12)}}
		lead := models.Actor{Kind: models.ActorStaff, ID: h.people[models.RoleLead].ID, Name: h.people[models.RoleLead].Name}
		_, err := h.ReplaceOrder(t.Context(), lead, store.Decide{OrderNumber: o.OrderNumber}, sheet)
		must(t, err)
		h.run(o, nil)

		again := b.act(page, "cancel", url.Values{"reason": {"お客様のご都合により"}})
		again.want(http.StatusConflict, "ほかの人がこの受注を変更しました", "高橋 亮", "注文書を差し替え")
		diff := again.Find("#changed table").Text()
		for _, want := range []string{"× 250", "× 99", o.PONumber + "-B"} {
			if !strings.Contains(diff, want) {
				t.Errorf("the difference lacks %q: %s", want, diff)
			}
		}
		if text := again.Find("#cancel-reason").Text(); text != "お客様のご都合により" {
			t.Errorf("the reason came back as %q", text)
		}
		b.follow(b.act(again, "cancel", nil)).want(http.StatusOK, "受注を取り消しました", "お客様のご都合により")
	})
}

func TestWhatWasTypedSurvivesALostForm(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["to check"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o)
		_, err := h.CancelOrder(t.Context(), h.clerk(), store.Decide{OrderNumber: o.OrderNumber}, "重複")
		must(t, err)
		again := b.act(page, "send-back", url.Values{"text": {"通信欄をご確認ください。"}})
		again.want(http.StatusConflict, "通信欄をご確認ください。", "取消")
		if again.Find("#act-send-back").Length() != 0 {
			t.Error("a cancelled order can be sent back")
		}
	})
}

func TestDecisionsOnAnOrderToCheck(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["to check"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o).want(http.StatusOK, "確認待ち", "通信欄あり", "納品は来月でお願いします。")
		b.follow(b.act(page, "hold", url.Values{"note": {"電話で確認中"}})).want(http.StatusOK, "保留にしました", "電話で確認中")
		page = b.follow(b.act(b.order(o), "pass", nil)).want(http.StatusOK, "確認済みにしました")
		if page.Find("#live").AttrOr("hx-get", "") == "" {
			t.Error("the page does not look again while the process works")
		}
		h.run(o, nil)
		live := b.live(o)
		live.want(http.StatusOK, "納品済み")
		if live.Find("#live").AttrOr("hx-get", "") != "" || live.Find("html head title").Length() > 0 {
			t.Error("the settled order is asked for again, or the part is a whole page")
		}
	})
}

// live asks for the part of the page that htmx asks for.
func (b *browser) live(o models.Order) *reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.host+"/console/orders/"+o.OrderNumber+"?live=1", nil)
	must(b.t, err)
	r.Header.Set("HX-Request", "true")
	return b.do(r)
}

func TestTheLookAgainSlowsDownAndEndsQuietly(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["received"]
		b := h.signedIn(models.RoleViewer)
		if every := b.order(o).Find("#live").AttrOr("hx-trigger", ""); every != "every 1500ms" {
			t.Errorf("at first it looks %s", every)
		}
		h.pass(2 * time.Minute)
		if every := b.order(o).Find("#live").AttrOr("hx-trigger", ""); every != "every 10s" {
			t.Errorf("later it looks %s", every)
		}
		if r := b.live(models.Order{OrderNumber: "ORDC0000000"}); r.status != http.StatusNotFound || r.header.Get("HX-Reswap") != "none" || r.body != "" {
			t.Errorf("an error would take the page's place: %d %q", r.status, r.body)
		}
		for range 3 { // looking again is nothing that the person does
			h.pass(12 * time.Minute)
			b.live(o)
		}
		if r := b.live(o); r.status != http.StatusUnauthorized || r.header.Get("HX-Redirect") != "/console/sign-in" {
			t.Errorf("after idling the page is answered with %d", r.status)
		}
	})
}

func TestSendingBackInOnesOwnWords(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["to check"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o)
		again := b.act(page, "send-back", url.Values{"text": {" "}})
		again.want(http.StatusUnprocessableEntity)
		if _, open := again.Find("#act-send-back").Attr("open"); !open || again.Find("#send-back-text").AttrOr("aria-invalid", "") != "true" {
			t.Error("the form does not stand open with its error")
		}
		b.follow(b.act(page, "send-back", url.Values{"text": {"納品日の指定はできません。"}})).want(http.StatusOK, "差し戻しました", "差し戻しの理由（1件）", "納品日の指定はできません。")
	})
}

func TestReapplying(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o)
		b.act(page, "reapply", url.Values{"receipt_number": {"ABC"}}).want(http.StatusUnprocessableEntity, "24文字")
		used := h.detail(o.OrderNumber).Application.ReceiptNumber
		b.act(page, "reapply", url.Values{"receipt_number": {used}}).want(http.StatusConflict, o.OrderNumber)
		fresh := h.application(func(a *models.Application) { a.Months = 36 })
		b.follow(b.act(page, "reapply", url.Values{"receipt_number": {strings.ToLower(fresh.ReceiptNumber)}})).want(http.StatusOK, "新しい受付番号に切り替えました", fresh.ReceiptNumber)
		h.run(o, nil)
		b.order(o).want(http.StatusOK, "納品済み")
	})
}

func TestCancellingAsksForAReason(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		b.act(b.order(o), "cancel", nil).want(http.StatusUnprocessableEntity)
		if h.detail(o.OrderNumber).Order.Status == models.OrderCancelled {
			t.Error("cancelled without a reason")
		}
	})
}

func TestRedirectingADelivery(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["stopped"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o).want(http.StatusOK, "納品できていません", "納品メールが届きませんでした")
		b.act(page, "redirect", url.Values{"email": {"nobody"}}).want(http.StatusUnprocessableEntity)
		b.follow(b.act(page, "redirect", url.Values{"email": {"new@himawari.example"}})).want(http.StatusOK, "新しい納品先へ送ります")
		h.run(o, nil)
		done := b.order(o).want(http.StatusOK, "納品済み", "new@himawari.example", "#2")
		if done.Find(".card.bad").Length() != 0 {
			t.Error("the tasks are still open")
		}
	})
}

func TestTasksNotesAndAssignee(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["unknown"]
		b := h.signedIn(models.RoleClerk)
		page := b.order(o).want(http.StatusOK, "メールの到達が不明です", "自動では再送されません")
		task := page.Find("form[action$='/close']")
		path := task.First().AttrOr("action", "")
		form := page.form("form[action='"+path+"']", url.Values{"note": {"電話で到着を確認"}})
		b.follow(b.post(path, form)).want(http.StatusOK, "確認を完了しました", "電話で到着を確認")
		b.post(path, form).want(http.StatusConflict, "すでに完了")

		b.act(page, "notes", url.Values{"text": {" "}}).want(http.StatusUnprocessableEntity)
		b.follow(b.act(page, "notes", url.Values{"text": {"折り返し待ち\n<b>太字ではない</b>"}})).want(http.StatusOK, "折り返し待ち <b>太字ではない</b>")
		b.follow(b.post("/console/orders/"+o.OrderNumber+"/assign", url.Values{"staff": {"2"}})).want(http.StatusOK, "担当を変更しました")
		b.follow(b.post("/console/orders/"+o.OrderNumber+"/assign", url.Values{"staff": {"0"}})).want(http.StatusOK, "担当なし")
		b.post("/console/orders/"+o.OrderNumber+"/assign", url.Values{"staff": {"999"}}).want(http.StatusUnprocessableEntity)
	})
}

func TestViewersAreOfferedNothingToPress(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleViewer)
		for what, o := range orders {
			page := b.order(o)
			page.Find("main form").Each(func(_ int, s *goquery.Selection) {
				if action := s.AttrOr("action", ""); !strings.HasSuffix(action, "/confirm") {
					t.Errorf("%s: a viewer is offered %s", what, action)
				}
			})
			if n := page.Find("main form button").Length(); n > 0 && page.Find("main form button:not([type=button])").Length() > 0 {
				t.Errorf("%s: a viewer has %d buttons", what, n)
			}
		}
	})
}

func TestAFormWithoutItsVersionIsRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["two reasons"]
		b := h.signedIn(models.RoleClerk)
		b.post("/console/orders/"+o.OrderNumber+"/cancel", url.Values{"reason": {"x"}}).want(http.StatusUnprocessableEntity)
		b.post("/console/orders/"+o.OrderNumber+"/cancel", url.Values{"reason": {"x"}, "version": {"1"}, "seen": {"{broken"}}).want(http.StatusConflict)
		if h.detail(o.OrderNumber).Order.Status != models.OrderSentBack {
			t.Error("it was carried out")
		}
	})
}
