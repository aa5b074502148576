package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// decisionInput spells out the fields of orderPath and bodyInput: huma does not
// look into embedded types that are not exported.
type decisionInput struct {
	OrderNumber string `path:"order_number" doc:"The order number." example:"ORDC4830217"`
	RawBody     []byte `contentType:"application/json"`
}

func (a *API) mountDecisions(h huma.API) {
	problems := []int{404, 409}
	register(a, h, operation{
		id: "reapply-order", method: http.MethodPost, path: "/v1/orders/{order_number}/reapply", tag: "orders",
		status: http.StatusAccepted, scopes: orderWriters, problem: problems, body: a.examples.reapply, answer: a.examples.decided,
	}, a.reapplyOrder)
	register(a, h, operation{
		id: "replace-order", method: http.MethodPost, path: "/v1/orders/{order_number}/replace", tag: "orders",
		status: http.StatusAccepted, scopes: orderWriters, problem: problems, body: a.examples.replace, answer: a.examples.decided,
	}, a.replaceOrder)
	register(a, h, operation{
		id: "cancel-order", method: http.MethodPost, path: "/v1/orders/{order_number}/cancel", tag: "orders",
		status: http.StatusAccepted, scopes: orderWriters, problem: problems, body: a.examples.cancel, answer: a.examples.cancelled,
	}, a.cancelOrder)
}

func (a *API) reapplyOrder(ctx context.Context, c call, in *decisionInput) (*answered[OrderTaken], error) {
	return a.decide(ctx, c, in, func(d store.Decide) (store.Decided, error) {
		receipt, err := readReapply(in.RawBody)
		if err != nil {
			return store.Decided{}, err
		}
		return a.o.Store.ReapplyOrder(ctx, c.actor, d, receipt)
	})
}

func (a *API) replaceOrder(ctx context.Context, c call, in *decisionInput) (*answered[OrderTaken], error) {
	return a.decide(ctx, c, in, func(d store.Decide) (store.Decided, error) {
		sheet, err := readReplace(in.RawBody, a.o.Store.Rules().Entry(), a.o.Store.Today())
		if err != nil {
			return store.Decided{}, err
		}
		return a.o.Store.ReplaceOrder(ctx, c.actor, d, sheet)
	})
}

func (a *API) cancelOrder(ctx context.Context, c call, in *decisionInput) (*answered[OrderTaken], error) {
	return a.decide(ctx, c, in, func(d store.Decide) (store.Decided, error) {
		reason, err := readCancel(in.RawBody)
		if err != nil {
			return store.Decided{}, err
		}
		return a.o.Store.CancelOrder(ctx, c.actor, d, reason)
	})
}

// decide passes a decision on to the database, which alone accepts or refuses
// it. An order that is not the caller's is not found, whatever the body says, so
// that an answer about the body betrays no order number.
func (a *API) decide(ctx context.Context, c call, in *decisionInput, decision func(store.Decide) (store.Decided, error)) (*answered[OrderTaken], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	number, err := orderNumber(in.OrderNumber)
	if err != nil {
		return nil, err
	}
	if _, err := a.o.Store.OrderByNumber(ctx, c.actor, number); err != nil {
		return nil, err
	}
	decided, err := decision(store.Decide{OrderNumber: number})
	if err != nil {
		return nil, err
	}
	a.o.Teller.Tell(decided.OutboxID)
	return &answered[OrderTaken]{orderTaken(decided.Order)}, nil
}

func orderTaken(o models.Order) OrderTaken {
	return OrderTaken{OrderNumber: o.OrderNumber, Status: string(o.Status)}
}
