package house

import (
	"context"
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Subscriber is the address of the n-th of those that Subscribers makes.
func Subscriber(n int) string { return fmt.Sprintf("reader%05d@customer.example.jp", n) }

// Subscribers have so many addresses subscribe to Support Information, and gives how
// many did so far.
func (h *House) Subscribers(n int) int {
	h.t.Helper()
	for range n {
		h.subscribed++
		Must(h.t, h.SubscribeNews(context.Background(), models.Process, Subscriber(h.subscribed), true, h.Ring.CurrentKey()))
	}
	return h.subscribed
}

// NewsText is an issue with something in every part.
func NewsText() models.NewsText {
	return models.NewsText{
		Title: models.Text{JA: "脆弱性に関するお知らせ", EN: "About a vulnerability"},
		Body: models.Text{
			JA: "## 対象製品\n\n- Apex One\n\n詳しくは[サポートサイト](https://support.example.jp/kb/1)をご覧ください。",
			EN: "## Products\n\n- Apex One\n\nSee the [support site](https://support.example.jp/kb/1).",
		},
	}
}

// ScheduledNews is an issue that goes out so long from now.
func (h *House) ScheduledNews(in time.Duration) models.NewsIssue {
	h.t.Helper()
	issue, err := h.WriteNews(context.Background(), h.Staff, NewsText())
	Must(h.t, err)
	done, err := h.ScheduleNews(context.Background(), h.Staff, store.DecideNews{Number: issue.Number, Version: 1}, h.Now().Add(in))
	Must(h.t, err)
	return done.Issue
}

// PreparedNews is an issue that is being sent, with a mail for each of n subscribers.
func (h *House) PreparedNews(n int) models.NewsIssue {
	h.t.Helper()
	h.Subscribers(n)
	issue := h.ScheduledNews(0)
	for range 100 {
		p, err := h.AdvanceNews(context.Background(), issue.ID, time.Minute)
		Must(h.t, err)
		if p.Next == models.NextSend {
			return h.News(issue.Number).Issue
		}
	}
	h.t.Fatal("the issue is never prepared")
	return issue
}

// News gives all about an issue.
func (h *House) News(number string) store.NewsDetail {
	h.t.Helper()
	d, err := h.NewsDetail(context.Background(), number)
	Must(h.t, err)
	return d
}
