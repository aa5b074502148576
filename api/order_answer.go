package api

import (
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
)

// OrderTaken is the answer to an order or to a decision about one.
type OrderTaken struct {
	OrderNumber string `json:"order_number" doc:"Ties the mails of one order together."`
	Status      string `json:"status" enum:"received,checking,sent_back,registered,delivered,cancelled"`
}

// OrderSummary is an order in a list.
type OrderSummary struct {
	OrderTaken
	PONumber  string    `json:"po_number"`
	OrderType string    `json:"order_type" enum:"new,renewal,trsl_new"`
	OrderDate string    `json:"order_date" format:"date"`
	CreatedAt time.Time `json:"created_at" doc:"When it was entered."`
	UpdatedAt time.Time `json:"updated_at"`
}

// OrderList is a page of orders, newest first.
type OrderList struct {
	Orders     []OrderSummary `json:"orders"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"Ask for the next page with it. None: this is the last."`
}

// OrderAnswer is all that a reseller is told of an order. Of the application it
// holds the values that differ and nothing more: whoever quotes a receipt number
// need not be the one that filed it.
type OrderAnswer struct {
	OrderSummary
	Communication string           `json:"communication,omitempty"`
	CancelReason  string           `json:"cancel_reason,omitempty"`
	WaitingFor    string           `json:"waiting_for,omitempty" enum:"staff,reseller" doc:"Who has to act before the order goes on."`
	WaitingSince  *time.Time       `json:"waiting_since,omitempty"`
	Lines         []LineAnswer     `json:"lines" doc:"The order sheet in force."`
	SendBacks     []SendBackAnswer `json:"send_backs" doc:"Newest first. The order waits for you while closed_at is null."`
	Shipment      *ShipmentAnswer  `json:"shipment,omitempty" doc:"From registering on."`
	LicenseIDs    []string         `json:"license_ids" doc:"The contracts that the order made or changed; from registering on."`
	Holdings      []HoldingAnswer  `json:"holdings" doc:"What each line made; from registering on."`
	Timeline      []EventAnswer    `json:"timeline" doc:"What happened, oldest first."`
}

// LineAnswer is a line of the order sheet.
type LineAnswer struct {
	ProductCode string `json:"product_code"`
	Kind        string `json:"kind" enum:"new,new_preferential,renewal,migration_renewal,addition"`
	Quantity    int    `json:"quantity"`
	Months      int    `json:"months"`
	UnitPrice   int64  `json:"unit_price" doc:"Whole yen."`
	LicenseID   string `json:"license_id,omitempty"`
	HoldingID   *int64 `json:"holding_id,omitempty"`
}

// SendBackAnswer is one return of the order.
type SendBackAnswer struct {
	Reasons  []ReasonAnswer `json:"reasons"`
	OpenedAt time.Time      `json:"opened_at"`
	ClosedAt *time.Time     `json:"closed_at"`
}

// ReasonAnswer is one difference, with both values side by side.
type ReasonAnswer struct {
	Code             string `json:"code" doc:"What disagrees." enum:"term_mismatch,delivery_mail_undeliverable,product_not_eligible,credits_mismatch,end_user_name_invalid,license_holder_mismatch,order_type_mismatch,reseller_mismatch,start_month_out_of_range,holding_mismatch,other"`
	Title            string `json:"title" doc:"The same in the caller's language."`
	ApplicationValue string `json:"application_value" doc:"What the application says; empty where it says nothing."`
	OrderValue       string `json:"order_value" doc:"What the order says; empty where it says nothing."`
	Resolution       string `json:"resolution" enum:"confirm,reapply,replace,cancel,confirm_or_replace,reapply_or_replace" doc:"What settles it. confirm is done by the vendor's staff, and so is replace where the order names the wrong reseller."`
	Message          string `json:"message" doc:"What to do, in the caller's language."`
}

// ShipmentAnswer is what was delivered for the order.
type ShipmentAnswer struct {
	DeliveryNumber string     `json:"delivery_number"`
	DeliveredAt    *time.Time `json:"delivered_at" doc:"Null until the delivery mails are out."`
}

// HoldingAnswer is what a line of the order made of a holding.
type HoldingAnswer struct {
	HoldingID      int64  `json:"holding_id"`
	ProductCode    string `json:"product_code"`
	Kind           string `json:"kind"`
	QuantityBefore int    `json:"quantity_before"`
	QuantityAfter  int    `json:"quantity_after"`
	StartsOn       string `json:"starts_on" format:"date"`
	EndsOn         string `json:"ends_on" format:"date"`
}

func orderSummary(o models.Order) OrderSummary {
	return OrderSummary{
		OrderTaken: orderTaken(o), PONumber: o.PONumber, OrderType: string(o.OrderType), OrderDate: o.OrderDate.String(),
		CreatedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(),
	}
}

func orderAnswer(d store.OrderDetail, lang models.Language) OrderAnswer {
	o := d.Order
	answer := OrderAnswer{
		OrderSummary: orderSummary(o), Communication: o.Communication, CancelReason: o.CancelReason,
		WaitingFor: string(o.WaitingFor), WaitingSince: inUTC(o.WaitingSince),
		Lines: make([]LineAnswer, len(o.Lines)), SendBacks: make([]SendBackAnswer, len(d.SendBacks)),
		LicenseIDs: append([]string{}, d.Licenses...), Holdings: make([]HoldingAnswer, len(d.Changes)),
		Timeline: timeline(d, lang),
	}
	for i, l := range o.Lines {
		answer.Lines[i] = LineAnswer{l.ProductCode, string(l.Kind), l.Quantity, l.Months, l.UnitPrice, l.LicenseID, l.HoldingID}
	}
	for i, s := range d.SendBacks {
		answer.SendBacks[i] = sendBackAnswer(o, s, lang)
	}
	for i, c := range d.Changes {
		answer.Holdings[i] = HoldingAnswer{
			c.HoldingID, c.ProductCode, string(c.Kind), c.QuantityBefore, c.QuantityAfter, c.StartsOn.String(), c.EndsOn.String(),
		}
	}
	if d.Shipment != nil {
		answer.Shipment = &ShipmentAnswer{d.Shipment.DeliveryNumber, inUTC(d.Shipment.DeliveredAt)}
	}
	return answer
}

// sendBackAnswer leaves out what only staff may see (models.Reason.StaffValue).
func sendBackAnswer(o models.Order, s models.SendBack, lang models.Language) SendBackAnswer {
	answer := SendBackAnswer{OpenedAt: s.OpenedAt.UTC(), ClosedAt: inUTC(s.ClosedAt), Reasons: make([]ReasonAnswer, len(s.Reasons))}
	for i, r := range s.Reasons {
		answer.Reasons[i] = ReasonAnswer{
			Code: string(r.Code), Title: texts.ReasonTitle(r.Code).In(lang),
			ApplicationValue: r.ApplicationValue, OrderValue: r.OrderValue,
			Resolution: string(r.Code.ResolutionFor(o)), Message: texts.ReasonTodo(r).In(lang),
		}
	}
	return answer
}
