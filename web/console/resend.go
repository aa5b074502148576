package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showResend is the page where staff decide a resend.
func showResend(v *visit) error {
	page, err := v.resendPage(views.Form{})
	if err != nil {
		return err
	}
	if ui.IsHTMX(v.Request) && v.Query("live") == "1" {
		return v.show(http.StatusOK, views.ResendLive(page))
	}
	return v.show(http.StatusOK, views.ResendPage(page))
}

// resendPage builds the page from one reading of the database.
func (v *visit) resendPage(form views.Form) (views.Resend, error) {
	d, err := v.Store.ResendDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return views.Resend{}, err
	}
	frame, err := v.frame("resends", d.Resend.ResendNumber)
	if err != nil {
		return views.Resend{}, err
	}
	r := d.Resend
	frame.Here = "/console/resends/" + r.ResendNumber
	page := views.Resend{
		Frame: frame, Number: r.ResendNumber, EndUser: r.EndUserName, Status: string(r.Status), Version: r.Version,
		Source: v.t("console.resend.source." + string(r.Source)), Came: ui.Moment(v.language, r.CreatedAt),
		State: v.resendPill(r.Status), Due: v.resendDue(r), Asked: v.asked(r), Form: form,
		Temporal: v.processURL(r.WorkflowID()), Every: v.resendEvery(d), Busy: resendBusy(r.Status),
	}
	if v.staffMember.Role.AtLeast(models.RoleClerk) {
		open := r.Status == models.ResendReviewing || r.Status == models.ResendAskedBack
		page.Can = views.ResendCan{Approve: open, Refuse: open, AskBack: r.Status == models.ResendReviewing && r.Asker.Email != ""}
	}
	v.fillCandidates(&page, d)
	v.fillResent(&page, d)
	return page, nil
}

// resendEvery says how often the page looks again while mails go out.
func (v *visit) resendEvery(d store.ResendDetail) string {
	status := d.Resend.Status
	sending := status != models.ResendReviewing && slices.ContainsFunc(d.Mails, func(m models.Mail) bool { return !m.Status.Final() })
	switch {
	case !resendBusy(status) && !sending:
		return ""
	case v.Clock().Sub(d.Resend.UpdatedAt) > slowAfter:
		return "10s"
	}
	return "1500ms"
}

// resendBusy says whether the process has something to do for a resend right now.
func resendBusy(s models.ResendStatus) bool {
	return s == models.ResendReceived || s == models.ResendApproved
}

// asked is the request as facts.
func (v *visit) asked(r models.Resend) [][2]string {
	to := r.ResendTo
	if to == "" {
		to = v.t("console.resend.to_record")
	}
	facts := [][2]string{{v.t("console.resend.reference"), r.Reference}, {v.t("console.resend.end_user_name"), r.EndUserName}}
	a := r.Asker
	for _, f := range [][2]string{
		{"company", a.CompanyName}, {"department", a.Department}, {"person", a.PersonName}, {"phone", a.Phone}, {"email", a.Email},
		{"place", a.Prefecture + a.City},
	} {
		if f[1] != "" {
			facts = append(facts, [2]string{v.t("console.resend.asker." + f[0]), f[1]})
		}
	}
	facts = append(facts, [2]string{v.t("console.resend.resend_to"), to})
	if r.Reason != "" {
		facts = append(facts, [2]string{v.t("console.resend.reason"), r.Reason})
	}
	return append(facts, [2]string{v.t("console.language"), v.t("console.language." + string(r.Language))})
}

// fillCandidates sets what was asked beside what is on record. While nothing is
// decided, the one delivery that the name fits is ticked.
func (v *visit) fillCandidates(page *views.Resend, d store.ResendDetail) {
	var fitting []string
	for _, c := range d.Candidates {
		shown := v.candidate(d.Resend, c)
		page.Candidates = append(page.Candidates, shown)
		if c.NameFits && c.Resendable() {
			fitting = append(fitting, shown.ID)
		}
	}
	if len(fitting) == 1 {
		page.Chosen = fitting[0]
	}
	page.Chosen = page.Form.Value("approve", "shipment", page.Chosen)
}

func (v *visit) candidate(r models.Resend, c models.ResendCandidate) views.Candidate {
	shown := views.Candidate{
		ID: strconv.FormatInt(c.Shipment.ID, 10), Number: c.Shipment.DeliveryNumber, Order: c.Order.OrderNumber, PO: c.Order.PONumber,
		Reseller: c.Reseller.Name,
	}
	if c.Delivered {
		shown.Delivered = v.t("console.resend.delivered_at", "at", ui.MomentAt(v.language, c.Shipment.DeliveredAt))
	}
	if !c.Resendable() {
		shown.Problem = v.t("error.delivery_not_mailed")
	}
	number := c.Order.PONumber
	for _, n := range []string{c.Shipment.DeliveryNumber, c.Order.OrderNumber} {
		if models.NormaliseNumber(r.Reference) == n {
			number = n
		}
	}
	to := r.ResendTo
	if to == "" {
		to = v.t("console.resend.to_record")
	}
	shown.Rows = []views.Compared{
		v.compared("reference", r.Reference, number, true, true),
		v.compared("end_user_name", r.EndUserName, v.namesOnRecord(c), c.NameFits, r.EndUserName != ""),
		v.compared("resend_to", to, v.addressesOnRecord(c), c.AddressFits, true),
	}
	return shown
}

// compared is one row of the comparison; what was not given needs none.
func (v *visit) compared(what, asked, record string, fits, given bool) views.Compared {
	row := views.Compared{Label: v.t("console.resend." + what), Asked: asked, Record: record, Fits: fits}
	switch {
	case !given:
		row.Fit = views.Pill{Tone: "off", Text: v.t("console.resend.not_given")}
	case fits:
		row.Fit = views.Pill{Tone: "ok", Text: v.t("console.resend.fits_yes")}
	default:
		row.Fit = views.Pill{Tone: "bad", Text: v.t("console.resend.fits_no")}
	}
	return row
}

func (v *visit) namesOnRecord(c models.ResendCandidate) string {
	if c.HolderName == "" || c.HolderName == c.AppliedName {
		return c.AppliedName
	}
	return c.HolderName + "\n" + v.t("console.resend.applied_name", "name", c.AppliedName)
}

func (v *visit) addressesOnRecord(c models.ResendCandidate) string {
	lines := make([]string, 0, len(c.Addresses)+1)
	if c.Shipment.DeliveryEmail != "" {
		lines = append(lines, v.t("console.resend.delivery_email", "address", c.Shipment.DeliveryEmail))
	}
	return strings.Join(append(lines, c.Addresses...), "\n")
}

// fillResent adds what came of the resend: the delivery, what was said, the mails.
func (v *visit) fillResent(page *views.Resend, d store.ResendDetail) {
	if d.Shipment != nil && d.Order != nil {
		to := d.Resend.ResendTo
		if to == "" {
			to = d.Shipment.DeliveryEmail
		}
		page.Sent = &views.ResendSent{Number: d.Shipment.DeliveryNumber, Order: d.Order.OrderNumber, To: to}
	}
	for _, m := range d.Decisions {
		if m.Note == "" || m.Kind == models.ResendRequested {
			continue
		}
		page.Said = append(page.Said, views.Message{
			Title: v.t("console.action." + string(m.Kind)), Who: v.resendActor(d.Resend, m.ActorKind, m.ActorName),
			When: ui.Moment(v.language, m.CreatedAt), Text: m.Note,
		})
	}
	for _, m := range d.Mails {
		page.Mails = append(page.Mails, v.mailRow(m))
	}
	for _, t := range d.Tasks {
		page.Tasks = append(page.Tasks, v.taskRow(t.Task, &t.Mail))
	}
	page.Events = v.resendEvents(d)
}

// resendActor names who acted; the person who asked has no account.
func (v *visit) resendActor(r models.Resend, kind models.ActorKind, name string) string {
	switch {
	case kind == models.ActorAPIKey:
		return "API " + name
	case kind != models.ActorProcess:
		return name
	}
	return askerName(r)
}
