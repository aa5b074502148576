package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// newsEvery is how often an issue's page looks again while it goes out.
const newsEvery = "3s"

// showNewsIssue is an issue's page: how it looks, how far it has come, what became of
// each mail.
func showNewsIssue(v *visit) error {
	page, err := v.newsPage(views.Form{})
	if err != nil {
		return err
	}
	if v.Query("live") == "1" && ui.IsHTMX(v.Request) {
		return v.show(http.StatusOK, views.NewsLive(page))
	}
	return v.show(http.StatusOK, views.NewsIssuePage(page))
}

func (v *visit) newsPage(form views.Form) (views.NewsIssue, error) {
	d, err := v.Store.NewsDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return views.NewsIssue{}, err
	}
	i := d.Issue
	frame, err := v.newsFrame(i.Number)
	if err != nil {
		return views.NewsIssue{}, err
	}
	frame.Here = views.NewsURL + "/" + i.Number
	page := views.NewsIssue{
		Frame: frame, Number: i.Number, Title: v.newsTitle(i), Status: string(i.Status), Version: i.Version, State: v.newsPill(i.Status), Form: form,
		Can: v.newsCan(i), Left: ui.Number(d.Counts.ByStatus[models.MailQueued]),
	}
	if page.Shown, err = v.newsShown(i.Text()); err != nil {
		return page, err
	}
	if slices.Contains(models.NewsShown, i.Status) {
		page.Portal = "/portal/news/" + i.Number
	}
	if i.ScheduledAt != nil {
		page.Temporal = v.processURL(i.WorkflowID())
	}
	if i.Status == models.NewsSending || i.Status == models.NewsScheduled && !v.Clock().Before(*i.ScheduledAt) {
		page.Every = newsEvery
	}
	if err := v.fillNews(&page, d); err != nil {
		return page, err
	}
	v.newsFacts(&page, i)
	for _, m := range d.Tests {
		page.Tests = append(page.Tests, v.mailRow(m))
	}
	page.Events = v.newsEvents(d)
	return page, nil
}

// newsCan says what role and state allow; the database decides again.
func (v *visit) newsCan(i models.NewsIssue) views.NewsCan {
	clerk, lead := v.staffMember.Role.AtLeast(models.RoleClerk), v.staffMember.Role.AtLeast(models.RoleLead)
	return views.NewsCan{
		Edit: clerk && i.Status == models.NewsDraft, Test: clerk && (i.Status == models.NewsDraft || i.Status == models.NewsScheduled),
		Schedule: lead && i.Status == models.NewsDraft, Unschedule: lead && i.Status == models.NewsScheduled,
		Pause: lead && i.Status == models.NewsSending, Resume: lead && i.Status == models.NewsPaused,
		Cancel: lead && i.Status.CanBecome(models.NewsCancelled),
	}
}

// fillNews adds what depends on how far the issue is: whom it would go to, or what
// became of its mails.
func (v *visit) fillNews(page *views.NewsIssue, d store.NewsDetail) error {
	i := d.Issue
	if i.StartedAt == nil {
		n, err := v.Store.NewsAudience(v.ctx(), i.ProductCodes())
		if err != nil {
			return err
		}
		perSecond := int64(max(v.Rules.News.PerSecond, 1))
		page.To, page.Rate, page.Minutes = ui.Number(n), ui.Number(perSecond), ui.Number(max((n/perSecond+59)/60, 1))
		next := v.Clock().In(models.Tokyo).Truncate(time.Hour).Add(time.Hour)
		page.Day, page.Time = next.Format("2006-01-02"), next.Format("15:04")
		return nil
	}
	progress := &views.NewsProgress{
		Done: d.Counts.Done(), Total: int64(i.Recipients), Rate: v.t("console.news.rate", "n", ui.Number(v.Rules.News.PerSecond)),
		Text: v.t("console.news.progress_of", "done", ui.Number(d.Counts.Done()), "total", ui.Number(i.Recipients)),
	}
	if i.PreparedAt == nil && i.Status == models.NewsSending {
		progress.Preparing = v.t("console.news.preparing", "n", ui.Number(i.Recipients))
	}
	if i.LeftOut > 0 {
		progress.LeftOut = ui.Number(i.LeftOut)
	}
	if d.Counts.Bounced > 0 {
		progress.Bounced = ui.Number(d.Counts.Bounced)
	}
	for _, s := range models.MailStatuses {
		if n := d.Counts.ByStatus[s]; n > 0 {
			progress.Counts = append(progress.Counts, views.NewsCount{
				State: views.Pill{Tone: mailTones[s], Text: v.t("console.mail_status." + string(s))}, N: ui.Number(n),
				URL: views.NewsURL + "/" + i.Number + "?status=" + string(s) + "#mails",
			})
		}
	}
	page.Progress = progress
	return v.newsMails(page, i)
}

// newsMails lists the issue's mails with their states.
func (v *visit) newsMails(page *views.NewsIssue, i models.NewsIssue) error {
	q := url.Values{}
	for _, key := range []string{"q", "status", "cursor", "trail"} {
		if value := v.Query(key); value != "" {
			q.Set(key, value)
		}
	}
	var statuses []models.MailStatus
	if s := q.Get("status"); s != "" {
		statuses = []models.MailStatus{models.MailStatus(s)}
	}
	list, next, err := v.Store.NewsMails(v.ctx(), i.ID, statuses, q.Get("q"), store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	page.Mails = &views.NewsMails{
		Query: q.Get("q"), Status: q.Get("status"), Statuses: choices(v, "console.mail_status.", models.MailStatuses),
		Pager: pagerOf(views.NewsURL+"/"+i.Number, q, next),
	}
	for _, m := range list {
		page.Mails.Rows = append(page.Mails.Rows, views.NewsMailRow{
			Recipient: m.Recipient, Language: v.t("console.language." + string(m.Language)), When: ui.MomentAt(v.language, m.FinishedAt),
			Reply: v.mailReply(m), Attempts: m.Attempts, State: v.mailState(m),
		})
	}
	if len(q) > 0 { // who looks for something is not disturbed
		page.Every = ""
	}
	return nil
}

func (v *visit) newsFacts(page *views.NewsIssue, i models.NewsIssue) {
	to := v.t("console.news.everybody")
	if codes := i.ProductCodes(); len(codes) > 0 {
		names := make([]string, len(codes))
		for n, code := range codes {
			names[n] = v.product(code)
		}
		to = strings.Join(names, v.t("ui.comma"))
	}
	page.Facts = [][2]string{{v.t("console.news.audience"), to}}
	for _, at := range []struct {
		label string
		at    *time.Time
	}{{"scheduled_at", i.ScheduledAt}, {"started_at", i.StartedAt}, {"closed_at", i.ClosedAt}} {
		if at.at != nil {
			page.Facts = append(page.Facts, [2]string{v.t("console.news." + at.label), ui.MomentAt(v.language, at.at)})
		}
	}
}

// newsEvents is what happened to an issue, newest first.
func (v *visit) newsEvents(d store.NewsDetail) []views.Event {
	var events []views.Event
	for _, e := range slices.Backward(d.Audit) {
		events = append(events, views.Event{
			At: e.At, When: ui.Moment(v.language, e.At), Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action),
			Quote: factsOf(e.After).Note, Tone: newsEventTones[e.Action],
		})
	}
	return events
}

var newsEventTones = map[string]string{
	"news_started": "mail", "news_finished": "ok", "news_cancelled": "bad", "news_paused": "stop", "news_resumed": "mail",
}
