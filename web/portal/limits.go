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

// signInLimits gives the limits of signing in: by address and client, and by client.
func (v *visit) signInLimits(email string) [2]models.AttemptLimit {
	client := ui.ClientOf(v.ClientIP())
	return [2]models.AttemptLimit{
		ui.Limit("portal", models.AddressKey(email)+" "+client, signInWindow, signInsByBoth),
		ui.Limit("portal-client", client, signInWindow, signInsByClient),
	}
}

// addressLimit bounds how often an address's password is looked at at all.
func addressLimit(email string) models.AttemptLimit {
	return ui.Limit("portal-address", models.AddressKey(email), addressWindow, signInsByAddress)
}

// temporaryLimit bounds how often one client asks for temporary passwords.
func (v *visit) temporaryLimit() models.AttemptLimit {
	return ui.Limit("portal-temporary", ui.ClientOf(v.ClientIP()), temporaryWindow, temporaryByClient)
}

// secondLimit bounds how often codes of an account's app are looked at.
func secondLimit(a models.Account) models.AttemptLimit {
	return ui.Limit("portal-second", a.Email, secondWindow, secondByAccount)
}

// contactLimit bounds how many mails requests for codes bring to one contact address.
// How often one account asks is the store's to bound.
func contactLimit(email string) models.AttemptLimit {
	return ui.Limit("portal-activation-mail", models.AddressKey(email), contactWindow, activationsByMail)
}

// codeLimit bounds how often an account names license ID and code for a download.
func codeLimit(a models.Account) models.AttemptLimit {
	return ui.Limit("portal-download-code", a.Email, codeWindow, codesByAccount)
}

// scriptLimit bounds how often a link for scripts is used.
func scriptLimit(t models.PatternToken) models.AttemptLimit {
	return ui.Limit("pattern-link", t.Handle, scriptWindow, scriptsByToken)
}

// scriptFailures bounds how often a client comes with links that do not work.
func (v *visit) scriptFailures() models.AttemptLimit {
	return ui.Limit("pattern-client", ui.ClientOf(v.ClientIP()), scriptWindow, scriptsByClient)
}
