package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// Corporation is a corporation of the public register.
type Corporation struct {
	Number        string                `json:"number" doc:"The corporate number, 13 digits."`
	Name          string                `json:"name" doc:"As registered."`
	NameKana      string                `json:"name_kana,omitempty"`
	PostalCode    string                `json:"postal_code,omitempty" doc:"Of the head office, with hyphen."`
	Prefecture    string                `json:"prefecture,omitempty"`
	City          string                `json:"city,omitempty"`
	Street        string                `json:"street,omitempty"`
	AddressAbroad string                `json:"address_abroad,omitempty" doc:"In place of the other parts, for an address outside Japan."`
	State         models.CorporateState `json:"state" doc:"closed: its register is closed. deleted: its number was given out by mistake."`
	ClosedOn      *models.Date          `json:"closed_on,omitempty" format:"date"`
}

// CorporationList answers a search.
type CorporationList struct {
	Corporations []Corporation `json:"corporations" doc:"Best match first."`
}

// Place is what a postal code stands for.
type Place struct {
	PostalCode string `json:"postal_code" doc:"With hyphen."`
	Prefecture string `json:"prefecture"`
	City       string `json:"city"`
	Town       string `json:"town,omitempty"`
}

// PlaceList are the places of a postal code.
type PlaceList struct {
	Places []Place `json:"places" doc:"Most codes have one."`
}

type postalCodePath struct {
	Code string `path:"code" doc:"Seven digits, with or without hyphen." example:"108-0023"`
}

func (a *API) mountDirectory(h huma.API) {
	register(a, h, operation{
		id: "search-corporations", method: http.MethodGet, path: "/v1/corporations", tag: "directory",
		status: http.StatusOK, scopes: applicationReaders, problem: []int{422}, answer: exampleCorporations,
		query: []*huma.Param{
			parameter("query", "Part of a name, at least two characters, or a corporate number. Width, kana, case, company types and old forms of characters make no difference.", textSchema("")),
			parameter("prefecture", "Only head offices there.", enumSchema(models.Prefectures)),
			parameter("postal_code", "Only head offices there; with or without hyphen.", textSchema("")),
			limitParameter(suggestions),
		},
	}, a.searchCorporations)
	register(a, h, operation{
		id: "get-postal-code", method: http.MethodGet, path: "/v1/postal-codes/{code}", tag: "directory",
		status: http.StatusOK, scopes: applicationReaders, problem: []int{404, 422}, answer: examplePlaces,
	}, a.getPostalCode)
}

var exampleCorporations = CorporationList{Corporations: []Corporation{{
	Number: models.NewCorporateNumber(990_000_000_000).String(), Name: "株式会社みなと精機", NameKana: "ミナトセイキ", PostalCode: "108-0023",
	Prefecture: "東京都", City: "港区", Street: "芝浦３丁目４番１号", State: models.CorporationRegistered,
}}}

var examplePlaces = PlaceList{Places: []Place{{PostalCode: "108-0023", Prefecture: "東京都", City: "港区", Town: "芝浦"}}}

// shortestQuery is how many characters a search needs: the rule of company suggestions.
const shortestQuery = 2

func (a *API) searchCorporations(ctx context.Context, c call, _ *noInput) (*answered[CorporationList], error) {
	q := query{values: c.query}
	wanted := store.CorporationQuery{
		Name: q.text("query", models.MaxNameLength), PostalCode: q.text("postal_code", 20),
		PrefectureCode: models.PrefectureCode(oneOf(&q, "prefecture", models.Prefectures)),
		Limit:          q.limit(suggestions),
	}
	if len([]rune(models.NameKey(wanted.Name))) < shortestQuery {
		q.wrong = append(q.wrong, models.Field("query", "too_short", "min", "2"))
	}
	if _, ok := models.NormalisePostalCode(wanted.PostalCode); wanted.PostalCode != "" && !ok {
		q.wrong = append(q.wrong, models.Field("postal_code", "postal_code_malformed"))
	}
	if err := q.errors(); err != nil {
		return nil, err
	}
	found, err := a.o.Store.SearchCorporations(ctx, wanted)
	if err != nil {
		return nil, err
	}
	list := CorporationList{Corporations: make([]Corporation, len(found))}
	for i, f := range found {
		list.Corporations[i] = corporation(f)
	}
	return &answered[CorporationList]{list}, nil
}

func corporation(c models.Corporation) Corporation {
	answer := Corporation{
		Number: c.Number.String(), Name: c.Name, NameKana: c.Kana, PostalCode: models.WrittenPostalCode(c.PostalCode),
		Prefecture: c.Prefecture(), City: c.City, Street: c.Street, AddressAbroad: c.Abroad, State: c.State(),
	}
	if !c.ClosedOn.IsZero() {
		answer.ClosedOn = &c.ClosedOn
	}
	return answer
}

func (a *API) getPostalCode(ctx context.Context, c call, in *postalCodePath) (*answered[PlaceList], error) {
	q := query{values: c.query}
	if err := q.errors(); err != nil {
		return nil, err
	}
	places, err := a.o.Store.PostalCode(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	list := PlaceList{Places: make([]Place, len(places))}
	for i, p := range places {
		list.Places[i] = Place{PostalCode: models.WrittenPostalCode(p.Code), Prefecture: p.Prefecture(), City: p.City, Town: p.Town}
	}
	return &answered[PlaceList]{list}, nil
}
