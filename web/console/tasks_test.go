package console_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// refuse lets the queued mails of a kind be refused for good.
func (h *house) refuse(kind models.MailKind) {
	h.t.Helper()
	list, _, err := h.Mails(h.t.Context(), store.MailFilter{Kind: kind, Statuses: []models.MailStatus{models.MailQueued}}, store.Page{})
	must(h.t, err)
	if len(list) == 0 {
		h.t.Fatalf("no mail %s is queued", kind)
	}
	for _, m := range list {
		h.send(m.ID, map[string]models.MailStatus{m.Recipient: models.MailFailed})
	}
}

// TestNoticesThatReachNobodyAreSeenTo refuses the mail that tells a receipt number
// and the one that tells of a send-back: staff see both on the first page, in the
// menu and in the list, and close each where it belongs.
func TestNoticesThatReachNobodyAreSeenTo(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		a := h.application(func(a *models.Application) { a.Months = 24 })
		h.refuse(models.MailReceiptNumber)
		o := h.order(a, "", line("APX1", 10, 12))
		_, err := h.Advance(t.Context(), o.ID)
		must(t, err)
		h.refuse(models.MailSendBack)
		b := h.signedIn(models.RoleClerk)
		b.get("/console").want(http.StatusOK, "お知らせ不達", a.ReceiptNumber, o.OrderNumber, "550 5.1.1 User unknown")
		list := b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, "届かなかったお知らせ", "受付番号", h.reseller.Email)
		links := list.Find("tbody a")
		if links.Length() != 2 {
			t.Fatalf("the list has %d tasks, want two", links.Length())
		}
		for i := range links.Length() {
			page := b.get(links.Eq(i).AttrOr("href", "")).want(http.StatusOK, "届かなかったお知らせがあります")
			form := page.Find("form[action^='/console/tasks/']")
			path, fields := form.AttrOr("action", ""), url.Values{"note": {"\x00"}}
			for _, name := range []string{"order", "application"} {
				if value, ok := form.Find("input[name=" + name + "]").Attr("value"); ok {
					fields.Set(name, value)
				}
			}
			b.post(path, fields).want(http.StatusUnprocessableEntity, "届かなかったお知らせがあります")
			fields.Set("note", "電話で伝えました")
			b.follow(b.post(path, fields)).want(http.StatusOK, "確認を完了しました", links.Eq(i).Text())
			b.post(path, fields).want(http.StatusConflict)
		}
		b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, "確認が必要なものはありません")
		b.get("/console/tasks?kind=gossip").want(http.StatusNotFound)
		b.get("/console/audit?action=task_closed").want(http.StatusOK, a.ReceiptNumber, o.OrderNumber, "電話で伝えました")
		h.signedIn(models.RoleViewer).get("/console/tasks?kind=mail_failed").want(http.StatusOK)
	})
}

// TestAResendThatNobodyIsToldOf has the acknowledgement of a resend come back after
// it was sent: the list leads to the resend, and there the task is closed.
func TestAResendThatNobodyIsToldOf(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		d := h.deliveredOrder()
		r := h.asked(d.Shipment.DeliveryNumber, "べつの株式会社", "")
		received := h.resendMail(r, models.MailResendReceived)
		h.send(received.ID, map[string]models.MailStatus{})
		_, err := h.RecordBounce(t.Context(), models.BounceReport{MailID: received.ID, Class: models.BounceSoft, StatusCode: "5.2.2", Hash: "x"})
		must(t, err)
		b := h.signedIn(models.RoleClerk)
		b.get("/console").want(http.StatusOK, "お知らせ不達", r.ResendNumber)
		link := b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, r.ResendNumber, "5.2.2").Find("tbody a").AttrOr("href", "")
		page := b.get(link).want(http.StatusOK, "届かなかったお知らせがあります", "不達で返送")
		form := page.Find("form[action^='/console/tasks/']")
		fields := url.Values{"note": {"\x00"}, "resend": {form.Find("input[name=resend]").AttrOr("value", "")}}
		path := form.AttrOr("action", "")
		b.post(path, fields).want(http.StatusUnprocessableEntity, "届かなかったお知らせがあります", "べつの株式会社")
		fields.Set("note", "電話で伝えました")
		b.follow(b.post(path, fields)).want(http.StatusOK, "確認を完了しました", r.ResendNumber)
		b.post(path, fields).want(http.StatusConflict)
		b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, "確認が必要なものはありません")
		b.get("/console/audit?action=task_closed").want(http.StatusOK, r.ResendNumber, "電話で伝えました")
	})
}

// resendMail is a resend's mail of a kind.
func (h *house) resendMail(r models.Resend, kind models.MailKind) models.Mail {
	h.t.Helper()
	d, err := h.ResendDetail(h.t.Context(), r.ResendNumber)
	must(h.t, err)
	for _, m := range d.Mails {
		if m.Kind == kind {
			return m
		}
	}
	h.t.Fatalf("no mail %s", kind)
	return models.Mail{}
}

// TestDeliveredTodayLeadsToThoseOrders looks at the number on the day and on the next.
func TestDeliveredTodayLeadsToThoseOrders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		for range 2 {
			h.run(h.order(h.application(), "", line("APX1", 10, 12)), nil)
			h.pass(24 * time.Hour)
		}
		h.run(h.order(h.application(), "", line("APX1", 10, 12)), nil)
		b := h.signedIn(models.RoleViewer)
		tile := b.get("/console").Find(".tile.quiet a")
		if n := tile.Find("strong").AttrOr("data-count", ""); n != "1" {
			t.Errorf("%s were delivered today, want 1", n)
		}
		href := tile.AttrOr("href", "")
		b.get(href).want(http.StatusOK, "納品日")
		if n := len(numbersOn(b.get(href))); n != 1 {
			t.Errorf("%s lists %d orders, want 1", href, n)
		}
		if n := len(numbersOn(b.get("/console/orders?delivered=2026-06-10"))); n != 1 {
			t.Errorf("on the first day were %d", n)
		}
		b.get("/console/orders?delivered=yesterday").want(http.StatusOK, "日付")
	})
}

// TestANoticeIsSentAgain sends a notice that a server refused once more: once, to the
// reseller's address of now, with the task settled by it.
func TestANoticeIsSentAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := h.order(h.application(func(a *models.Application) { a.Months = 24 }), "", line("APX1", 10, 12))
		_, err := h.Advance(t.Context(), o.ID)
		must(t, err)
		h.refuse(models.MailSendBack)
		b := h.signedIn(models.RoleClerk)
		form := b.get("/console/orders/"+o.OrderNumber).want(http.StatusOK, "再送信").Find("form[action$='/again']")
		path, fields := form.AttrOr("action", ""), url.Values{"back": {form.Find("input[name=back]").AttrOr("value", "")}}
		h.signedIn(models.RoleViewer).post(path, fields).want(http.StatusForbidden)
		b.follow(b.post(path, fields)).want(http.StatusOK, "メールを再送信します", o.OrderNumber)
		b.follow(b.post(path, fields)).want(http.StatusOK, "すでに再送信されています")
		b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, "確認が必要なものはありません")
		queued, _, err := h.Mails(t.Context(), store.MailFilter{Kind: models.MailSendBack, Statuses: []models.MailStatus{models.MailQueued}}, store.Page{})
		must(t, err)
		if len(queued) != 1 || queued[0].Again != 1 || queued[0].Recipient != h.reseller.Email {
			t.Fatalf("queued: %+v", queued)
		}
		if len(h.told) == 0 {
			t.Error("no process was told")
		}
		h.refuse(models.MailSendBack)
		b.get("/console/tasks?kind=mail_failed").want(http.StatusOK, o.OrderNumber)
		b.get("/console/mails").want(http.StatusOK, "再送信")
		b.get("/console/audit?action=mail_sent_again").want(http.StatusOK, o.OrderNumber)
	})
}
