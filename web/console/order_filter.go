package console

import (
	"net/url"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// filterOf reads a list's filters from its URL. What makes no sense is left out:
// a link somebody kept must not fail because a state was renamed. A date that
// cannot be read is told, because a person just typed it.
func (v *visit) filterOf(q url.Values) (f store.OrderFilter, wrong string) {
	for _, s := range q["status"] {
		if s != "" {
			f.Statuses = append(f.Statuses, models.OrderStatus(s))
		}
	}
	f.WaitingFor = models.WaitingFor(q.Get("waiting"))
	f.Reason = models.ReasonCode(q.Get("reason"))
	f.OrderType = models.OrderType(q.Get("type"))
	f.ResellerID = number(q.Get("reseller"))
	f.AssigneeID = number(q.Get("assignee"))
	if q.Get("assignee") == "me" {
		f.AssigneeID = v.staffMember.ID
	}
	f.Query = q.Get("q")
	f.OpenTask = models.TaskKind(q.Get("task"))
	f.Overdue, f.OldestFirst = q.Get("overdue") == "1", q.Get("oldest") == "1"
	for key, into := range map[string]*models.Date{"from": &f.From, "to": &f.To, "delivered": &f.DeliveredOn} {
		var err error
		if *into, err = day(q.Get(key)); err == nil {
			continue
		}
		wrong = v.t("console.filter.day_wrong")
	}
	return f, wrong
}

func day(s string) (models.Date, error) {
	if s == "" {
		return models.Date{}, nil
	}
	return models.ParseDate(s)
}

// number reads an ID; what is none is no filter.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// filterKeys are the query's filters, in the order of the chips.
var filterKeys = []string{"q", "status", "waiting", "overdue", "reason", "type", "reseller", "assignee", "task", "from", "to", "delivered"}

// listQuery gives the query that makes up a view: filters, order and columns,
// without where in the list one is.
func listQuery(q url.Values) url.Values {
	view := url.Values{}
	for _, key := range append([]string{"oldest", "cols"}, filterKeys...) {
		for _, value := range q[key] {
			if value != "" {
				view.Add(key, value)
			}
		}
	}
	return view
}

// without gives the query less one value of a key.
func without(q url.Values, key, value string) url.Values {
	less := url.Values{}
	for k, values := range q {
		for _, x := range values {
			if k != key || x != value {
				less.Add(k, x)
			}
		}
	}
	return less
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
