package console

import (
	"net/http"
	"net/url"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listActivations shows the requests for codes that the URL's filters let through.
func listActivations(v *visit) error {
	q := v.Request.URL.Query()
	filter, wrong := activationFilterOf(q)
	list, next, err := v.Store.ActivationRequests(v.ctx(), filter, store.Page{Cursor: q.Get("cursor"), Limit: ordersPage, Oldest: q.Get("oldest") == "1"})
	if err != nil {
		return err
	}
	count, err := v.Store.CountActivationRequests(v.ctx(), filter)
	if err != nil {
		return err
	}
	heading := v.t("console.activations.all")
	if len(filter.Statuses) == 1 && filter.Statuses[0] == models.ActivationWaiting {
		heading = v.t("console.activations.waiting")
	}
	frame, err := v.frame("activation", heading)
	if err != nil {
		return err
	}
	page := views.Activations{
		Frame: frame, Heading: heading, Lead: v.t("console.activations.lead"), Count: ui.Counted(v.language, "console.activations.count", int(count)),
		ClearURL: views.AllActivationsURL, Filter: v.activationFilterForm(q), Pager: pagerOf(views.AllActivationsURL, q, next),
	}
	if page.Rows, err = v.activationRows(list); err != nil {
		return err
	}
	if wrong {
		page.Filter.Wrong = v.t("console.filter.day_wrong")
	}
	page.Chips = v.activationChips(q, page.Filter)
	return v.show(http.StatusOK, views.ActivationsPage(page))
}

// activationFilterOf reads the filters from the URL; only a date that cannot be read is told.
func activationFilterOf(q url.Values) (f store.ActivationFilter, wrong bool) {
	for _, s := range q["status"] {
		if s != "" {
			f.Statuses = append(f.Statuses, models.ActivationStatus(s))
		}
	}
	f.Kind, f.Query = q.Get("kind"), q.Get("q")
	var errFrom, errTo error
	f.From, errFrom = day(q.Get("from"))
	f.To, errTo = day(q.Get("to"))
	return f, errFrom != nil || errTo != nil
}

func (v *visit) activationFilterForm(q url.Values) views.ActivationFilter {
	kinds := []ui.Choice{{Label: v.t("console.any")}}
	for _, k := range v.Rules.Activation.Kinds {
		kinds = append(kinds, ui.Choice{Value: k.Code, Label: k.Names.In(v.language)})
	}
	return views.ActivationFilter{
		Query: q.Get("q"), Status: q.Get("status"), Kind: q.Get("kind"), From: q.Get("from"), To: q.Get("to"), Oldest: q.Get("oldest") == "1",
		Statuses: choices(v, "activation_status.", models.ActivationStatuses), Kinds: kinds,
	}
}

var activationFilterKeys = []string{"q", "status", "kind", "from", "to"}

// activationChips are the filters in force, each with the link that takes it off.
func (v *visit) activationChips(q url.Values, f views.ActivationFilter) []views.Chip {
	view := url.Values{}
	for _, key := range append([]string{"oldest"}, activationFilterKeys...) {
		for _, value := range q[key] {
			if value != "" {
				view.Add(key, value)
			}
		}
	}
	offered := map[string][]ui.Choice{"status": f.Statuses, "kind": f.Kinds}
	labels := map[string]string{
		"q": "console.activations.query", "status": "console.filter.status", "kind": "console.activation.kind",
		"from": "console.filter.from", "to": "console.filter.to",
	}
	var chips []views.Chip
	for _, key := range activationFilterKeys {
		for _, value := range view[key] {
			label := v.t(labels[key]) + v.t("ui.colon") + labelOf(offered[key], value)
			chips = append(chips, views.Chip{Label: label, URL: withQuery(views.AllActivationsURL, without(view, key, value))})
		}
	}
	return chips
}

// activationRows shows requests, each with its contract.
func (v *visit) activationRows(list []models.ActivationRequest) ([]views.ActivationRow, error) {
	contracts := make([]int64, len(list))
	for i, r := range list {
		contracts[i] = r.ContractID
	}
	holders, err := v.Store.ContractsByID(v.ctx(), contracts)
	if err != nil {
		return nil, err
	}
	rows := make([]views.ActivationRow, len(list))
	for i, r := range list {
		c := holders[r.ContractID]
		rows[i] = views.ActivationRow{
			Number: r.Number, Came: ui.MomentShort(v.language, r.CreatedAt, v.Clock()), License: c.LicenseID, Holder: c.Holder.CompanyName,
			Kind: v.activationKind(r.Kind), Product: v.product(r.ProductCode), Requester: r.RequesterEmail,
			State: v.activationPill(r.StatusAt(v.Clock())), Age: v.activationAge(r), Left: v.activationLeft(r),
		}
	}
	return rows, nil
}

// activationKind names a kind; one that is no longer in the profile keeps its code.
func (v *visit) activationKind(code string) string {
	if k, known := v.Rules.Activation.Kind(code); known {
		return k.Names.In(v.language)
	}
	return code
}

var activationTones = map[models.ActivationStatus]string{
	models.ActivationWaiting: "wait", models.ActivationIssued: "ok", models.ActivationCancelled: "off",
	models.ActivationExpired: "off", models.ActivationReplaced: "off",
}

func (v *visit) activationPill(s models.ActivationStatus) views.Pill {
	return views.Pill{Tone: activationTones[s], Text: v.t("activation_status." + string(s))}
}

// activationAge says since when a request waits, or how long it took.
func (v *visit) activationAge(r models.ActivationRequest) string {
	until := v.Clock()
	if r.ClosedAt != nil {
		until = *r.ClosedAt
	}
	hours := int(until.Sub(r.CreatedAt) / time.Hour)
	if hours < 48 {
		return ui.Counted(v.language, "console.activation.hours", hours)
	}
	return ui.Counted(v.language, "console.activation.days", hours/24)
}

// activationLeft says how long the link still works.
func (v *visit) activationLeft(r models.ActivationRequest) *views.Pill {
	now := v.Clock()
	if r.StatusAt(now) != models.ActivationWaiting {
		return nil
	}
	hours := int(r.LinkUntil.Sub(now) / time.Hour)
	pill := &views.Pill{Tone: "wait", Text: ui.Counted(v.language, "console.activation.left", hours)}
	if hours < 12 {
		pill.Tone = "warn"
	}
	return pill
}
