package portal

import (
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// secretBytes is what RFC 4226 recommends for the secret that an app shares with us.
const secretBytes = 20

// showTwoStep is where an authenticator app is set up, or the second step is managed.
func showTwoStep(v *visit) error { return v.twoStepPage(http.StatusOK, views.TwoStep{}) }

func (v *visit) twoStepPage(status int, view views.TwoStep) error {
	view.Frame = v.frame("account", v.t("portal.two_step.title"))
	view.Here = twoStepAt
	view.On, view.SettingUp = v.account.TwoStep(), !v.account.TwoStep() && v.account.SecondSecret != nil
	if view.On {
		left, err := v.Store.RecoveryCodesLeft(v.ctx(), v.account.ID)
		if err != nil {
			return err
		}
		view.CodesLeft, view.Since = int(left), ui.MomentAt(v.language, v.account.SecondSince)
	}
	if view.SettingUp {
		secret, err := v.Secrets.OpenSecond(v.account)
		if err != nil {
			return err
		}
		if view.QR, err = ui.NewQR(v.appURL(secret)); err != nil {
			return err
		}
		view.Secret = grouped(secretText(secret))
	}
	return v.show(status, views.TwoStepPage(view))
}

// appURL is how apps are told everything at once, as a QR code.
func (v *visit) appURL(secret []byte) string {
	issuer := v.Brand.Name.EN
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + v.account.Email}
	// Path and query escape differently, and apps do not read a plus as a space.
	u.RawQuery = "secret=" + secretText(secret) + "&issuer=" + url.PathEscape(issuer)
	return u.String()
}

// grouped sets a secret in groups of four, to be typed.
func grouped(s string) string {
	var out []byte
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, s[i])
	}
	return string(out)
}

// prepareTwoStep makes a secret to share with an app; the second step is on only
// once a code proves that the app has it.
func prepareTwoStep(v *visit) error {
	secret := make([]byte, secretBytes)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	sealed, key, err := v.Secrets.SealSecond(v.account.ID, secret)
	if err != nil {
		return err
	}
	if err := v.Store.PrepareSecondStep(v.ctx(), v.account.ID, sealed, key); err != nil && !models.IsKind(err, models.KindConflict) {
		return err
	}
	return v.seeOther(twoStepAt)
}

// confirmTwoStep turns the second step on and shows the recovery codes, this once.
func confirmTwoStep(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	if v.account.TwoStep() || v.account.SecondSecret == nil {
		return v.seeOther(twoStepAt)
	}
	step, err := v.codeStep(v.account, v.PostForm("code"))
	if err != nil {
		return err
	}
	if step == 0 {
		code := "code_wrong"
		if v.PostForm("code") == "" {
			code = "required"
		}
		return v.twoStepPage(http.StatusUnprocessableEntity, views.TwoStep{Wrong: fieldTexts(v.language, []models.FieldError{models.Field("code", code)})})
	}
	codes, hashes, err := recoveryCodes()
	if err != nil {
		return err
	}
	if err := v.Store.ConfirmSecondStep(v.ctx(), v.actor(), v.account, step, hashes); err != nil {
		return err
	}
	return v.codesPage(codes, true)
}

// renewCodes gives out new recovery codes for the present password.
func renewCodes(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	right, again, err := v.provePassword("codes_password")
	if err != nil {
		return err
	}
	if !right {
		return v.twoStepPage(again.status, views.TwoStep{Wrong: again.wrong})
	}
	if !v.account.TwoStep() {
		return v.seeOther(twoStepAt)
	}
	codes, hashes, err := recoveryCodes()
	if err != nil {
		return err
	}
	if err := v.Store.RenewRecoveryCodes(v.ctx(), v.actor(), v.account.ID, hashes); err != nil {
		return err
	}
	return v.codesPage(codes, false)
}

// endTwoStep turns the second step off, for the present password.
func endTwoStep(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	right, again, err := v.provePassword("off_password")
	if err != nil {
		return err
	}
	if !right {
		return v.twoStepPage(again.status, views.TwoStep{Wrong: again.wrong})
	}
	if err := v.Store.EndSecondStep(v.ctx(), v.actor(), v.account.ID); err != nil && !models.IsKind(err, models.KindConflict) {
		return err
	}
	v.flash(v.t("portal.two_step.off_done"))
	return v.seeOther(accountAt)
}

func (v *visit) codesPage(codes []string, justOn bool) error {
	frame := v.frame("account", v.t("portal.codes.title"))
	frame.Here = twoStepAt // after switching the language they are not shown again
	return v.show(http.StatusOK, views.CodesPage(views.Codes{Frame: frame, Codes: codes, JustOn: justOn}))
}

// recoveryCodes makes new codes and what is kept of them.
func recoveryCodes() (codes, hashes []string, err error) {
	for range models.RecoveryCodes {
		code, err := models.NewRecoveryCode(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code), append(hashes, models.RecoveryHash(code))
	}
	return codes, hashes, nil
}
