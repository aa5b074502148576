package activities

import (
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// contactMail gives the mails of a change of a contract's contacts.
func (a *Mails) contactMail(f store.MailFacts) mail.Data {
	changed := models.DateOf(f.Change.CreatedAt)
	switch f.Mail.Kind {
	case models.MailContactAddressReplaced:
		return mail.ContactAddressReplaced{LicenseID: f.Contract.LicenseID, Contact: addressOf(f), Until: changed}
	case models.MailContactAddressNew:
		return mail.ContactAddressNew{
			LicenseID: f.Contract.LicenseID, Contact: addressOf(f), From: changed.AddDays(1), Link: a.Links.Portal(),
		}
	}
	d := mail.ContactChange{LicenseID: f.Contract.LicenseID, Link: a.Links.PortalContract(f.Contract.LicenseID)}
	for _, field := range f.Change.Fields {
		d.Done = append(d.Done, texts.ContactField(field.Field))
		if field.Field == emailOf(models.ContactHolder) || field.Field == emailOf(models.ContactSupport) {
			d.SignInFrom = changed.AddDays(1)
		}
	}
	if f.NameChange != nil {
		d.RequestNumber, d.Days = f.NameChange.Number, a.Store.Rules().NameChanges.DueDays
		d.Waiting = waitingNames(*f.NameChange)
	}
	return d
}

// waitingNames names the parts of the holder's name that a review decides.
func waitingNames(c models.NameChange) []models.Text {
	var list []models.Text
	for _, field := range c.Differences() {
		list = append(list, texts.ContactField(field.Field))
	}
	return list
}

func emailOf(role models.ContactRole) string { return string(role) + ".email" }

// addressOf names the contact whose address the mail's recipient was or is: both
// where it stood for both.
func addressOf(f store.MailFacts) models.Text {
	of := map[models.ContactRole]bool{}
	for _, role := range models.ContactRoles {
		for _, field := range f.Change.Fields {
			address := field.AfterValue
			if f.Mail.Kind == models.MailContactAddressReplaced {
				address = field.BeforeValue
			}
			if field.Field == emailOf(role) && models.AddressKey(address) == models.AddressKey(f.Mail.Recipient) {
				of[role] = true
			}
		}
	}
	switch {
	case of[models.ContactHolder] && of[models.ContactSupport]:
		return texts.Both("contacts.role.both")
	case of[models.ContactSupport]:
		return texts.Both("contacts.role.support")
	}
	return texts.Both("contacts.role.holder")
}
