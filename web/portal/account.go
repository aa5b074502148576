package portal

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/passwords"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showAccount is the person's own page: language, password, second step, sessions.
func showAccount(v *visit) error { return v.accountPage(http.StatusOK, views.Account{}) }

func (v *visit) accountPage(status int, view views.Account) error {
	sessions, err := v.Store.AccountSessions(v.ctx(), v.account.ID, v.Clock().Add(-v.Idle))
	if err != nil {
		return err
	}
	view.Frame = v.frame("account", v.t("portal.account.title"))
	view.Here = accountAt
	view.Mails, view.TwoStep, view.Days = v.account.Language, v.account.TwoStep(), v.Rules.PortalPasswordDays
	view.Since = ui.MomentAt(v.language, v.account.PasswordSetAt)
	if ends := v.account.PasswordEnds(v.Rules.PortalPasswordDays); ends != nil {
		view.Until = ui.Day(v.language, models.DateOf(*ends).AddDays(-1))
	}
	if v.account.TwoStep() {
		view.TwoStepSince = ui.MomentAt(v.language, v.account.SecondSince)
		left, err := v.Store.RecoveryCodesLeft(v.ctx(), v.account.ID)
		if err != nil {
			return err
		}
		view.CodesLeft = int(left)
	}
	for _, s := range sessions {
		view.Sessions = append(view.Sessions, views.Session{
			ID: s.ID, Browser: v.browserName(s.Browser), Started: ui.Moment(v.language, s.StartedAt), Seen: ui.Moment(v.language, s.SeenAt),
			This: s.ID == v.session.ID,
		})
	}
	return v.show(status, views.AccountPage(view))
}

// saveLanguage sets the language of mails, and of pages where no other was chosen.
func saveLanguage(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	language := models.Language(v.PostForm("language"))
	err := v.Store.SetAccountLanguage(v.ctx(), v.actor(), v.account.ID, language)
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid {
		return v.accountPage(http.StatusUnprocessableEntity, views.Account{Wrong: fieldTexts(v.language, e.Fields)})
	}
	if err != nil {
		return err
	}
	v.language = language
	v.flash(v.t("portal.account.language_saved"))
	return v.seeOther(ui.LanguageURL(language, accountAt))
}

// changePassword takes the present password and a new one; other sessions end.
func changePassword(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	right, again, err := v.provePassword("current")
	if err != nil || !right {
		if err == nil {
			return v.accountPage(again.status, views.Account{Wrong: again.wrong})
		}
		return err
	}
	hash, err := v.newPassword(v.account)
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid {
		return v.accountPage(http.StatusUnprocessableEntity, views.Account{Wrong: fieldTexts(v.language, e.Fields)})
	}
	if err != nil {
		return err
	}
	_, outbox, err := v.Store.SetAccountPassword(v.ctx(), v.actor(), store.NewPassword{
		AccountID: v.account.ID, Hash: hash, PasswordVersion: v.account.PasswordVersion, Session: v.session.ID,
	})
	if err != nil {
		return err
	}
	v.tell(outbox)
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.flash(v.t("portal.account.password_saved"))
	return v.seeOther(accountAt)
}

// refusal is why a form is shown again.
type refusal struct {
	status int
	wrong  map[string]string
}

// provePassword says whether the present password stands in a field: a browser left
// open is not enough to change what protects the account. Tries are limited as
// those of signing in.
func (v *visit) provePassword(field string) (bool, refusal, error) {
	limits := v.signInLimits(v.account.Email)
	taken, err := v.Store.TakeAttempt(v.ctx(), limits[:]...)
	if err != nil {
		return false, refusal{}, err
	}
	if !taken {
		return false, v.refused(http.StatusTooManyRequests, models.Field(field, "too_many_tries")), nil
	}
	right, err := passwords.Matches(v.ctx(), models.NormalisePassword(v.PostForm(field)), v.account.PasswordHash)
	if err != nil {
		return false, refusal{}, err
	}
	if !right {
		return false, v.refused(http.StatusUnprocessableEntity, models.Field(field, "password_wrong")), nil
	}
	return true, refusal{}, v.forgive(limits, v.account.Email)
}

func (v *visit) refused(status int, errs ...models.FieldError) refusal {
	return refusal{status, fieldTexts(v.language, errs)}
}

// endSession signs one of the account's browsers out.
func endSession(v *visit) error {
	id, err := v.id("id", "session")
	if err != nil {
		return err
	}
	if id == v.session.ID {
		return signOut(v)
	}
	if err := v.Store.EndAccountSession(v.ctx(), v.actor(), v.account.ID, id); err != nil && !models.IsKind(err, models.KindNotFound) {
		return err
	}
	v.flash(v.t("portal.account.session_ended"))
	return v.seeOther(accountAt + "#sessions")
}

// endSessions signs all of the account's browsers out, this one too.
func endSessions(v *visit) error {
	if err := v.Store.EndAccountSessions(v.ctx(), v.actor(), v.account.ID); err != nil {
		return err
	}
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.seeOther(signInAt + "?ended=" + endedOutAll)
}
