package portal

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/passwords"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

func showSignIn(v *visit) error {
	end, err := v.identify()
	if err != nil {
		return err
	}
	if end == "" {
		end = v.Query("ended")
	}
	view := views.SignIn{Next: v.Query("next")}
	switch end {
	case endedIdle:
		view.Info = v.t("portal.ended.idle", "minutes", ui.Number(int(v.Idle/time.Minute)))
	case endedLong, endedElsewhere, endedAddress, endedOut, endedOutAll, endedTemporary:
		view.Info = v.t("portal.ended." + end)
	}
	return v.signInPage(http.StatusOK, view)
}

func (v *visit) signInPage(status int, view views.SignIn) error {
	view.Frame = v.frame("", v.t("portal.sign_in.title"))
	if v.Request.Method != get {
		view.Here = signInAt
	}
	return v.show(status, views.SignInPage(view))
}

// signIn takes mail address and password. The answer is the same for an address
// that is unknown, no contact any more or has no password, and for a wrong
// password, and takes as long. A temporary password leads to setting a real one;
// one that has expired leads to the temporary one.
func signIn(v *visit) error {
	begun := time.Now()
	if err := v.parse(); err != nil {
		return err
	}
	email, password := strings.TrimSpace(v.PostForm("email")), v.PostForm("password")
	again := views.SignIn{Email: cut(email), Next: v.PostForm("next")}
	if errs := checkSignIn(email, password); len(errs) > 0 {
		again.Wrong = fieldTexts(v.language, errs)
		return v.signInPage(http.StatusUnprocessableEntity, again)
	}
	limits := v.signInLimits(email)
	taken, err := v.Store.TakeAttempt(v.ctx(), limits[:]...)
	if err != nil {
		return err
	}
	if !taken {
		again.Problem = v.t("portal.sign_in.limited", "minutes", ui.Number(int(signInWindow/time.Minute)))
		return v.signInPage(http.StatusTooManyRequests, again)
	}
	open, err := v.Store.TakeAttempt(v.ctx(), addressLimit(email))
	if err != nil {
		return err
	}
	tried, err := v.try(email, password, !open)
	if err != nil {
		return err
	}
	switch {
	case tried.temporary || tried.right:
		if err := v.forgive(limits, email); err != nil {
			return err
		}
		return v.admit(tried, again)
	case !open:
		v.wait(begun)
		again.Problem = v.t("portal.sign_in.closed", "minutes", ui.Number(int(addressWindow/time.Minute)))
		return v.signInPage(http.StatusTooManyRequests, again)
	}
	again.Problem = v.t("portal.sign_in.wrong")
	v.wait(begun)
	return v.signInPage(http.StatusUnprocessableEntity, again)
}

// admit leads whoever gave a right password on.
func (v *visit) admit(t trial, typed views.SignIn) error {
	switch {
	case t.temporary:
		return v.beginSetting(t.account, typed.Next)
	case t.account.PasswordExpired(v.Clock(), v.Rules.PortalPasswordDays):
		return v.temporaryPage(http.StatusOK, views.Temporary{
			Email: typed.Email, Info: v.t("portal.temporary.expired", "days", ui.Number(v.Rules.PortalPasswordDays)),
		})
	case t.account.TwoStep():
		return v.beginSecond(t.account, typed.Next)
	}
	return v.openSession(t.account, typed.Next, "")
}

func checkSignIn(email, password string) []models.FieldError {
	var errs []models.FieldError
	if email == "" {
		errs = append(errs, models.Field("email", "required"))
	} else {
		errs = append(errs, models.CheckEmail("email", email)...)
	}
	if password == "" {
		errs = append(errs, models.Field("password", "required"))
	}
	return errs
}

// cut keeps what is shown again in a field within its bounds.
func cut(typed string) string {
	if len(typed) > models.MaxEmailLength {
		return ""
	}
	return typed
}

// trial is what came of an address and a password.
type trial struct {
	account   models.Account
	right     bool // the real password, be it too old
	temporary bool // the temporary password, still good
}

// try compares the password with the real and the temporary one of an address.
// Where there is none a decoy's are compared, so that all ways take as long. With
// closed the real one is not looked at.
func (v *visit) try(email, password string, closed bool) (trial, error) {
	account, err := v.Store.AccountByEmail(v.ctx(), email)
	if models.IsKind(err, models.KindNotFound) {
		account = v.decoy
	} else if err != nil {
		return trial{}, err
	}
	allowed, err := v.Store.AddressMaySignIn(v.ctx(), models.AddressKey(email))
	if err != nil {
		return trial{}, err
	}
	hash := account.PasswordHash
	if hash == "" || closed {
		hash = v.decoy.PasswordHash
	}
	password = models.NormalisePassword(password)
	match, err := passwords.Matches(v.ctx(), password, hash)
	if err != nil {
		return trial{}, err
	}
	temporary, err := v.isTemporary(account, password)
	if err != nil {
		return trial{}, err
	}
	allowed = allowed && account.ID != 0
	return trial{account: account, right: allowed && match && !closed, temporary: allowed && temporary}, nil
}

// isTemporary says whether it is the account's temporary password, and still good.
func (v *visit) isTemporary(account models.Account, password string) (bool, error) {
	of, usable := account, account.TemporaryUsable(v.Clock())
	if !usable {
		of = v.decoy
	}
	right, err := v.Secrets.TemporaryPassword(of)
	if err != nil {
		return false, err
	}
	// Digests have one length, and comparing bytes of different length would not take constant time.
	given, want := sha256.Sum256([]byte(strings.TrimSpace(password))), sha256.Sum256([]byte(right))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1 && usable, nil
}

// forgive takes back what was counted before a password was known to be right. By
// client only what failed counts: several people may sit behind one address.
func (v *visit) forgive(limits [2]models.AttemptLimit, email string) error {
	if err := v.Store.ForgetAttempts(v.ctx(), limits[0]); err != nil {
		return err
	}
	if err := v.Store.ForgetAttempts(v.ctx(), addressLimit(email)); err != nil {
		return err
	}
	return v.Store.TakeBackAttempt(v.ctx(), limits[1])
}

// openSession signs in, under a new token, so that one planted before is worth
// nothing, and leads on to a page that shows the message.
func (v *visit) openSession(account models.Account, next, message string) error {
	session, err := v.Store.OpenAccountSession(v.ctx(), v.actorOf(account), account, browserOf(v.Request.UserAgent()))
	if models.IsKind(err, models.KindConflict) { // the password was changed in this moment
		return v.seeOther(signInAt + "?ended=" + endedElsewhere)
	}
	if err != nil {
		return err
	}
	if err := v.begin(); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionRow, session.ID)
	if message != "" {
		v.flash(message)
	}
	return v.seeOther(portalPath(next))
}

// begin empties the session and gives it a new token.
func (v *visit) begin() error {
	if old := v.sessions.GetInt64(v.ctx(), sessionRow); old != 0 { // signed in already: that session is over
		account, session, err := v.Store.AccountInSession(v.ctx(), old)
		if err == nil {
			err = v.Store.EndAccountSession(v.ctx(), v.actorOf(account), account.ID, session.ID)
		}
		if err != nil && !models.IsKind(err, models.KindNotFound) {
			return err
		}
	}
	if err := v.sessions.Clear(v.ctx()); err != nil {
		return err
	}
	return v.sessions.RenewToken(v.ctx())
}

func signOut(v *visit) error {
	if err := v.Store.EndAccountSession(v.ctx(), v.actor(), v.account.ID, v.session.ID); err != nil && !models.IsKind(err, models.KindNotFound) {
		return err
	}
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.seeOther(signInAt + "?ended=" + endedOut)
}

// wait lets an answer go a whole number of steps after it was begun. Looking up what
// is there and writing what is asked for takes longer than finding nothing; as long
// as both take less than a step their answers leave at the same time. The clock is
// the machine's: it is about how long a stranger waits.
func (v *visit) wait(begun time.Time) {
	passed := time.Since(begun)
	timer := time.NewTimer(v.Floor - passed%v.Floor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-v.ctx().Done():
	}
}
