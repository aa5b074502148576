package activities

import (
	"fmt"
	"time"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// accountMail gives the mails to an account of the portal.
func (a *Mails) accountMail(f store.MailFacts) (mail.Data, error) {
	site := a.Profile.Brand.Sites.Portal
	if f.Mail.Kind == models.MailPasswordChanged {
		return a.passwordChanged(f, site), nil
	}
	if f.Account.TemporaryUntil == nil {
		return nil, models.Internal(fmt.Errorf("account %d has no temporary password", f.Account.ID))
	}
	password, err := a.Secrets.TemporaryPassword(*f.Account)
	if err != nil {
		return nil, err
	}
	day, clock := momentIn(*f.Account.TemporaryUntil)
	return mail.TemporaryPassword{
		Site: site, Password: password, UntilDay: day, UntilTime: clock, SignInURL: a.Links.Portal() + "/sign-in",
	}, nil
}

// passwordChanged tells of the change that the mail was queued with.
func (a *Mails) passwordChanged(f store.MailFacts, site models.Text) mail.Data {
	day, clock := momentIn(f.Mail.QueuedAt)
	data := mail.PasswordChanged{Site: site, Day: day, Time: clock, LostURL: a.Links.Portal() + "/temporary-password"}
	if days := a.Store.Rules().PortalPasswordDays; days > 0 {
		data.LastDay = day.AddDays(days)
	}
	return data
}

// momentIn gives day and time of day in Japan.
func momentIn(t time.Time) (models.Date, string) {
	return models.DateOf(t), t.In(models.Tokyo).Format("15:04")
}
