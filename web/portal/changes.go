package portal

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showChanges is the history of what a contract says of its contacts. Who made a
// change is told by part: no contact learns another one's account from it.
func showChanges(v *visit) error {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return err
	}
	list, err := v.Store.ContractChanges(v.ctx(), d.Contract.ID)
	if err != nil {
		return err
	}
	requests, err := v.nameChangesOf(d.Contract.ID)
	if err != nil {
		return err
	}
	page := views.Changes{Frame: v.frame("contracts", v.t("portal.changes.title")), LicenseID: d.Contract.LicenseID}
	page.Styles = append(page.Styles, "contacts.css")
	for _, c := range list {
		row := views.Change{
			When: ui.Moment(v.language, c.CreatedAt), Stamp: ui.Stamp(c.CreatedAt), By: v.changedBy(c), Title: v.t("portal.changes.contacts"), Fields: c.Fields,
		}
		number := ""
		if c.NameChangeID != nil {
			number = requests[*c.NameChangeID].Number
			row.Note = v.t("portal.changes.requested", "number", number)
		}
		if c.Kind == models.ChangeOfName {
			row.Title, row.Note = v.t("portal.changes.name"), v.t("portal.changes.approved", "number", number)
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show(http.StatusOK, views.ChangesPage(page))
}

func (v *visit) changedBy(c models.ContractChange) string {
	switch {
	case c.ActorKind != models.ActorAccount:
		return v.t("portal.changes.by.vendor", "company", v.Brand.Company.In(v.language))
	case c.ActorID == v.account.ID:
		return v.t("portal.changes.by.you")
	}
	return v.t("portal.changes.by." + string(c.ActorRole))
}
