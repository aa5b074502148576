package console

import (
	"net/http"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showContactsForm is where staff edit a contract's contacts for the customer.
func showContactsForm(v *visit) error {
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ContractContactsPage(page))
}

// contactsPage is the form with what the contract says now.
func (v *visit) contactsPage() (views.ContractContacts, error) {
	d, err := v.Store.ContractByLicense(v.ctx(), v.actor(), v.Param("license"))
	if err != nil {
		return views.ContractContacts{}, err
	}
	frame, err := v.frame("contracts", v.t("console.contacts.title")+" "+d.Contract.LicenseID)
	if err != nil {
		return views.ContractContacts{}, err
	}
	frame.Here = "/console/contracts/" + d.Contract.LicenseID + "/contacts"
	frame.Styles = append(frame.Styles, "contacts.css")
	return views.ContractContacts{
		Frame: frame, Contract: d.Contract, Version: d.Contract.Version, Form: ui.ContactsForm{
			Page: frame.Page, Contacts: d.Contract.Contacts(), Fields: models.ContactFields(v.Rules.Applications),
		},
	}, nil
}

// editContacts takes the form. Staff change the name too: who may, and why, is
// what the reason says.
func editContacts(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	page, err := v.contactsPage()
	if err != nil {
		return err
	}
	now := page.Form.Contacts
	page.Form.Contacts = ui.ReadContacts(v.Request, page.Form.Fields, now)
	page.Reason = strings.TrimSpace(v.PostForm("reason"))
	if role, asked := strings.CutPrefix(v.PostForm("action"), "postal."); asked {
		page.Version = version
		return v.fillPostal(page, models.ContactRole(role))
	}
	done, err := v.Store.ChangeContacts(v.ctx(), v.actor(), store.ContactsWish{
		LicenseID: page.Contract.LicenseID, Version: version, Contacts: page.Form.Contacts, Reason: page.Reason,
	})
	if err != nil {
		return v.contactsAgain(page, version, models.AsError(err))
	}
	for _, id := range done.Outbox {
		v.tell(id)
	}
	v.flash("ok", v.t("console.contacts.done"))
	return v.seeOther("/console/contracts/" + page.Contract.LicenseID)
}

// fillPostal puts the address of a postal code into the form.
func (v *visit) fillPostal(page views.ContractContacts, role models.ContactRole) error {
	places, err := v.Store.PostalCode(v.ctx(), page.Form.Contacts.Of(role).PostalCode)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return err
	}
	page.Form.FillAddress(role, places, v.Request.PostForm["place."+string(role)])
	return v.show(http.StatusOK, views.ContractContactsPage(page))
}

// contactsAgain shows the form with what is wrong, or with what somebody else
// changed meanwhile; what was typed stays.
func (v *visit) contactsAgain(page views.ContractContacts, version int64, e *models.Error) error {
	switch {
	case e.Code == "contacts_changed":
		was, _, err := v.Store.ContactsSince(v.ctx(), page.Contract, version)
		if err != nil {
			return err
		}
		page.Form.Contacts, page.Form.Clashes = models.MergeContacts(was, page.Contract.Contacts(), page.Form.Contacts)
	case e.Code == "contacts_unchanged":
		page.Problem, page.Version = v.t("contacts.unchanged"), version
	case e.Kind != models.KindInvalid:
		return e
	default:
		page.Version = version
		page.Form.Wrong, page.Problems = ui.ContactProblems(v.language, page.Form.Fields, e.Fields)
		if wrong := page.Form.Wrong["reason"]; wrong != "" {
			page.Problems = append(page.Problems, ui.FieldProblem{ID: "reason", Label: v.t("console.contacts.reason"), Text: wrong})
		}
		if len(page.Problems) > 0 {
			page.Form.First = page.Problems[0].ID
		}
	}
	return v.show(ui.Status(e), views.ContractContactsPage(page))
}

// contractChanges is the history of a contract's contacts, newest first.
func (v *visit) contractChanges(contractID int64) ([]views.ContactsChange, error) {
	list, err := v.Store.ContractChanges(v.ctx(), contractID)
	if err != nil {
		return nil, err
	}
	requests, err := v.Store.NameChangesOf(v.ctx(), contractID)
	if err != nil {
		return nil, err
	}
	numbers := map[int64]string{}
	for _, r := range requests {
		numbers[r.ID] = r.Number
	}
	rows := make([]views.ContactsChange, len(list))
	for i, c := range list {
		rows[i] = views.ContactsChange{
			When: ui.Moment(v.language, c.CreatedAt), Stamp: ui.Stamp(c.CreatedAt), Who: c.ActorName, Reason: c.Reason,
			Title: v.t("console.contacts.change." + string(c.Kind)), Fields: c.Fields,
		}
		if c.NameChangeID != nil {
			rows[i].Request = numbers[*c.NameChangeID]
		}
		if c.ActorRole != "" {
			rows[i].Role = v.t("contacts.role." + string(c.ActorRole))
		}
	}
	return rows, nil
}
