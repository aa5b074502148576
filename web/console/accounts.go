package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// accountTones are the colours of an account's states.
var accountTones = map[models.AccountState]string{models.AccountNew: "off", models.AccountActive: "ok", models.AccountExpired: "warn"}

// showAccounts looks a portal account up by its mail address.
func showAccounts(v *visit) error {
	page := views.Accounts{Query: strings.TrimSpace(v.Query("q"))}
	var err error
	if page.Query != "" {
		if errs := models.CheckEmail("q", page.Query); errs != nil {
			page.Wrong = v.t("console.accounts.malformed")
		} else if page.Account, err = v.accountRow(page.Query); err != nil {
			return err
		}
	}
	if page.Frame, err = v.frame("accounts", v.t("console.accounts.title")); err != nil {
		return err
	}
	return v.show(http.StatusOK, views.AccountsPage(page))
}

// accountRow is what staff are told of an address, also where it has no account.
func (v *visit) accountRow(email string) (*views.AccountRow, error) {
	now := v.Clock()
	row := &views.AccountRow{Email: models.AddressKey(email)}
	var err error
	if row.MaySignIn, err = v.Store.AddressMaySignIn(v.ctx(), row.Email); err != nil {
		return nil, err
	}
	a, err := v.Store.AccountByEmail(v.ctx(), row.Email)
	if models.IsKind(err, models.KindNotFound) {
		return row, nil
	}
	if err != nil {
		return nil, err
	}
	sessions, err := v.Store.AccountSessions(v.ctx(), a.ID, now.Add(-v.PortalIdle))
	if err != nil {
		return nil, err
	}
	state := a.State(now, v.Rules.PortalPasswordDays)
	row.ID, row.State = a.ID, views.Pill{Tone: accountTones[state], Text: v.t("console.account_state." + string(state))}
	row.Language, row.TwoStep, row.Sessions = v.t("console.language."+string(a.Language)), a.TwoStep(), len(sessions)
	row.PasswordSet, row.SignedIn = ui.MomentAt(v.language, a.PasswordSetAt), ui.MomentAt(v.language, a.SignedInAt)
	if ends := a.PasswordEnds(v.Rules.PortalPasswordDays); ends != nil {
		row.PasswordUntil = ui.Moment(v.language, *ends)
	}
	if a.TemporaryUsable(now) {
		row.TemporaryUntil = ui.MomentAt(v.language, a.TemporaryUntil)
	}
	return row, nil
}

func accountsURL(email string) string {
	return "/console/accounts?" + url.Values{"q": {models.AddressKey(email)}}.Encode()
}

// sendTemporary has a temporary password mailed to an address, as its owner could ask for.
func sendTemporary(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	email := v.PostForm("email")
	outbox, err := v.Store.RequestTemporaryPassword(v.ctx(), v.actor(), store.TemporaryAsked{Email: email, Language: models.Japanese, Key: v.PortalKey})
	if err != nil {
		return err
	}
	v.tell(outbox)
	if outbox == 0 {
		v.flash("warn", v.t("console.accounts.not_sent"))
	} else {
		v.flash("ok", v.t("console.accounts.sent"))
	}
	return v.seeOther(accountsURL(email))
}

// endAccountSessions signs an account out everywhere.
func endAccountSessions(v *visit) error {
	return v.onAccount("console.accounts.ended", func(a models.Account) error {
		return v.Store.EndAccountSessions(v.ctx(), v.actor(), a.ID)
	})
}

// endAccountTwoStep turns off the second step of somebody who lost app and recovery codes.
func endAccountTwoStep(v *visit) error {
	return v.onAccount("console.accounts.two_step_ended", func(a models.Account) error {
		return v.Store.EndSecondStep(v.ctx(), v.actor(), a.ID)
	})
}

func (v *visit) onAccount(done string, act func(a models.Account) error) error {
	id, err := v.id("id", "account")
	if err != nil {
		return err
	}
	a, err := v.Store.AccountByID(v.ctx(), id)
	if err != nil {
		return err
	}
	if err := act(a); err != nil {
		return err
	}
	v.flash("ok", v.t(done))
	return v.seeOther(accountsURL(a.Email))
}
