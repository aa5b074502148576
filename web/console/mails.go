package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

var mailKinds = []models.MailKind{
	models.MailReceiptNumber, models.MailOrderAccepted, models.MailDeliveryID, models.MailDeliveryPassword,
	models.MailPasswordAgain, models.MailResentID, models.MailResentPassword,
	models.MailSendBack, models.MailSendBackApplicant, models.MailSendBackReminder, models.MailOrderCancelled,
	models.MailResendReceived, models.MailResendQuestion, models.MailResendRefused,
	models.MailNameChangeReceived, models.MailNameChangeQuestion, models.MailNameChangeWithdrawn, models.MailReviewResult,
	models.MailInquiryReceived, models.MailInquiryAnswer,
	models.MailTemporaryPassword, models.MailPasswordChanged, models.MailRenewalNotice, models.MailNews, models.MailNewsTest,
	models.MailContactChangeDone, models.MailContactChangePartly, models.MailContactAddressReplaced, models.MailContactAddressNew,
}

// mailTrouble is the filter for mails that did not get through or that nobody knows the fate of.
const mailTrouble = "trouble"

// listMails shows the ledger of mails, newest first.
func listMails(v *visit) error {
	q := v.Request.URL.Query()
	filter := store.MailFilter{Kind: models.MailKind(q.Get("kind")), Query: q.Get("q")}
	switch s := q.Get("status"); s {
	case "":
	case mailTrouble:
		filter.Statuses = []models.MailStatus{models.MailFailed, models.MailUnknown}
	default:
		filter.Statuses = []models.MailStatus{models.MailStatus(s)}
	}
	list, next, err := v.Store.Mails(v.ctx(), filter, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	frame, err := v.frame("mails", v.t("console.mails.title"))
	if err != nil {
		return err
	}
	rows, err := v.mailRows(list)
	if err != nil {
		return err
	}
	statuses := choices(v, "console.mail_status.", models.MailStatuses)
	statuses = append(statuses, ui.Choice{Value: mailTrouble, Label: v.t("console.mail_status.trouble")})
	return v.show(http.StatusOK, views.MailsPage(views.Mails{
		Frame: frame, Status: q.Get("status"), Kind: q.Get("kind"), Query: q.Get("q"),
		Statuses: statuses, Kinds: choices(v, "console.mail_kind.", mailKinds),
		Rows: rows, Pager: pagerOf("/console/mails", q, next),
	}))
}

// mailRows shows mails, each with the number of what it is about.
func (v *visit) mailRows(list []models.Mail) ([]views.MailRow, error) {
	var orders, applications, resends, messages, changes, contacts, activations, news []int64
	var recipients []string
	for _, m := range list {
		recipients = append(recipients, m.Recipient)
		switch {
		case m.OrderID != nil:
			orders = append(orders, *m.OrderID)
		case m.InquiryMessageID != nil:
			messages = append(messages, *m.InquiryMessageID)
		case m.ApplicationID != nil:
			applications = append(applications, *m.ApplicationID)
		case m.ResendID != nil:
			resends = append(resends, *m.ResendID)
		case m.NameChangeID != nil:
			changes = append(changes, *m.NameChangeID)
		case m.ActivationRequestID != nil:
			activations = append(activations, *m.ActivationRequestID)
		case m.NewsIssueID != nil:
			news = append(news, *m.NewsIssueID)
		case m.ContractChangeID != nil:
			contacts = append(contacts, *m.ContractChangeID)
		}
	}
	known, err := v.numbers(orders, applications, resends)
	if err != nil {
		return nil, err
	}
	inquiries, err := v.Store.InquiryNumbersOf(v.ctx(), messages)
	if err != nil {
		return nil, err
	}
	if known.changes, err = v.Store.NameChangeNumbers(v.ctx(), changes); err != nil {
		return nil, err
	}
	if known.news, err = v.Store.NewsNumbers(v.ctx(), news); err != nil {
		return nil, err
	}
	if known.activations, err = v.Store.ActivationNumbers(v.ctx(), activations); err != nil {
		return nil, err
	}
	licenses, err := v.Store.LicensesOfChanges(v.ctx(), contacts)
	if err != nil {
		return nil, err
	}
	dead, err := v.Store.MarkedAddresses(v.ctx(), recipients...)
	if err != nil {
		return nil, err
	}
	rows := make([]views.MailRow, len(list))
	for i, m := range list {
		rows[i] = v.mailRow(m)
		_, rows[i].Dead = dead[m.Recipient]
		switch {
		case m.OrderID != nil:
			rows[i].About, rows[i].AboutURL = known.order(*m.OrderID)
		case m.InquiryMessageID != nil:
			number := inquiries[*m.InquiryMessageID]
			rows[i].About, rows[i].AboutURL = number, "/console/inquiries/"+number
		case m.ApplicationID != nil:
			rows[i].About, rows[i].AboutURL = known.application(*m.ApplicationID)
		case m.ResendID != nil:
			rows[i].About, rows[i].AboutURL = known.resend(*m.ResendID)
		case m.AccountID != nil:
			rows[i].About, rows[i].AboutURL = v.t("console.subject.account"), accountsURL(m.Recipient)
		case m.NameChangeID != nil:
			rows[i].About, rows[i].AboutURL = known.change(*m.NameChangeID)
		case m.ActivationRequestID != nil:
			rows[i].About, rows[i].AboutURL = known.activation(*m.ActivationRequestID)
		case m.NewsIssueID != nil:
			rows[i].About, rows[i].AboutURL = known.issue(*m.NewsIssueID)
		case m.ContractChangeID != nil:
			license := licenses[*m.ContractChangeID]
			rows[i].About, rows[i].AboutURL = license, "/console/contracts/"+license
		}
	}
	return rows, nil
}
