package portal

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

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
		case e.Code == "name_change_open": // asked for by somebody else just now
			page.Waiting, page.NameOpen = e.Params["number"], false
		case e.Code == "contacts_unchanged":
			page.Unchanged = page.Privacy
		case e.Kind != models.KindInvalid:
			return e
		}
	}
	v.blameContacts(&page, fields)
	return v.show(status, views.ContactsPage(page))
}

// blameContacts says what is wrong at the fields, and lists it from top to bottom.
func (v *visit) blameContacts(page *views.Contacts, fields []models.FieldError) {
	var ofName, others []models.FieldError
	for _, f := range fields {
		if strings.HasPrefix(f.Field, "name.") {
			ofName = append(ofName, f)
		} else {
			others = append(others, f)
		}
	}
	page.Name.Blame(fieldTexts(v.language, ofName))
	page.Problems = page.Name.Problems()
	wrong, problems := ui.ContactProblems(v.language, page.Form.Fields, others)
	if !page.Privacy {
		wrong["privacy"] = v.t("portal.contacts.privacy.required")
		problems = append(problems, ui.FieldProblem{ID: "privacy", Label: v.t("portal.contacts.privacy.title"), Text: wrong["privacy"]})
	}
	page.Form.Wrong = wrong
	if len(page.Problems) == 0 && len(problems) > 0 {
		page.Form.First = problems[0].ID
	}
	page.Problems = append(page.Problems, problems...)
}

// contactsClash shows what somebody else changed since the person began, beside
// what was typed. The form goes on from there.
func (v *visit) contactsClash(page views.Contacts) error {
	was, _, err := v.Store.ContactsSince(v.ctx(), page.Contract, page.Version)
	if err != nil {
		return err
	}
	mine, now := page.Form.Contacts, page.Contract.Contacts()
	if page.NameOpen {
		mine.Holder.CompanyName, mine.Holder.CompanyKana, mine.Holder.Department = page.Name.New.CompanyName, page.Name.New.CompanyKana, page.Name.New.Department
	}
	page.Form.Contacts, page.Form.Clashes = models.MergeContacts(was, now, mine)
	page.Name.New = models.NameOf(page.Form.Contacts.Holder)
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
	requests, err := v.nameChangesOf(page.Contract.ID)
	if err != nil {
		return err
	}
	page.Here += "/done?change=" + strconv.FormatInt(id, 10)
	page.Now, page.Email = change.Fields, v.account.Email
	if change.NameChangeID != nil {
		request := requests[*change.NameChangeID]
		page.Number, page.Later = request.Number, request.Differences()
	}
	return v.show(http.StatusOK, views.ContactsDonePage(page))
}

// nameChangesOf gives a contract's requests for another name, by row.
func (v *visit) nameChangesOf(contractID int64) (map[int64]models.NameChange, error) {
	list, err := v.Store.NameChangesOf(v.ctx(), contractID)
	byID := make(map[int64]models.NameChange, len(list))
	for _, c := range list {
		byID[c.ID] = c
	}
	return byID, err
}
