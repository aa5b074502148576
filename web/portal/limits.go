package portal

import (
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// What is taken within a window. Nothing that a stranger can use up locks an
// address's owner out: beyond the limits by address alone a temporary password
// still works, and beyond those of the second step a recovery code, which nobody
// can guess.
const (
	signInWindow      = 15 * time.Minute
	signInsByBoth     = 10 // failed, by address and client
	signInsByClient   = 50 // failed, by client over all addresses
	addressWindow     = time.Hour
	signInsByAddress  = 100 // failed, by address over all clients
	temporaryWindow   = time.Hour
	temporaryByClient = 20
	secondWindow      = 15 * time.Minute
	secondByAccount   = 10 // codes of the app that were wrong
	contactWindow     = 24 * time.Hour
	activationsByMail = 20 // by contact address, which anybody may be made to be
	codeWindow        = 15 * time.Minute
	codesByAccount    = 10 // named for a download and wrong
	scriptWindow      = time.Hour
	scriptsByToken    = 240 // requests, parts of files among them
	scriptsByClient   = 100 // with links that do not work
)

// limit is how often something may happen within a window.
type limit struct {
	subject string
	window  time.Duration
	most    int64
}

// signInLimits gives the limits of signing in: by address and client, and by client.
func (v *visit) signInLimits(email string) [2]limit {
	client := ui.ClientOf(v.ClientIP())
	return [2]limit{
		{ui.CountedSubject("portal", models.AddressKey(email)+" "+client), signInWindow, signInsByBoth},
		{ui.CountedSubject("portal-client", client), signInWindow, signInsByClient},
	}
}

// addressLimit bounds how often an address's password is looked at at all.
func addressLimit(email string) limit {
	return limit{ui.CountedSubject("portal-address", models.AddressKey(email)), addressWindow, signInsByAddress}
}

// temporaryLimit bounds how often one client asks for temporary passwords.
func (v *visit) temporaryLimit() limit {
	return limit{ui.CountedSubject("portal-temporary", ui.ClientOf(v.ClientIP())), temporaryWindow, temporaryByClient}
}

// secondLimit bounds how often codes of an account's app are looked at.
func secondLimit(a models.Account) limit {
	return limit{ui.CountedSubject("portal-second", a.Email), secondWindow, secondByAccount}
}

// contactLimit bounds how many mails requests for codes bring to one contact address.
// How often one account asks is the store's to bound.
func contactLimit(email string) limit {
	return limit{ui.CountedSubject("portal-activation-mail", models.AddressKey(email)), contactWindow, activationsByMail}
}

// codeLimit bounds how often an account names license ID and code for a download.
func codeLimit(a models.Account) limit {
	return limit{ui.CountedSubject("portal-download-code", a.Email), codeWindow, codesByAccount}
}

// scriptLimit bounds how often a link for scripts is used.
func scriptLimit(t models.PatternToken) limit {
	return limit{ui.CountedSubject("pattern-link", t.Handle), scriptWindow, scriptsByToken}
}

// scriptFailures bounds how often a client comes with links that do not work.
func (v *visit) scriptFailures() limit {
	return limit{ui.CountedSubject("pattern-client", ui.ClientOf(v.ClientIP())), scriptWindow, scriptsByClient}
}

// reached says whether one of the limits is reached.
func (v *visit) reached(limits ...limit) (bool, error) {
	for _, l := range limits {
		n, err := v.Store.SignInAttempts(v.ctx(), l.subject, v.Clock().Add(-l.window))
		if err != nil {
			return false, err
		}
		if n >= l.most {
			return true, nil
		}
	}
	return false, nil
}

// count notes that it happened once more.
func (v *visit) count(l limit) error { return v.Store.RecordSignInAttempt(v.ctx(), l.subject) }

// take counts a try before it is looked at, and says whether it is one too many. It
// looks again after counting: of guesses made at once each finds those that were
// counted before it.
func (v *visit) take(limits ...limit) (limited bool, err error) {
	if limited, err = v.reached(limits...); limited || err != nil {
		return limited, err
	}
	for i := range limits {
		if err := v.count(limits[i]); err != nil {
			return false, err
		}
		limits[i].most++ // this one
	}
	return v.reached(limits...)
}
