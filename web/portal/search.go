package portal

import (
	"net/http"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showSearch is the page to find a contract by license ID or by activation code.
func showSearch(v *visit) error { return v.show(http.StatusOK, views.SearchPage(v.searchView())) }

func (v *visit) searchView() views.Search {
	view := views.Search{Frame: v.frame("search", v.t("portal.search.title")), Wrong: map[string]string{}}
	view.Styles = append(view.Styles, "holdings.css")
	view.Products = append(view.Products, ui.Choice{Label: v.t("portal.search.any_product")})
	for _, p := range v.Rules.Catalogue.Products() {
		view.Products = append(view.Products, ui.Choice{Value: p.Code, Label: p.Names.In(v.language)})
	}
	return view
}

// search leads to the contract that was found, or says why none is shown. What was
// typed never stands in an address: activation codes do not belong into logs.
func search(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	view := v.searchView()
	view.License, view.ProductCode, view.Code = v.PostForm("license"), v.PostForm("product"), v.PostForm("code")
	view.AnswerBy = models.PortalByLicense
	if v.PostForm("by") == string(models.PortalByCode) {
		view.AnswerBy = models.PortalByCode
	}
	key, problem := v.searchKey(view)
	if problem != nil {
		view.Wrong = fieldTexts(v.language, []models.FieldError{*problem})
		return v.show(http.StatusUnprocessableEntity, views.SearchPage(view))
	}
	answer, license, err := v.Store.PortalFind(v.ctx(), v.account.Email, key)
	if err != nil {
		return err
	}
	if answer != models.PortalShown {
		view.Answer, view.AskDesk = v.answerText(answer, key.By), answer.Message() != ""
		return v.show(http.StatusOK, views.SearchPage(view))
	}
	held, err := v.holds(license, key.ProductCode)
	if err != nil {
		return err
	}
	if !held {
		view.Wrong = fieldTexts(v.language, []models.FieldError{models.Field("product", "portal_product_not_held")})
		return v.show(http.StatusUnprocessableEntity, views.SearchPage(view))
	}
	return v.seeOther(contractsAt + "/" + license)
}

// searchKey reads what a contract is looked for by.
func (v *visit) searchKey(view views.Search) (store.PortalKey, *models.FieldError) {
	key := store.PortalKey{By: view.AnswerBy}
	if key.By == models.PortalByCode {
		code, problem := models.ReadPortalCode("code", view.Code)
		key.CodeHash = v.Codes.CodeHash(code)
		return key, problem
	}
	license, problem := models.ReadPortalLicense("license", view.License)
	key.License = license
	if _, known := v.Rules.Catalogue.Product(view.ProductCode); known {
		key.ProductCode = view.ProductCode
	}
	return key, problem
}

// holds says whether a contract that is shown has the product that was asked for
// besides its license ID; without one it has.
func (v *visit) holds(license, product string) (bool, error) {
	if product == "" {
		return true, nil
	}
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, license)
	return slices.ContainsFunc(d.Holdings, func(h models.Holding) bool { return h.ProductCode == product }), err
}

// answerText words why no contract is shown (contracts.md).
func (v *visit) answerText(answer models.PortalAnswer, by models.PortalBy) string {
	if number := answer.Message(); number != "" {
		return v.t("portal.answer.ask", "message", number)
	}
	return v.t("portal.answer.not_contact." + string(by))
}
