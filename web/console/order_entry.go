package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showEntry looks a receipt number up and opens the order sheet beside the application.
func showEntry(v *visit) error {
	page, err := v.entryPage(v.Query("receipt"))
	if err != nil {
		return err
	}
	if strings.TrimSpace(page.Receipt) == "" {
		return v.show(http.StatusOK, views.EntryPage(page))
	}
	problem, err := v.lookUp(&page)
	if err != nil {
		return err
	}
	if problem == nil {
		page.Sheet = v.firstSheet(*page.Application)
		if err := v.offerEntry(&page); err != nil {
			return err
		}
		return v.show(http.StatusOK, views.EntryPage(page))
	}
	v.blame(&page.Sheet, []models.FieldError{*problem}, nil)
	return v.show(http.StatusUnprocessableEntity, views.EntryPage(page))
}

func (v *visit) entryPage(receipt string) (views.Entry, error) {
	frame, err := v.frame("entry", v.t("console.entry.title"))
	if v.Request.Method == http.MethodPost {
		frame.Here = withQuery("/console/orders/new", map[string][]string{"receipt": {receipt}})
	}
	return views.Entry{Frame: frame, Receipt: receipt}, err
}

// lookUp fills the application in, or says what is wrong with the number.
func (v *visit) lookUp(page *views.Entry) (*models.FieldError, error) {
	if strings.TrimSpace(page.Receipt) == "" {
		problem := models.Field("receipt_number", "required")
		return &problem, nil
	}
	receipt, malformed := models.ParseReceiptNumber(page.Receipt)
	if malformed != nil {
		return &models.FieldError{Field: "receipt_number", Code: malformed.Code}, nil
	}
	a, err := v.Store.ApplicationByReceipt(v.ctx(), v.actor(), receipt)
	if models.IsKind(err, models.KindNotFound) {
		problem := models.Field("receipt_number", "receipt_unknown")
		return &problem, nil
	}
	if err != nil {
		return nil, err
	}
	page.Receipt, page.Application, page.Specials = receipt, &a, v.specials(a)
	return nil, v.warnUsed(page, a)
}

// warnUsed says at once, before anything is typed, that no order can quote the number any more.
func (v *visit) warnUsed(page *views.Entry, a models.Application) error {
	switch {
	case a.Status == models.ApplicationDiscarded:
		page.General = v.errorText(models.NewError(models.KindConflict, "receipt_discarded"))
	case a.Status != models.ApplicationOpen && a.OrderID != nil:
		rows, _, err := v.Store.Orders(v.ctx(), v.actor(), store.OrderFilter{Query: a.ReceiptNumber}, store.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(rows) == 1 {
			v.refused(page, models.NewError(models.KindConflict, "receipt_used", "order_number", rows[0].OrderNumber))
		}
	}
	return nil
}

// refused shows why the whole was refused, with a link to the order that is in the way.
func (v *visit) refused(page *views.Entry, e *models.Error) {
	page.General = v.errorText(e)
	if n := e.Params["order_number"]; n != "" {
		page.GeneralName, page.GeneralURL = n, "/console/orders/"+n
	}
}

// firstSheet is the sheet prefilled with what the application says.
func (v *visit) firstSheet(a models.Application) views.Sheet {
	line := views.SheetLine{Months: strconv.Itoa(a.Months)}
	if a.OrderType == models.OrderTypeRenewal {
		line.Kind = string(models.LineRenewal)
	}
	return views.Sheet{
		PartnerCode: a.Reseller.PartnerCode, OrderType: string(a.OrderType), OrderDate: v.Store.Today().String(),
		Lines: []views.SheetLine{line},
	}
}

func (v *visit) offerEntry(page *views.Entry) error {
	var err error
	if page.Sheet.Resellers, err = v.resellerChoices(); err != nil {
		return err
	}
	return v.offer(&page.Sheet, *page.Application)
}

// resellerChoices are the resellers whose order it can be.
func (v *visit) resellerChoices() ([]ui.Choice, error) {
	resellers, err := v.Store.Resellers(v.ctx())
	choices := []ui.Choice{{Label: v.t("console.lines.choose")}}
	for _, r := range resellers {
		choices = append(choices, ui.Choice{Value: r.PartnerCode, Label: r.Name + "　" + r.PartnerCode})
	}
	return choices, err
}

// enterOrder takes the sheet; what is refused comes back as typed, with every error at its field.
func enterOrder(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	page, err := v.entryPage(v.PostForm("receipt_number"))
	if err != nil {
		return err
	}
	problem, err := v.lookUp(&page)
	if err != nil {
		return err
	}
	sheet, order, unread := readSheet(v.Request.PostForm)
	page.Sheet, page.General = sheet, ""
	if problem != nil { // the application is gone from under the form: only by hand
		v.blame(&page.Sheet, []models.FieldError{*problem}, nil)
		return v.show(http.StatusUnprocessableEntity, views.EntryPage(page))
	}
	if err := v.offerEntry(&page); err != nil {
		return err
	}
	if edited(&page.Sheet, v.PostForm("do")) {
		return v.show(http.StatusOK, views.EntryPage(page))
	}
	order.Lines = withoutEmpty(&page.Sheet, order.Lines)
	entered, err := v.Store.EnterOrder(v.ctx(), v.actor(), store.Entry{Order: order, ReceiptNumber: page.Receipt})
	if err != nil {
		return v.entryAgain(page, models.AsError(err), unread)
	}
	v.tell(entered.OutboxID)
	v.flash("ok", v.t("console.done.enter"))
	return v.seeOther("/console/orders/" + entered.Order.OrderNumber)
}

// withoutEmpty drops lines that were added and left empty, from the typed sheet too.
func withoutEmpty(s *views.Sheet, lines []models.OrderLine) []models.OrderLine {
	var typed []views.SheetLine
	var kept []models.OrderLine
	for i, l := range s.Lines {
		if i == 0 || !emptyLine(l) {
			typed, kept = append(typed, l), append(kept, lines[i])
		}
	}
	s.Lines = typed
	return kept
}

func (v *visit) entryAgain(page views.Entry, e *models.Error, unread []string) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	v.blame(&page.Sheet, e.Fields, unread)
	if len(e.Fields) == 0 {
		v.refused(&page, e)
	}
	return v.show(ui.Status(e), views.EntryPage(page))
}
