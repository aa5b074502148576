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

// limit is how often something may happen within a window.
type limit struct {
	subject string
	window  time.Duration
	most    int64
}

// signInLimits gives the two limits of signing in to a number: by number and
// client, and by client.
func (v *visit) signInLimits(number string) [2]limit {
	client := ui.ClientOf(v.ClientIP())
	return [2]limit{
		{ui.CountedSubject("delivery", models.NormaliseNumber(number)+" "+client), signInWindow, signInsByNumber},
		{ui.CountedSubject("delivery-client", client), signInWindow, signInsByClient},
	}
}

// passwordLimit bounds how often one client asks for passwords to be mailed.
func (v *visit) passwordLimit() limit {
	return limit{ui.CountedSubject("delivery-password", ui.ClientOf(v.ClientIP())), passwordWindow, passwordsByClient}
}

// resendLimits bound how often one client asks for resends, and how many
// acknowledgements one address is sent.
func (v *visit) resendLimits(asker string) [2]limit {
	return [2]limit{
		{ui.CountedSubject("resend-client", ui.ClientOf(v.ClientIP())), resendWindow, resendsByClient},
		{ui.CountedSubject("resend-asker", strings.ToLower(asker)), resendWindow, resendsByAsker},
	}
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
