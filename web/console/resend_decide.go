package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// approveResend has the delivery that was chosen mailed again.
func approveResend(v *visit) error {
	return v.decideResend("approve", func(d store.DecideResend) (store.ResendDecided, error) {
		shipment, err := v.chosenShipment()
		if err != nil {
			return store.ResendDecided{}, err
		}
		d.ShipmentID = shipment
		return v.Store.ApproveResend(v.ctx(), v.actor(), d)
	})
}

// chosenShipment is the delivery typed, or else the one ticked. A person has to
// say which: where the name does not fit, nothing is ticked for them.
func (v *visit) chosenShipment() (int64, error) {
	typed := strings.TrimSpace(v.PostForm("other"))
	if typed == "" {
		ticked := number(v.PostForm("shipment"))
		if ticked == 0 {
			return 0, models.Invalid(models.Field("shipment", "delivery_ambiguous"))
		}
		return ticked, nil
	}
	shipment, err := v.Store.DeliveryByNumber(v.ctx(), typed)
	if models.IsKind(err, models.KindNotFound) {
		return 0, models.Invalid(models.Field("other", "delivery_unknown"))
	}
	return shipment.ID, err
}

// refuseResend ends a resend with a reason that the person who asked is told.
func refuseResend(v *visit) error {
	return v.decideResend("refuse", func(d store.DecideResend) (store.ResendDecided, error) {
		return v.Store.RefuseResend(v.ctx(), v.actor(), d)
	})
}

// askResend asks the person who asked.
func askResend(v *visit) error {
	return v.decideResend("ask", func(d store.DecideResend) (store.ResendDecided, error) {
		return v.Store.AskBackResend(v.ctx(), v.actor(), d)
	})
}

// decideResend takes a decision's form as decide does for orders: accepted against
// the version the person looked at, told to the process, or shown again with what
// was typed.
func (v *visit) decideResend(action string, accept func(d store.DecideResend) (store.ResendDecided, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	done, err := accept(store.DecideResend{ResendNumber: v.number(), Version: version, Note: v.PostForm("note")})
	if err != nil {
		return v.resendAgain(action, version, models.AsError(err))
	}
	v.tell(done.OutboxID)
	v.flash("ok", v.t("console.resend.done."+action))
	return v.seeOther("/console/resends/" + done.Resend.ResendNumber)
}

// resendAgain shows the resend with the form that was refused, and what somebody
// else changed meanwhile.
func (v *visit) resendAgain(action string, version int64, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.resendPage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	if page.Version != version {
		if err := v.resendChanged(&page, action, version); err != nil {
			return err
		}
	}
	return v.show(ui.Status(e), views.ResendPage(page))
}

// resendChanged says what happened since the version that the person looked at. A
// text whose form is no longer there is given back.
func (v *visit) resendChanged(page *views.Resend, action string, version int64) error {
	d, err := v.Store.ResendDetail(v.ctx(), page.Number)
	if err != nil {
		return err
	}
	changed := &views.Changed{Title: v.t("console.resend.changed")}
	for _, e := range d.Audit {
		if factsOf(e.After).Version <= version {
			continue
		}
		who := v.resendActor(d.Resend, e.ActorKind, e.ActorName)
		if e.ActorKind == models.ActorProcess && e.Action != string(models.ResendAnswer) {
			who = v.t("console.changed.process")
		}
		changed.By = append(changed.By, v.t("console.changed.by",
			"when", ui.Moment(v.language, e.At), "who", who, "what", v.t("console.action."+e.Action)))
	}
	before, after := v.wordOr("resend_status."+v.PostForm("seen"), "—"), page.State.Text
	if before != after {
		changed.Rows = append(changed.Rows, views.ChangedRow{Label: v.t("console.filter.status"), Before: before, After: after})
	}
	offered := map[string]bool{"approve": page.Can.Approve, "refuse": page.Can.Refuse, "ask": page.Can.AskBack}[action]
	if !offered {
		changed.Kept = v.kept(page.Form.Values)
	}
	page.Changed = changed
	return nil
}

// resendEvents is what happened to a resend, newest first.
func (v *visit) resendEvents(d store.ResendDetail) []views.Event {
	var events []views.Event
	for _, e := range d.Audit {
		events = append(events, v.resendEvent(d.Resend, e))
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

func (v *visit) resendEvent(r models.Resend, e models.AuditEntry) views.Event {
	event := views.Event{At: e.At, Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action), Quote: factsOf(e.After).Note}
	switch e.Action {
	case string(models.ResendRequested), string(models.ResendAnswer):
		event.Who = v.resendActor(r, e.ActorKind, e.ActorName)
	case string(models.ResendApprove):
		event.Tone = "ok"
		if e.ActorKind == models.ActorProcess {
			event.Title = v.t("console.event.resend_by_itself")
		}
	case "sent":
		event.Tone = "ok"
	case string(models.ResendRefuse), "not_sent", "escalated":
		event.Tone = "bad"
	case "checked":
		event.Title, event.Tone = v.t("console.event.resend_to_check"), "stop"
	case string(models.ResendAskBack), "warned":
		event.Tone = "stop"
	}
	return event
}
