package activities

import (
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// newsMail gives a mail with an issue of Support Information.
func (a *Mails) newsMail(f store.MailFacts) (mail.Data, error) {
	body, err := mail.NewNewsBody(f.News.Body.In(f.Mail.Language))
	if err != nil {
		return nil, models.Internal(err)
	}
	return a.newsWith(f, body)
}

// newsWith is newsMail with a body that is there already.
func (a *Mails) newsWith(f store.MailFacts, body mail.NewsBody) (mail.Data, error) {
	d := mail.News{
		Title: f.News.Title.In(f.Mail.Language), Body: body, Link: a.Links.News(f.News.Number), Test: f.Mail.Kind == models.MailNewsTest,
	}
	if f.Subscription == nil {
		return d, nil
	}
	token, err := a.Secrets.UnsubscribeToken(*f.Subscription)
	d.Unsubscribe = a.Links.Unsubscribe(f.Subscription.ID, token)
	return d, err
}

// list marks a mail as one to a list, so that programs that answer by themselves leave
// it alone and people can sort it.
func (a *Mails) list(m *mail.Message) {
	if m.Headers == nil {
		m.Headers = map[string]string{}
	}
	m.Headers["List-Id"] = "<support-information." + a.Profile.Mail.MessageIDDomain + ">"
	m.Headers["Precedence"] = "bulk"
}
