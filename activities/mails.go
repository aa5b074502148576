package activities

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"go.temporal.io/sdk/activity"
)

// Mails sends what the ledger says is due.
type Mails struct {
	Store    *store.Store
	Profile  *profile.Profile
	Renderer *mail.Renderer
	Sender   *mail.Sender
	Secrets  Secrets
	Links    Links
	// ReplyDomain is where the listener for replies receives mail; empty where
	// none does: then the sender's own address takes them.
	ReplyDomain string
	// ReturnPath gives the address that bounces of a mail come to; nil leaves them
	// to the From address.
	ReturnPath func(mailID int64) (string, error)
}

// Secrets derives what is mailed but never stored.
type Secrets interface {
	DeliveryPassword(s models.Shipment) (string, error)
	// InquirySignature signs the address that replies to an inquiry go to.
	InquirySignature(i models.Inquiry) (string, error)
	ResendToken(r models.Resend) (string, error)
	TemporaryPassword(a models.Account) (string, error)
	// ActivationToken stands in the link that confirms the issue of a code, OpenIssued
	// opens the code that came of it.
	ActivationToken(r models.ActivationRequest, mailbox models.Mailbox) (string, error)
	OpenIssued(c models.IssuedCode) (string, error)
	// UnsubscribeToken stands in the link that ends a subscription.
	UnsubscribeToken(s models.MailSubscription) (string, error)
}

// Links are the public addresses that mails and documents point to.
type Links struct {
	// Public is the address of this installation, without a slash at its end.
	Public string
}

// Delivery is the delivery site, one address for all deliveries.
func (l Links) Delivery() string { return l.Public + "/delivery" }

// Portal is the contract portal's sign-in page.
func (l Links) Portal() string { return l.Public + "/portal" }

// PortalContract is a contract's page in the portal.
func (l Links) PortalContract(license string) string { return l.Portal() + "/contracts/" + license }

// Certificate is the public page of a certificate.
func (l Links) Certificate(token string) string { return l.Public + "/certificates/" + token }

// Resend is the page on which the person who asked follows a resend. Whoever has the
// address may see it.
func (l Links) Resend(number, token string) string {
	return l.Public + "/delivery/resend/" + number + "/" + token
}

// NameChange is the portal's page about the change of a contract's name.
func (l Links) NameChange(licenseID string) string {
	return l.Public + "/portal/contracts/" + licenseID + "/name-change"
}

// RenewalPrice is the contract's reference renewal price in the portal.
func (l Links) RenewalPrice(license string) string {
	return l.Public + "/portal/contracts/" + license + "/renewal"
}

// News is an issue's page among the back numbers in the portal.
func (l Links) News(number string) string { return l.Portal() + "/news/" + number }

// Unsubscribe is the page that ends a subscription; opening it changes nothing.
func (l Links) Unsubscribe(subscriptionID int64, token string) string {
	return l.Public + "/unsubscribe/" + strconv.FormatInt(subscriptionID, 10) + "/" + token
}

const (
	// sendTimeout bounds everything before the final dot.
	sendTimeout = 25 * time.Second
	// lease is how long a claim is believed: longer than an attempt can last, so
	// that a claim beyond it is one of a process that died.
	lease = time.Minute
	// heartbeat is how often a sending activity says that it lives.
	heartbeat = 3 * time.Second
)

// MailsOfApplication lists the mails of an application that are to be sent.
func (a *Mails) MailsOfApplication(ctx context.Context, applicationID int64) (protocol.Mails, error) {
	ids, err := a.Store.MailsDueForApplication(ctx, applicationID)
	return protocol.Mails{MailIDs: ids}, err
}

// SendMail sends one mail of the ledger, once: it claims the row, renders, sends, and
// notes how it ended. A mail that is final already stays as it is; one that
// another process may be sending is asked for again later.
func (a *Mails) SendMail(ctx context.Context, ref protocol.MailRef) (protocol.MailResult, error) {
	m, claimed, err := a.Store.ClaimMail(ctx, ref.MailID, lease)
	if err != nil {
		return protocol.MailResult{}, err
	}
	if !claimed {
		if m.Status.Final() {
			return protocol.MailResult{Status: string(m.Status)}, nil
		}
		return protocol.MailResult{}, models.NewError(models.KindUnavailable, "mail_in_flight")
	}
	message, err := a.compose(ctx, m)
	if err != nil {
		// Nothing went out: the claim is given back, so that another try can be made.
		return protocol.MailResult{}, a.giveBack(ctx, m, err)
	}
	return a.note(ctx, m, a.send(ctx, message))
}

// send sends while telling Temporal that this worker lives, so that a dead one
// is noticed within seconds.
func (a *Mails) send(ctx context.Context, message mail.Message) mail.Outcome {
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go beat(ctx, done)
	return a.Sender.Send(sending, message)
}

func beat(ctx context.Context, done <-chan struct{}) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-ticker.C:
			activity.RecordHeartbeat(ctx)
		}
	}
}

func (a *Mails) giveBack(ctx context.Context, m models.Mail, cause error) error {
	if _, err := a.Store.FinishMail(settled(ctx), m.ID, models.MailQueued, "not rendered"); err != nil {
		return err
	}
	return cause
}

// note writes the outcome into the ledger. A temporary refusal comes back as an
// error, so that Temporal tries again, unless the ledger has given the mail up.
func (a *Mails) note(ctx context.Context, m models.Mail, outcome mail.Outcome) (protocol.MailResult, error) {
	kept, err := a.Store.FinishMail(settled(ctx), m.ID, ledgerStatus(outcome), replyLine(outcome))
	if err != nil {
		return protocol.MailResult{}, err
	}
	if !kept.Status.Final() {
		return protocol.MailResult{}, models.NewError(models.KindUnavailable, "mail_refused_for_now")
	}
	return protocol.MailResult{Status: string(kept.Status)}, nil
}

// ledgerStatus says what an outcome means for the ledger. A server that refuses
// our sender speaks about us, not about the recipient: that is mended here and
// tried again.
func ledgerStatus(o mail.Outcome) models.MailStatus {
	switch {
	case o.State == mail.Sent:
		return models.MailSent
	case o.State == mail.Refused && o.Stage != mail.StageMail:
		return models.MailFailed
	case o.State == mail.Unknown:
		return models.MailUnknown
	}
	return models.MailQueued
}

// replyLine is the server's answer as staff read it.
func replyLine(o mail.Outcome) string {
	parts := []string{string(o.Stage)}
	if o.Code != 0 {
		parts = append(parts, strconv.Itoa(o.Code))
	}
	return strings.Join(slices.DeleteFunc(append(parts, o.Enhanced, o.Reply), func(s string) bool { return s == "" }), " ")
}

// settled gives a context that outlives a cancellation: what the server answered
// must be noted even when the worker is being stopped.
func settled(ctx context.Context) context.Context {
	return context.WithoutCancel(ctx)
}
