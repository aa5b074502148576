package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// ordersPage is how many orders a page of the list has.
const ordersPage = 50

// listOrders shows the orders that the URL's filters let through.
func listOrders(v *visit) error {
	q := v.Request.URL.Query()
	if q.Has("col") { // the form of columns: bring it into the one short form
		q.Set("cols", strings.Join(q["col"], "."))
		return v.seeOther(withQuery("/console/orders", listQuery(q)))
	}
	filter, wrong := v.filterOf(q)
	rows, next, err := v.Store.Orders(v.ctx(), v.actor(), filter, store.Page{Cursor: q.Get("cursor"), Limit: ordersPage})
	if err != nil {
		return err
	}
	section, heading := ordersSection(filter)
	frame, err := v.frame(section, v.t(heading))
	if err != nil {
		return err
	}
	page := views.Orders{Frame: frame, Heading: v.t(heading), Lead: v.t(heading + "_lead"), Query: listQuery(q).Encode()}
	if err := v.fillOrders(&page, q, filter, rows); err != nil {
		return err
	}
	page.Filter.Wrong = wrong
	pager := pagerOf("/console/orders", q, next)
	page.Next, page.Prev = pager.Next, pager.Prev
	return v.show(http.StatusOK, views.OrdersPage(page))
}

// ordersSection finds which of the menu's lists the filter is.
func ordersSection(f store.OrderFilter) (section, heading string) {
	only := func(s models.OrderStatus) bool { return slices.Equal(f.Statuses, []models.OrderStatus{s}) }
	switch {
	case only(models.OrderChecking) && f.WaitingFor == models.WaitingForStaff:
		return "to_check", "console.orders.to_check"
	case only(models.OrderSentBack):
		return "sent_back", "console.orders.sent_back"
	case f.OpenTask == models.TaskDeliveryFailed:
		return "mails_failed", "console.orders.mails_failed"
	}
	return "orders", "console.orders.all"
}

func (v *visit) fillOrders(page *views.Orders, q url.Values, filter store.OrderFilter, rows []store.OrderRow) error {
	names, err := v.staffNames()
	if err != nil {
		return err
	}
	resellers, err := v.Store.Resellers(v.ctx())
	if err != nil {
		return err
	}
	if page.Tiles, err = v.tiles(page.Waiting); err != nil {
		return err
	}
	if page.Views, err = v.savedViews(page.Query); err != nil {
		return err
	}
	count, err := v.Store.CountOrders(v.ctx(), v.actor(), filter)
	if err != nil {
		return err
	}
	page.Count = ui.Counted(v.language, "console.orders.count", int(count))
	if count >= store.CountLimit {
		page.Count = v.t("console.orders.count_many", "n", ui.Number(count))
	}
	columns := chosenColumns(q.Get("cols"))
	v.fillColumns(page, columns)
	for _, r := range rows {
		row := views.Row{Number: r.OrderNumber}
		for _, c := range columns {
			row.Cells = append(row.Cells, c.show(v, r, names))
		}
		page.Rows = append(page.Rows, row)
	}
	page.Filter = v.filterForm(q, names, resellers)
	page.Chips = v.chips(q, page.Filter)
	view := listQuery(q)
	page.ClearURL = withQuery("/console/orders", keep(view, "cols"))
	page.CSV, page.Excel = withQuery("/console/orders/export.csv", view), withQuery("/console/orders/export.xlsx", view)
	return nil
}

func (v *visit) fillColumns(page *views.Orders, chosen []column) {
	for _, c := range orderColumns {
		on := slices.ContainsFunc(chosen, func(x column) bool { return x.id == c.id })
		shown := views.Column{ID: c.id, Label: v.t("console.col." + c.id), Right: c.right}
		if on {
			page.Columns = append(page.Columns, shown)
		}
		page.AllColumns = append(page.AllColumns, views.ColumnChoice{Column: shown, On: on})
	}
}

func keep(q url.Values, key string) url.Values {
	if q.Get(key) == "" {
		return url.Values{}
	}
	return url.Values{key: {q.Get(key)}}
}

// pagerOf gives the links to the pages before and after. Pages are found by the
// last row seen; the way back is the trail of cursors in the URL.
func pagerOf(path string, q url.Values, next string) views.Pager {
	var p views.Pager
	trail := strings.Split(q.Get("trail"), "~")
	if q.Get("trail") == "" {
		trail = nil
	}
	cursor := q.Get("cursor")
	if next != "" {
		to := without(without(q, "cursor", cursor), "trail", q.Get("trail"))
		to.Set("cursor", next)
		if cursor != "" {
			to.Set("trail", strings.Join(append(slices.Clone(trail), cursor), "~"))
		}
		p.Next = withQuery(path, to)
	}
	if cursor != "" {
		to := without(without(q, "cursor", cursor), "trail", q.Get("trail"))
		if len(trail) > 0 {
			to.Set("cursor", trail[len(trail)-1])
			if len(trail) > 1 {
				to.Set("trail", strings.Join(trail[:len(trail)-1], "~"))
			}
		}
		p.Prev = withQuery(path, to)
	}
	return p
}
