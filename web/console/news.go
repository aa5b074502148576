package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listNews shows the issues of Support Information, newest first.
func listNews(v *visit) error {
	q := v.Request.URL.Query()
	filter := store.NewsFilter{Query: q.Get("q")}
	if s := q.Get("status"); s != "" {
		filter.Statuses = []models.NewsStatus{models.NewsStatus(s)}
	}
	list, next, err := v.Store.NewsIssues(v.ctx(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	subscribers, err := v.Store.NewsAudience(v.ctx(), nil)
	if err != nil {
		return err
	}
	frame, err := v.newsFrame(v.t("console.news.title"))
	if err != nil {
		return err
	}
	page := views.News{
		Frame: frame, Query: q.Get("q"), Status: q.Get("status"), Statuses: choices(v, "news_status.", models.NewsStatuses),
		Subscribers: v.t("console.news.subscribers", "n", ui.Number(subscribers)), Pager: pagerOf(views.NewsURL, q, next),
	}
	for _, i := range list {
		row := views.NewsRow{
			Number: i.Number, Title: v.newsTitle(i), State: v.newsPill(i.Status), Changed: ui.MomentShort(v.language, i.UpdatedAt, v.Clock()),
		}
		switch {
		case i.StartedAt != nil:
			row.When, row.Recipients = ui.Moment(v.language, *i.StartedAt), ui.Number(i.Recipients)
		case i.ScheduledAt != nil:
			row.When = ui.Moment(v.language, *i.ScheduledAt)
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show(http.StatusOK, views.NewsPage(page))
}

// newsFrame is the frame with the style of what staff write.
func (v *visit) newsFrame(title string) (views.Frame, error) {
	frame, err := v.frame("news", title)
	frame.Styles = append(frame.Styles, "news.css")
	return frame, err
}

// newsTitle is an issue's title in the page's language, or in the one there is.
func (v *visit) newsTitle(i models.NewsIssue) string {
	if title := i.Title.In(v.language); title != "" {
		return title
	}
	return i.Title.JA
}

var newsTones = map[models.NewsStatus]string{
	models.NewsDraft: "off", models.NewsScheduled: "wait", models.NewsSending: "run", models.NewsPaused: "warn", models.NewsSent: "ok", models.NewsCancelled: "off",
}

func (v *visit) newsPill(s models.NewsStatus) views.Pill {
	return views.Pill{Tone: newsTones[s], Text: v.t("news_status." + string(s))}
}
