package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// queueHead is how many of a queue the first page shows.
const queueHead = 8

// showToday opens on what waits: what is overdue first, then what staff have to
// look at, then what waits for others.
func showToday(v *visit) error {
	frame, err := v.frame("today", v.t("console.today.title"))
	if err != nil {
		return err
	}
	page := views.Today{Frame: frame, Date: v.longDay(v.Store.Today())}
	if page.Tiles, err = v.tiles(frame.Waiting); err != nil {
		return err
	}
	names, err := v.staffNames()
	if err != nil {
		return err
	}
	w := frame.Waiting
	if page.Resends, err = v.resendQueue(w); err != nil {
		return err
	}
	if page.NameChanges, err = v.nameChangeQueue(w); err != nil {
		return err
	}
	for _, q := range []struct {
		filter store.OrderFilter
		queue  views.Queue
		always bool
	}{
		{sentBackLate, views.Queue{Title: v.t("console.today.overdue"), URL: views.SentBackLateURL, Count: w.SentBackLate}, false},
		{toCheck, views.Queue{Title: v.t("console.nav.to_check"), URL: views.ToCheckURL, Count: w.ToCheck, Empty: v.t("console.today.nothing")}, true},
		{mailsFailed, views.Queue{Title: v.t("console.nav.mails_failed"), URL: views.MailsFailedURL, Count: w.MailsFailed}, false},
		{sentBack, views.Queue{Title: v.t("console.nav.sent_back"), URL: views.SentBackURL, Count: w.SentBack, Empty: v.t("console.today.nothing")}, true},
	} {
		if q.queue.Count == 0 && !q.always {
			continue
		}
		rows, _, err := v.Store.Orders(v.ctx(), v.actor(), q.filter, store.Page{Limit: queueHead})
		if err != nil {
			return err
		}
		q.queue.Rows = v.queueRows(rows, names)
		page.Queues = append(page.Queues, q.queue)
	}
	tasks, err := v.taskQueues(w)
	if err != nil {
		return err
	}
	page.Queues = append(page.Queues, tasks...)
	inquiries, err := v.inquiryQueue(w)
	if err != nil {
		return err
	}
	page.Queues = append(page.Queues, inquiries...)
	return v.show(http.StatusOK, views.TodayPage(page))
}

// resendQueue is the head of the resends that staff have to decide, those due first.
func (v *visit) resendQueue(w views.Waiting) (*views.ResendQueue, error) {
	if w.Resends == 0 {
		return nil, nil
	}
	filter, page := store.ResendFilter{Statuses: []models.ResendStatus{models.ResendReviewing}}, store.Page{Limit: queueHead, Oldest: true}
	late := filter
	late.Overdue = true
	first, _, err := v.Store.Resends(v.ctx(), late, page)
	if err != nil {
		return nil, err
	}
	rest, _, err := v.Store.Resends(v.ctx(), filter, page)
	for _, r := range rest {
		if len(first) < queueHead && !r.Overdue(v.Clock()) {
			first = append(first, r)
		}
	}
	return &views.ResendQueue{Count: w.Resends, Late: w.ResendsLate > 0, Rows: v.resendRows(first)}, err
}

// longDay is a date with its day of the week.
func (v *visit) longDay(d models.Date) string {
	return ui.Day(v.language, d) + v.t("console.weekday."+weekdays[d.Weekday()])
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (v *visit) queueRows(rows []store.OrderRow, names map[int64]string) []views.QueueRow {
	list := make([]views.QueueRow, len(rows))
	for i, r := range rows {
		list[i] = views.QueueRow{
			Number: r.OrderNumber, PO: r.PONumber, EndUser: r.EndUserName, Reseller: r.ResellerName,
			Why: v.whyOr(r), Age: v.age(r.Order), Assignee: assigneeName(r.Order, names),
		}
	}
	return list
}

func assigneeName(o models.Order, names map[int64]string) string {
	if o.AssigneeID == nil {
		return "—"
	}
	return names[*o.AssigneeID]
}

// staffNames gives everybody's name by ID.
func (v *visit) staffNames() (map[int64]string, error) {
	people, err := v.Store.StaffList(v.ctx())
	names := make(map[int64]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}
