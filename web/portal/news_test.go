package portal_test

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

// sentNews is an issue that went out now.
func (h *house) sentNews(title string) models.NewsIssue {
	h.t.Helper()
	issue, err := h.store.WriteNews(h.t.Context(), models.Process, models.NewsText{
		Title: models.Text{JA: title, EN: "On " + title}, Body: models.Text{JA: "## 対象\n\n<b>本文</b>です。", EN: "## Products\n\nThe text."},
	})
	must(h.t, err)
	done, err := h.store.ScheduleNews(h.t.Context(), models.Process, store.DecideNews{Number: issue.Number}, time.Time{})
	must(h.t, err)
	for range 5 {
		_, err = h.store.AdvanceNews(h.t.Context(), issue.ID, time.Minute)
		must(h.t, err)
	}
	return done.Issue
}

// says fails unless the answer has the status and the page holds the texts.
func (a answer) says(status int, texts ...string) answer {
	a.t.Helper()
	a.want(status)
	for _, text := range texts {
		if !strings.Contains(a.text("body"), text) {
			a.t.Errorf("the page does not say %q: %s", text, a.text("main"))
		}
	}
	return a
}

// after gets where the answer leads.
func (v *visitor) after(a answer) answer {
	v.t.Helper()
	a.want(http.StatusSeeOther)
	return v.get(a.header.Get("Location"))
}

func TestBackNumbersAndSubscribing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		h.contractOf("kaoru@customer.example.jp", "kaoru@customer.example.jp")
		h.clock.pass(7 * 24 * time.Hour)
		v := h.member("kaoru@customer.example.jp", password)
		v.get("/portal/news").says(http.StatusOK, "まだサポート情報はありません", "メールでお送りできます")
		first := h.sentNews("保守のお知らせ")
		h.clock.pass(48 * time.Hour)
		v = h.visitor()
		v.enter("kaoru@customer.example.jp", password)
		second := h.sentNews("新版のお知らせ")
		draft, err := h.store.WriteNews(t.Context(), models.Process, models.NewsText{Title: models.Text{JA: "下書き"}})
		must(t, err)

		list := v.get("/portal/news").says(http.StatusOK, "保守のお知らせ", "新版のお知らせ")
		if rows := list.doc.Find("#back-numbers tbody tr"); rows.Length() != 2 || !strings.Contains(rows.First().Text(), "新版") || strings.Contains(list.text("main"), "下書き") {
			t.Errorf("listed are %s", rows.Text())
		}
		day := h.store.Today()
		for query, want := range map[string]string{
			"q=" + url.QueryEscape("新版"): second.Number, "q=on+" + url.QueryEscape("保守"): first.Number, "from=" + day.String(): second.Number, "to=" + day.AddDays(-1).String(): first.Number,
		} {
			rows := v.get("/portal/news?" + query).want(http.StatusOK).doc.Find("#back-numbers tbody a")
			if rows.Length() != 1 || !strings.HasSuffix(rows.AttrOr("href", ""), want) {
				t.Errorf("%s finds %s", query, rows.Text())
			}
		}
		v.get("/portal/news?q="+url.QueryEscape("見つからない")).says(http.StatusOK, "条件に合うサポート情報はありません")
		v.get("/portal/news?from=yesterday").want(http.StatusUnprocessableEntity)

		page := v.get("/portal/news/"+second.Number).says(http.StatusOK, "新版のお知らせ", "<b>本文</b>です。")
		if page.doc.Find("#issue h3").Text() != "対象" || page.doc.Find("#issue b").Length() != 0 {
			t.Error("the text is not shown as it was written")
		}
		v.get("/portal/news/" + draft.Number).want(http.StatusNotFound)

		form := url.Values{"wished": {"1"}, "email": {"else@customer.example.jp"}}
		v.after(v.post("/portal/news/subscription", form)).says(http.StatusOK, "メール配信を申し込みました", "kaoru@customer.example.jp へお送りしています")
		for address, want := range map[string]bool{"kaoru@customer.example.jp": true, "else@customer.example.jp": false} {
			s, err := h.store.SubscriptionTo(t.Context(), address, models.TopicNews)
			must(t, err)
			equal(t, "subscribed is "+address, s != nil && s.Subscribed, want)
		}
		v.after(v.post("/portal/news/subscription", url.Values{})).says(http.StatusOK, "メール配信を停止しました", "メールでお送りできます")
	})
}

func TestManyBackNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.contractOf("kaoru@customer.example.jp", "kaoru@customer.example.jp")
	h.clock.pass(7 * 24 * time.Hour)
	v := h.member("kaoru@customer.example.jp", password)
	for n := range 21 {
		h.sentNews(fmt.Sprintf("第%02d号", n+1))
	}
	first := v.get("/portal/news").says(http.StatusOK, "第21号", "第02号", "以前の号へ")
	second := v.get(first.doc.Find("nav a[rel=next]").AttrOr("href", "")).says(http.StatusOK, "第01号", "新しい号へ")
	if second.doc.Find("#back-numbers tbody tr").Length() != 1 {
		t.Error("the second page is not the rest")
	}
	v.get("/portal/news?page=999999999999999999999").says(http.StatusOK, "第21号")
}
