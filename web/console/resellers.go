package console

import (
	"fmt"
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listResellers lists resellers beside the form for a new one.
func listResellers(v *visit) error { return v.resellersPage(http.StatusOK, views.Form{}) }

func (v *visit) resellersPage(status int, form views.Form) error {
	rows, err := v.Store.Resellers(v.ctx())
	if err != nil {
		return err
	}
	frame, err := v.frame("resellers", v.t("console.resellers.title"))
	if err != nil {
		return err
	}
	return v.show(status, views.ResellersPage(views.Resellers{Frame: frame, Rows: rows, Form: form}))
}

// createReseller keeps a new reseller.
func createReseller(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	r := v.typedReseller()
	if err := v.Store.CreateReseller(v.ctx(), v.actor(), &r); err != nil {
		e := models.AsError(err)
		form, err := v.refusedForm("create", e)
		if err != nil {
			return err
		}
		return v.resellersPage(ui.Status(e), form)
	}
	v.flash("ok", v.t("console.done.created"))
	return v.seeOther(resellerURL(r.ID))
}

func (v *visit) typedReseller() models.Reseller {
	return models.Reseller{
		PartnerCode: v.PostForm("partner_code"), Name: v.PostForm("name"), Email: v.PostForm("email"),
		Language: models.Language(v.PostForm("language")),
	}
}

func resellerURL(id int64) string { return fmt.Sprintf("/console/resellers/%d", id) }

// showReseller is the page of one reseller and its keys.
func showReseller(v *visit) error { return v.resellerAgain(http.StatusOK, views.Form{}) }

func (v *visit) resellerAgain(status int, form views.Form) error {
	id, err := v.id("id", "reseller")
	if err != nil {
		return err
	}
	page, err := v.resellerView(id)
	if err != nil {
		return err
	}
	page.Form = form
	if form.Action == "key" {
		clear(page.Scopes)
		for _, s := range v.Request.PostForm["scope"] {
			page.Scopes[s] = true
		}
	}
	return v.show(status, views.ResellerPage(page))
}

func (v *visit) resellerView(id int64) (views.Reseller, error) {
	page := views.Reseller{Scopes: map[string]bool{}}
	var err error
	if page.Reseller, err = v.Store.ResellerByID(v.ctx(), id); err != nil {
		return page, err
	}
	if page.Keys, err = v.Store.APIKeys(v.ctx(), id); err != nil {
		return page, err
	}
	page.Frame, err = v.frame("resellers", page.Reseller.Name)
	page.Here = resellerURL(id)
	for _, s := range models.Scopes {
		page.Scopes[string(s)] = true
	}
	return page, err
}

// updateReseller changes a reseller's record.
func updateReseller(v *visit) error {
	id, err := v.id("id", "reseller")
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	r := v.typedReseller()
	r.ID = id
	if err := v.Store.UpdateReseller(v.ctx(), v.actor(), &r); err != nil {
		e := models.AsError(err)
		form, err := v.refusedForm("update", e)
		if err != nil {
			return err
		}
		return v.resellerAgain(ui.Status(e), form)
	}
	v.flash("ok", v.t("console.done.saved"))
	return v.seeOther(resellerURL(id))
}
