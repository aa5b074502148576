package console

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// hideContract hides a contract in the portal at its holder's wish.
func hideContract(v *visit) error { return v.hideContract(true) }

// unhideContract shows it again.
func unhideContract(v *visit) error { return v.hideContract(false) }

func (v *visit) hideContract(hidden bool) error {
	if err := v.parse(); err != nil {
		return err
	}
	err := v.Store.HideContract(v.ctx(), v.actor(), v.Param("license"), hidden, v.PostForm("reason"))
	if err != nil {
		return v.contractAgain(views.HideAction, models.AsError(err))
	}
	done := "console.portal.done_shown"
	if hidden {
		done = "console.portal.done_hidden"
	}
	v.flash("ok", v.t(done))
	return v.seeOther("/console/contracts/" + v.Param("license"))
}

// contractAgain shows the contract's page with the form that was refused.
func (v *visit) contractAgain(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.contractPage()
	if err != nil {
		return err
	}
	page.Form = v.formAgain(action, e)
	return v.show(ui.Status(e), views.ContractPage(page))
}

// portalAccess says who sees a contract in the portal, saw it, or will see it.
func (v *visit) portalAccess(c models.Contract) (views.PortalAccess, error) {
	access := views.PortalAccess{Hidden: c.Hidden}
	list, err := v.Store.ContractAddresses(v.ctx(), c.ID)
	if err != nil {
		return access, err
	}
	now := v.Clock()
	for _, a := range list {
		row := views.PortalAddress{
			Role: v.t("portal.role." + string(a.Role)), Email: a.Email, From: ui.Moment(v.language, a.GoodFrom), Until: ui.MomentAt(v.language, a.GoodUntil),
			State: views.Pill{Tone: "ok", Text: v.t("console.portal.now")},
		}
		switch {
		case now.Before(a.GoodFrom):
			row.State = views.Pill{Tone: "run", Text: v.t("console.portal.ahead")}
		case !a.CountsAt(now):
			row.State = views.Pill{Tone: "off", Text: v.t("console.portal.past")}
		}
		access.Addresses = append(access.Addresses, row)
	}
	return access, nil
}
