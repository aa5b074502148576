package console

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// filterForm is the form of all filters with what is chosen.
func (v *visit) filterForm(q url.Values, names map[int64]string, resellers []models.Reseller) views.Filter {
	f := views.Filter{
		Query: q.Get("q"), Status: q.Get("status"), Waiting: q.Get("waiting"), Reason: q.Get("reason"), Type: q.Get("type"),
		Reseller: q.Get("reseller"), Assignee: q.Get("assignee"), From: q.Get("from"), To: q.Get("to"),
		Delivered: q.Get("delivered"), Task: q.Get("task"),
		Overdue: q.Get("overdue") == "1", Oldest: q.Get("oldest") == "1", Columns: q.Get("cols"),
	}
	f.Statuses = choices(v, "order_status.", models.OrderStatuses)
	f.Waitings = choices(v, "console.waiting.", []models.WaitingFor{models.WaitingForStaff, models.WaitingForReseller})
	f.Reasons = choices(v, "reason.", append(slices.Clone(models.ReasonCodes), models.ReasonOther))
	f.Types = choices(v, "order_type.", models.OrderTypes)
	f.Tasks = choices(v, "console.task_kind.", models.TaskKinds)
	f.Resellers = []ui.Choice{{Label: v.t("console.any")}}
	for _, r := range resellers {
		f.Resellers = append(f.Resellers, ui.Choice{Value: strconv.FormatInt(r.ID, 10), Label: r.Name})
	}
	f.Assignees = append([]ui.Choice{{Label: v.t("console.any")}, {Value: "me", Label: v.t("console.filter.me")}}, people(names)...)
	return f
}

// choices are the values of an enumeration behind "any".
func choices[T ~string](v *visit, prefix string, values []T) []ui.Choice {
	list := []ui.Choice{{Label: v.t("console.any")}}
	for _, x := range values {
		list = append(list, ui.Choice{Value: string(x), Label: v.t(prefix + string(x))})
	}
	return list
}

func people(names map[int64]string) []ui.Choice {
	list := make([]ui.Choice, 0, len(names))
	for id, name := range names {
		list = append(list, ui.Choice{Value: strconv.FormatInt(id, 10), Label: name})
	}
	slices.SortFunc(list, func(a, b ui.Choice) int { return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value)) })
	return list
}

// chips are the filters in force, each with the link that takes it off.
func (v *visit) chips(q url.Values, f views.Filter) []views.Chip {
	view := listQuery(q)
	offered := map[string][]ui.Choice{
		"status": f.Statuses, "waiting": f.Waitings, "reason": f.Reasons, "type": f.Types,
		"reseller": f.Resellers, "assignee": f.Assignees, "task": f.Tasks,
	}
	var chips []views.Chip
	for _, key := range filterKeys {
		for _, value := range view[key] {
			label := v.t("console.filter." + chipNames[key])
			if key != "overdue" {
				label += v.t("ui.colon") + labelOf(offered[key], value)
			}
			chips = append(chips, views.Chip{Label: label, URL: withQuery("/console/orders", without(view, key, value))})
		}
	}
	return chips
}

var chipNames = map[string]string{
	"q": "query", "status": "status", "waiting": "waiting", "overdue": "overdue", "reason": "reason", "type": "type",
	"reseller": "reseller", "assignee": "assignee", "task": "task", "from": "from", "to": "to", "delivered": "delivered",
}

func labelOf(offered []ui.Choice, value string) string {
	for _, c := range offered {
		if c.Value == value {
			return c.Label
		}
	}
	return value
}
