package console

import (
	"fmt"
	"io"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/exports"
)

// exportRows calls write for every order of the list, page by page.
func (v *visit) exportRows(columns []column, write func(cells ...any) error, typed bool) error {
	filter, _ := v.filterOf(v.Request.URL.Query())
	names, err := v.staffNames()
	if err != nil {
		return err
	}
	page := store.Page{Limit: store.MaxPage}
	for {
		rows, next, err := v.Store.Orders(v.ctx(), v.actor(), filter, page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			cells := make([]any, len(columns))
			for i, c := range columns {
				cells[i] = c.text(v, r, names)
				if typed && c.value != nil {
					cells[i] = c.value(r)
				}
			}
			if err := write(cells...); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.Cursor = next
	}
}

// exportCSV gives the list as CSV.
func exportCSV(v *visit) error { return v.export(exports.CSV, exports.KindCSV, "csv", false) }

// exportExcel gives the list as a workbook.
func exportExcel(v *visit) error { return v.export(exports.Excel, exports.KindExcel, "xlsx", true) }

func (v *visit) export(to func(io.Writer, func(), []string, exports.Rows) error, kind, extension string, typed bool) error {
	columns := chosenColumns(v.Query("cols"))
	ready := func() {
		name := fmt.Sprintf("todoke-orders-%s.%s", v.Store.Today(), extension)
		v.Header("Content-Type", kind)
		v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	err := to(v.Writer, ready, v.columnTitles(columns), func(write func(cells ...any) error) error {
		return v.exportRows(columns, write, typed)
	})
	if err != nil {
		return models.AsError(err)
	}
	return nil
}

func (v *visit) columnTitles(columns []column) []string {
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = v.t("console.col." + c.id)
	}
	return titles
}
