package exports_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/exports"
	"github.com/xuri/excelize/v2"
)

var typed = []string{"株式会社見本", "=1+1", "+81", "-x", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\tx", `"引用", 改行` + "\n次", "𠮷野"}

func list(write func(cells ...any) error) error {
	for i, text := range typed {
		if err := write(text, i, int64(1_000_000_000_000), models.NewDate(2027, 3, 31), models.Date{}); err != nil {
			return err
		}
	}
	return nil
}

var titles = []string{"名称", "数", "額", "終了日", "なし"}

func TestCSVOpensInExcelAndRunsNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ready := 0
	if err := exports.CSV(&out, func() { ready = out.Len() + 1 }, titles, list); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\uFEFF")
	if !marked || ready != 1 || !strings.Contains(text, "\r\n") {
		t.Errorf("byte-order mark %v, ready at %d", marked, ready)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], titles) || len(rows) != len(typed)+1 {
		t.Fatalf("%d rows under %v", len(rows), rows[0])
	}
	for i, row := range rows[1:] {
		if strings.ContainsAny(row[0][:1], "=+-@\t") || strings.HasPrefix(row[0], "＝") || strings.HasPrefix(row[0], "＠") {
			t.Errorf("%q would be run", row[0])
		}
		if !strings.HasSuffix(row[0], typed[i]) || row[2] != "1000000000000" || row[3] != "2027-03-31" || row[4] != "" {
			t.Errorf("row %d is %q", i, row)
		}
	}
}

func TestExcelKeepsNumbersAndTexts(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ready := false
	if err := exports.Excel(&out, func() { ready = out.Len() == 0 }, titles, list); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	sheet := book.GetSheetName(0)
	rows, err := book.GetRows(sheet)
	if err != nil || len(rows) != len(typed)+1 || !ready {
		t.Fatalf("%d rows, %v, ready %v", len(rows), err, ready)
	}
	for i, row := range rows[1:] {
		if row[0] != typed[i] || row[2] != "1000000000000" || row[3] != "2027-03-31" {
			t.Errorf("row %d is %q", i, row)
		}
	}
	for cell, want := range map[string]excelize.CellType{"A3": excelize.CellTypeInlineString, "B3": excelize.CellTypeUnset} {
		if kind, err := book.GetCellType(sheet, cell); err != nil || kind != want {
			t.Errorf("%s is of type %v (%v), want %v", cell, kind, err, want)
		}
	}
	if formula, _ := book.GetCellFormula(sheet, "A3"); formula != "" {
		t.Errorf("%s would be run", formula)
	}
}

// What goes wrong while rows are read is told before anything is sent.
func TestFailedExportsSendNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database is away")
	for name, export := range map[string]func(*bytes.Buffer, func(), []string, exports.Rows) error{
		"csv": func(b *bytes.Buffer, r func(), t []string, rows exports.Rows) error {
			return exports.CSV(b, r, t, rows)
		},
		"excel": func(b *bytes.Buffer, r func(), t []string, rows exports.Rows) error {
			return exports.Excel(b, r, t, rows)
		},
	} {
		var out bytes.Buffer
		ready := false
		err := export(&out, func() { ready = true }, titles, func(write func(...any) error) error {
			return errors.Join(write("x"), broken)
		})
		if !errors.Is(err, broken) || out.Len() > 0 || ready {
			t.Errorf("%s: %v, %d bytes, ready %v", name, err, out.Len(), ready)
		}
	}
}
