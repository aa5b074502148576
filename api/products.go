package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
)

// Product is a row of the catalogue.
type Product struct {
	Code                string `json:"code"`
	Name                string `json:"name" doc:"In the caller's language."`
	Family              string `json:"family" doc:"Code of the family."`
	FamilyName          string `json:"family_name" doc:"In the caller's language."`
	Credits             bool   `json:"credits" doc:"Must agree with the application's credits."`
	ApplicationAccepted bool   `json:"application_accepted" doc:"False: applications for it are not taken here, so an order for it is sent back."`
}

func (a *API) mountProducts(h huma.API) {
	register(a, h, operation{
		id: "list-products", method: http.MethodGet, path: "/v1/products", tag: "products",
		status: http.StatusOK, problem: []int{422}, answer: a.examples.products,
	}, a.listProducts)
}

func (a *API) listProducts(_ context.Context, c call, _ *noInput) (*answered[[]Product], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	catalogue := a.o.Store.Rules().Catalogue
	known := catalogue.Products()
	products := make([]Product, len(known))
	for i, p := range known {
		products[i] = Product{
			Code: p.Code, Name: p.Names.In(c.actor.Language), Family: p.Family, FamilyName: familyName(catalogue, p, c.actor.Language),
			Credits: p.Credits, ApplicationAccepted: p.ApplicationAccepted,
		}
	}
	return &answered[[]Product]{products}, nil
}

func familyName(catalogue *models.Catalogue, p models.Product, lang models.Language) string {
	family, _ := catalogue.Family(p.Family)
	return family.Names.In(lang)
}
