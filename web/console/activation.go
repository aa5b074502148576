package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showActivation is the page of a request for a code.
func showActivation(v *visit) error {
	page, err := v.activationPage(views.Form{})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ActivationPage(page))
}

// activationPage builds the page from one reading of the database.
func (v *visit) activationPage(form views.Form) (views.Activation, error) {
	d, err := v.Store.ActivationDetail(v.ctx(), v.Param("number"))
	if err != nil {
		return views.Activation{}, err
	}
	r := d.Request
	frame, err := v.frame("activation", r.Number)
	if err != nil {
		return views.Activation{}, err
	}
	frame.Here = "/console/activation/" + r.Number
	status := r.StatusAt(v.Clock())
	page := views.Activation{
		Frame: frame, Number: r.Number, Title: d.Contract.Holder.CompanyName, Status: string(status), Version: r.Version,
		Came: ui.Moment(v.language, r.CreatedAt), License: d.Contract.LicenseID, State: v.activationPill(status), Left: v.activationLeft(r),
		Form: form, Temporal: v.processURL(r.WorkflowID()),
	}
	page.CanCancel = status == models.ActivationWaiting && v.staffMember.Role.AtLeast(models.RoleClerk)
	page.CanResend = page.CanCancel
	v.fillActivation(&page, d)
	return page, nil
}

func (v *visit) fillActivation(page *views.Activation, d store.ActivationDetail) {
	r := d.Request
	page.Facts = [][2]string{
		{v.t("console.activation.kind"), v.activationKind(r.Kind)}, {v.t("console.activation.product"), v.product(r.ProductCode)},
		{v.t("console.activation.holding"), v.product(d.Holding.ProductCode) + "　" + v.period(d.Holding.StartsOn, d.Holding.EndsOn)},
		{v.t("console.activation.requester"), r.RequesterEmail},
	}
	if r.ContactEmail != "" {
		page.Facts = append(page.Facts, [2]string{v.t("console.activation.contact"), r.ContactEmail})
	}
	if r.Purpose != models.PurposeNone {
		page.Facts = append(page.Facts, [2]string{v.t("console.activation.purpose"), v.t("console.activation.purpose." + string(r.Purpose))})
	}
	page.Facts = append(page.Facts, [2]string{v.t("console.activation.until"), ui.Moment(v.language, r.LinkUntil)},
		[2]string{v.t("console.language"), v.t("console.language." + string(r.Language))})
	if r.CloseReason != "" {
		page.Facts = append(page.Facts, [2]string{v.t("console.activation.reason"), r.CloseReason})
	}
	for _, c := range d.Codes {
		page.Codes = append(page.Codes, v.furtherCode(c, d.Holding, d.Contract))
	}
	for _, m := range d.Mails {
		page.Mails = append(page.Mails, v.mailRow(m))
	}
	for _, t := range d.Tasks {
		page.Tasks = append(page.Tasks, v.taskRow(t.Task, &t.Mail))
	}
	page.Events = v.activationEvents(d)
}

var activationEventTones = map[string]string{
	"activation_confirmed": "ok", "activation_consented": "ok", "activation_code_replaced": "ok", "activation_cancelled": "bad",
	"activation_code_revoked": "bad", "activation_expired": "stop", "activation_replaced": "stop",
}

// activationEvents is what happened to a request, newest first.
func (v *visit) activationEvents(d store.ActivationDetail) []views.Event {
	var events []views.Event
	for _, e := range d.Audit {
		events = append(events, views.Event{
			At: e.At, Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action), Quote: factsOf(e.After).Note, Tone: activationEventTones[e.Action],
		})
	}
	for _, m := range d.Mails {
		events = append(events, v.mailEvent(m))
	}
	for i := range events {
		events[i].When, events[i].Weight = ui.Moment(v.language, events[i].At), i
	}
	slices.SortStableFunc(events, func(a, b views.Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Weight, a.Weight))
	})
	return events
}

// cancelActivation ends a request with a reason.
func cancelActivation(v *visit) error { return v.decideActivation("cancel", v.Store.CancelActivation) }

// resendActivationLink mails a new link; the one before works no more.
func resendActivationLink(v *visit) error {
	return v.decideActivation("link", v.Store.ResendActivationLink)
}

// decideActivation takes a decision's form: accepted against the version the person
// looked at, told to the process, or shown again with what was typed.
func (v *visit) decideActivation(action string, accept func(context.Context, models.Actor, store.DecideActivation) (store.ActivationDone, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	done, err := accept(v.ctx(), v.actor(), store.DecideActivation{Number: v.Param("number"), Version: version, Reason: v.PostForm("reason")})
	if err != nil {
		return v.activationAgain(action, version, models.AsError(err))
	}
	v.tellAll(done.OutboxIDs)
	v.flash("ok", v.t("console.activation.done."+action))
	return v.seeOther("/console/activation/" + done.Request.Number)
}

func (v *visit) tellAll(ids []int64) {
	for _, id := range ids {
		v.tell(id)
	}
}

// activationAgain shows the request with the form that was refused, and what somebody
// else, or the person who reads the mail, changed meanwhile.
func (v *visit) activationAgain(action string, version int64, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.activationPage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	if version != 0 && page.Version != version {
		if err := v.activationChanged(&page, version); err != nil {
			return err
		}
	}
	return v.show(ui.Status(e), views.ActivationPage(page))
}

// activationChanged says what happened since the version that the person looked at.
func (v *visit) activationChanged(page *views.Activation, version int64) error {
	d, err := v.Store.ActivationDetail(v.ctx(), page.Number)
	if err != nil {
		return err
	}
	changed := &views.Changed{Title: v.t("console.activation.changed")}
	for _, e := range d.Audit {
		if factsOf(e.After).Version > version {
			changed.By = append(changed.By, v.t("console.changed.by",
				"when", ui.Moment(v.language, e.At), "who", cmp.Or(v.who(e), v.t("console.changed.process")), "what", v.t("console.action."+e.Action)))
		}
	}
	before, after := v.wordOr("activation_status."+v.PostForm("seen"), "—"), page.State.Text
	if before != after {
		changed.Rows = append(changed.Rows, views.ChangedRow{Label: v.t("console.filter.status"), Before: before, After: after})
	}
	if !page.CanCancel {
		changed.Kept = v.kept(page.Form.Values)
	}
	page.Changed = changed
	return nil
}
