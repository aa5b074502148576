package console

import (
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// fillSheet adds the order's lines and what registering made of them.
func (v *visit) fillSheet(page *views.Order, d store.OrderDetail) {
	page.Lines, page.Total = v.sheetRows(d.Order.Lines)
	for _, c := range d.Changes {
		page.Made = append(page.Made, v.made(c))
	}
}

func (v *visit) sheetRows(lines []models.OrderLine) (rows []views.Line, total int64) {
	for _, l := range lines {
		rows = append(rows, views.Line{
			Position: l.Position, Product: v.product(l.ProductCode), Code: l.ProductCode, Kind: v.t("line_kind." + string(l.Kind)),
			Quantity: l.Quantity, Months: l.Months, UnitPrice: l.UnitPrice, Amount: l.Amount(), License: l.LicenseID,
		})
		total += l.Amount()
	}
	return rows, total
}

func (v *visit) made(c models.HoldingChange) views.Made {
	return views.Made{
		Product: v.product(c.ProductCode), Kind: v.t("line_kind." + string(c.Kind)),
		Quantity: changedQuantity(c), Period: v.period(c.StartsOn, c.EndsOn), Reduced: c.Reduction(),
		NewCode: c.NewCode && !c.Kind.IsNew(), // a new holding has a new code anyway
	}
}

// changedQuantity shows a quantity, and what it was before where it changed.
func changedQuantity(c models.HoldingChange) string {
	if c.QuantityBefore == 0 || c.QuantityBefore == c.QuantityAfter {
		return ui.Number(c.QuantityAfter)
	}
	return ui.Number(c.QuantityBefore) + " → " + ui.Number(c.QuantityAfter)
}

func (v *visit) period(from, to models.Date) string {
	return ui.DayShort(v.language, from) + " – " + ui.DayShort(v.language, to)
}
