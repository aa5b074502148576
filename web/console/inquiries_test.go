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

// inquire asks as the public form does.
func (h *house) inquire(license, number string) store.InquiryDetail {
	h.t.Helper()
	h.numbers++
	_, err := h.AskInquiry(h.t.Context(), models.Process, store.Asking{
		Form: models.InquiryForm{
			Asker: models.Asker{
				CompanyName: "株式会社みなと精機", Department: "総務部", PersonName: "小林 菜々", Phone: "03-1234-5678",
				Email: "kobayashi@minato-seiki.example", Prefecture: "東京都", City: "港区",
			},
			ContractCompany: "(株)みなと精機", ContractPerson: "中村 遥", Identifier: license, QuotedNumber: number,
			Text: "納品先を変更したいです。\r\n<b>二行目</b>", Language: models.Japanese,
		},
		Token: fmt.Sprint(h.numbers), Key: h.ring.CurrentKey(),
	})
	must(h.t, err)
	list, _, err := h.Inquiries(h.t.Context(), store.InquiryFilter{}, store.Page{})
	must(h.t, err)
	newest := list[0]
	for _, i := range list {
		if i.ID > newest.ID {
			newest = i
		}
	}
	return h.inquiry(newest.Number)
}

func (h *house) inquiry(number string) store.InquiryDetail {
	h.t.Helper()
	d, err := h.InquiryDetail(h.t.Context(), number)
	must(h.t, err)
	return d
}

// replied is a reply of the person to an inquiry.
func (h *house) replied(d store.InquiryDetail, text string) {
	h.t.Helper()
	h.numbers++
	landed, err := h.ReceiveInquiryReply(h.t.Context(), models.InquiryReply{
		Reference: d.Inquiry.Number, Sender: d.Inquiry.Asker.Email, Text: text, Quoted: "> 引用です", Attachments: []string{"一覧.xlsx"},
		ArrivalKey: fmt.Sprint("reply ", h.numbers),
	}, h.ring.InquirySigned)
	must(h.t, err)
	if landed != store.LandingKept {
		h.t.Fatalf("the reply is %s", landed)
	}
}

func inquiryAt(d store.InquiryDetail) string { return "/console/inquiries/" + d.Inquiry.Number }

func TestTheQueueOfInquiries(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		early := h.inquire("99999999", "")
		h.pass(6 * 24 * time.Hour)
		late := h.inquire("88888888", "ORDC4830217")
		answered := h.inquire("88888888", "")
		_, err := h.AnswerInquiry(t.Context(), h.clerk(), store.DecideInquiry{Number: answered.Inquiry.Number, Version: 1, Text: "はい。"})
		must(t, err)
		must(t, h.AssignInquiry(t.Context(), h.clerk(), late.Inquiry.Number, h.clerk().ID))
		b := h.signedIn(models.RoleClerk)
		b.get("/console").want(http.StatusOK, "お問い合わせ", early.Inquiry.Number, late.Inquiry.Number)
		for query, want := range map[string]int{
			"": 3, "status=open": 2, "status=late": 1, "status=answered": 1, "status=closed": 0, "assignee=me": 1,
			"q=" + late.Inquiry.Number: 1, "q=88888888": 2, "q=" + url.QueryEscape("みなと精機"): 3, "q=kobayashi@minato-seiki.example": 3, "q=%25": 0,
		} {
			if got := b.get("/console/inquiries?" + query).want(http.StatusOK).Find("table[data-rows] tbody tr").Length(); got != want {
				t.Errorf("%s lists %d, want %d", query, got, want)
			}
		}
		first := b.get("/console/inquiries?status=open").Find("table[data-rows] tbody tr").First().Text()
		if !strings.Contains(first, early.Inquiry.Number) {
			t.Errorf("the one that waits longest is not first: %s", first)
		}
		if r := b.get("/console/search?q=" + strings.ToLower(late.Inquiry.Number)); r.location != inquiryAt(late) {
			t.Errorf("searching for the number leads to %q", r.location)
		}
		if r := b.get(fmt.Sprintf("/console/inquiries/%d", late.Inquiry.ID)); r.location != inquiryAt(late) {
			t.Errorf("the row leads to %q", r.location)
		}
		b.get("/console/inquiries/IQ0000000").want(http.StatusNotFound)
	})
}

func TestAnInquiryFromAnswerToEnd(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		o := h.deliveredOrder()
		contracts, err := h.CertificateFacts(t.Context(), o.Order.ID)
		must(t, err)
		d := h.inquire(contracts.Contracts[0].LicenseID, o.Order.OrderNumber)
		b := h.signedIn(models.RoleClerk)
		page := b.get(inquiryAt(d)).want(http.StatusOK, "納品先を変更したいです。", "<b>二行目</b>", o.Order.OrderNumber, "一致", "小林 菜々", "受付")
		b.get("/console/orders/"+o.Order.OrderNumber).want(http.StatusOK, d.Inquiry.Number)
		b.get("/console/contracts/"+contracts.Contracts[0].LicenseID).want(http.StatusOK, d.Inquiry.Number)

		empty := b.post(inquiryAt(d)+"/answer", page.form("#answer", nil)).want(http.StatusUnprocessableEntity)
		if empty.Find("#answer-text[aria-invalid=true]").Length() != 1 {
			t.Errorf("no field is wrong: %s", empty.text())
		}
		told := len(h.told)
		answer := page.form("#answer", url.Values{"text": {"新しいアドレスを\r\nお知らせください。"}})
		b.follow(b.post(inquiryAt(d)+"/answer", answer)).want(http.StatusOK, "新しいアドレスを", "回答済み", "山本 彩")
		if len(h.told) != told+1 {
			t.Error("the process was not told")
		}
		b.follow(b.post(inquiryAt(d)+"/note", page.form("form.notes", url.Values{"text": {"電話でも確認"}}))).want(http.StatusOK, "電話でも確認", "社内")
		h.replied(d, "new@minato-seiki.example です。")
		page = b.get(inquiryAt(d)).want(http.StatusOK, "new@minato-seiki.example です。", "> 引用です", "一覧.xlsx", "対応待ち", "差出人は偽装できる")

		none := b.post(inquiryAt(d)+"/close", page.form("#act-close form", nil)).want(http.StatusUnprocessableEntity)
		if none.Find("#act-close[open] #close-text[aria-invalid=true]").Length() != 1 {
			t.Errorf("the form to close is not open at its field: %s", none.text())
		}
		page = b.follow(b.post(inquiryAt(d)+"/close", page.form("#act-close form", url.Values{"text": {"変更済み"}}))).want(http.StatusOK, "変更済み", "完了")
		if page.Find("#answer").Length() != 0 {
			t.Error("a closed inquiry can be answered")
		}
		b.follow(b.post(inquiryAt(d)+"/reopen", page.form("#act-reopen form", nil))).want(http.StatusOK, "対応待ち")
		b.get("/console/audit?id="+d.Inquiry.Number).want(http.StatusOK, d.Inquiry.Number)
	})
}

// Of two who answer, the second is told what is new and keeps what was typed.
func TestAnInquiryThatChangedMeanwhile(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		d := h.inquire("99999999", "")
		b, other := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead)
		page := b.get(inquiryAt(d)).want(http.StatusOK)
		h.replied(d, "訂正があります。")
		const mine = "念のため\nお答えします。"
		again := b.post(inquiryAt(d)+"/answer", page.form("#answer", url.Values{"text": {mine}})).want(http.StatusConflict, "その間に更新されました")
		if news := again.Find("#changed").Text(); !strings.Contains(news, "訂正があります。") || strings.Contains(news, "納品先を変更したいです。") {
			t.Errorf("new is %s", news)
		}
		form := again.form("#answer", nil)
		if form.Get("text") != mine {
			t.Errorf("what was typed is %q", form.Get("text"))
		}
		// Meanwhile somebody else closes it: there is no place for an answer, but the text is given back.
		theirs := other.get(inquiryAt(d)).form("#act-close form", url.Values{"text": {"電話で解決"}})
		other.post(inquiryAt(d)+"/close", theirs).want(http.StatusSeeOther)
		kept := b.post(inquiryAt(d)+"/answer", form).want(http.StatusConflict, "電話で解決")
		if got := kept.Find("#changed blockquote").Text(); got != mine {
			t.Errorf("kept is %q", got)
		}
		if mails := h.inquiry(d.Inquiry.Number).Mails; len(mails) != 1 {
			t.Errorf("%d mails", len(mails))
		}
	})
}

func TestWhoMayActOnInquiries(t *testing.T) {
	h := newHouse(t, store.SQLite)
	d := h.inquire("99999999", "")
	b := h.signedIn(models.RoleViewer)
	page := b.get(inquiryAt(d)).want(http.StatusOK, "納品先を変更したいです。")
	if n := page.Find("main form").Length(); n != 0 {
		t.Errorf("who may only look has %d forms", n)
	}
	for _, action := range []string{"answer", "close", "reopen", "note", "assign"} {
		b.post(inquiryAt(d)+"/"+action, url.Values{"version": {"1"}, "text": {"x"}, "staff": {"1"}}).want(http.StatusForbidden)
		h.stranger().post(inquiryAt(d)+"/"+action, url.Values{"version": {"1"}, "text": {"x"}}).want(http.StatusSeeOther)
	}
	if r := h.stranger().get(inquiryAt(d)); r.status != http.StatusSeeOther || strings.Contains(r.body, d.Inquiry.Number+" ") {
		t.Errorf("a stranger gets %d", r.status)
	}
	if n := len(h.inquiry(d.Inquiry.Number).Messages); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestTakingAnInquiry(t *testing.T) {
	h := newHouse(t, store.SQLite)
	d := h.inquire("99999999", "")
	b := h.signedIn(models.RoleClerk)
	page := b.get(inquiryAt(d))
	page = b.follow(b.post(inquiryAt(d)+"/assign", page.form("#desk form.inline", nil))).want(http.StatusOK, "山本 彩")
	b.post(inquiryAt(d)+"/assign", url.Values{"staff": {"98765"}}).want(http.StatusUnprocessableEntity, "該当するスタッフがいません")
	if page.Find("#desk form.inline").Length() != 0 {
		t.Error("who has it can take it once more")
	}
	nobody := page.form("#desk form.row", url.Values{"staff": {"0"}})
	b.follow(b.post(inquiryAt(d)+"/assign", nobody)).want(http.StatusOK)
	if a := h.inquiry(d.Inquiry.Number).Inquiry.AssigneeID; a != nil {
		t.Errorf("assigned to %d", *a)
	}
}
