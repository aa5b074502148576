package console

import (
	"fmt"
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listStaff lists the back office's people beside the form for a new one.
func listStaff(v *visit) error { return v.staffPage(http.StatusOK, views.Form{}) }

func (v *visit) staffPage(status int, form views.Form) error {
	rows, err := v.Store.StaffList(v.ctx())
	if err != nil {
		return err
	}
	frame, err := v.frame("staff", v.t("console.staff.title"))
	if err != nil {
		return err
	}
	return v.show(status, views.PeoplePage(views.People{Frame: frame, Rows: rows, Roles: v.roles(), Form: form}))
}

func (v *visit) roles() []ui.Choice { return choices(v, "console.role.", models.Roles)[1:] }

// createStaff makes an account for a new member of staff.
func createStaff(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	m := models.Staff{
		Email: v.PostForm("email"), Name: v.PostForm("name"), Role: models.Role(v.PostForm("role")),
		Language: models.Language(v.PostForm("language")),
	}
	hash, weak := v.newPassword(v.ctx(), v.PostForm("password"))
	m.PasswordHash = hash
	err := weak
	if weak == nil {
		err = v.Store.CreateStaff(v.ctx(), v.actor(), &m)
	}
	if err != nil {
		e := models.AsError(err)
		form, err := v.refusedForm("create", e)
		if err != nil {
			return err
		}
		return v.staffPage(ui.Status(e), form)
	}
	v.flash("ok", v.t("console.done.created"))
	return v.seeOther("/console/staff")
}

// showPerson is the page of one member of staff.
func showPerson(v *visit) error { return v.personPage(http.StatusOK, views.Form{}) }

func (v *visit) personPage(status int, form views.Form) error {
	person, err := v.person()
	if err != nil {
		return err
	}
	frame, err := v.frame("staff", person.Name)
	if err != nil {
		return err
	}
	frame.Here = personURL(person.ID)
	return v.show(status, views.PersonPage(views.Person{
		Frame: frame, Person: person, Roles: v.roles(), Form: form, Self: person.ID == v.staffMember.ID,
	}))
}

func personURL(id int64) string { return fmt.Sprintf("/console/staff/%d", id) }

func (v *visit) person() (models.Staff, error) {
	id, err := v.id("id", "staff")
	if err != nil {
		return models.Staff{}, err
	}
	return v.Store.StaffByID(v.ctx(), id)
}

// updatePerson changes name, role and language, and disables or enables the
// account. Nobody disables themselves by a slip.
func updatePerson(v *visit) error {
	person, err := v.person()
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	person.Name, person.Role = v.PostForm("name"), models.Role(v.PostForm("role"))
	person.Language = models.Language(v.PostForm("language"))
	disable := v.PostForm("disabled") == "1"
	switch {
	case person.ID == v.staffMember.ID:
	case !disable:
		person.DisabledAt = nil
	case person.DisabledAt == nil:
		now := v.Store.Now()
		person.DisabledAt = &now
	}
	return v.savePerson(person, "update", v.t("console.done.saved"))
}

// setPassword gives a member of staff a new password, which ends their sessions.
func setPassword(v *visit) error {
	person, err := v.person()
	if err != nil {
		return err
	}
	if err := v.parse(); err != nil {
		return err
	}
	hash, err := v.newPassword(v.ctx(), v.PostForm("password"))
	if err != nil {
		return v.personAgain("password", err)
	}
	person.PasswordHash = hash
	return v.savePerson(person, "password", v.t("console.done.password"))
}

func (v *visit) savePerson(person models.Staff, action, done string) error {
	if err := v.Store.UpdateStaff(v.ctx(), v.actor(), &person); err != nil {
		return v.personAgain(action, err)
	}
	if person.ID == v.staffMember.ID { // one's own session goes on under the new password
		v.sessions.Put(v.ctx(), sessionPassword, fingerprint(person.PasswordHash))
	}
	v.flash("ok", done)
	return v.seeOther(personURL(person.ID))
}

func (v *visit) personAgain(action string, err error) error {
	e := models.AsError(err)
	form, err := v.refusedForm(action, e)
	if err != nil {
		return err
	}
	return v.personPage(ui.Status(e), form)
}
