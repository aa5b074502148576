package api

import (
	"fmt"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// OrderRequest is a purchase order as a client enters it.
type OrderRequest struct {
	ReceiptNumber string        `json:"receipt_number" doc:"The application's receipt number. Lower case, full width, spaces and hyphens are accepted."`
	PONumber      string        `json:"po_number" maxLength:"100" doc:"Your own number. Unique among your orders; a cancelled order frees it."`
	OrderType     string        `json:"order_type" enum:"new,renewal,trsl_new" doc:"Must be the application's."`
	OrderDate     string        `json:"order_date" format:"date" doc:"YYYY-MM-DD."`
	Communication string        `json:"communication,omitempty" maxLength:"2000" doc:"Printed in the delivery mails. With a text, staff look at the order before it goes on."`
	Lines         []LineRequest `json:"lines" minItems:"1" maxItems:"100"`
}

// LineRequest is one line of an order sheet.
type LineRequest struct {
	ProductCode string `json:"product_code" doc:"See GET /v1/products."`
	Kind        string `json:"kind,omitempty" enum:"new,new_preferential,renewal,migration_renewal,addition" doc:"Required for renewal; new unless given otherwise."`
	Quantity    int    `json:"quantity" minimum:"1"`
	Months      int    `json:"months,omitempty" minimum:"1" maximum:"72" doc:"Not asked for additions, which end with the holding."`
	UnitPrice   *int64 `json:"unit_price" minimum:"0" doc:"Whole yen."`
	LicenseID   string `json:"license_id,omitempty" doc:"Digits. The application's unless given; required on renewal lines of a new order."`
	HoldingID   *int64 `json:"holding_id,omitempty" doc:"The holding that the line is about, where several of the license fit. GET of the order that made it tells the number."`
}

// ReapplyRequest quotes a new application for an order that was sent back.
type ReapplyRequest struct {
	ReceiptNumber string `json:"receipt_number" doc:"The new application's receipt number. The old application is discarded."`
}

// ReplaceRequest is a corrected order sheet.
type ReplaceRequest struct {
	PONumber  string        `json:"po_number" maxLength:"100"`
	OrderType string        `json:"order_type" enum:"new,renewal,trsl_new"`
	Lines     []LineRequest `json:"lines" minItems:"1" maxItems:"100"`
}

// CancelRequest cancels an order that is not registered yet.
type CancelRequest struct {
	Reason string `json:"reason" maxLength:"2000" doc:"Why, for the vendor's staff."`
}

// readOrder reads an order and the hash of its body.
func readOrder(raw []byte, rules models.EntryRules, today models.Date) (store.Entry, string, error) {
	var r OrderRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return store.Entry{}, "", err
	}
	entry := store.Entry{ReceiptNumber: r.ReceiptNumber, Order: models.Order{
		PONumber: r.PONumber, OrderType: models.OrderType(r.OrderType), OrderDate: b.date("order_date", r.OrderDate),
		Communication: r.Communication, Lines: b.lines(r.Lines),
	}}
	if b.wrong != nil {
		return entry, "", b.errors(append(receiptErrors(r.ReceiptNumber), checkedSheet(entry.Order, rules, today)...))
	}
	hash, err := b.hash()
	return entry, hash, err
}

// checkedSheet gives what the rules say of a sheet and leaves the sheet as it is.
func checkedSheet(o models.Order, rules models.EntryRules, today models.Date) []models.FieldError {
	o.Lines = append([]models.OrderLine(nil), o.Lines...)
	return models.CheckSheet(&o, rules, today)
}

func receiptErrors(typed string) []models.FieldError {
	if typed == "" {
		return []models.FieldError{models.Field("receipt_number", "required")}
	}
	if _, wrong := models.ParseReceiptNumber(typed); wrong != nil {
		return []models.FieldError{models.Field("receipt_number", wrong.Code)}
	}
	return nil
}

// lines takes the lines over. A price that is left out is no price of 0.
func (b *body) lines(typed []LineRequest) []models.OrderLine {
	lines := make([]models.OrderLine, len(typed))
	for i, l := range typed {
		lines[i] = models.OrderLine{
			ProductCode: l.ProductCode, Kind: models.LineKind(l.Kind), Quantity: l.Quantity, Months: l.Months,
			LicenseID: l.LicenseID, HoldingID: l.HoldingID,
		}
		field := fmt.Sprintf("lines[%d].unit_price", i)
		switch {
		case l.UnitPrice != nil:
			lines[i].UnitPrice = *l.UnitPrice
		case !b.unread(field) && i < models.MaxOrderLines:
			b.add(field, "required")
		}
	}
	return lines
}

// readReapply reads the new receipt number.
func readReapply(raw []byte) (string, error) {
	var r ReapplyRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return "", err
	}
	return r.ReceiptNumber, b.errors(receiptErrors(r.ReceiptNumber))
}

// readReplace reads a corrected sheet. Its date stays the order's own.
func readReplace(raw []byte, rules models.EntryRules, today models.Date) (models.Order, error) {
	var r ReplaceRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return models.Order{}, err
	}
	sheet := models.Order{PONumber: r.PONumber, OrderType: models.OrderType(r.OrderType), OrderDate: today, Lines: b.lines(r.Lines)}
	return sheet, b.errors(checkedSheet(sheet, rules, today))
}

// readCancel reads why an order is cancelled.
func readCancel(raw []byte) (string, error) {
	var r CancelRequest
	b, err := readBody(raw, &r)
	if err != nil {
		return "", err
	}
	return r.Reason, b.errors(nil)
}
