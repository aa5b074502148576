package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
)

// ActivationCodeAnswer is what an activation code stands for.
type ActivationCodeAnswer struct {
	ProductCode string           `json:"product_code"`
	ProductName string           `json:"product_name" doc:"In the caller's language."`
	Quantity    int              `json:"quantity"`
	StartsOn    models.Date      `json:"starts_on" format:"date" doc:"First day of the newest period, Japan time."`
	EndsOn      models.Date      `json:"ends_on" format:"date" doc:"Last day, Japan time."`
	LicenseID   string           `json:"license_id"`
	Valid       bool             `json:"valid" doc:"Whether the code works now."`
	State       models.CodeState `json:"state" enum:"valid,registering,not_started,ended,void,revoked" doc:"Why it does not: the contract is being registered, the period lies ahead, the period is over, the contract was merged into another, or the code was revoked."`
	Revoked     bool             `json:"revoked" doc:"Whether the vendor revoked the code; only codes of a kind are ever revoked."`
	Kind        string           `json:"kind" doc:"Empty for the code that came with the product. A further code has the kind under which the holder asked for it, such as offline." example:"offline"`
	CodeKind    models.CodeKind  `json:"code_kind" enum:"activation_code,serial_number" doc:"What the code is called."`
}

type codePath struct {
	Code string `path:"code" doc:"The activation code or serial number; width, case, spaces and hyphens make no difference." example:"OS-NQ9V-7FZ2F-S4UF3-U7JSD-7W9UU-05KNA"`
}

func (a *API) mountActivationCodes(h huma.API) {
	register(a, h, operation{
		id: "get-activation-code", method: http.MethodGet, path: "/v1/activation-codes/{code}", tag: "products",
		status: http.StatusOK, scopes: orderReaders, problem: []int{404}, answer: exampleCode(a.examples),
	}, a.getActivationCode)
}

func exampleCode(e examples) ActivationCodeAnswer {
	return ActivationCodeAnswer{
		ProductCode: e.products[0].Code, ProductName: e.products[0].Name, Quantity: 50,
		StartsOn: models.NewDate(2026, 12, 1), EndsOn: models.NewDate(2027, 11, 30), LicenseID: "10000001", Valid: true, State: models.CodeValid,
		CodeKind: models.CodeActivation,
	}
}

// getActivationCode tells of a code that the caller's own orders led to. What can be
// no code, a code of somebody else's and none at all are alike not there.
func (a *API) getActivationCode(ctx context.Context, c call, in *codePath) (*answered[ActivationCodeAnswer], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	hash := a.o.CodeHash(in.Code)
	if hash == "" {
		return nil, models.NotFound("activation_code")
	}
	d, err := a.o.Store.HoldingByCode(ctx, c.actor, hash)
	if err != nil {
		return nil, err
	}
	product, _ := a.o.Store.Rules().Catalogue.Product(d.ProductCode())
	answer := ActivationCodeAnswer{
		ProductCode: d.ProductCode(), ProductName: product.Names.In(c.actor.Language), Quantity: d.Holding.Quantity,
		StartsOn: d.Holding.StartsOn, EndsOn: d.Holding.EndsOn, LicenseID: d.Contract.LicenseID,
		State: d.Holding.CodeStateAt(d.Contract, a.o.Store.Now()), CodeKind: product.CodeKind,
	}
	if d.Issued != nil {
		answer.State, answer.Kind = d.Issued.StateAt(d.Holding, d.Contract, a.o.Store.Now()), d.Issued.Kind
		if kind, known := a.o.Store.Rules().Activation.Kind(d.Issued.Kind); known {
			answer.CodeKind = kind.CodeKindOf(product)
		}
	}
	answer.Valid, answer.Revoked = answer.State == models.CodeValid, answer.State == models.CodeRevoked
	return &answered[ActivationCodeAnswer]{answer}, nil
}
