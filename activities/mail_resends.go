package activities

import (
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
)

// resent are the mails that are sent again, by the mails that they are.
var resent = map[models.MailKind]models.MailKind{
	models.MailResentID: models.MailDeliveryID, models.MailResentPassword: models.MailDeliveryPassword,
}

// Subjects gives the subject patterns of the profile for all mails, those sent
// again with the profile's prefix.
func Subjects(p *profile.Profile) mail.Subjects {
	subjects := mail.Subjects{}
	for _, kind := range mail.Kinds() {
		pattern, ok := p.SubjectPattern(models.MailKind(kind))
		if again, is := resent[models.MailKind(kind)]; is {
			pattern, ok = p.ResentPattern(again)
		}
		if ok {
			subjects[kind] = pattern
		}
	}
	return subjects
}

// resendMail gives the mails to the person who asked for a resend.
func (a *Mails) resendMail(f store.MailFacts) (mail.Data, error) {
	token, err := a.Secrets.ResendToken(*f.Resend)
	if err != nil {
		return nil, err
	}
	number, link := f.Resend.ResendNumber, a.Links.Resend(f.Resend.ResendNumber, token)
	switch f.Mail.Kind {
	case models.MailResendQuestion:
		return mail.ResendQuestion{ResendNumber: number, Question: f.Note, Link: link}, nil
	case models.MailResendRefused:
		return mail.ResendRefused{ResendNumber: number, Reason: f.Note, Link: link}, nil
	}
	return mail.ResendReceived{ResendNumber: number, Days: a.Store.Rules().Resends.DueDays, Link: link}, nil
}
