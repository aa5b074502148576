// Package exports writes lists as files that spreadsheets open. What people typed
// stays text in them: no cell is ever run as a formula.
package exports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/xuri/excelize/v2"
)

// The kinds of files.
const (
	KindCSV   = "text/csv; charset=utf-8"
	KindExcel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Rows calls write for every row, in their order. A cell is a string, an int, an
// int64 or a models.Date.
type Rows func(write func(cells ...any) error) error

// CSV writes a list as CSV that Excel opens: UTF-8 with a byte-order mark. It
// calls ready once when all rows are there, before the first byte is written.
func CSV(out io.Writer, ready func(), titles []string, rows Rows) error {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(titles); err != nil {
		return err
	}
	err := rows(func(cells ...any) error {
		record := make([]string, len(cells))
		for i, c := range cells {
			record[i] = plain(c)
		}
		return w.Write(record)
	})
	if err != nil {
		return err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	ready()
	_, err = out.Write(b.Bytes())
	return err
}

func plain(cell any) string {
	switch c := cell.(type) {
	case string:
		return harmless(c)
	case int:
		return strconv.Itoa(c)
	case int64:
		return strconv.FormatInt(c, 10)
	case models.Date:
		return c.String()
	}
	return ""
}

// harmless keeps spreadsheets from running a cell that somebody typed as a
// formula. Japanese Excel takes the full-width signs as well.
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@＝＋－＠\t\r") == 0 {
		return "'" + cell
	}
	return cell
}

// Excel writes a list as a workbook; numbers stay numbers, and texts are typed as
// texts, so nothing in them is run. It calls ready once when all rows are there,
// before the first byte is written.
func Excel(out io.Writer, ready func(), titles []string, rows Rows) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil {
			err = closed
		}
	}()
	w, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := head(book, w, titles); err != nil {
		return err
	}
	line := 1
	err = rows(func(cells ...any) error {
		line++
		for i, c := range cells {
			if day, ok := c.(models.Date); ok {
				cells[i] = day.String()
			}
		}
		return w.SetRow(fmt.Sprintf("A%d", line), cells)
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	ready()
	return book.Write(out)
}

func head(book *excelize.File, w *excelize.StreamWriter, titles []string) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if err := w.SetColWidth(1, len(titles), 20); err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(titles))
	for i, t := range titles {
		cells[i] = excelize.Cell{StyleID: bold, Value: t}
	}
	return w.SetRow("A1", cells)
}
