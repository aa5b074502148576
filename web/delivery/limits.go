package delivery

import (
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// What is taken within a window, from one client. Nothing is limited by delivery
// number alone: a stranger could lock its owner out.
const (
	signInWindow      = 15 * time.Minute
	signInsByNumber   = 10 // failed, by number and client
	signInsByClient   = 50 // failed, by client over all numbers
	passwordWindow    = time.Hour
	passwordsByClient = 20
	resendWindow      = time.Hour
	resendsByClient   = 10
	resendsByAsker    = 5 // by the mail address that the acknowledgements go to
)

// signInLimits gives the two limits of signing in to a number: by number and
// client, and by client.
func (v *visit) signInLimits(number string) [2]models.AttemptLimit {
	client := ui.ClientOf(v.ClientIP())
	return [2]models.AttemptLimit{
		ui.Limit("delivery", models.NormaliseNumber(number)+" "+client, signInWindow, signInsByNumber),
		ui.Limit("delivery-client", client, signInWindow, signInsByClient),
	}
}

// passwordLimit bounds how often one client asks for passwords to be mailed.
func (v *visit) passwordLimit() models.AttemptLimit {
	return ui.Limit("delivery-password", ui.ClientOf(v.ClientIP()), passwordWindow, passwordsByClient)
}

// resendLimits bound how often one client asks for resends, and how many
// acknowledgements one address is sent.
func (v *visit) resendLimits(asker string) [2]models.AttemptLimit {
	return [2]models.AttemptLimit{
		ui.Limit("resend-client", ui.ClientOf(v.ClientIP()), resendWindow, resendsByClient),
		ui.Limit("resend-asker", strings.ToLower(asker), resendWindow, resendsByAsker),
	}
}
