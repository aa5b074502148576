package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/todoke/todoke/models"
)

// bounced has a mail of the order come back for good.
func (h *house) bounced(o models.Order, kind models.MailKind) models.Mail {
	h.t.Helper()
	for _, m := range h.detail(o.OrderNumber).Mails {
		if m.Kind == kind {
			_, err := h.RecordBounce(h.t.Context(), models.BounceReport{MailID: m.ID, Class: models.BounceHard, StatusCode: "5.1.1", Hash: "x"})
			must(h.t, err)
			return m
		}
	}
	h.t.Fatalf("no mail %s", kind)
	return models.Mail{}
}

func TestDeadAddressesAreShownAndCleared(t *testing.T) {
	eachDatabase(t, addressesAreShownAndCleared)
}

func addressesAreShownAndCleared(t *testing.T, dialect string) {
	t.Helper()
	h := newHouse(t, dialect)
	o := busy(h)["delivered"]
	m := h.bounced(o, models.MailDeliveryID)
	viewer := h.signedIn(models.RoleViewer)
	page := viewer.get("/console/addresses").want(http.StatusOK, m.Recipient, "宛先のメールボックスがありません", "5.1.1", o.OrderNumber)
	if page.Find("form[action$='/clear']").Length() != 0 {
		t.Error("a viewer is offered to clear the mark")
	}
	viewer.get("/console/addresses?q=nobody").want(http.StatusOK, "この文字を含む宛先は、送信停止になっていません。")
	viewer.get("/console/orders/"+o.OrderNumber).want(http.StatusOK, "送信停止中", "不達で返送", "メールが不達で返送")
	viewer.get("/console/mails?q="+url.QueryEscape(m.Recipient)).want(http.StatusOK, "送信停止中")

	clerk := h.signedIn(models.RoleClerk)
	clear := clerk.get("/console/addresses").Find("form[action$='/clear']").AttrOr("action", "")
	clerk.post(clear, url.Values{"note": {" "}}).want(http.StatusUnprocessableEntity, "入力してください。")
	clerk.follow(clerk.post(clear, url.Values{"note": {"電話で確認"}})).want(http.StatusOK, "この宛先への送信を再開しました。", "送信を止めている宛先はありません。")
	clerk.post(clear, url.Values{"note": {"電話で確認"}}).want(http.StatusConflict)
	clerk.get("/console/audit?action=address_mark_cleared").want(http.StatusOK, "宛先の送信停止を解除", "山本 彩", "電話で確認")
	viewer.post(clear, url.Values{"note": {"x"}}).want(http.StatusForbidden)
}
