package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestApplicationsAreListedAndOpened(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleClerk)
		d := h.detail(orders["delivered"].OrderNumber)
		if got := numbersOn(b.get("/console/applications?status=used&q=" + url.QueryEscape("あおば"))); len(got) != 1 || got[0] != d.Application.ReceiptNumber {
			t.Errorf("the list has %v", got)
		}
		list := b.get("/console/applications?q=" + d.Application.ReceiptNumber)
		page := b.get(list.Find("tbody a").AttrOr("href", ""))
		page.want(http.StatusOK, "医療法人社団あおば会", "使用済み", "東京都港区芝浦3-4-1", "ナカムラ ハルカ", d.Order.OrderNumber)
		open := h.application()
		b.follow(b.get("/console/search?q="+open.ReceiptNumber)).want(http.StatusOK, "未使用", "この申請で受注を入力")
	})
}

func TestACodeIsShownToClerksAndNoted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := busy(h)["delivered"]
		d := h.detail(o.OrderNumber)
		code, err := h.ring.OpenCode(d.Holdings[0])
		must(t, err)
		path := "/console/contracts/" + d.Licenses[0]
		viewer := h.signedIn(models.RoleViewer).get(path).want(http.StatusOK, "医療法人社団あおば会", "••••", o.OrderNumber)
		if viewer.Find("form[action$='/reveal']").Length() != 0 || strings.Contains(viewer.body, code) {
			t.Error("a viewer is offered the code")
		}
		b := h.signedIn(models.RoleClerk)
		reveal := b.get(path).Find("form[action$='/reveal']").AttrOr("action", "")
		b.post(reveal, url.Values{}).want(http.StatusOK, code)
		entries, _, err := h.Audit(t.Context(), store.AuditFilter{Action: "code_shown"}, store.Page{})
		must(t, err)
		if len(entries) != 1 || entries[0].ActorName != "山本 彩" || entries[0].SubjectID != d.Holdings[0].ID || entries[0].RequestID == "" {
			t.Errorf("the log has %+v", entries)
		}
		if strings.Contains(b.get(path).body, code) {
			t.Error("the code stays on the page")
		}
		b.post("/console/contracts/"+d.Licenses[0]+"/holdings/999/reveal", url.Values{}).want(http.StatusNotFound)
		b.get("/console/audit?action=code_shown").want(http.StatusOK, "コードを表示", "山本 彩")
	})
}

func TestMailsAreFiltered(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleViewer)
		trouble := b.get("/console/mails?status=trouble").want(http.StatusOK, "550 5.1.1 User unknown", "到達不明", "none@takasaki.example")
		if strings.Contains(trouble.Find("tbody").Text(), "送信済み") {
			t.Error("mails that were sent are among the failed")
		}
		one := b.get("/console/mails?kind=order_accepted&q=" + orders["dead address"].OrderNumber)
		if one.Find("tbody tr").Length() != 1 {
			t.Fatalf("found %d mails", one.Find("tbody tr").Length())
		}
		link := one.Find("tbody a")
		if to := link.AttrOr("href", ""); to != "/console/orders/"+link.Text() || link.Text() != orders["dead address"].OrderNumber {
			t.Errorf("the mail about %s leads to %s", link.Text(), to)
		}
		receipt := b.get("/console/mails?kind=receipt_number").Find("tbody a").First()
		b.get(receipt.AttrOr("href", "")).want(http.StatusOK, receipt.Text())
	})
}

func TestTheAuditLogTellsBeforeAndAfter(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		orders := busy(h)
		b := h.signedIn(models.RoleViewer)
		o, a := orders["delivered"], h.detail(orders["delivered"].OrderNumber).Application
		for typed, want := range map[string]string{o.OrderNumber: "/console/orders/" + o.OrderNumber, strings.ToLower(a.ReceiptNumber): fmt.Sprintf("/console/applications/%d", a.ID)} {
			page := b.get("/console/audit?id=" + typed)
			links := page.Find("tbody td.num a")
			if links.Length() == 0 || links.FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("href", "") != want }).Length() > 0 {
				t.Errorf("the log of %s has %d links, not all to %s", typed, links.Length(), want)
			}
		}
		b.get("/console/audit?subject=order&id=1").want(http.StatusOK, "受注を入力", "北斗基幹システム", "req_01JCAPI", "差し戻し中", "契約月数の不一致")
		b.get("/console/audit?actor="+url.QueryEscape("佐伯 みなみ")).want(http.StatusOK, "サインイン")
		b.get("/console/audit?id=abc").want(http.StatusOK, "番号が見つかりません")
	})
}

func TestTheCatalogueIsShown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleViewer)
		b.get("/console/products").want(http.StatusOK, "V1ES-STD", "Trend Vision One", "円")
		page := b.get("/console/products?q=" + url.QueryEscape("ａｐｅｘ　ｏｎｅ"))
		page.want(http.StatusOK, "APX1")
		if strings.Contains(page.text(), "V1XDR-NET") {
			t.Error("the search leaves out nothing")
		}
		b.get("/console/products?q=zzz").want(http.StatusOK, "条件に合う商品はありません")
		b.get("/console/products?q="+url.QueryEscape("<>")).want(http.StatusOK, "条件に合う商品はありません")
	})
}
