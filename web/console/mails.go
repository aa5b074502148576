package console

import (
	"net/http"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

var mailKinds = []models.MailKind{
	models.MailReceiptNumber, models.MailOrderAccepted, models.MailDeliveryID, models.MailDeliveryPassword,
	models.MailSendBack, models.MailSendBackApplicant, models.MailSendBackReminder, models.MailOrderCancelled,
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
	statuses := choices(v, "console.mail_status.", models.MailStatuses)
	statuses = append(statuses, ui.Choice{Value: mailTrouble, Label: v.t("console.mail_status.trouble")})
	return v.show(http.StatusOK, views.MailsPage(views.Mails{
		Frame: frame, Status: q.Get("status"), Kind: q.Get("kind"), Query: q.Get("q"),
		Statuses: statuses, Kinds: choices(v, "console.mail_kind.", mailKinds),
		Rows: v.mailRows(list), Pager: pagerOf("/console/mails", q, next),
	}))
}

// mailRows shows mails; what each is about is one press away.
func (v *visit) mailRows(list []models.Mail) []views.MailRow {
	rows := make([]views.MailRow, len(list))
	for i, m := range list {
		rows[i] = v.mailRow(m)
		switch {
		case m.OrderID != nil:
			rows[i].About = v.t("console.mails.order")
		case m.ApplicationID != nil:
			rows[i].About = v.t("console.mails.application")
		}
	}
	return rows
}

// showMailSubject leads to the order or application that a mail is about.
func showMailSubject(v *visit) error {
	id, err := v.id("id", "mail")
	if err != nil {
		return err
	}
	about, err := v.Store.MailFacts(v.ctx(), id)
	switch {
	case err != nil:
		return err
	case about.Order != nil:
		return v.seeOther("/console/orders/" + about.Order.OrderNumber)
	case about.Application != nil:
		return v.seeOther("/console/applications/" + strconv.FormatInt(about.Application.ID, 10))
	}
	return models.NotFound("mail")
}
