package console

import (
	"net/http"
	"net/url"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listNameChanges shows the name changes that the URL's filters let through.
func listNameChanges(v *visit) error {
	q := v.Request.URL.Query()
	filter, wrong := nameChangeFilterOf(q)
	list, next, err := v.Store.NameChanges(v.ctx(), filter, store.Page{Cursor: q.Get("cursor"), Limit: ordersPage, Oldest: q.Get("oldest") == "1"})
	if err != nil {
		return err
	}
	count, err := v.Store.CountNameChanges(v.ctx(), filter)
	if err != nil {
		return err
	}
	heading := v.t("console.name_changes.all")
	if len(filter.Statuses) == len(models.NameChangesForStaff) {
		heading = v.t("console.name_changes.waiting")
	}
	frame, err := v.frame("name_changes", heading)
	if err != nil {
		return err
	}
	page := views.NameChanges{
		Frame: frame, Heading: heading, Lead: v.t("console.name_changes.lead"), Count: ui.Counted(v.language, "console.name_changes.count", int(count)),
		ClearURL: views.AllNameChangesURL, Filter: v.nameChangeFilterForm(q), Pager: pagerOf(views.AllNameChangesURL, q, next),
	}
	if page.Rows, err = v.nameChangeRows(list); err != nil {
		return err
	}
	if wrong {
		page.Filter.Wrong = v.t("console.filter.day_wrong")
	}
	page.Chips = v.nameChangeChips(q, page.Filter)
	return v.show(http.StatusOK, views.NameChangesPage(page))
}

// nameChangeFilterOf reads the filters from the URL; only a date that cannot be
// read is told.
func nameChangeFilterOf(q url.Values) (f store.NameChangeFilter, wrong bool) {
	for _, s := range q["status"] {
		if s != "" {
			f.Statuses = append(f.Statuses, models.NameChangeStatus(s))
		}
	}
	f.Reason, f.Query, f.Overdue = models.NameChangeReason(q.Get("reason")), q.Get("q"), q.Get("overdue") == "1"
	var errFrom, errTo error
	f.From, errFrom = day(q.Get("from"))
	f.To, errTo = day(q.Get("to"))
	return f, errFrom != nil || errTo != nil
}

func (v *visit) nameChangeFilterForm(q url.Values) views.NameChangeFilter {
	return views.NameChangeFilter{
		Query: q.Get("q"), Status: q.Get("status"), Reason: q.Get("reason"), From: q.Get("from"), To: q.Get("to"),
		Overdue: q.Get("overdue") == "1", Oldest: q.Get("oldest") == "1",
		Statuses: choices(v, "name_change_status.", models.NameChangeStatuses), Reasons: choices(v, "name_change_reason.", models.NameChangeReasons),
	}
}

var nameChangeFilterKeys = []string{"q", "status", "overdue", "reason", "from", "to"}

// nameChangeChips are the filters in force, each with the link that takes it off.
func (v *visit) nameChangeChips(q url.Values, f views.NameChangeFilter) []views.Chip {
	view := url.Values{}
	for _, key := range append([]string{"oldest"}, nameChangeFilterKeys...) {
		for _, value := range q[key] {
			if value != "" {
				view.Add(key, value)
			}
		}
	}
	offered := map[string][]ui.Choice{"status": f.Statuses, "reason": f.Reasons}
	labels := map[string]string{
		"q": "console.name_changes.query", "status": "console.filter.status", "overdue": "console.filter.overdue",
		"reason": "console.name_change.reason", "from": "console.filter.from", "to": "console.filter.to",
	}
	var chips []views.Chip
	for _, key := range nameChangeFilterKeys {
		for _, value := range view[key] {
			label := v.t(labels[key])
			if key != "overdue" {
				label += v.t("ui.colon") + labelOf(offered[key], value)
			}
			chips = append(chips, views.Chip{Label: label, URL: withQuery(views.AllNameChangesURL, without(view, key, value))})
		}
	}
	return chips
}

// nameChangeRows shows name changes, each with its contract and what the directory
// said when it came in.
func (v *visit) nameChangeRows(list []models.NameChange) ([]views.NameChangeRow, error) {
	ids, contracts := make([]int64, len(list)), make([]int64, len(list))
	for i, c := range list {
		ids[i], contracts[i] = c.ID, c.ContractID
	}
	licenses, err := v.Store.LicenseIDs(v.ctx(), contracts)
	if err != nil {
		return nil, err
	}
	hints, err := v.Store.KeptHints(v.ctx(), ids)
	if err != nil {
		return nil, err
	}
	rows := make([]views.NameChangeRow, len(list))
	for i, c := range list {
		rows[i] = views.NameChangeRow{
			Number: c.Number, Came: ui.MomentShort(v.language, c.CreatedAt, v.Clock()), License: licenses[c.ContractID],
			Old: c.Old.Written(), New: c.New.Written(), Reason: v.t("name_change_reason." + string(c.Reason)),
			State: v.nameChangePill(c.Status), Due: v.nameChangeDue(c), Hints: v.hintPills(hints[c.ID]),
		}
	}
	return rows, nil
}

// hintPills says what the hints come to, each level once.
func (v *visit) hintPills(codes []models.NameHintCode) []views.Pill {
	said := map[models.HintLevel]bool{}
	for _, c := range codes {
		said[c.Level()] = true
	}
	var pills []views.Pill
	for _, level := range []models.HintLevel{models.HintWarn, models.HintApprove} {
		if said[level] {
			pills = append(pills, views.Pill{Tone: hintTones[level], Text: v.t("console.name_change.level." + string(level))})
		}
	}
	return pills
}

var hintTones = map[models.HintLevel]string{models.HintApprove: "ok", models.HintWarn: "bad", models.HintNote: "off"}

var nameChangeTones = map[models.NameChangeStatus]string{
	models.NameChangeAccepted: "wait", models.NameChangeReviewing: "wait", models.NameChangeAskedBack: "warn",
	models.NameChangeApproved: "ok", models.NameChangeRejected: "off", models.NameChangeWithdrawn: "off",
}

func (v *visit) nameChangePill(s models.NameChangeStatus) views.Pill {
	return views.Pill{Tone: nameChangeTones[s], Text: v.t("name_change_status." + string(s))}
}

// nameChangeDue says how long staff still have, as for resends.
func (v *visit) nameChangeDue(c models.NameChange) *views.Pill {
	if !c.Status.WaitsForStaff() {
		return nil
	}
	now := v.Clock()
	if c.Overdue(now) {
		return &views.Pill{Tone: "bad", Text: v.t("console.name_change.overdue")}
	}
	days := v.Rules.Calendar.BusinessDaysBetween(models.DateOf(now), models.DateOf(c.DueAt))
	pill := &views.Pill{Tone: "wait", Text: ui.Counted(v.language, "console.name_change.left", days)}
	if days == 0 {
		pill.Text = v.t("console.name_change.left_today")
	}
	if days <= v.Rules.NameChanges.WarningDays {
		pill.Tone = "warn"
	}
	return pill
}

// nameChangeQueue is the head of the queue on the first page, what is due first first.
func (v *visit) nameChangeQueue(w views.Waiting) (*views.NameChangeQueue, error) {
	if w.NameChanges == 0 {
		return nil, nil
	}
	list, err := v.Store.NameChangeQueue(v.ctx(), queueHead)
	if err != nil {
		return nil, err
	}
	rows, err := v.nameChangeRows(list)
	return &views.NameChangeQueue{Count: w.NameChanges, Late: w.NameChangesLate > 0, Rows: rows}, err
}
