package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// resendInput spells out its parts, as decisionInput does.
type resendInput struct {
	DeliveryNumber string `path:"delivery_number" doc:"The delivery number, as in the order's shipment." example:"SHPC7730164"`
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" doc:"1 to 200 visible ASCII characters of your choice, as for orders. A resend ends the present password, so a request that is repeated must not make a second one: the same key with the same body for the same delivery gives the same answer." example:"a0c1f6d2-0f7e-4b57-8d0e-6a1f2b6c9d11"`
	RawBody        []byte `contentType:"application/json"`
}

type resendPath struct {
	ResendNumber string `path:"resend_number" doc:"The resend's number." example:"RS4471902"`
}

func (a *API) mountResends(h huma.API) {
	register(a, h, operation{
		id: "resend-delivery", method: http.MethodPost, path: "/v1/deliveries/{delivery_number}/resend", tag: "deliveries",
		status: http.StatusAccepted, scopes: orderWriters, problem: []int{404, 409}, body: a.examples.resend, answer: a.examples.resendTaken,
	}, a.resendDelivery)
	register(a, h, operation{
		id: "get-resend", method: http.MethodGet, path: "/v1/resends/{resend_number}", tag: "deliveries",
		status: http.StatusOK, scopes: orderReaders, problem: []int{404}, answer: a.examples.resendAnswer,
	}, a.getResend)
}

// resendDelivery takes a resend in. A delivery that is not the caller's is not
// found, whatever the body says.
func (a *API) resendDelivery(ctx context.Context, c call, in *resendInput) (*created[ResendTaken], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	number, err := pathNumber(in.DeliveryNumber, "delivery")
	if err != nil {
		return nil, err
	}
	if _, err := a.o.Store.DeliveryOf(ctx, c.actor, number); err != nil {
		return nil, err
	}
	key, err := idempotencyKey(in.IdempotencyKey)
	if err != nil {
		return nil, err
	}
	request, hash, err := readResend(in.RawBody)
	if err != nil {
		return nil, err
	}
	request.Reference, request.Language, request.LinkKey = number, c.actor.Language, a.o.LinkKey()
	taken, err := a.o.Store.RequestResendOnce(ctx, c.actor, request, store.Idempotency{Key: key, BodyHash: hash})
	if err != nil {
		return nil, err
	}
	if !taken.Replayed {
		a.o.Teller.Tell(taken.OutboxID)
	}
	// The same request gets the same answer, however far the resend has come since.
	return &created[ResendTaken]{
		Location: "/v1/resends/" + taken.Resend.ResendNumber,
		Body: ResendTaken{
			ResendNumber: taken.Resend.ResendNumber, DeliveryNumber: number, Status: string(models.ResendReceived),
		},
	}, nil
}

func (a *API) getResend(ctx context.Context, c call, in *resendPath) (*answered[ResendAnswer], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	number, err := pathNumber(in.ResendNumber, "resend")
	if err != nil {
		return nil, err
	}
	followed, err := a.o.Store.FollowResend(ctx, c.actor, number)
	if err != nil {
		return nil, err
	}
	return &answered[ResendAnswer]{resendAnswer(followed)}, nil
}

// pathNumber reads a number from the path; what can be none is not there.
func pathNumber(typed, what string) (string, error) {
	number := models.NormaliseNumber(typed)
	odd := strings.ContainsFunc(number, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
	if number == "" || len(number) > 40 || odd {
		return "", models.NotFound(what)
	}
	return number, nil
}
