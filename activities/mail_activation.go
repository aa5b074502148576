package activities

import (
	"fmt"
	"strconv"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Activation is the page on which the issue of a code is confirmed. Opening it
// changes nothing.
func (l Links) Activation(requestID int64, token string) string {
	return l.Public + "/activation/" + strconv.FormatInt(requestID, 10) + "/" + token
}

// activationMail gives the mails of a request for a code. The link's token is derived
// and the code opened now: neither stands anywhere in the clear.
func (a *Mails) activationMail(f store.MailFacts) (mail.Data, error) {
	kind, known := a.Store.Rules().Activation.Kind(f.Activation.Kind)
	subject, worded := a.Profile.SubjectPattern(f.Mail.Kind)
	if !known || !worded {
		return nil, models.Internal(fmt.Errorf("no words for %s", f.Mail.Kind))
	}
	if f.Code != nil {
		return a.issuedCode(f, kind, subject)
	}
	product, _ := a.Profile.Product(f.Activation.ProductCode)
	token, err := a.Secrets.ActivationToken(*f.Activation, f.Mail.Mailbox)
	if err != nil {
		return nil, err
	}
	day, clock := momentIn(f.Activation.LinkUntil)
	return mail.ActivationLink{
		Subject: subject, Name: kind.Names, Product: product.Names, Number: f.Activation.Number, LicenseID: f.LicenseID,
		Serial: kind.CodeKindOf(product) == models.CodeSerial, UntilDay: day, UntilTime: clock, Link: a.Links.Activation(f.Activation.ID, token),
	}, nil
}

func (a *Mails) issuedCode(f store.MailFacts, kind models.ActivationKind, subject models.Text) (mail.Data, error) {
	product, _ := a.Profile.Product(f.Code.ProductCode)
	code, err := a.Secrets.OpenIssued(*f.Code)
	if err != nil {
		return nil, err
	}
	return mail.ActivationIssued{
		Subject: subject, Name: kind.Names, Product: product.Names, Number: f.Activation.Number, LicenseID: f.LicenseID, Code: code,
		Serial: kind.CodeKindOf(product) == models.CodeSerial, Quantity: f.Holding.Quantity, From: f.Holding.StartsOn, To: f.Holding.EndsOn,
		Link: a.Links.PortalContract(f.LicenseID),
	}, nil
}
