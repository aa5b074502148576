package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

func sha256Hex(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// approveNameChange gives the contract its new name.
func approveNameChange(v *visit) error { return v.decideName("approve", v.Store.ApproveNameChange) }

// rejectNameChange ends a change with a reason that the requester is told.
func rejectNameChange(v *visit) error { return v.decideName("reject", v.Store.RejectNameChange) }

// askNameChange asks the requester.
func askNameChange(v *visit) error { return v.decideName("ask", v.Store.AskBackNameChange) }

// decideName takes a decision's form: accepted against the version the person looked
// at, told to the process, or shown again with what was typed.
func (v *visit) decideName(action string, accept func(context.Context, models.Actor, store.DecideNameChange) (store.NameChangeDone, error)) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	done, err := accept(v.ctx(), v.actor(), store.DecideNameChange{Number: v.Param("number"), Version: version, Note: v.PostForm("note")})
	if err != nil {
		return v.nameChangeAgain(action, version, models.AsError(err))
	}
	v.tell(done.OutboxID)
	v.flash("ok", v.t("console.name_change.done."+action))
	return v.seeOther("/console/name-changes/" + done.Change.Number)
}

// nameChangeAgain shows the change with the form that was refused, and what
// somebody else changed meanwhile.
func (v *visit) nameChangeAgain(action string, version int64, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.nameChangePage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	if version != 0 && page.Version != version {
		if err := v.nameChangeChanged(&page, action, version); err != nil {
			return err
		}
	}
	return v.show(ui.Status(e), views.NameChangePage(page))
}

// nameChangeChanged says what happened since the version that the person looked
// at. A text whose form is no longer there is given back.
func (v *visit) nameChangeChanged(page *views.NameChange, action string, version int64) error {
	d, err := v.Store.NameChangeDetail(v.ctx(), page.Number)
	if err != nil {
		return err
	}
	changed := &views.Changed{Title: v.t("console.name_change.changed")}
	for _, e := range d.Audit {
		if factsOf(e.After).Version > version {
			changed.By = append(changed.By, v.t("console.changed.by",
				"when", ui.Moment(v.language, e.At), "who", e.ActorName, "what", v.t("console.action."+e.Action)))
		}
	}
	before, after := v.wordOr("name_change_status."+v.PostForm("seen"), "—"), page.State.Text
	if before != after {
		changed.Rows = append(changed.Rows, views.ChangedRow{Label: v.t("console.filter.status"), Before: before, After: after})
	}
	offered := map[string]bool{"approve": page.Can.Approve, "reject": page.Can.Reject, "ask": page.Can.AskBack}[action]
	if !offered {
		changed.Kept = v.kept(page.Form.Values)
	}
	page.Changed = changed
	return nil
}

// nameChangeEvents is what happened to a name change, newest first.
func (v *visit) nameChangeEvents(d store.NameChangeDetail) []views.Event {
	var events []views.Event
	for _, e := range d.Audit {
		events = append(events, views.Event{
			At: e.At, Who: v.who(e), Request: e.RequestID, Title: v.t("console.action." + e.Action), Quote: factsOf(e.After).Note, Tone: nameEventTones[e.Action],
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

var nameEventTones = map[string]string{
	"name_approve": "ok", "name_reject": "bad", "name_escalated": "bad", "name_ask_back": "stop", "name_warned": "stop", "name_withdraw": "bad",
}

// taskOnNameChange shows the change's page with the form that was refused.
func (v *visit) taskOnNameChange(action string, e *models.Error) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, err := v.nameChangePage(v.formAgain(action, e))
	if err != nil {
		return err
	}
	return v.show(ui.Status(e), views.NameChangePage(page))
}
