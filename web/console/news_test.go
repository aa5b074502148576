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

func newsForm(changes url.Values) url.Values {
	form := url.Values{
		"version": {"0"}, "do": {"save"}, "title_ja": {"脆弱性に関するお知らせ"}, "title_en": {"About a vulnerability"},
		"body_ja": {"## 対象製品\n\n- Apex One\n\n<b>重要</b> [KB](https://support.example.jp/kb/1)"}, "body_en": {"## Products\n\n- Apex One"},
	}
	for name, values := range changes {
		form[name] = values
	}
	return form
}

// readers have so many addresses subscribe.
func (h *house) readers(n int) {
	h.t.Helper()
	for i := range n {
		must(h.t, h.SubscribeNews(h.t.Context(), models.Process, fmt.Sprintf("reader%d@customer.example", i+1), true, 1))
	}
}

// lookAt does what an issue's process does, until there is something to wait for or to send.
func (h *house) lookAt(id int64) models.NewsProgress {
	h.t.Helper()
	for {
		p, err := h.AdvanceNews(h.t.Context(), id, time.Minute)
		must(h.t, err)
		if p.Next != models.NextLook {
			return p
		}
	}
}

// From the first draft to the last mail: written, previewed, tested, scheduled, paused,
// resumed, with every mail's state on the page.
func TestAnIssueInTheConsole(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		h.readers(3)
		clerk, lead := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead)
		clerk.get("/console/news").want(http.StatusOK, "現在の配信登録は3件です", "該当する号はありません")
		clerk.get("/console/news/new").want(http.StatusOK, "日本語", "英語", "登録者全員")

		preview := clerk.post("/console/news/new", newsForm(url.Values{"do": {"preview"}})).want(http.StatusOK, "プレビュー")
		if html, _ := preview.Find(".written").First().Html(); !strings.Contains(html, "<h3>対象製品</h3>") || !strings.Contains(html, "&lt;b&gt;重要") || strings.Contains(html, "<b>") {
			t.Errorf("the preview is %s", html)
		}
		if got := preview.Find(".asmail").First().Text(); !strings.Contains(got, "■ 対象製品") {
			t.Errorf("the text is %s", got)
		}
		again := clerk.post("/console/news/new", newsForm(url.Values{"title_ja": {""}, "body_en": {"![x](https://a.example/x.png)"}})).
			want(http.StatusUnprocessableEntity, "入力してください", "画像は使用できません")
		if got := again.Find("#title_en").AttrOr("value", ""); got != "About a vulnerability" {
			t.Errorf("what was typed is gone: %q", got)
		}
		made := clerk.post("/console/news/new", newsForm(url.Values{"body_en": {""}}))
		page := clerk.follow(made).want(http.StatusOK, "下書きを保存しました", "下書き", "責任者の権限が必要です")
		if page.Find("#act-schedule, #act-now, #act-cancel").Length() != 0 {
			t.Error("a clerk is offered what leads decide")
		}
		at := made.location
		for _, action := range []string{"schedule", "now", "pause", "cancel"} {
			clerk.post(at+"/"+action, url.Values{"version": {"1"}}).want(http.StatusForbidden)
		}
		h.signedIn(models.RoleViewer).get(at + "/edit").want(http.StatusForbidden)
		h.stranger().get(at).want(http.StatusSeeOther)

		lead.post(at+"/now", url.Values{"version": {"1"}}).want(http.StatusUnprocessableEntity, "本文（英語）")
		clerk.post(at+"/edit", newsForm(url.Values{"version": {"1"}})).want(http.StatusSeeOther)
		clerk.post(at+"/edit", newsForm(url.Values{"version": {"1"}, "title_ja": {"もう一人の件名"}})).want(http.StatusConflict, "その間に変更されました")
		clerk.follow(clerk.post(at+"/test", url.Values{"version": {"2"}})).want(http.StatusOK, "テスト配信を受け付けました", "clerk@todoke.example")

		lead.post(at+"/schedule", url.Values{"version": {"2"}, "day": {"2026-06-10"}, "time": {"08:00"}}).want(http.StatusUnprocessableEntity, "これから先の日時")
		lead.post(at+"/schedule", url.Values{"version": {"2"}, "day": {"never"}, "time": {""}}).want(http.StatusUnprocessableEntity, "日付と時刻")
		scheduled := lead.follow(lead.post(at+"/schedule", url.Values{"version": {"2"}, "day": {"2026-06-11"}, "time": {"09:30"}})).
			want(http.StatusOK, "配信を予約しました", "配信予約", "2026/06/11 09:30")
		if len(h.told) < 3 || scheduled.Find("#act-unschedule").Length() != 1 {
			t.Errorf("told are %v", h.told)
		}
		h.pass(24 * time.Hour)
		h.followIssue(at)
	})
}

// followIssue watches a scheduled issue go out to three readers, one of whom refuses.
func (h *house) followIssue(at string) {
	t, lead := h.t, h.signedIn(models.RoleLead)
	d, err := h.NewsDetail(t.Context(), strings.TrimPrefix(at, "/console/news/"))
	must(t, err)
	h.lookAt(d.Issue.ID)
	claimed, _, err := h.ClaimNews(t.Context(), d.Issue.ID, 0, 2)
	must(t, err)
	must(t, h.FinishNewsSent(t.Context(), []store.NewsSent{{MailID: claimed[0].ID, Reply: "answer 250 queued as 4Xk2"}}))
	_, err = h.FinishMail(t.Context(), claimed[1].ID, models.MailFailed, "rcpt 550 5.1.1 User unknown")
	must(t, err)

	sending := lead.get(at).want(http.StatusOK, "配信中", "3件のうち2件が完了", "reader1@customer.example", "550 5.1.1", "queued as 4Xk2")
	if sending.Find("#live").AttrOr("hx-get", "") == "" {
		t.Error("the page does not look again")
	}
	if rows := lead.get(at + "?status=failed").want(http.StatusOK).Find("#mails tbody tr"); rows.Length() != 1 || !strings.Contains(rows.Text(), "reader2@") {
		t.Errorf("failed are %s", rows.Text())
	}
	if rows := lead.get(at + "?q=READER3").want(http.StatusOK).Find("#mails tbody tr"); rows.Length() != 1 {
		t.Errorf("found are %s", rows.Text())
	}
	lead.follow(lead.post(at+"/pause", url.Values{"version": {"3"}})).want(http.StatusOK, "配信を止めました", "一時停止中", "残り1件")
	lead.follow(lead.post(at+"/resume", lead.get(at).form("#act-resume form", nil))).want(http.StatusOK, "配信を再開しました", "配信中")
	lead.post(at+"/cancel", url.Values{"version": {"4"}}).want(http.StatusUnprocessableEntity, "入力してください")
	lead.follow(lead.post(at+"/cancel", url.Values{"version": {"4"}, "note": {"件名の誤り"}})).want(http.StatusOK, "取りやめ", "件名の誤り")
	h.lookAt(d.Issue.ID)
	lead.get("/console/news?status=cancelled&q="+url.QueryEscape("脆弱性")).want(http.StatusOK, d.Issue.Number)
	lead.get("/console/mails?kind=news").want(http.StatusOK, d.Issue.Number, "reader1@customer.example")
	lead.get("/console/audit?id="+d.Issue.Number).want(http.StatusOK, "配信を取りやめ", "テスト配信")
	if r := lead.get("/console/search?q=" + strings.ToLower(d.Issue.Number)); r.location != at {
		t.Errorf("searching for the number leads to %q", r.location)
	}
	broken, err := h.Invariants(t.Context())
	must(t, err)
	if len(broken) > 0 {
		t.Errorf("broken are %+v", broken)
	}
}

func TestTheConsoleOfNewsInEnglish(t *testing.T) {
	t.Parallel()
	h := newHouse(t, store.SQLite)
	h.readers(1)
	lead := h.signedIn(models.RoleLead)
	lead.post("/console/me", url.Values{"language": {"en"}})
	at := lead.post("/console/news/new", newsForm(nil)).location
	lead.follow(lead.post(at+"/now", url.Values{"version": {"1"}})).want(http.StatusOK, "About a vulnerability", "Sending begins", "Scheduled")
	lead.get("/console/news").want(http.StatusOK, "Support Information", "1 addresses subscribe")
	d, err := h.NewsDetail(t.Context(), strings.TrimPrefix(at, "/console/news/"))
	must(t, err)
	if p := h.lookAt(d.Issue.ID); p.Next != models.NextSend {
		t.Errorf("it does not begin: %+v", p)
	}
	lead.get(at).want(http.StatusOK, "Being sent", "0 of 1 done", "Queued")
}
