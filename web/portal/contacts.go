package portal

import (
	"context"
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
	return v.showOr(err, views.ContactsPage(page))
}

// contactsPage reads the contract that the form is for.
func (v *visit) contactsPage() (views.Contacts, error) {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return views.Contacts{}, err
	}
	page := views.Contacts{
		Frame: v.frame("contracts", v.t("portal.contacts.title")), Contract: d.Contract, Version: d.Contract.Version, Name: v.nameForm(d.Contract),
		Days: ui.Counted(v.language, "portal.contacts.days", v.Rules.NameChanges.DueDays),
	}
	page.Here = contactsAt(d.Contract.LicenseID)
	page.Styles = append(page.Styles, "name_change.css", "contacts.css")
	page.Form = ui.ContactsForm{
		Page: page.Page, Contacts: d.Contract.Contacts(), Fields: models.ContactFields(v.Rules.Applications), Apart: true,
	}
	open, err := v.Store.OpenNameChanges(v.ctx(), d.Contract.ID)
	page.Waiting = open[d.Contract.ID].Number
	return page, err
}

// editContacts takes a step of the form. All that was typed travels with it, so
// every step can be gone back and nothing is kept here until it is done.
func editContacts(v *visit) error {
	if err := v.parseUpload(); err != nil {
		return err
	}
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	if err := v.readContacts(&page); err != nil {
		return err
	}
	action := v.PostForm("action")
	if role, asked := strings.CutPrefix(action, "postal."); asked {
		return v.fillPostal(page, models.ContactRole(role))
	}
	if done, err := v.nameButton(&page.Name, action); done || err != nil {
		page.NameOpen = true
		return v.showOr(err, views.ContactsPage(page))
	}
	switch action {
	case "back":
		return v.show(http.StatusOK, views.ContactsPage(page))
	case "do":
		return v.doContacts(page)
	}
	return v.checkContacts(page, http.StatusOK)
}

// readContacts takes over what was typed.
func (v *visit) readContacts(page *views.Contacts) (err error) {
	if page.Version, err = strconv.ParseInt(v.PostForm("version"), 10, 64); err != nil || page.Version <= 0 {
		return models.NewError(models.KindInvalid, "form_unreadable")
	}
	page.Form.Contacts = ui.ReadContacts(v.Request, page.Form.Fields, page.Form.Contacts)
	models.TidyContacts(&page.Form.Contacts)
	page.Privacy = v.PostForm("privacy") == "1"
	if _, sent := v.Request.PostForm["name.company_name"]; !sent || page.Waiting != "" {
		return nil
	}
	if err := v.readName(&page.Name); err != nil {
		return err
	}
	return v.readWishedName(page)
}

// readWishedName says whether another name is asked for. A name that was not
// touched while somebody else changed it is no wish to have it back.
func (v *visit) readWishedName(page *views.Contacts) error {
	was, _, err := v.Store.ContactsSince(v.ctx(), page.Contract, page.Version)
	if err != nil {
		return err
	}
	f := &page.Name
	touched := f.New != models.NameOf(was.Holder)
	page.NameOpen = touched || f.Chosen != nil || f.Reason != "" || f.Note != "" || f.Understood
	if !touched {
		f.New = f.Old
	}
	return nil
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

// wish is what the form asks for.
func (v *visit) wish(page views.Contacts) store.ContactsWish {
	wish := store.ContactsWish{
		LicenseID: page.Contract.LicenseID, Version: page.Version, Contacts: page.Form.Contacts, Email: v.account.Email,
	}
	if page.NameOpen {
		request := nameRequest(page.Name)
		wish.Name = &request
	}
	return wish
}

// checkContacts shows what would be changed, or what is wrong with it.
func (v *visit) checkContacts(page views.Contacts, status int) error {
	fields, err := v.Store.CheckContacts(v.ctx(), v.wish(page))
	if err != nil || !page.Privacy {
		return v.contactsAgain(page, err)
	}
	page.Now = fields
	if page.NameOpen {
		page.Later = page.Name.Old.Differences(page.Name.New)
	}
	for _, f := range fields {
		if f.Field == "holder.email" || f.Field == "support.email" {
			page.CountsFrom = ui.Day(v.language, models.DateOf(v.Clock()).AddDays(1))
		}
	}
	return v.show(status, views.ContactsCheckPage(page))
}

// doContacts makes the changes that were checked, and keeps the files that came
// with the wish for another name.
func (v *visit) doContacts(page views.Contacts) error {
	if !page.Privacy {
		return v.contactsAgain(page, nil)
	}
	wish, err := v.wishWithFiles(&page)
	switch {
	case err != nil:
		return err
	case len(page.Name.Wrong) > 0:
		return v.checkContacts(page, http.StatusUnprocessableEntity)
	}
	var done store.ContactsChanged
	change := func(ctx context.Context) (err error) {
		done, err = v.Store.ChangeContacts(ctx, v.actor(), wish)
		return err
	}
	if wish.Name != nil && len(wish.Name.Attachments) > 0 {
		err = v.keeping(wish.Name.Attachments, change)
	} else {
		err = change(v.ctx())
	}
	if err != nil {
		return v.contactsAgain(page, err)
	}
	for _, id := range done.Outbox {
		v.tell(id)
	}
	return v.seeOther(contactsAt(page.Contract.LicenseID) + "/done?change=" + strconv.FormatInt(done.Change.ID, 10))
}

// wishWithFiles adds the files that were sent. They cannot travel with the form:
// what is wrong with them is told where they are chosen.
func (v *visit) wishWithFiles(page *views.Contacts) (store.ContactsWish, error) {
	wish := v.wish(*page)
	if wish.Name == nil {
		return wish, nil
	}
	files, err := v.attached("name.attachments")
	if err != nil {
		return wish, err
	}
	wish.Name.Attachments = files
	page.Name.Blame(fieldTexts(v.language, prefixed("", models.CheckAttachments(files, 0, v.Rules.NameChanges))))
	return wish, nil
}
