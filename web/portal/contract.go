package portal

import (
	"fmt"
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showContract is the page of one contract: its contacts and what is held.
func showContract(v *visit) error {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if models.IsKind(err, models.KindNotFound) {
		return v.explainLicense(err)
	}
	if err != nil {
		return err
	}
	c := d.Contract
	view := views.Contract{
		Frame: v.frame("contracts", c.LicenseID), License: c.LicenseID, Holder: c.Holder, Support: c.Support, At: contractsAt + "/" + c.LicenseID,
		EndsOn: ui.Day(v.language, d.EndsOn), State: v.runsUntil(models.Date{}, d.EndsOn), Unlisted: d.Unlisted,
	}
	view.Styles, view.Scripts = append(view.Styles, "holdings.css", "activation.css"), []string{"delivery.js"}
	for _, role := range d.Roles {
		view.Roles = append(view.Roles, v.t("portal.role."+string(role)))
	}
	for _, h := range d.Holdings {
		row, err := v.holdingRow(h)
		if err != nil {
			return err
		}
		view.Holdings = append(view.Holdings, row)
	}
	if view.Issued, err = v.issuedRows(d); err != nil {
		return err
	}
	view.Kinds = v.kindsFor(c.LicenseID, d.Holdings)
	return v.show(http.StatusOK, views.ContractPage(view))
}

func (v *visit) holdingRow(h models.Holding) (views.HoldingRow, error) {
	code, err := v.openCode(h)
	product, _ := v.Rules.Catalogue.Product(h.ProductCode)
	return views.HoldingRow{
		Product: v.productName(h.ProductCode), ProductCode: h.ProductCode, Quantity: ui.Number(h.Quantity),
		From: ui.Day(v.language, h.StartsOn), To: ui.Day(v.language, h.EndsOn), State: v.runsUntil(h.StartsOn, h.EndsOn),
		Code: code, CodeLabel: v.codeLabel(product.CodeKind),
	}, err
}

// codeLabel says what a product's key is called; a product without one has none.
func (v *visit) codeLabel(kind models.CodeKind) string {
	if kind == models.CodeNone {
		return ""
	}
	return v.t("portal.code." + string(kind))
}

// openCode gives a holding's activation code, or nothing where it has none.
func (v *visit) openCode(h models.Holding) (string, error) {
	if h.CodeCipher == nil {
		return "", nil
	}
	code, err := v.Codes.OpenCode(h)
	if err != nil {
		return "", models.Internal(fmt.Errorf("code of holding %d: %w", h.ID, err))
	}
	return code, nil
}

// explainLicense answers where no contract is shown, whatever was typed as its
// address: a contact is told the message to quote, everybody else the same.
func (v *visit) explainLicense(notFound error) error {
	license, problem := models.ReadPortalLicense("license", v.Param("license"))
	if problem != nil {
		return notFound
	}
	answer, _, err := v.Store.PortalFind(v.ctx(), v.account.Email, store.PortalKey{By: models.PortalByLicense, License: license})
	if err != nil {
		return err
	}
	view := v.searchView()
	view.Here = searchAt
	view.License, view.Answer, view.AnswerBy = license, v.answerText(answer, models.PortalByLicense), models.PortalByLicense
	view.AskDesk = answer.Message() != ""
	return v.show(http.StatusNotFound, views.SearchPage(view))
}
