package portal

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// contactsAt is the form that changes what a contract says of its contacts.
func contactsAt(license string) string { return contractsAt + "/" + license + "/contacts" }

// showContacts is the form with what the contract says now.
func showContacts(v *visit) error {
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ContactsPage(page))
}

// contactsPage reads the contract that the form is for.
func (v *visit) contactsPage() (views.Contacts, error) {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return views.Contacts{}, err
	}
	page := views.Contacts{
		Frame: v.frame("contracts", v.t("portal.contacts.title")), Contract: d.Contract, Version: d.Contract.Version,
		Days: ui.Counted(v.language, "portal.contacts.days", v.Rules.NameChanges.DueDays),
	}
	page.Here = contactsAt(d.Contract.LicenseID)
	page.Styles = append(page.Styles, "contacts.css")
	page.Form = ui.ContactsForm{
		Page: page.Page, Contacts: d.Contract.Contacts(), Fields: models.ContactFields(v.Rules.Applications), Apart: true,
	}
	return page, nil
}

// editContacts takes a step of the form. All that was typed travels with it, so
// every step can be gone back and nothing is kept here until it is done.
func editContacts(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	if page.Version, err = strconv.ParseInt(v.PostForm("version"), 10, 64); err != nil || page.Version <= 0 {
		return models.NewError(models.KindInvalid, "form_unreadable")
	}
	page.Form.Contacts = ui.ReadContacts(v.Request, page.Form.Fields, page.Form.Contacts)
	models.TidyContacts(&page.Form.Contacts)
	page.Privacy = v.PostForm("privacy") == "1"
	action := v.PostForm("action")
	if role, asked := strings.CutPrefix(action, "postal."); asked {
		return v.fillPostal(page, models.ContactRole(role))
	}
	switch action {
	case "back":
		return v.show(http.StatusOK, views.ContactsPage(page))
	case "do":
		return v.doContacts(page)
	}
	return v.checkContacts(page)
}

// fillPostal puts the address of a postal code into the form.
func (v *visit) fillPostal(page views.Contacts, role models.ContactRole) error {
	places, err := v.Store.PostalCode(v.ctx(), page.Form.Contacts.Of(role).PostalCode)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return err
	}
	page.Form.FillAddress(role, places, v.Request.PostForm["place."+string(role)])
	return v.show(http.StatusOK, views.ContactsPage(page))
}

// checkContacts shows what would be changed, or what is wrong with it.
func (v *visit) checkContacts(page views.Contacts) error {
	fields, err := v.Store.CheckContacts(v.ctx(), v.wish(page))
	if err != nil || !page.Privacy {
		return v.contactsAgain(page, err)
	}
	page.Now = fields
	for _, f := range fields {
		if f.Field == "holder.email" || f.Field == "support.email" {
			page.CountsFrom = ui.Day(v.language, models.DateOf(v.Clock()).AddDays(1))
		}
	}
	return v.show(http.StatusOK, views.ContactsCheckPage(page))
}

func (v *visit) wish(page views.Contacts) store.ContactsWish {
	return store.ContactsWish{
		LicenseID: page.Contract.LicenseID, Version: page.Version, Contacts: page.Form.Contacts, Email: v.account.Email,
	}
}

// doContacts makes the changes that were checked.
func (v *visit) doContacts(page views.Contacts) error {
	if !page.Privacy {
		return v.contactsAgain(page, nil)
	}
	done, err := v.Store.ChangeContacts(v.ctx(), v.actor(), v.wish(page))
	if err != nil {
		return v.contactsAgain(page, err)
	}
	for _, id := range done.Outbox {
		v.tell(id)
	}
	return v.seeOther(contactsAt(page.Contract.LicenseID) + "/done?change=" + strconv.FormatInt(done.Change.ID, 10))
}

// contactsAgain shows the form with what is wrong, all at once, or with what
// somebody else changed meanwhile; what was typed stays.
func (v *visit) contactsAgain(page views.Contacts, err error) error {
	status := http.StatusUnprocessableEntity
	var fields []models.FieldError
	if err != nil {
		e := models.AsError(err)
		status, fields = ui.Status(e), e.Fields
		switch {
		case e.Code == "contacts_changed":
			return v.contactsClash(page)
		case e.Code == "contacts_unchanged":
			page.Unchanged = true
		case e.Kind != models.KindInvalid:
			return e
		}
	}
	page.Form.Wrong, page.Problems = ui.ContactProblems(v.language, page.Form.Fields, fields)
	if !page.Privacy {
		text := v.t("portal.contacts.privacy.required")
		page.Form.Wrong["privacy"] = text
		page.Problems = append(page.Problems, ui.FieldProblem{ID: "privacy", Label: v.t("portal.contacts.privacy.title"), Text: text})
	}
	if len(page.Problems) > 0 {
		page.Form.First = page.Problems[0].ID
	}
	return v.show(status, views.ContactsPage(page))
}

// contactsClash shows what somebody else changed since the person began, beside
// what was typed. The form goes on from there.
func (v *visit) contactsClash(page views.Contacts) error {
	was, _, err := v.Store.ContactsSince(v.ctx(), page.Contract, page.Version)
	if err != nil {
		return err
	}
	page.Form.Contacts, page.Form.Clashes = models.MergeContacts(was, page.Contract.Contacts(), page.Form.Contacts)
	page.Version = page.Contract.Version
	return v.show(http.StatusConflict, views.ContactsPage(page))
}

// showContactsDone says what was done, and what waits.
func showContactsDone(v *visit) error {
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(v.Query("change"), 10, 64)
	if err != nil {
		return models.NotFound("contract_change")
	}
	change, err := v.Store.ContractChange(v.ctx(), page.Contract.ID, id)
	if err != nil {
		return err
	}
	if change.ActorKind != models.ActorAccount || change.ActorID != v.account.ID {
		return models.NotFound("contract_change")
	}
	page.Here += "/done?change=" + strconv.FormatInt(id, 10)
	page.Now, page.Email = change.Fields, v.account.Email
	return v.show(http.StatusOK, views.ContactsDonePage(page))
}
