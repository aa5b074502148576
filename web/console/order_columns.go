package console

import (
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// column is one that the list of orders can show and export.
type column struct {
	id    string
	right bool
	shown bool // unless the person chose otherwise
	cell  func(v *visit, r store.OrderRow, names map[int64]string) views.Cell
	// value is the cell's number where it is one, so that spreadsheets can add it up.
	value func(r store.OrderRow) int64
}

// orderColumns are all columns in the order they are shown in.
var orderColumns = []column{
	{id: "number", shown: true, cell: func(_ *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: r.OrderNumber, Link: "/console/orders/" + r.OrderNumber, Num: true, Tight: true}
	}},
	{id: "po", shown: true, cell: func(_ *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: r.PONumber, Num: true, Tight: len(r.PONumber) <= 20}
	}},
	{id: "end_user", shown: true, cell: func(_ *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: r.EndUserName}
	}},
	{id: "reseller", shown: true, cell: func(_ *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: r.ResellerName}
	}},
	{id: "partner_code", cell: func(_ *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: r.PartnerCode, Num: true, Tight: true}
	}},
	{id: "state", shown: true, cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Pills: []views.Pill{v.state(r.Order)}}
	}},
	{id: "why", shown: true, cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Pills: v.why(r)}
	}},
	{id: "age", shown: true, right: true, cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		if age := v.age(r.Order); age != nil {
			return views.Cell{Pills: []views.Pill{*age}}
		}
		return views.Cell{}
	}},
	{id: "waiting", cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		if r.WaitingFor == models.WaitingForNobody {
			return views.Cell{}
		}
		return views.Cell{Text: v.t("console.waiting." + string(r.WaitingFor))}
	}},
	{id: "assignee", shown: true, cell: func(_ *visit, r store.OrderRow, names map[int64]string) views.Cell {
		return views.Cell{Text: assigneeName(r.Order, names), Tight: true}
	}},
	{id: "type", cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: v.t("order_type." + string(r.OrderType))}
	}},
	{id: "lines", right: true, value: func(r store.OrderRow) int64 { return int64(r.LineCount) }},
	{id: "amount", right: true, value: func(r store.OrderRow) int64 { return r.Amount }},
	{id: "order_date", cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: ui.DayShort(v.language, r.OrderDate), Tight: true}
	}},
	{id: "entered", shown: true, cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{
			Text: ui.MomentShort(v.language, r.CreatedAt, v.Clock()), File: ui.Moment(v.language, r.CreatedAt), Tight: true,
		}
	}},
	{id: "delivered", cell: func(v *visit, r store.OrderRow, _ map[int64]string) views.Cell {
		return views.Cell{Text: ui.MomentAt(v.language, r.DeliveredAt), Tight: true}
	}},
}

// show gives the cell as a page shows it.
func (c column) show(v *visit, r store.OrderRow, names map[int64]string) views.Cell {
	if c.value != nil {
		return views.Cell{Text: ui.Number(c.value(r)), Num: true, Right: true}
	}
	cell := c.cell(v, r, names)
	cell.Right = c.right
	return cell
}

// text gives the cell as one line, for files.
func (c column) text(v *visit, r store.OrderRow, names map[int64]string) string {
	if c.value != nil {
		return strconv.FormatInt(c.value(r), 10)
	}
	cell := c.cell(v, r, names)
	if cell.File != "" {
		return cell.File
	}
	parts := make([]string, 0, 3)
	for _, s := range []string{cell.Text, cell.Sub} {
		if s != "" && s != "—" {
			parts = append(parts, s)
		}
	}
	for _, p := range cell.Pills {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, " ")
}

// chosenColumns gives the columns that the query names, or the usual ones. The
// order's number is always there: it is the link.
func chosenColumns(cols string) []column {
	wanted := strings.Split(cols, ".")
	var chosen []column
	for _, c := range orderColumns {
		if (cols == "" && c.shown) || slices.Contains(wanted, c.id) || c.id == "number" {
			chosen = append(chosen, c)
		}
	}
	return chosen
}
