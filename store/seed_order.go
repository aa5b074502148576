package store

import (
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

// seedOrder is one made-up order on its way: each step moves its clock, counts
// its version and writes the rows that the same step leaves in earnest.
type seedOrder struct {
	models.Order
	g               *seedGenerator
	now             time.Time
	months          int
	company         *seedCompany
	reseller        *seedReseller
	application     *seedApplication
	before          []*seedApplication // discarded ones
	follow          *seedFollowUp
	round           int
	sendBackID      int64
	sendBackAt      time.Time
	unknownPassword bool
}

// seedApplication is an application, written with its order when its end is known.
type seedApplication struct {
	id      int64
	receipt string
	at      time.Time
	months  int
	credits bool
	company *seedCompany
	status  models.ApplicationStatus
}

func itoa(n int) string { return strconv.Itoa(n) }

func joinCodes(codes []string) string { return strings.Join(codes, ", ") }

// file makes an application of the order's company.
func (o *seedOrder) file(at time.Time, change func(*seedApplication)) *seedApplication {
	g := o.g
	a := &seedApplication{id: g.id(seedApplications), at: at, months: o.months, company: o.company, status: models.ApplicationReserved}
	receipt, err := models.NewReceiptNumber(g.source)
	if err != nil {
		g.err = err
	}
	a.receipt = receipt
	change(a)
	o.audit(at, models.ActorAPIKey, "application", a.id, "filed", "", `{"order_type":"`+string(o.OrderType)+`"}`)
	o.mail(at, models.Mail{Kind: models.MailReceiptNumber, ApplicationID: &a.id, Version: 1, Recipient: o.reseller.Email, Status: models.MailSent})
	g.rows.add(seedOutbox, g.id(seedOutbox), string(models.ProcessApplicationFiled), models.Application{ID: a.id}.WorkflowID(), a.id, 0, at, at, 1, at)
	return a
}

// enter gives the order its number and writes what entering writes.
func (o *seedOrder) enter() {
	g := o.g
	numbers := g.store.rules.Numbers
	o.ID = g.id(seedOrders)
	o.OrderNumber = g.draw(g.known.orderNumbers, numbers.OrderPrefix, numbers.OrderDigits)
	o.ResellerID, o.APIKeyID, o.PartnerCode = o.reseller.ID, &o.reseller.keyID, o.reseller.PartnerCode
	o.PONumber = "S" + strconv.FormatInt(o.ID, 10)
	o.OrderDate, o.CreatedAt, o.Version, o.Status = models.DateOf(o.now), o.now, 1, models.OrderReceived
	o.ApplicationID, o.EndUserName, o.EndUserKey = o.application.id, o.company.party.CompanyName, o.company.key
	o.writeLines(1)
	o.decide(models.DecisionEntered, models.ActorAPIKey, "",
		`{"lines":`+itoa(len(o.Lines))+`,"po_number":"`+o.PONumber+`","status":"received","version":1}`)
}

func (o *seedOrder) writeLines(sheet int) {
	g := o.g
	for i := range o.Lines {
		l := &o.Lines[i]
		l.ID, l.OrderID, l.Sheet, l.Position, l.UnitPrice = g.id(seedLines), o.ID, sheet, i+1, g.price(*l)
		g.rows.add(seedLines, l.ID, o.ID, sheet, l.Position, l.ProductCode, string(l.Kind), l.Quantity, l.Months, l.UnitPrice, "", nil)
	}
}

// decide writes a decision at the order's present version.
func (o *seedOrder) decide(kind models.DecisionKind, by models.ActorKind, note, after string) {
	g := o.g
	id := g.id(seedDecisions)
	g.rows.add(seedDecisions, id, o.ID, string(kind), o.Version, string(by), o.actorID(by), note, o.now)
	if after == "" {
		after = `{"status":"` + string(o.Status) + `","version":` + strconv.FormatInt(o.Version, 10) + `}`
	}
	o.audit(o.now, by, "order", o.ID, string(kind), "", after)
	g.rows.add(seedOutbox, g.id(seedOutbox), string(models.ProcessOrderIntake), o.WorkflowID(), o.ID, id, o.now, o.now, 1, o.now)
}

func (o *seedOrder) actorID(by models.ActorKind) int64 {
	switch by {
	case models.ActorAPIKey:
		return o.reseller.keyID
	case models.ActorStaff:
		return o.staff()
	}
	return 0
}

// staff gives the clerk who looks after the order.
func (o *seedOrder) staff() int64 { return o.g.known.staffIDs[int(o.ID)%len(o.g.known.staffIDs)] }

func (o *seedOrder) audit(at time.Time, by models.ActorKind, subject string, id int64, action, before, after string) {
	name := "made up"
	if by == models.ActorProcess {
		name = models.Process.Name
	}
	o.g.rows.add(seedAudit, o.g.id(seedAudit), at, string(by), o.actorID(by), name, "", subject, id, action, before, after)
}

// mail enters a mail into the ledger that went the way its status says.
func (o *seedOrder) mail(at time.Time, m models.Mail) int64 {
	g := o.g
	m.ID, m.Key = g.id(seedMails), mailKey(m)
	finished := at.Add(3 * time.Second)
	reply := "250 ok"
	if m.Status == models.MailFailed {
		reply = "550 5.1.1"
	}
	g.rows.add(seedMails, m.ID, m.Key, string(m.Kind), m.OrderID, m.ApplicationID, m.SendBackID, m.Version, m.Recipient, "ja",
		g.store.messageID(m.Key), string(m.Status), 1, reply, at, at, finished, at.Add(g.store.rules.MailGiveUp))
	return m.ID
}

// step moves to a status at a later moment.
func (o *seedOrder) step(after time.Duration, status models.OrderStatus, waiting models.WaitingFor) {
	o.now = o.now.Add(after)
	if o.now.After(o.g.now) {
		o.now = o.g.now
	}
	o.Version, o.Status = o.Version+1, status
	if waiting != o.WaitingFor {
		o.WaitingFor, o.WaitingSince = waiting, nil
		if waiting != models.WaitingForNobody {
			since := o.now
			o.WaitingSince = &since
		}
	}
}

func (o *seedOrder) auditChecked(before models.OrderStatus, reasons string) {
	after := `{` + reasons + `"status":"` + string(o.Status) + `","version":` + strconv.FormatInt(o.Version, 10) + `,"waiting_for":"` + string(o.WaitingFor) + `"}`
	o.audit(o.now, models.ActorProcess, "order", o.ID, "checked", `{"status":"`+string(before)+`"}`, after)
}

// check passes all checks.
func (o *seedOrder) check() {
	before := o.Status
	o.step(2*time.Second, models.OrderChecking, models.WaitingForNobody)
	o.auditChecked(before, "")
}

func (o *seedOrder) checkForStaff() {
	before := o.Status
	o.step(2*time.Second, models.OrderChecking, models.WaitingForStaff)
	o.auditChecked(before, "")
}

func (o *seedOrder) pass(after time.Duration) {
	o.step(after, models.OrderChecking, models.WaitingForNobody)
	o.confirmation(models.ReasonPass, o.EndUserName, o.Communication, "")
	o.decide(models.DecisionPass, models.ActorStaff, "", "")
}

func (o *seedOrder) confirmation(code models.ReasonCode, application, order, value string) {
	g := o.g
	g.rows.add(seedConfirmations, g.id(seedConfirmations), o.ID, string(code), 0, application, order, value, o.staff(), o.now)
}

// sendBack finds one difference when checking.
func (o *seedOrder) sendBack(r models.Reason) {
	before := o.Status
	o.step(2*time.Second, models.OrderSentBack, models.WaitingForReseller)
	o.openSendBack(r)
	o.auditChecked(before, `"reasons":["`+string(r.Code)+`"],`)
}

func (o *seedOrder) openSendBack(r models.Reason) {
	g := o.g
	o.round++
	o.sendBackID, o.sendBackAt = g.id(seedSendBacks), o.now
	g.rows.add(seedReasons, g.id(seedReasons), o.sendBackID, 1, string(r.Code), 0, r.ApplicationValue, r.OrderValue, r.StaffValue, r.Note)
	sendBack := o.sendBackID // the order forgets it when it closes
	m := models.Mail{Kind: models.MailSendBack, OrderID: &o.ID, SendBackID: &sendBack, Version: 1, Recipient: o.reseller.Email, Status: models.MailSent}
	o.mail(o.now, m)
	if r.Code.NeedsApplication() {
		m.Kind = models.MailSendBackApplicant
		o.mail(o.now, m)
	}
}

// closeSendBack writes the send-back when its end is known: now, or nil while it is open.
func (o *seedOrder) closeSendBack(at *time.Time) {
	if o.sendBackID != 0 {
		o.g.rows.add(seedSendBacks, o.sendBackID, o.ID, o.round, o.sendBackAt, at)
		o.sendBackID = 0
	}
}

func (o *seedOrder) answered(after time.Duration) {
	o.step(after, models.OrderChecking, models.WaitingForNobody)
	at := o.now
	o.closeSendBack(&at)
}

func (o *seedOrder) confirmTerm(after time.Duration) {
	o.answered(after)
	o.confirmation(models.ReasonTerm, itoa(o.application.months), itoa(o.months), itoa(o.months))
	o.decide(models.DecisionConfirm, models.ActorStaff, "", "")
}

// replaceSheet puts a sheet with the application's months in the old one's place.
func (o *seedOrder) replaceSheet(after time.Duration) {
	o.answered(after)
	o.months = o.application.months
	for i := range o.Lines {
		o.Lines[i].Months = o.months
	}
	o.writeLines(2)
	o.decide(models.DecisionReplace, models.ActorAPIKey, "", "")
}

// reapply quotes a new application without the old one's fault.
func (o *seedOrder) reapply(after time.Duration) {
	o.application.status = models.ApplicationDiscarded
	o.before = append(o.before, o.application)
	filed := o.now.Add(after / 2)
	if filed.After(o.g.now) {
		filed = o.g.now
	}
	o.application = o.file(filed, func(*seedApplication) {})
	o.ApplicationID, o.EndUserName, o.EndUserKey = o.application.id, o.company.party.CompanyName, o.company.key
	o.answered(after)
	o.decide(models.DecisionReapply, models.ActorAPIKey, "", "")
}

func (o *seedOrder) cancel(after time.Duration, byStaff bool) {
	o.step(after, models.OrderCancelled, models.WaitingForNobody)
	at := o.now
	o.closeSendBack(&at)
	o.CancelledAt, o.CancelReason, o.application.status = &at, "注文取り消しのため", models.ApplicationOpen
	by := models.ActorAPIKey
	if byStaff {
		by = models.ActorStaff
		o.mail(at, models.Mail{Kind: models.MailOrderCancelled, OrderID: &o.ID, Version: 1, Recipient: o.reseller.Email, Status: models.MailSent})
	}
	o.decide(models.DecisionCancel, by, o.CancelReason, "")
}

// sendBackByStaff returns the order in staff's own words.
func (o *seedOrder) sendBackByStaff() {
	o.step(time.Hour, models.OrderSentBack, models.WaitingForReseller)
	const text = "見積番号が見当たりません。通信欄をご確認ください。"
	o.openSendBack(models.Reason{Code: models.ReasonOther, Note: text})
	o.decide(models.DecisionSendBack, models.ActorStaff, text, "")
}

// refuseAddress lets the order-accepted mail fail.
func (o *seedOrder) refuseAddress() {
	address := o.deliveryEmail()
	o.mail(o.now, models.Mail{Kind: models.MailOrderAccepted, OrderID: &o.ID, Version: 1, Recipient: address, Status: models.MailFailed})
	o.sendBack(models.Reason{Code: models.ReasonDeliveryMail, ApplicationValue: address})
}

func (o *seedOrder) deliveryEmail() string { return "delivery+" + o.company.party.Email }
