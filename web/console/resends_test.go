package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// asked takes a resend in as the form does, and has it compared as the process does.
func (h *house) asked(reference, name, to string) models.Resend {
	h.t.Helper()
	r, _, err := h.RequestResend(h.t.Context(), models.Process, models.ResendRequest{
		Source: models.ResendByForm, Language: models.Japanese, Reference: reference, EndUserName: name, ResendTo: to, LinkKey: h.ring.CurrentKey(),
		Asker: models.Asker{
			CompanyName: "株式会社みなと精機", Department: "総務部", PersonName: "小林 菜々", Phone: "03-1234-5678",
			Email: "kobayashi@minato-seiki.example", Prefecture: "東京都", City: "港区",
		},
	})
	must(h.t, err)
	_, err = h.AdvanceResend(h.t.Context(), r.ID)
	must(h.t, err)
	return h.resend(r.ResendNumber)
}

func (h *house) resend(number string) models.Resend {
	h.t.Helper()
	r, err := h.ResendByNumber(h.t.Context(), models.Process, number)
	must(h.t, err)
	return r
}

// deliveredOrder is an order carried to its end, with its delivery.
func (h *house) deliveredOrder(changes ...func(*models.Application)) store.OrderDetail {
	h.t.Helper()
	o := h.order(h.application(changes...), "", line("V1ES-STD", 25, 12))
	h.run(o, nil)
	return h.detail(o.OrderNumber)
}

func at(r models.Resend) string { return "/console/resends/" + r.ResendNumber }

func TestTheQueueOfResends(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		d := h.deliveredOrder()
		h.asked("SHPC0000000", "株式会社みなと精機", "")
		h.pass(6 * 24 * time.Hour) // the first is overdue
		waiting := h.asked(d.Shipment.DeliveryNumber, "みなと商会株式会社", "")
		sent := h.asked(d.Shipment.DeliveryNumber, "株式会社みなと精機", "license@minato-seiki.example")
		if sent.Status != models.ResendApproved {
			t.Fatalf("what fits is %s", sent.Status)
		}
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console").want(http.StatusOK, "審査待ちの再送依頼", "期限超過")
		if first := page.Find("table.resends tbody tr").First().Text(); !strings.Contains(first, "SHPC0000000") {
			t.Errorf("the overdue one is not first: %s", first)
		}
		counts := page.Find(`nav.menu a[href="/console/resends?status=reviewing&oldest=1"] .counts`).Text()
		if got := strings.Join(strings.Fields(counts), " "); got != "超過 1 2" {
			t.Errorf("the menu counts %q", got)
		}
		for query, want := range map[string]int{
			"status=reviewing&oldest=1": 2, "status=reviewing&overdue=1&oldest=1": 1, "": 3, "source=form": 3, "source=api": 0,
			"q=" + waiting.ResendNumber: 1, "q=" + url.QueryEscape("みなと商会"): 1, "q=kobayashi@minato-seiki.example": 3,
			"from=2026-06-14&to=2026-06-30": 2, "status=sent": 0,
		} {
			list := b.get("/console/resends?" + query).want(http.StatusOK)
			if got := list.Find("table[data-rows] tbody tr").Length(); got != want || list.Find("#count").Text() != fmt.Sprintf("%d件", want) {
				t.Errorf("%s lists %d and says %s", query, got, list.Find("#count").Text())
			}
		}
		chip := b.get("/console/resends?status=reviewing&overdue=1&oldest=1").Find(".chip.on").First()
		if off := chip.AttrOr("href", ""); off != "/console/resends?oldest=1&overdue=1" {
			t.Errorf("the chip %q leads to %s", chip.Text(), off)
		}
		b.get("/console/resends?from=yesterday").want(http.StatusOK, "日付は")
		if r := b.get("/console/search?q=" + strings.ToLower(waiting.ResendNumber)); r.location != at(waiting) {
			t.Errorf("searching for the number leads to %q", r.location)
		}
		b.get("/console/audit?id="+waiting.ResendNumber).want(http.StatusOK, "再送を依頼", "審査待ち", waiting.ResendNumber)
	})
}

func TestApprovingAResend(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		d := h.deliveredOrder()
		r := h.asked(d.Shipment.DeliveryNumber, "みなと商会株式会社", "kobayashi@minato-seiki.example")
		b := h.signedIn(models.RoleClerk)
		page := b.get(at(r)).want(http.StatusOK, "みなと商会株式会社", "株式会社みなと精機", "license@minato-seiki.example", "不一致")
		if page.Find("[name=shipment]").Length() != 1 || page.Find("[name=shipment][checked]").Length() != 0 {
			t.Error("a delivery whose name does not fit is ticked")
		}
		none := b.post(at(r)+"/approve", page.form("#approve form", nil)).want(http.StatusUnprocessableEntity, "納品を1件に決められません")
		wrong := none.form("#approve form", url.Values{"other": {"SHPC9999999"}, "note": {"電話で確認"}})
		again := b.post(at(r)+"/approve", wrong).want(http.StatusUnprocessableEntity, "この番号の納品はありません")
		if again.Find("#approve-note").AttrOr("value", "") != "電話で確認" {
			t.Error("the note is gone")
		}
		form := again.form("#approve form", url.Values{"other": {""}, "shipment": {fmt.Sprint(d.Shipment.ID)}})
		told := len(h.told)
		b.follow(b.post(at(r)+"/approve", form)).want(http.StatusOK, "再送を承認しました", "再送中", "kobayashi@minato-seiki.example", "電話で確認", "山本 彩")
		if len(h.told) != told+1 {
			t.Error("the process was not told")
		}
		if v := h.detail(d.Order.OrderNumber).Shipment.PasswordVersion; v != 2 {
			t.Errorf("the password is version %d", v)
		}
		b.get("/console/orders/"+d.Order.OrderNumber).want(http.StatusOK, r.ResendNumber, "再送中")
	})
}

// A PO number that two resellers used: staff choose.
func TestChoosingBetweenDeliveries(t *testing.T) {
	h := newHouse(t, "sqlite")
	first := h.deliveredOrder()
	other := models.Reseller{PartnerCode: "ZZ99YY88", Name: "別の販売店株式会社", Email: "o@other.example", Language: models.Japanese}
	must(t, h.CreateReseller(t.Context(), h.clerk(), &other))
	h.reseller = other
	k := models.APIKey{ResellerID: other.ID, Name: "別", Prefix: "tdk_zzzzzz", Hash: models.HashAPIKey("two"), Scopes: "orders applications", OwnerEmail: "o@other.example"}
	must(t, h.CreateAPIKey(t.Context(), h.clerk(), &k))
	h.api = models.Actor{Kind: models.ActorAPIKey, ID: k.ID, Name: k.Name, ResellerID: other.ID}
	h.numbers = 0
	second := h.deliveredOrder()
	if first.Order.PONumber != second.Order.PONumber {
		t.Fatalf("%s and %s", first.Order.PONumber, second.Order.PONumber)
	}
	r := h.asked(first.Order.PONumber, "株式会社みなと精機", "license@minato-seiki.example")
	b := h.signedIn(models.RoleClerk)
	page := b.get(at(r)).want(http.StatusOK, first.Shipment.DeliveryNumber, second.Shipment.DeliveryNumber, "別の販売店株式会社")
	if page.Find("fieldset.candidate").Length() != 2 || page.Find("[name=shipment][checked]").Length() != 0 {
		t.Errorf("%d deliveries to choose from", page.Find("fieldset.candidate").Length())
	}
	form := page.form("#approve form", url.Values{"shipment": {fmt.Sprint(second.Shipment.ID)}})
	b.follow(b.post(at(r)+"/approve", form)).want(http.StatusOK, "再送中")
	if got := h.resend(r.ResendNumber).ShipmentID; got == nil || *got != second.Shipment.ID {
		t.Errorf("delivery %v was mailed", got)
	}
}

func TestRefusingAndAskingBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		r := h.asked("SHPC0000000", "株式会社みなと精機", "")
		viewer := h.signedIn(models.RoleViewer).get(at(r)).want(http.StatusOK, "該当する納品はありません")
		if viewer.Find("main form").Length() != 1 || viewer.Find("main button.go").Length() != 0 { // the comparison alone
			t.Error("a viewer is offered decisions")
		}
		b, other := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead)
		page := b.get(at(r))
		b.post(at(r)+"/ask", page.form("#act-ask form", nil)).want(http.StatusUnprocessableEntity, "入力してください")
		b.follow(b.post(at(r)+"/ask", page.form("#act-ask form", url.Values{"note": {"注文番号をお知らせください。"}}))).
			want(http.StatusOK, "質問を依頼者へ送ります", "問い合わせ中", "注文番号をお知らせください。")
		_, err := h.AnswerResend(t.Context(), r.ResendNumber, "PO-1です。")
		must(t, err)
		page = b.get(at(r)).want(http.StatusOK, "PO-1です。", "依頼者が回答", "審査待ち")

		// Two decide at once: the second learns of the first, and keeps what they typed.
		stale := page.form("#act-ask form", url.Values{"note": {"もう一度お知らせください。"}})
		theirs := other.get(at(r)).form("#act-refuse form", url.Values{"note": {"確認できませんでした。"}})
		other.follow(other.post(at(r)+"/refuse", theirs)).want(http.StatusOK, "再送不可", "確認できませんでした。")
		late := b.post(at(r)+"/ask", stale).want(http.StatusConflict, "ほかの人がこの再送依頼を変更しました", "高橋 亮", "もう一度お知らせください。")
		if late.Find("#changed .a").Text() != "審査待ち" || late.Find("#changed .b").Text() != "再送不可" {
			t.Errorf("the difference is %q", late.Find("#changed").Text())
		}
		if late.Find("#act-refuse, #act-ask, [name=shipment]").Length() != 0 {
			t.Error("a closed request can be decided")
		}
	})
}

func TestResendFromAnOrdersPage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		d := h.deliveredOrder()
		b := h.signedIn(models.RoleClerk)
		path := "/console/orders/" + d.Order.OrderNumber
		page := b.get(path).want(http.StatusOK)
		wrong := b.post(path+"/resend", page.form("#act-resend form", url.Values{"resend_to": {"nobody"}})).
			want(http.StatusUnprocessableEntity, "メールアドレスの形式")
		if wrong.Find("#resend-reason-wrong").Length() != 1 || wrong.Find("#resend-resend_to").AttrOr("value", "") != "nobody" {
			t.Error("the errors are not at their fields")
		}
		form := page.form("#act-resend form", url.Values{"reason": {"電話で依頼"}})
		b.follow(b.post(path+"/resend", form)).want(http.StatusOK, "再送を始めました", "スタッフ", "再送中")
		if v := h.detail(d.Order.OrderNumber).Shipment.PasswordVersion; v != 2 {
			t.Errorf("the password is version %d", v)
		}
		b.post(path+"/resend", form).want(http.StatusConflict) // sent twice
		list, _, err := h.Resends(t.Context(), store.ResendFilter{}, store.Page{})
		must(t, err)
		if len(list) != 1 || list[0].Reason != "電話で依頼" || list[0].Source != models.ResendByStaff {
			t.Errorf("resends %+v", list)
		}
		if h.signedIn(models.RoleViewer).get(path).Find("#act-resend").Length() != 0 {
			t.Error("a viewer is offered a resend")
		}
		waiting := h.order(h.application(), "", line("V1ES-STD", 25, 36))
		h.run(waiting, nil)
		if b.get("/console/orders/"+waiting.OrderNumber).Find("#act-resend").Length() != 0 {
			t.Error("what is not delivered is offered to be mailed again")
		}
	})
}

func TestPagesOfResendsAreWhole(t *testing.T) {
	h := newHouse(t, "sqlite")
	d := h.deliveredOrder()
	several := []models.Resend{
		h.asked(d.Shipment.DeliveryNumber, "みなと商会株式会社", ""), h.asked("SHPC0000000", "株式会社みなと精機", ""),
		h.asked(d.Order.OrderNumber, "株式会社みなと精機", "license@minato-seiki.example"),
	}
	b := h.signedIn(models.RoleClerk)
	for _, lang := range []string{"ja", "en"} {
		b.get("/language?to=" + lang + "&back=/console").want(http.StatusSeeOther)
		pages := []string{"/console/resends", "/console/resends?status=reviewing&q=x", "/console/orders/" + d.Order.OrderNumber, "/console", "/console/mails", "/console/audit?subject=resend"}
		for _, r := range several {
			pages = append(pages, at(r))
		}
		for _, path := range pages {
			checkPage(t, lang+" "+path, b.get(path).want(http.StatusOK))
		}
	}
}
