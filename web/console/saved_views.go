package console

import (
	"net/url"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
)

// savedViews are the person's own views; the one whose query is shown is marked.
func (v *visit) savedViews(query string) ([]views.ViewLink, error) {
	saved, err := v.Store.SavedViews(v.ctx(), v.staffMember.ID)
	links := make([]views.ViewLink, len(saved))
	for i, s := range saved {
		links[i] = views.ViewLink{
			ID: strconv.FormatInt(s.ID, 10), Name: s.Name, URL: "/console/orders?" + s.Query, On: s.Query == query,
		}
	}
	return links, err
}

// saveView keeps the list's filters and columns under a name.
func saveView(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	q, err := url.ParseQuery(v.PostForm("query"))
	if err != nil {
		return models.NewError(models.KindInvalid, "form_unreadable").WithCause(err)
	}
	query := listQuery(q).Encode()
	err = v.Store.SaveView(v.ctx(), v.staffMember.ID, v.PostForm("name"), query)
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid && len(e.Fields) > 0 {
		v.flash("warn", v.t("console.views.name")+v.t("ui.colon")+texts.Field(v.language, e.Fields[0]))
		return v.seeOther("/console/orders?" + query)
	}
	if err != nil {
		return err
	}
	v.flash("ok", v.t("console.views.saved"))
	return v.seeOther("/console/orders?" + query)
}

// deleteView drops one of the person's own views.
func deleteView(v *visit) error {
	id, err := v.id("id", "view")
	if err != nil {
		return err
	}
	if err := v.Store.DeleteView(v.ctx(), v.staffMember.ID, id); err != nil {
		return err
	}
	v.flash("ok", v.t("console.views.deleted"))
	return v.seeOther("/console/orders")
}
