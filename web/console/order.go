package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showOrder is the page of one order, or the part of it that looks again while
// the process works.
func showOrder(v *visit) error {
	page, err := v.orderPage(views.Form{}, nil)
	if err != nil {
		return err
	}
	if ui.IsHTMX(v.Request) && v.Query("live") == "1" {
		return v.show(http.StatusOK, views.OrderLive(page))
	}
	return v.show(http.StatusOK, views.OrderPage(page))
}

// orderPage builds the page from one reading of the database. Form is an
// action's form that came back; seen is what its sender looked at.
func (v *visit) orderPage(form views.Form, seen *snapshot) (views.Order, error) {
	d, err := v.Store.OrderDetail(v.ctx(), v.actor(), v.Param("number"))
	if err != nil {
		return views.Order{}, err
	}
	frame, err := v.frame(sectionOf(d.Order), d.Order.OrderNumber)
	if err != nil {
		return views.Order{}, err
	}
	frame.Here = "/console/orders/" + d.Order.OrderNumber
	names, err := v.staffNames()
	if err != nil {
		return views.Order{}, err
	}
	page := views.Order{
		Frame: frame, Order: d.Order, Reseller: d.Reseller, Application: d.Application,
		State: v.state(d.Order), Age: v.age(d.Order), Alert: v.alerts(d.Order),
		Licenses: d.Licenses, Shipment: d.Shipment, Notes: d.Notes, Form: form,
		Receipt: d.Application.ReceiptNumber, Specials: v.specials(d.Application),
		Seen: snapshotOf(d.Order).String(), Every: v.lookAgain(d), Temporal: v.processURL(d.Order.WorkflowID()),
	}
	page.Crumb, page.CrumbURL = v.crumb(d.Order)
	page.Can = v.allowed(d.Order)
	v.fillSheet(&page, d)
	v.fillSendBacks(&page, d, names)
	if err := v.fillMails(&page, d); err != nil {
		return page, err
	}
	v.fillDesk(&page, d, names)
	page.Events = v.timeline(d, names)
	if page.Inquiries, err = v.inquiriesAbout(d.Order.ID, contractsOf(d)...); err != nil {
		return page, err
	}
	if err := v.fillDocuments(&page, d); err != nil {
		return page, err
	}
	if err := v.fillResends(&page, d); err != nil {
		return page, err
	}
	if seen != nil {
		page.Changed = v.changedSince(*seen, d)
	}
	return page, nil
}

// sectionOf is the list that the order stands in.
func sectionOf(o models.Order) string {
	switch {
	case o.Status == models.OrderSentBack:
		return "sent_back"
	case o.Status == models.OrderChecking && o.WaitingFor == models.WaitingForStaff:
		return "to_check"
	}
	return "orders"
}

func (v *visit) crumb(o models.Order) (text, url string) {
	switch sectionOf(o) {
	case "sent_back":
		return v.t("console.nav.sent_back"), views.SentBackURL
	case "to_check":
		return v.t("console.nav.to_check"), views.ToCheckURL
	}
	return v.t("console.nav.all_orders"), "/console/orders"
}

// slowAfter is how long after the last change a page looks again often.
const slowAfter = time.Minute

// lookAgain says how often the page looks again by itself: soon while something
// is likely to happen, seldom once an order stays as it is for a while.
func (v *visit) lookAgain(d store.OrderDetail) string {
	switch {
	case !working(d):
		return ""
	case v.Clock().Sub(d.Order.UpdatedAt) > slowAfter:
		return "10s"
	}
	return "1500ms"
}

// working says whether the process has something to do for the order right now,
// so that the page looks again by itself.
func working(d store.OrderDetail) bool {
	for _, m := range d.Mails {
		if !m.Status.Final() {
			return true
		}
	}
	o := d.Order
	return o.WaitingFor == models.WaitingForNobody && o.Status != models.OrderDelivered && o.Status != models.OrderCancelled
}

// processURL is where the Temporal UI shows a process.
func (v *visit) processURL(workflowID string) string {
	if v.TemporalUIURL == "" {
		return ""
	}
	return strings.TrimSuffix(v.TemporalUIURL, "/") + "/namespaces/default/workflows/" + strings.ReplaceAll(workflowID, "/", "%2F")
}

// allowed says which actions role and state allow. The database decides again
// when one is taken; this only keeps people from pressing what would be refused.
func (v *visit) allowed(o models.Order) views.Can {
	if !v.staffMember.Role.AtLeast(models.RoleClerk) {
		return views.Can{}
	}
	sentBack := o.Status == models.OrderSentBack
	entering := o.Status == models.OrderReceived || o.Status == models.OrderChecking
	return views.Can{
		Confirm: sentBack, Reapply: sentBack, Replace: sentBack,
		Cancel: o.Status.BeforeRegistered(), Hold: o.Status.BeforeRegistered() && !o.Held,
		Pass: entering && o.WaitingFor == models.WaitingForStaff, SendBack: entering,
		Redirect: o.Status == models.OrderRegistered && o.WaitingFor == models.WaitingForStaff,
		Note:     true, Assign: true,
	}
}

func (v *visit) specials(a models.Application) string {
	if a.Credits {
		return v.t("reason_value.credits_yes")
	}
	return v.t("reason_value.credits_no")
}

func (v *visit) fillDesk(page *views.Order, d store.OrderDetail, names map[int64]string) {
	if d.Assignee != nil {
		page.Assignee, page.Mine = d.Assignee.Name, d.Assignee.ID == v.staffMember.ID
	}
	page.Choices = append([]ui.Choice{{Value: "0", Label: v.t("console.desk.nobody")}}, people(names)...)
	for _, t := range d.Tasks {
		i := slices.IndexFunc(d.Mails, func(m models.Mail) bool { return t.MailID != nil && m.ID == *t.MailID })
		if i < 0 {
			page.Tasks = append(page.Tasks, v.taskRow(t, nil))
			continue
		}
		page.Tasks = append(page.Tasks, v.taskRow(t, &d.Mails[i]))
	}
}

func (v *visit) fillMails(page *views.Order, d store.OrderDetail) error {
	var addresses []string
	if d.Shipment != nil {
		addresses = append(addresses, d.Shipment.DeliveryEmail)
	}
	for _, m := range d.Mails {
		addresses = append(addresses, m.Recipient)
	}
	dead, err := v.Store.MarkedAddresses(v.ctx(), addresses...)
	if err != nil {
		return err
	}
	page.Dead = dead
	for _, m := range d.Mails {
		row := v.mailRow(m)
		_, row.Dead = dead[m.Recipient]
		page.Mails = append(page.Mails, row)
	}
	return nil
}

// mailRow is a mail of the ledger as pages show it.
func (v *visit) mailRow(m models.Mail) views.MailRow {
	at := m.QueuedAt
	if m.FinishedAt != nil {
		at = *m.FinishedAt
	}
	title := v.t("console.mail_kind." + string(m.Kind))
	if m.Version > 1 && (m.ResendID == nil || m.OrderID != nil) { // notices of a resend count by its version, which says nothing
		title += " #" + strconv.Itoa(m.Version)
	}
	return views.MailRow{
		ID: m.ID, Title: title, Recipient: m.Recipient, State: v.mailState(m),
		When: ui.Moment(v.language, at), Reply: v.mailReply(m), Attempts: m.Attempts,
		Again: m.CanGoAgain() && v.staffMember.Role.AtLeast(models.RoleClerk), Unknown: m.Status == models.MailUnknown,
	}
}

// mailReply is the server's answer, or the words for what stands in its place.
func (v *visit) mailReply(m models.Mail) string {
	if m.BouncedAt != nil {
		return strings.TrimPrefix(m.Reply, "bounced ")
	}
	return v.wordOr("console.mails.reply_of."+m.Reply, m.Reply)
}
