package activities

import (
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// nameChangeMail gives the mails to the requester of a change of name.
func (a *Mails) nameChangeMail(f store.MailFacts) mail.Data {
	c, link := f.NameChange, a.Links.NameChange(f.LicenseID)
	switch f.Mail.Kind {
	case models.MailNameChangeQuestion:
		return mail.NameChangeQuestion{Number: c.Number, LicenseID: f.LicenseID, Question: f.Note, Link: link}
	case models.MailNameChangeWithdrawn:
		return mail.NameChangeWithdrawn{Number: c.Number, LicenseID: f.LicenseID, Link: link}
	case models.MailReviewResult:
		d := mail.ReviewResult{
			Number: c.Number, LicenseID: f.LicenseID, OldName: c.Old.Written(), NewName: c.New.Written(), Link: link,
		}
		if c.Status == models.NameChangeApproved && c.ClosedAt != nil {
			d.Done = models.DateOf(*c.ClosedAt)
		} else {
			d.Reason = f.Note
		}
		return d
	}
	return mail.NameChangeReceived{
		Number: c.Number, LicenseID: f.LicenseID, OldName: c.Old.Written(), NewName: c.New.Written(),
		Days: a.Store.Rules().NameChanges.DueDays, Link: link,
	}
}
