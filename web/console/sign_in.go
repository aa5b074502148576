package console

import (
	"crypto/sha256"
	"encoding/hex"
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
	subjects := []string{emailSubject(email), "client:" + v.ClientIP()}
	limited, err := v.signInLimited(subjects)
	if err != nil {
		return err
	}
	if limited {
		return v.signInPage(http.StatusTooManyRequests, views.SignIn{Email: email, Next: next, Wrong: v.t("console.sign_in.limited")})
	}
	// Noted before the password is looked at, so that guesses made at once all count.
	if err := v.Store.RecordSignInAttempt(v.ctx(), subjects[0]); err != nil {
		return err
	}
	member, ok, err := v.authenticate(email, v.PostForm("password"))
	if err != nil {
		return err
	}
	if !ok {
		// By client only what failed counts: a whole office signs in at nine.
		if err := v.Store.RecordSignInAttempt(v.ctx(), subjects[1]); err != nil {
			return err
		}
		return v.signInPage(http.StatusUnprocessableEntity, views.SignIn{Email: email, Next: next, Wrong: v.t("console.sign_in.wrong")})
	}
	return v.openSession(member, subjects[0], next)
}

// emailSubject counts an address without keeping it.
func emailSubject(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	return "email:" + hex.EncodeToString(sum[:])
}

func (v *visit) signInLimited(subjects []string) (bool, error) {
	since := v.Clock().Add(-signInWindow)
	for i, limit := range []int64{attemptsByEmail, attemptsByClient} {
		n, err := v.Store.SignInAttempts(v.ctx(), subjects[i], since)
		if err != nil {
			return false, err
		}
		if n >= limit {
			return true, nil
		}
	}
	return false, nil
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
func (v *visit) openSession(member models.Staff, subject, next string) error {
	if err := v.sessions.RenewToken(v.ctx()); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), sessionStaff, member.ID)
	v.sessions.Put(v.ctx(), sessionPassword, fingerprint(member.PasswordHash))
	v.sessions.Put(v.ctx(), sessionSeen, v.Clock().Unix())
	v.staffMember = member
	if err := v.Store.ForgetSignInAttempts(v.ctx(), subject); err != nil {
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
