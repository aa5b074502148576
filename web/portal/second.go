package portal

import (
	"encoding/base32"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// What a session holds of somebody who gave the password and owes the second step.
const (
	secondAccount = "second"
	secondVersion = "second_version" // of the password given
)

// Codes as every authenticator app makes them (RFC 6238): the app takes no others
// without being told, and some not even then.
const (
	codePeriod = 30 // seconds
	codeDrift  = 1  // periods by which clocks may differ
)

var codeForm = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// beginSecond asks whoever gave the password for the second step.
func (v *visit) beginSecond(account models.Account, next string) error {
	if err := v.begin(); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), secondAccount, account.ID)
	v.sessions.Put(v.ctx(), secondVersion, account.PasswordVersion)
	v.sessions.Put(v.ctx(), sessionBegun, v.Clock().Unix())
	v.sessions.Put(v.ctx(), sessionNext, next)
	return v.seeOther(secondAt)
}

// owing gives the account whose second step is asked for, or ID 0.
func (v *visit) owing() (models.Account, error) {
	id := v.sessions.GetInt64(v.ctx(), secondAccount)
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
	if !allowed || account.PasswordVersion != v.sessions.GetInt(v.ctx(), secondVersion) {
		return models.Account{}, nil
	}
	v.language = ui.LanguageOf(v.Request, account.Language)
	return account, nil
}

func showSecond(v *visit) error {
	account, err := v.owing()
	if err != nil {
		return err
	}
	if account.ID == 0 {
		return v.seeOther(signInAt)
	}
	return v.secondPage(http.StatusOK, views.Second{})
}

func (v *visit) secondPage(status int, view views.Second) error {
	view.Frame = v.frame("", v.t("portal.second.title"))
	if v.Request.Method != get {
		view.Here = secondAt
	}
	return v.show(status, views.SecondPage(view))
}

// takeSecond takes a code of the app, or a recovery code in its place.
func takeSecond(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	account, err := v.owing()
	if err != nil {
		return err
	}
	if account.ID == 0 {
		return v.seeOther(signInAt)
	}
	typed := v.PostForm("code")
	if strings.TrimSpace(typed) == "" {
		return v.secondPage(http.StatusUnprocessableEntity, views.Second{Wrong: fieldTexts(v.language, []models.FieldError{models.Field("code", "required")})})
	}
	byClient := v.signInLimits(account.Email)[1]
	if taken, err := v.Store.TakeAttempt(v.ctx(), byClient); err != nil {
		return err
	} else if !taken {
		return v.secondPage(http.StatusTooManyRequests, views.Second{Problem: v.t("portal.sign_in.limited", "minutes", ui.Number(int(signInWindow/time.Minute)))})
	}
	done, closed, err := v.checkSecond(account, typed)
	switch {
	case err != nil:
		return err
	case closed:
		return v.secondPage(http.StatusTooManyRequests, views.Second{Problem: v.t("portal.second.closed", "minutes", ui.Number(int(secondWindow/time.Minute)))})
	case !done:
		return v.secondPage(http.StatusUnprocessableEntity, views.Second{Problem: v.t("portal.second.wrong")})
	}
	if err := v.Store.TakeBackAttempt(v.ctx(), byClient); err != nil {
		return err
	}
	return v.openSession(account, v.sessions.GetString(v.ctx(), sessionNext), "")
}

// checkSecond says whether a code is the account's and was not used before. With
// closed the app's codes are not looked at, because too many were wrong.
func (v *visit) checkSecond(account models.Account, typed string) (done, closed bool, err error) {
	if hash := models.RecoveryHash(typed); hash != "" {
		done, err = v.Store.UseRecoveryCode(v.ctx(), v.actorOf(account), account.ID, hash)
		return done, false, err
	}
	byAccount := secondLimit(account)
	taken, err := v.Store.TakeAttempt(v.ctx(), byAccount)
	if err != nil || !taken {
		return false, err == nil, err
	}
	step, err := v.codeStep(account, typed)
	if err != nil || step == 0 {
		return false, false, err
	}
	if done, err = v.Store.UseSecondStep(v.ctx(), account.ID, step); err == nil && done {
		err = v.Store.ForgetAttempts(v.ctx(), byAccount)
	}
	return done, false, err
}

// codeStep gives the period that a typed code is of, or 0 where it is none of the
// account's right now.
func (v *visit) codeStep(account models.Account, typed string) (int64, error) {
	secret, err := v.Secrets.OpenSecond(account)
	if err != nil {
		return 0, err
	}
	code := digitsOf(typed)
	if len(code) != codeForm.Digits.Length() {
		return 0, nil
	}
	now := v.Clock().Unix() / codePeriod
	for step := now - codeDrift; step <= now+codeDrift; step++ {
		right, err := hotp.ValidateCustom(code, uint64(step), secretText(secret), codeForm) //nolint:gosec // no clock is before 1970
		if err != nil {
			return 0, models.Internal(err)
		}
		if right {
			return step, nil
		}
	}
	return 0, nil
}

// digitsOf keeps the digits of a code, of whatever width, without the spaces that apps show in it.
func digitsOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, models.NormalisePassword(typed))
}

// secretText is how apps are told a secret.
func secretText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}
