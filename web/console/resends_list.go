package console

import (
	"net/http"
	"net/url"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listResends shows the resends that the URL's filters let through.
func listResends(v *visit) error {
	q := v.Request.URL.Query()
	filter, wrong := resendFilterOf(q)
	rows, next, err := v.Store.Resends(v.ctx(), filter, store.Page{Cursor: q.Get("cursor"), Limit: ordersPage, Oldest: q.Get("oldest") == "1"})
	if err != nil {
		return err
	}
	count, err := v.Store.CountResends(v.ctx(), filter)
	if err != nil {
		return err
	}
	heading := "console.resends.all"
	if queued(filter) {
		heading = "console.resends.waiting"
	}
	frame, err := v.frame("resends", v.t(heading))
	if err != nil {
		return err
	}
	page := views.Resends{
		Frame: frame, Heading: v.t(heading), Lead: v.t("console.resends.lead"), Rows: v.resendRows(rows),
		Count: ui.Counted(v.language, "console.resends.count", int(count)), ClearURL: views.AllResendsURL,
		Filter: v.resendFilterForm(q), Pager: pagerOf(views.AllResendsURL, q, next),
	}
	if wrong {
		page.Filter.Wrong = v.t("console.filter.day_wrong")
	}
	page.Chips = v.resendChips(q, page.Filter)
	return v.show(http.StatusOK, views.ResendsPage(page))
}

// queued says whether the filter is the queue of those that staff have to decide.
func queued(f store.ResendFilter) bool {
	return len(f.Statuses) == 1 && f.Statuses[0] == models.ResendReviewing
}

// resendFilterOf reads the filters from the URL; as in the list of orders, only a
// date that cannot be read is told.
func resendFilterOf(q url.Values) (f store.ResendFilter, wrong bool) {
	for _, s := range q["status"] {
		if s != "" {
			f.Statuses = append(f.Statuses, models.ResendStatus(s))
		}
	}
	f.Source, f.Query, f.Overdue = models.ResendSource(q.Get("source")), q.Get("q"), q.Get("overdue") == "1"
	var errFrom, errTo error
	f.From, errFrom = day(q.Get("from"))
	f.To, errTo = day(q.Get("to"))
	return f, errFrom != nil || errTo != nil
}

func (v *visit) resendFilterForm(q url.Values) views.ResendFilter {
	return views.ResendFilter{
		Query: q.Get("q"), Status: q.Get("status"), Source: q.Get("source"), From: q.Get("from"), To: q.Get("to"),
		Overdue: q.Get("overdue") == "1", Oldest: q.Get("oldest") == "1",
		Statuses: choices(v, "resend_status.", models.ResendStatuses), Sources: choices(v, "console.resend.source.", models.ResendSources),
	}
}

var resendFilterKeys = []string{"q", "status", "overdue", "source", "from", "to"}

// resendChips are the filters in force, each with the link that takes it off.
func (v *visit) resendChips(q url.Values, f views.ResendFilter) []views.Chip {
	view := url.Values{}
	for _, key := range append([]string{"oldest"}, resendFilterKeys...) {
		for _, value := range q[key] {
			if value != "" {
				view.Add(key, value)
			}
		}
	}
	offered := map[string][]ui.Choice{"status": f.Statuses, "source": f.Sources}
	labels := map[string]string{
		"q": "console.resends.query", "status": "console.filter.status", "overdue": "console.filter.overdue",
		"source": "console.resend.source", "from": "console.filter.from", "to": "console.filter.to",
	}
	var chips []views.Chip
	for _, key := range resendFilterKeys {
		for _, value := range view[key] {
			label := v.t(labels[key])
			if key != "overdue" {
				label += v.t("ui.colon") + labelOf(offered[key], value)
			}
			chips = append(chips, views.Chip{Label: label, URL: withQuery(views.AllResendsURL, without(view, key, value))})
		}
	}
	return chips
}

func (v *visit) resendRows(list []models.Resend) []views.ResendRow {
	rows := make([]views.ResendRow, len(list))
	for i, r := range list {
		rows[i] = views.ResendRow{
			Number: r.ResendNumber, Came: ui.MomentShort(v.language, r.CreatedAt, v.Clock()), Reference: r.Reference,
			EndUser: r.EndUserName, Asker: askerName(r), Source: v.t("console.resend.source." + string(r.Source)),
			Fits: v.resendFits(r), State: v.resendPill(r.Status), Due: v.resendDue(r),
		}
	}
	return rows
}

// askerName names who asked: the person, or the company where only that is known.
func askerName(r models.Resend) string {
	switch {
	case r.Asker.PersonName == "":
		return r.Asker.CompanyName
	case r.Asker.CompanyName == "":
		return r.Asker.PersonName
	}
	return r.Asker.CompanyName + "　" + r.Asker.PersonName
}

var resendTones = map[models.ResendStatus]string{
	models.ResendReceived: "run", models.ResendReviewing: "wait", models.ResendAskedBack: "warn",
	models.ResendApproved: "run", models.ResendSent: "ok", models.ResendRefused: "off",
}

func (v *visit) resendPill(s models.ResendStatus) views.Pill {
	return views.Pill{Tone: resendTones[s], Text: v.t("resend_status." + string(s))}
}

// resendFits says what of a request did not fit when it came in: the first thing
// that does not, because what comes after it was compared with no delivery.
func (v *visit) resendFits(r models.Resend) []views.Pill {
	if r.Status == models.ResendReceived || r.Source == models.ResendByStaff {
		return nil
	}
	for _, part := range []struct {
		fits bool
		text string
	}{{r.NumberFits, "number"}, {r.NameFits, "name"}, {r.AddressFits, "address"}} {
		if !part.fits {
			return []views.Pill{{Tone: "bad", Text: v.t("console.resend.unfit." + part.text)}}
		}
	}
	return []views.Pill{{Tone: "ok", Text: v.t("console.resend.all_fit")}}
}

// resendDue says how long staff still have. It turns from yellow to orange on the
// day that staff are warned, and red once the moment has passed.
func (v *visit) resendDue(r models.Resend) *views.Pill {
	if r.Status != models.ResendReviewing {
		return nil
	}
	now := v.Clock()
	if r.Overdue(now) {
		return &views.Pill{Tone: "bad", Text: v.t("console.resend.overdue")}
	}
	days := v.Rules.Calendar.BusinessDaysBetween(models.DateOf(now), models.DateOf(r.DueAt))
	pill := &views.Pill{Tone: "wait", Text: ui.Counted(v.language, "console.resend.left", days)}
	if days == 0 {
		pill.Text = v.t("console.resend.left_today")
	}
	if days <= v.Rules.Resends.WarningDays {
		pill.Tone = "warn"
	}
	return pill
}
