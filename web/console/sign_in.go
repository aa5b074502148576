package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// Failed attempts that are taken within signInWindow, by account and by client.
const (
	signInWindow     = 15 * time.Minute
	attemptsByEmail  = 5
	attemptsByClient = 30
)

func showSignIn(v *visit) error {
	return v.signInPage(http.StatusOK, views.SignIn{Next: v.Query("next")})
}

func (v *visit) signInPage(status int, view views.SignIn) error {
	view.Page = v.page(v.t("console.sign_in.title"))
	if v.Request.Method != http.MethodGet {
		view.Here = "/console/sign-in"
	}
	view.Scripts = nil
	return v.show(status, views.SignInPage(view))
}

// signIn takes address and password. The answer is the same for an unknown
// address, a wrong password and a disabled account, and takes as long.
func signIn(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	email, next := strings.TrimSpace(v.PostForm("email")), v.PostForm("next")
	limits := v.signInLimits(email)
	// Counted before the password is looked at, so that guesses made at once all count.
	if taken, err := v.Store.TakeAttempt(v.ctx(), limits[:]...); err != nil {
		return err
	} else if !taken {
		return v.signInPage(http.StatusTooManyRequests, views.SignIn{Email: email, Next: next, Wrong: v.t("console.sign_in.limited")})
	}
	member, ok, err := v.authenticate(email, v.PostForm("password"))
	if err != nil {
		return err
	}
	if !ok {
		return v.signInPage(http.StatusUnprocessableEntity, views.SignIn{Email: email, Next: next, Wrong: v.t("console.sign_in.wrong")})
	}
	return v.openSession(member, limits, next)
}

// signInLimits gives the limits of signing in: by account, and by client.
func (v *visit) signInLimits(email string) [2]models.AttemptLimit {
	return [2]models.AttemptLimit{
		ui.Limit("email", strings.ToLower(email), signInWindow, attemptsByEmail),
		ui.Limit("client", ui.ClientOf(v.ClientIP()), signInWindow, attemptsByClient),
	}
}

// authenticate says whether the password is the account's. Where there is no
// account, or a disabled one, a decoy is compared, so that time tells nothing.
func (v *visit) authenticate(email, password string) (models.Staff, bool, error) {
	member, err := v.Store.StaffByEmail(v.ctx(), email)
	if err != nil && !models.IsKind(err, models.KindNotFound) {
		return member, false, err
	}
	hash := member.PasswordHash
	if err != nil || member.DisabledAt != nil { // seeded people are disabled and have no hash that can be compared
		hash = v.decoy
	}
	match, err := v.checkPassword(v.ctx(), password, hash)
	return member, match && member.ID != 0 && member.DisabledAt == nil, err
}

// openSession signs in under a new token, so that one planted before is worth nothing.
func (v *visit) openSession(member models.Staff, counted [2]models.AttemptLimit, next string) error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionStaff, member.ID)
	v.sessions.Put(v.ctx(), sessionPassword, fingerprint(member.PasswordHash))
	v.sessions.Put(v.ctx(), sessionSeen, v.Clock().Unix())
	v.staffMember = member
	if err := v.Store.ForgetAttempts(v.ctx(), counted[0]); err != nil {
		return err
	}
	// By client only what failed counts: a whole office signs in at nine.
	if err := v.Store.TakeBackAttempt(v.ctx(), counted[1]); err != nil {
		return err
	}
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "staff", member.ID, "signed_in"); err != nil {
		return err
	}
	return v.seeOther(consolePath(next, "/console"))
}

// consolePath gives the path if it leads into the console, else the other one.
func consolePath(path, otherwise string) string {
	path = ui.LocalPath(path, otherwise)
	if path != "/console" && !strings.HasPrefix(path, "/console/") && !strings.HasPrefix(path, "/console?") {
		return otherwise
	}
	return path
}

func signOut(v *visit) error {
	if err := v.Store.RecordAudit(v.ctx(), v.actor(), "staff", v.staffMember.ID, "signed_out"); err != nil {
		return err
	}
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.seeOther("/console/sign-in")
}
