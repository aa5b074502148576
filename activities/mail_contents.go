package activities

import (
	"context"
	"fmt"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// compose renders a mail from the rows it names; the same rows give the same mail.
func (a *Mails) compose(ctx context.Context, m models.Mail) (mail.Message, error) {
	facts, err := a.Store.MailFacts(ctx, m.ID)
	if err != nil {
		return mail.Message{}, err
	}
	data, err := a.data(facts)
	if err != nil {
		return mail.Message{}, err
	}
	return a.message(facts, data)
}

// message puts what a mail says into its envelope.
func (a *Mails) message(facts store.MailFacts, data mail.Data) (mail.Message, error) {
	m := facts.Mail
	content, err := a.Renderer.Render(m.Language, data)
	if err != nil {
		return mail.Message{}, err
	}
	sender, ok := a.Profile.Sender(senderKind(m.Kind))
	if !ok {
		return mail.Message{}, models.Internal(fmt.Errorf("no sender for %s", m.Kind))
	}
	envelopeFrom := ""
	if a.ReturnPath != nil {
		if envelopeFrom, err = a.ReturnPath(m.ID); err != nil {
			return mail.Message{}, err
		}
	}
	message := mail.Message{
		EnvelopeFrom: envelopeFrom, From: mail.Address{Name: sender.Name.In(m.Language), Email: sender.Address}, To: mail.Address{Email: m.Recipient},
		Subject: content.Subject, Text: content.Text, HTML: content.HTML, MessageID: m.MessageID, Language: m.Language,
	}
	if facts.Inquiry != nil {
		err = a.thread(facts, &message)
	}
	if facts.Subscription != nil {
		err = a.unsubscribable(facts, &message)
	}
	if facts.News != nil {
		a.list(&message)
	}
	return message, err
}

// senderKind is the kind that the profile knows a mail by: an ID or PW mail once
// more is the same mail.
func senderKind(kind models.MailKind) models.MailKind {
	if again, ok := resent[kind]; ok {
		return again
	}
	if kind == models.MailPasswordAgain {
		return models.MailDeliveryPassword
	}
	return kind
}

// data gives what a mail of that kind says.
func (a *Mails) data(f store.MailFacts) (mail.Data, error) {
	if f.Activation != nil { // their kinds are the profile's
		return a.activationMail(f)
	}
	switch f.Mail.Kind {
	case models.MailReceiptNumber:
		return mail.ReceiptNumber{
			ReceiptNumber: f.Application.ReceiptNumber, OrderType: texts.Both("order_type." + string(f.Application.OrderType)),
			EndUserName: f.Application.EndUser.CompanyName,
		}, nil
	case models.MailOrderAccepted:
		return mail.OrderAccepted{
			OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode,
			EndUserName: f.EndUserName, Communication: f.Order.Communication,
		}, nil
	case models.MailDeliveryID, models.MailResentID:
		return mail.DeliveryID{
			OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode, EndUserName: f.EndUserName,
			DeliveryNumber: f.Shipment.DeliveryNumber, SiteURL: a.Links.Delivery(), Communication: f.Order.Communication,
			Resent: f.Mail.Kind == models.MailResentID,
		}, nil
	case models.MailDeliveryPassword, models.MailPasswordAgain, models.MailResentPassword:
		return a.password(f)
	case models.MailInquiryReceived, models.MailInquiryAnswer:
		return a.inquiry(f), nil
	case models.MailResendReceived, models.MailResendQuestion, models.MailResendRefused:
		return a.resendMail(f)
	case models.MailRenewalNotice:
		return a.renewalNotice(f)
	case models.MailNews, models.MailNewsTest:
		return a.newsMail(f)
	case models.MailContactChangeDone, models.MailContactChangePartly, models.MailContactAddressReplaced, models.MailContactAddressNew:
		return a.contactMail(f), nil
	case models.MailTemporaryPassword, models.MailPasswordChanged:
		return a.accountMail(f)
	case models.MailNameChangeReceived, models.MailNameChangeQuestion, models.MailNameChangeWithdrawn, models.MailReviewResult:
		return a.nameChangeMail(f), nil
	}
	return a.notice(f)
}

// password derives the delivery password; it is never stored. Its days count
// from the mail, that is from today while it was not sent yet.
func (a *Mails) password(f store.MailFacts) (mail.Data, error) {
	password, err := a.Secrets.DeliveryPassword(*f.Shipment)
	if err != nil {
		return nil, err
	}
	from := a.Store.Now()
	if f.Shipment.PasswordSentAt != nil {
		from = *f.Shipment.PasswordSentAt
	}
	return mail.DeliveryPassword{
		OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode, EndUserName: f.EndUserName, Password: password,
		ValidUntil: models.DateOf(from).AddDays(a.Profile.Lifetimes.DeliveryPasswordDays), SiteURL: a.Links.Delivery(),
		Communication: f.Order.Communication, Resent: f.Mail.Kind == models.MailResentPassword,
	}, nil
}

// notice gives the mails about an order that came back or ended.
func (a *Mails) notice(f store.MailFacts) (mail.Data, error) {
	switch f.Mail.Kind {
	case models.MailSendBack:
		return mail.SendBack{
			ResellerName: f.Reseller.Name, OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode,
			PONumber: f.Order.PONumber, Reasons: mailReasons(f.SendBack.Reasons),
		}, nil
	case models.MailSendBackApplicant:
		return mail.SendBackApplicant{
			ReceiptNumber: f.Application.ReceiptNumber, OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode,
			EndUserName: f.Application.EndUser.CompanyName, Reasons: applicantReasons(f.SendBack.Reasons),
		}, nil
	case models.MailSendBackReminder:
		return a.reminder(f), nil
	case models.MailOrderCancelled:
		return mail.OrderCancelled{
			ResellerName: f.Reseller.Name, OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode,
			PONumber: f.Order.PONumber, Reason: f.Order.CancelReason, ReceiptReusable: true,
		}, nil
	}
	return nil, models.Internal(fmt.Errorf("no contents for %s", f.Mail.Kind))
}

func (a *Mails) reminder(f store.MailFacts) mail.Data {
	titles := make([]models.Text, 0, len(f.SendBack.Reasons))
	for _, r := range f.SendBack.Reasons {
		titles = append(titles, texts.ReasonTitle(r.Code))
	}
	rules := a.Store.Rules()
	waited := rules.Calendar.BusinessDaysBetween(models.DateOf(f.SendBack.OpenedAt), a.Store.Today())
	return mail.SendBackReminder{
		ResellerName: f.Reseller.Name, OrderNumber: f.Order.OrderNumber, PartnerCode: f.Order.PartnerCode,
		PONumber: f.Order.PONumber, BusinessDays: waited, Reasons: titles,
	}
}

// mailReasons words the reasons for the reseller: the fields that differ, never
// what only staff may see.
func mailReasons(reasons []models.Reason) []mail.Reason {
	list := make([]mail.Reason, 0, len(reasons))
	for _, r := range reasons {
		application, order := texts.ReasonValues(r)
		list = append(list, mail.Reason{
			Title: texts.ReasonTitle(r.Code), ApplicationValue: application, OrderValue: order, WhatToDo: texts.ReasonTodo(r),
		})
	}
	return list
}

// applicantReasons leaves out what does not need a new application.
func applicantReasons(reasons []models.Reason) []mail.Reason {
	var own []models.Reason
	for _, r := range reasons {
		if r.Code.NeedsApplication() {
			own = append(own, r)
		}
	}
	return mailReasons(own)
}
