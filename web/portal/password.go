package portal

import (
	"net/http"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/passwords"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// What a session holds of somebody who gave a temporary password and is signed in
// to nothing yet.
const (
	settingAccount = "setting"
	settingVersion = "setting_version" // of the temporary password
	sessionBegun   = "begun"           // Unix time
	sessionNext    = "next"
)

// endedTemporary says that the temporary password has been used up or is too old.
const endedTemporary = "temporary"

// beginSetting lets somebody who gave the temporary password set a real one.
func (v *visit) beginSetting(account models.Account, next string) error {
	if err := v.begin(); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), settingAccount, account.ID)
	v.sessions.Put(v.ctx(), settingVersion, account.TemporaryVersion)
	v.sessions.Put(v.ctx(), sessionBegun, v.Clock().Unix())
	v.sessions.Put(v.ctx(), sessionNext, next)
	return v.seeOther(passwordAt)
}

// setting gives the account whose password may be set, or ID 0.
func (v *visit) setting() (models.Account, error) {
	id := v.sessions.GetInt64(v.ctx(), settingAccount)
	if id == 0 || v.Clock().Sub(time.Unix(v.sessions.GetInt64(v.ctx(), sessionBegun), 0)) > v.Idle {
		return models.Account{}, nil
	}
	account, err := v.Store.AccountByID(v.ctx(), id)
	if err != nil {
		return models.Account{}, err
	}
	allowed, err := v.Store.AddressMaySignIn(v.ctx(), account.Email)
	if err != nil {
		return models.Account{}, err
	}
	if !allowed || account.TemporaryVersion != v.sessions.GetInt(v.ctx(), settingVersion) || !account.TemporaryUsable(v.Clock()) {
		return models.Account{}, nil
	}
	v.language = ui.LanguageOf(v.Request, account.Language)
	return account, nil
}

func showPassword(v *visit) error {
	account, err := v.setting()
	if err != nil {
		return err
	}
	if account.ID == 0 {
		return v.settingOver()
	}
	return v.passwordPage(http.StatusOK, account, views.Password{})
}

// settingOver leads away from where no password can be set: to the account of
// whoever is signed in, else to the sign-in page.
func (v *visit) settingOver() error {
	if v.sessions.GetInt64(v.ctx(), sessionRow) != 0 {
		return v.seeOther(accountAt)
	}
	if v.sessions.Exists(v.ctx(), settingAccount) {
		if err := v.sessions.Destroy(v.ctx()); err != nil {
			return err
		}
		return v.seeOther(signInAt + "?ended=" + endedTemporary)
	}
	return v.seeOther(signInAt)
}

func (v *visit) passwordPage(status int, account models.Account, view views.Password) error {
	view.Frame = v.frame("", v.t("portal.password.title"))
	if v.Request.Method != get {
		view.Here = passwordAt
	}
	view.Address, view.Days = account.Email, v.Rules.PortalPasswordDays
	return v.show(status, views.PasswordPage(view))
}

// setPassword sets the real password. Whoever has a second step is asked for it
// then: the mailbox alone does not sign in.
func setPassword(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	account, err := v.setting()
	if err != nil {
		return err
	}
	if account.ID == 0 {
		return v.settingOver()
	}
	hash, err := v.newPassword(account)
	if e := models.AsError(err); err != nil && e.Kind == models.KindInvalid {
		return v.passwordPage(http.StatusUnprocessableEntity, account, views.Password{Wrong: fieldTexts(v.language, e.Fields)})
	}
	if err != nil {
		return err
	}
	next := v.sessions.GetString(v.ctx(), sessionNext)
	set, outbox, err := v.Store.SetAccountPassword(v.ctx(), v.actorOf(account), store.NewPassword{
		AccountID: account.ID, Hash: hash, TemporaryVersion: account.TemporaryVersion,
	})
	if models.IsKind(err, models.KindConflict) {
		return v.settingOver()
	}
	if err != nil {
		return err
	}
	v.tell(outbox)
	if set.TwoStep() {
		return v.beginSecond(set, next)
	}
	return v.openSession(set, next, v.t("portal.password.done"))
}

// newPassword checks the password that somebody chose for their account, typed
// twice, and hashes it.
func (v *visit) newPassword(account models.Account) (string, error) {
	password := models.NormalisePassword(v.PostForm("new_password"))
	errs := models.CheckPassword("new_password", password, account.Email, v.brandNames()...)
	if len(errs) == 0 && models.CommonPassword(password) {
		errs = []models.FieldError{models.Field("new_password", "password_common")}
	}
	if len(errs) == 0 && models.NormalisePassword(v.PostForm("repeated")) != password {
		errs = []models.FieldError{models.Field("repeated", "password_differs")}
	}
	if len(errs) > 0 {
		return "", models.Invalid(errs...)
	}
	if account.PasswordHash != "" {
		same, err := passwords.Matches(v.ctx(), password, account.PasswordHash)
		if err != nil {
			return "", err
		}
		if same {
			return "", models.Invalid(models.Field("new_password", "password_same"))
		}
	}
	return passwords.HashInTurn(v.ctx(), password)
}

// brandNames are what a password must not consist of.
func (v *visit) brandNames() []string {
	var names []string
	for _, text := range []models.Text{v.Brand.Name, v.Brand.Company, v.Brand.LegalName, v.Brand.Sites.Portal} {
		names = append(names, text.JA, text.EN)
	}
	return names
}
