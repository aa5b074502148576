package activities_test

import (
	"context"
	"time"

	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories/house"
)

// newsSteps are those of news by mail.
var newsSteps = []step{
	{activity: "AdvanceNews", when: "its mails are to be prepared", counting: true, prepare: func(h *house.House) (any, []any) {
		h.Subscribers(3)
		issue := h.ScheduledNews(0)
		if _, err := h.Store.AdvanceNews(context.Background(), issue.ID, time.Minute); err != nil {
			panic(err)
		}
		return h.Activities.News.AdvanceNews, []any{issue.ID}
	}},
	{activity: "AdvanceNews", when: "all are sent", prepare: func(h *house.House) (any, []any) {
		issue := h.PreparedNews(2)
		h.Exec("UPDATE mails SET status = 'sent', finished_at = queued_at WHERE kind = 'news'")
		return h.Activities.News.AdvanceNews, []any{issue.ID}
	}},
	{activity: "SendNews", when: "three subscribers are due", counting: true, prepare: func(h *house.House) (any, []any) {
		return h.Activities.News.SendNews, []any{h.PreparedNews(3).ID}
	}},
	{activity: "SendMail", when: "it is a test of news", prepare: func(h *house.House) (any, []any) {
		issue, err := h.WriteNews(context.Background(), h.Staff, house.NewsText())
		if err == nil {
			_, err = h.SendNewsTest(context.Background(), h.Staff, issue.Number, "me@backoffice.example.jp")
		}
		if err != nil {
			panic(err)
		}
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.News(issue.Number).Tests[0].ID}}
	}},
}
