package console

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/xuri/excelize/v2"
)

// exportRows calls write for every order of the list, page by page.
func (v *visit) exportRows(write func(r store.OrderRow, names map[int64]string) error) error {
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
			if err := write(r, names); err != nil {
				return models.Internal(err)
			}
		}
		if next == "" {
			return nil
		}
		page.Cursor = next
	}
}

func (v *visit) download(kind, extension string) {
	name := fmt.Sprintf("todoke-orders-%s.%s", v.Store.Today(), extension)
	v.Header("Content-Type", kind)
	v.Header("Content-Disposition", `attachment; filename="`+name+`"`)
}

// exportCSV gives the list as CSV that Excel opens: UTF-8 with a byte-order mark.
func exportCSV(v *visit) error {
	columns := chosenColumns(v.Query("cols"))
	var b strings.Builder
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(v.columnTitles(columns)); err != nil {
		return models.Internal(err)
	}
	err := v.exportRows(func(r store.OrderRow, names map[int64]string) error {
		record := make([]string, len(columns))
		for i, c := range columns {
			record[i] = harmless(c.text(v, r, names))
		}
		return w.Write(record)
	})
	if err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return models.Internal(err)
	}
	v.download("text/csv; charset=utf-8", "csv")
	v.String(http.StatusOK, "%s", b.String())
	return nil
}

func (v *visit) columnTitles(columns []column) []string {
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = v.t("console.col." + c.id)
	}
	return titles
}

// harmless keeps spreadsheets from running a cell that somebody typed as a
// formula. Japanese Excel takes the full-width signs as well.
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@＝＋－＠\t\r") == 0 {
		return "'" + cell
	}
	return cell
}

// exportExcel gives the list as a workbook; numbers stay numbers, and texts are
// typed as texts, so nothing in them is run.
func exportExcel(v *visit) (err error) {
	columns := chosenColumns(v.Query("cols"))
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil && closed != nil {
			err = models.Internal(closed)
		}
	}()
	sheet := book.GetSheetName(0)
	w, err := book.NewStreamWriter(sheet)
	if err != nil {
		return models.Internal(err)
	}
	head, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return models.Internal(err)
	}
	if err := v.excelHead(w, columns, head); err != nil {
		return models.Internal(err)
	}
	line := 1
	err = v.exportRows(func(r store.OrderRow, names map[int64]string) error {
		line++
		cells := make([]any, len(columns))
		for i, c := range columns {
			cells[i] = c.text(v, r, names)
			if c.value != nil {
				cells[i] = c.value(r)
			}
		}
		return w.SetRow(fmt.Sprintf("A%d", line), cells)
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return models.Internal(err)
	}
	v.download("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
	return book.Write(v.Writer)
}

func (v *visit) excelHead(w *excelize.StreamWriter, columns []column, style int) error {
	if err := w.SetColWidth(1, len(columns), 20); err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	titles := make([]any, len(columns))
	for i, t := range v.columnTitles(columns) {
		titles[i] = excelize.Cell{StyleID: style, Value: t}
	}
	return w.SetRow("A1", titles)
}
