package console

import (
	"net/http"
	"slices"

	"github.com/todoke/todoke/markdown"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showNewNews is the page on which a new issue is written.
func showNewNews(v *visit) error { return v.newsForm(http.StatusOK, views.NewsForm{}) }

// showEditNews is the page on which a draft is written anew.
func showEditNews(v *visit) error {
	d, err := v.Store.NewsDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return err
	}
	if d.Issue.Status != models.NewsDraft {
		return models.NewError(models.KindConflict, "news_state", "status", string(d.Issue.Status))
	}
	return v.newsForm(http.StatusOK, views.NewsForm{Number: d.Issue.Number, Version: d.Issue.Version, Text: d.Issue.Text()})
}

// newsForm shows the form with what stands in it.
func (v *visit) newsForm(status int, page views.NewsForm) error {
	page.Heading = v.t("console.news.write")
	if page.Number != "" {
		page.Heading = v.t("console.news.edit_title", "number", page.Number)
	}
	var err error
	if page.Frame, err = v.newsFrame(page.Heading); err != nil {
		return err
	}
	for _, p := range v.Rules.Catalogue.Products() {
		page.Products = append(page.Products, views.NewsProduct{Code: p.Code, Name: p.Names.In(v.language), On: slices.Contains(page.Text.Products, p.Code)})
	}
	return v.show(status, views.NewsFormPage(page))
}

// writeNews saves a new draft, or shows how it will look.
func writeNews(v *visit) error {
	return v.takeNews(func(text models.NewsText) (models.NewsIssue, error) {
		return v.Store.WriteNews(v.ctx(), v.actor(), text)
	})
}

// editNews saves a draft that is there.
func editNews(v *visit) error {
	return v.takeNews(func(text models.NewsText) (models.NewsIssue, error) {
		version, err := parseVersion(v.PostForm("version"))
		if err != nil {
			return models.NewsIssue{}, err
		}
		done, err := v.Store.EditNews(v.ctx(), v.actor(), store.DecideNews{Number: v.Param("number"), Version: version}, text)
		return done.Issue, err
	})
}

// takeNews reads the form; nothing typed is ever lost.
func (v *visit) takeNews(save func(models.NewsText) (models.NewsIssue, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	text := models.NewsText{
		Title:    models.Text{JA: v.PostForm("title_ja"), EN: v.PostForm("title_en")},
		Body:     models.Text{JA: v.PostForm("body_ja"), EN: v.PostForm("body_en")},
		Products: v.PostFormArray("products"),
	}
	text.Trim()
	page := views.NewsForm{Number: v.Param("number"), Text: text}
	if page.Number != "" {
		var err error
		if page.Version, err = parseVersion(v.PostForm("version")); err != nil {
			return err
		}
	}
	errs := append(text.Check(v.Rules.Catalogue), lostLinks(text)...)
	if v.PostForm("do") == "preview" || len(errs) > 0 {
		return v.newsAgain(page, errs)
	}
	issue, err := save(text)
	if e := models.AsError(err); err != nil && (e.Kind == models.KindInvalid || e.Kind == models.KindConflict) {
		if len(e.Fields) == 0 {
			page.General = v.errorText(e)
		}
		return v.newsAgain(page, e.Fields)
	}
	if err != nil {
		return err
	}
	v.flash("ok", v.t("console.news.saved"))
	return v.seeOther(views.NewsURL + "/" + issue.Number)
}

// newsAgain shows what was typed, how it will look, and what is wrong with it.
func (v *visit) newsAgain(page views.NewsForm, errs []models.FieldError) error {
	shown, err := v.newsShown(page.Text)
	if err != nil {
		return err
	}
	page.Shown, page.Wrong = shown, map[string]string{}
	for _, e := range errs {
		if page.Wrong[e.Field] == "" {
			page.Wrong[e.Field] = texts.Field(v.language, e)
			page.Problems = append(page.Problems, ui.FieldProblem{ID: e.Field, Label: v.t("console.news." + newsFields[e.Field]), Text: page.Wrong[e.Field]})
		}
	}
	status := http.StatusOK
	switch {
	case page.General != "":
		status = http.StatusConflict
	case len(errs) > 0:
		status = http.StatusUnprocessableEntity
	}
	return v.newsForm(status, page)
}

// newsFields are the names of fields in texts.
var newsFields = map[string]string{
	"title_ja": "title_ja", "body_ja": "body_ja", "title_en": "title_en", "body_en": "body_en", "products": "audience",
}

// lostLinks tells of links that would be none, and of images.
func lostLinks(t models.NewsText) []models.FieldError {
	var errs []models.FieldError
	for _, f := range []struct{ name, text string }{{"body_ja", t.Body.JA}, {"body_en", t.Body.EN}} {
		for _, link := range markdown.LostLinks(f.text) {
			errs = append(errs, models.Field(f.name, "news_link", "link", link))
			break
		}
	}
	return errs
}

// newsShown is an issue as people will read it.
func (v *visit) newsShown(t models.NewsText) ([]views.NewsShown, error) {
	var list []views.NewsShown
	for _, l := range []struct {
		lang models.Language
		name string
	}{{models.Japanese, "japanese"}, {models.English, "english"}} {
		s := views.NewsShown{Language: v.t("console.news." + l.name), Lang: string(l.lang), Title: t.Title.In(l.lang)}
		if text := t.Body.In(l.lang); text != "" {
			body, err := markdown.HTML(text, nil)
			if err != nil {
				return nil, models.Internal(err)
			}
			s.Body, s.Text = body, markdown.Plain(text)
		}
		list = append(list, s)
	}
	return list, nil
}
