package console

import (
	"net/http"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// showReplace opens the order sheet in force for correction.
func showReplace(v *visit) error {
	page, _, err := v.replacePage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ReplacePage(page))
}

func (v *visit) replacePage() (views.Replace, store.OrderDetail, error) {
	d, err := v.Store.OrderDetail(v.ctx(), v.actor(), v.number())
	if err != nil {
		return views.Replace{}, d, err
	}
	frame, err := v.frame(sectionOf(d.Order), v.t("console.replace.title")+" "+d.Order.OrderNumber)
	if err != nil {
		return views.Replace{}, d, err
	}
	page := views.Replace{Frame: frame, Order: d.Order, Sheet: sheetOf(d.Order), Seen: snapshotOf(d.Order).String()}
	if d.Order.Status != models.OrderSentBack {
		e := models.NewError(models.KindConflict, "order_state", "status", string(d.Order.Status))
		page.General = v.errorText(e)
	}
	for _, sb := range d.SendBacks {
		if sb.ClosedAt != nil {
			continue
		}
		for _, r := range sb.Reasons {
			page.Why = append(page.Why, v.reasonLine(r))
		}
	}
	if d.Order.APIKeyID == nil { // the reseller that staff chose may be the wrong one
		page.Sheet.PartnerCode = d.Order.PartnerCode
		if page.Sheet.Resellers, err = v.resellerChoices(); err != nil {
			return page, d, err
		}
	}
	return page, d, v.offer(&page.Sheet, d.Application)
}

// sheetOf is the sheet in force, to be edited.
func sheetOf(o models.Order) views.Sheet {
	s := views.Sheet{PONumber: o.PONumber, OrderType: string(o.OrderType)}
	for _, l := range o.Lines {
		line := views.SheetLine{
			ProductCode: l.ProductCode, Kind: string(l.Kind), Quantity: strconv.Itoa(l.Quantity), Months: strconv.Itoa(l.Months),
			UnitPrice: strconv.FormatInt(l.UnitPrice, 10), LicenseID: l.LicenseID,
		}
		if l.HoldingID != nil {
			line.HoldingID = strconv.FormatInt(*l.HoldingID, 10)
		}
		s.Lines = append(s.Lines, line)
	}
	return s
}

// replaceOrder puts the corrected sheet in the place of the old one.
func replaceOrder(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	version, err := parseVersion(v.PostForm("version"))
	if err != nil {
		return err
	}
	sheet, order, unread := readSheet(v.Request.PostForm)
	if edited(&sheet, v.PostForm("do")) {
		page, _, err := v.replaceWith(sheet)
		if err != nil {
			return err
		}
		page.Order.Version, page.Seen = version, v.PostForm("seen")
		return v.show(http.StatusOK, views.ReplacePage(page))
	}
	order.Lines = withoutEmpty(&sheet, order.Lines)
	decide := store.Decide{OrderNumber: v.number(), Version: version, Note: v.PostForm("note")}
	done, err := v.Store.ReplaceOrder(v.ctx(), v.actor(), decide, order)
	if err != nil {
		return v.replaceAgain(sheet, models.AsError(err), unread)
	}
	v.tell(done.OutboxID)
	v.flash("ok", v.t("console.done.replace"))
	return v.seeOther("/console/orders/" + done.Order.OrderNumber)
}

// replaceWith is the page with a sheet as it was typed.
func (v *visit) replaceWith(sheet views.Sheet) (views.Replace, store.OrderDetail, error) {
	page, d, err := v.replacePage()
	offered := page.Sheet
	sheet.Types, sheet.Kinds, sheet.Families, sheet.Holdings = offered.Types, offered.Kinds, offered.Families, offered.Holdings
	sheet.Resellers = offered.Resellers
	page.Sheet, page.Note = sheet, v.PostForm("note")
	page.Here = "/console/orders/" + page.Order.OrderNumber + "/replace"
	return page, d, err
}

func (v *visit) replaceAgain(sheet views.Sheet, e *models.Error, unread []string) error {
	if e.Kind != models.KindInvalid && e.Kind != models.KindConflict {
		return e
	}
	page, d, err := v.replaceWith(sheet)
	if err != nil {
		return err
	}
	v.blame(&page.Sheet, e.Fields, unread)
	if len(e.Fields) == 0 {
		page.General = v.errorText(e)
	}
	if seen := parseSnapshot(v.PostForm("seen")); seen != nil && (e.Code == "order_changed" || e.Code == "order_state") {
		page.Changed = v.changedSince(*seen, d)
	}
	return v.show(ui.Status(e), views.ReplacePage(page))
}
