package activities

import (
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// maxRenewals bounds the contracts that one notice lists: a dealer may have thousands.
const maxRenewals = 100

// renewalNotice gives the mail about the contracts that are due. Only the contract's
// own contact can open the price, so sellers get no link.
func (a *Mails) renewalNotice(f store.MailFacts) (mail.Data, error) {
	token, err := a.Secrets.UnsubscribeToken(*f.Subscription)
	if err != nil {
		return nil, err
	}
	today := models.DateOf(f.Mail.QueuedAt)
	d := mail.RenewalNotice{Unsubscribe: a.Links.Unsubscribe(f.Subscription.ID, token)}
	for i, due := range f.Renewals {
		if i == maxRenewals {
			d.More = len(f.Renewals) - maxRenewals
			break
		}
		c := mail.RenewalContract{
			LicenseID: due.Contract.LicenseID, HolderName: due.Contract.Holder.CompanyName, EndsOn: due.Notice.EndsOn, Days: today.DaysUntil(due.Notice.EndsOn),
		}
		if due.Notice.Role == models.RenewalToSupport {
			c.Link = a.Links.RenewalPrice(due.Contract.LicenseID)
		}
		for _, h := range due.Holdings {
			product, _ := a.Profile.Product(h.ProductCode)
			c.Products = append(c.Products, mail.RenewalProduct{Name: product.Names, Quantity: h.Quantity})
		}
		d.Contracts = append(d.Contracts, c)
	}
	return d, nil
}

// unsubscribable lets mail programs end the subscription with one click (RFC 8058).
func (a *Mails) unsubscribable(f store.MailFacts, m *mail.Message) error {
	token, err := a.Secrets.UnsubscribeToken(*f.Subscription)
	m.Headers = map[string]string{
		"List-Unsubscribe": "<" + a.Links.Unsubscribe(f.Subscription.ID, token) + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	}
	return err
}
