package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

var (
	orderWriters = []models.Scope{models.ScopeOrders}
	orderReaders = []models.Scope{models.ScopeRead, models.ScopeOrders}
)

type orderInput struct {
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"1 to 200 visible ASCII characters of your choice, a UUID for example. The same key with the same body gives the same answer, for as long as the order is kept; with another body it is refused. Bodies are the same when they say the same JSON: order of members and white space do not count." example:"3f0c9e5a-6f2b-4c1d-9a77-5d0e8b1c2f34"`
	RawBody        []byte `contentType:"application/json"`
}

type orderPath struct {
	OrderNumber string `path:"order_number" doc:"The order number." example:"ORDC4830217"`
}

func (a *API) mountOrders(h huma.API) {
	register(a, h, operation{
		id: "enter-order", method: http.MethodPost, path: "/v1/orders", tag: "orders",
		status: http.StatusAccepted, scopes: orderWriters, problem: []int{409}, body: a.examples.order, answer: a.examples.taken,
	}, a.enterOrder)
	register(a, h, operation{
		id: "list-orders", method: http.MethodGet, path: "/v1/orders", tag: "orders",
		status: http.StatusOK, scopes: orderReaders, problem: []int{422}, answer: a.examples.orderList,
		query: pageParameters(
			parameter("status", "Only those in one of these states, between commas: "+joinNames(models.OrderStatuses)+".", textSchema("")),
			parameter("order_type", "Only those of this type.", enumSchema(models.OrderTypes)),
			parameter("po_number", "Only the one with this PO number.", textSchema("")),
			parameter("from", "Only those entered on this day or later, in Japan time.", textSchema("date")),
			parameter("to", "Only those entered on this day or earlier, in Japan time.", textSchema("date"))),
	}, a.listOrders)
	register(a, h, operation{
		id: "get-order", method: http.MethodGet, path: "/v1/orders/{order_number}", tag: "orders",
		status: http.StatusOK, scopes: orderReaders, problem: []int{404}, answer: a.examples.orderAnswer,
	}, a.getOrder)
	register(a, h, operation{
		id: "get-certificate", method: http.MethodGet, path: "/v1/orders/{order_number}/certificate", tag: "orders",
		status: http.StatusOK, scopes: orderReaders, problem: []int{304, 404},
	}, a.getCertificate)
}

func joinNames[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, ", ")
}

// idempotencyKey checks the header: 1 to 200 visible ASCII characters.
func idempotencyKey(header string) (string, error) {
	if header == "" {
		return "", models.NewError(models.KindInvalid, codeIdempotencyNone)
	}
	if len(header) > 200 || strings.ContainsFunc(header, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", models.NewError(models.KindInvalid, codeIdempotencyWrong)
	}
	return header, nil
}

func (a *API) enterOrder(ctx context.Context, c call, in *orderInput) (*created[OrderTaken], error) {
	key, err := idempotencyKey(in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	entry, hash, err := readOrder(in.RawBody, a.o.Store.Rules().Entry(), a.o.Store.Today())
	if err != nil {
		return nil, err
	}
	entry.Idempotency = &store.Idempotency{Key: key, BodyHash: hash}
	entered, err := a.o.Store.EnterOrder(ctx, c.actor, entry)
	if err != nil {
		return nil, err
	}
	if !entered.Replayed {
		a.o.Teller.Tell(entered.OutboxID)
	}
	// The same request gets the same answer, however far the order has come since.
	number := entered.Order.OrderNumber
	return &created[OrderTaken]{
		Location: "/v1/orders/" + number,
		Body:     OrderTaken{OrderNumber: number, Status: string(models.OrderReceived)},
	}, nil
}

func (a *API) listOrders(ctx context.Context, c call, _ *noInput) (*answered[OrderList], error) {
	q := query{values: c.query}
	filter := store.OrderFilter{
		Statuses:  someOf(&q, "status", models.OrderStatuses),
		OrderType: oneOf(&q, "order_type", models.OrderTypes),
		PONumber:  q.text("po_number", models.MaxPONumber),
		From:      q.date("from"),
		To:        q.date("to"),
	}
	page := q.page()
	if err := q.errors(); err != nil {
		return nil, err
	}
	rows, next, err := a.o.Store.Orders(ctx, c.actor, filter, page)
	if err != nil {
		return nil, err
	}
	list := OrderList{Orders: make([]OrderSummary, len(rows)), NextCursor: next}
	for i, row := range rows {
		list.Orders[i] = orderSummary(row.Order)
	}
	return &answered[OrderList]{list}, nil
}

func (a *API) getOrder(ctx context.Context, c call, in *orderPath) (*answered[OrderAnswer], error) {
	detail, err := a.orderAt(ctx, c, in.OrderNumber)
	if err != nil {
		return nil, err
	}
	return &answered[OrderAnswer]{orderAnswer(detail, c.actor.Language)}, nil
}

// orderAt finds an order by the number in a path.
func (a *API) orderAt(ctx context.Context, c call, typed string) (store.OrderDetail, error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return store.OrderDetail{}, err
	}
	number, err := orderNumber(typed)
	if err != nil {
		return store.OrderDetail{}, err
	}
	return a.o.Store.OrderDetail(ctx, c.actor, number)
}

// orderNumber normalises an order number. Text that no order number can be is
// not found, before a database sees it.
func orderNumber(typed string) (string, error) {
	return pathNumber(typed, "order")
}

func (a *API) getCertificate(ctx context.Context, c call, in *orderPath) (*document, error) {
	detail, err := a.orderAt(ctx, c, in.OrderNumber)
	if err != nil {
		return nil, err
	}
	order := detail.Order
	return a.document(ctx, c, models.DocumentCertificate, order.ID, "certificate-"+order.OrderNumber+".pdf")
}
