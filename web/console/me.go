package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showMe is one's own page.
func showMe(v *visit) error { return v.mePage(http.StatusOK, views.Form{}) }

func (v *visit) mePage(status int, form views.Form) error {
	frame, err := v.frame("", v.staffMember.Name)
	if err != nil {
		return err
	}
	frame.Here = "/console/me"
	return v.show(status, views.MePage(views.Me{Frame: frame, Form: form}))
}

// saveMyLanguage sets the language that pages are in after signing in.
func saveMyLanguage(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	me := v.staffMember
	me.Language = models.Language(v.PostForm("language"))
	if err := v.Store.UpdateStaff(v.ctx(), v.actor(), &me); err != nil {
		return v.meAgain("language", err)
	}
	v.language = me.Language
	v.flash("ok", v.t("console.done.saved"))
	return v.seeOther(ui.LanguageURL(me.Language, "/console/me"))
}

// changeMyPassword takes the present password and a new one; other sessions end.
func changeMyPassword(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	match, err := v.checkPassword(v.ctx(), v.PostForm("current"), v.staffMember.PasswordHash)
	if err != nil {
		return err
	}
	if !match {
		return v.meAgain("password", models.Invalid(models.Field("current", "password_wrong")))
	}
	hash, err := v.newPassword(v.ctx(), v.PostForm("password"))
	if err != nil {
		return v.meAgain("password", err)
	}
	me := v.staffMember
	me.PasswordHash = hash
	if err := v.Store.UpdateStaff(v.ctx(), v.actor(), &me); err != nil {
		return v.meAgain("password", err)
	}
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionPassword, fingerprint(hash))
	v.flash("ok", v.t("console.done.password"))
	return v.seeOther("/console/me")
}

func (v *visit) meAgain(action string, err error) error {
	e := models.AsError(err)
	form, err := v.refusedForm(action, e)
	if err != nil {
		return err
	}
	return v.mePage(ui.Status(e), form)
}
