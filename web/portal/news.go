package portal

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/todoke/todoke/markdown"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// newsPage is how many back numbers stand on a page.
const newsPage = 20

// newsPages bounds how far back one can turn page by page; searching goes further.
const newsPages = 500

// showNews lists the back numbers of Support Information, and says whether it is mailed
// to the address that is signed in.
func showNews(v *visit) error {
	filter, errs := v.newsFilter()
	view := views.NewsList{
		Frame: v.frame("news", v.t("portal.news.title")), Query: v.Query("q"), From: v.Query("from"), To: v.Query("to"), Wrong: fieldTexts(v.language, errs),
	}
	view.Styles = append(view.Styles, "holdings.css")
	view.Filtered = view.Query != "" || view.From != "" || view.To != ""
	subscription, err := v.Store.SubscriptionTo(v.ctx(), v.account.Email, models.TopicNews)
	if err != nil {
		return err
	}
	view.Subscribed = subscription != nil && subscription.Subscribed
	if len(errs) > 0 {
		return v.show(http.StatusUnprocessableEntity, views.NewsListPage(view))
	}
	page, err := strconv.Atoi(v.Query("page"))
	if err != nil || page < 1 || page > newsPages {
		page = 1
	}
	list, more, err := v.Store.BackNumbers(v.ctx(), filter, (page-1)*newsPage, newsPage)
	if err != nil {
		return err
	}
	for _, i := range list {
		view.Rows = append(view.Rows, views.NewsRow{
			Number: i.Number, Title: i.Title.In(v.language), Day: ui.Day(v.language, models.DateOf(*i.StartedAt)),
		})
	}
	if page > 1 {
		view.Newer = v.newsAt(page - 1)
	}
	if more {
		view.Older = v.newsAt(page + 1)
	}
	return v.show(http.StatusOK, views.NewsListPage(view))
}

// newsFilter reads what is searched for; a day that cannot be read is told at its field.
func (v *visit) newsFilter() (store.NewsFilter, []models.FieldError) {
	f := store.NewsFilter{Query: v.Query("q")}
	errs := models.CheckLine("q", f.Query, models.MaxNewsTitle)
	for name, day := range map[string]*models.Date{"from": &f.From, "to": &f.To} {
		if err := day.UnmarshalText([]byte(v.Query(name))); err != nil {
			errs = append(errs, models.Field(name, "date_malformed"))
		}
	}
	return f, errs
}

func (v *visit) newsAt(page int) string {
	q := url.Values{}
	for _, key := range []string{"q", "from", "to"} {
		if value := v.Query(key); value != "" {
			q.Set(key, value)
		}
	}
	q.Set("page", strconv.Itoa(page))
	return newsAt + "?" + q.Encode()
}

// showNewsIssue is an issue's page, in the language of the page; the other is a switch away.
func showNewsIssue(v *visit) error {
	issue, err := v.Store.BackNumber(v.ctx(), v.Param("number"))
	if err != nil {
		return err
	}
	body, err := markdown.HTML(issue.Body.In(v.language), nil)
	if err != nil {
		return models.Internal(err)
	}
	view := views.NewsIssue{
		Frame: v.frame("news", issue.Title.In(v.language)), Number: issue.Number, Title: issue.Title.In(v.language),
		Day: ui.Day(v.language, models.DateOf(*issue.StartedAt)), Body: body,
	}
	view.Styles = append(view.Styles, "news.css")
	return v.show(http.StatusOK, views.NewsIssuePage(view))
}

// subscribeNews begins or ends the mails to the address that is signed in, and to no other.
func subscribeNews(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	wished := v.PostForm("wished") == "1"
	if err := v.Store.SubscribeNews(v.ctx(), v.actor(), v.account.Email, wished, v.Secrets.CurrentKey()); err != nil {
		return err
	}
	said := "portal.news.unsubscribed"
	if wished {
		said = "portal.news.subscribed"
	}
	v.flash(v.t(said))
	return v.seeOther(newsAt)
}
