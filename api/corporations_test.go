package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// registered puts corporations into the house's directory.
func (h *house) registered(records ...models.CorporateRecord) {
	h.t.Helper()
	lines := func(yield func(store.CorporateLine, error) bool) {
		for i, r := range records {
			r.Number, r.Kind, r.Process = directory.SampleNumber(i), "301", models.ProcessRegistered
			r.ChangedOn, r.UpdatedOn = models.NewDate(2020, 1, 1), models.NewDate(2020, 1, 5)
			if !yield(store.CorporateLine{Record: r, Latest: true}, nil) {
				return
			}
		}
	}
	_, err := h.store.ImportCorporations(h.t.Context(), store.CorporationImport{Lines: lines})
	must(h.t, err)
}

func corporationsPath(pairs ...string) string {
	values := url.Values{}
	for pair := range slices.Chunk(pairs, 2) {
		values.Set(pair[0], pair[1])
	}
	return "/v1/corporations?" + values.Encode()
}

func TestSuggestingCompanies(t *testing.T) {
	h := newHouse(t)
	h.registered(
		models.CorporateRecord{Name: "見本商事株式会社", Kana: "ミホンショウジ", PrefectureCode: 13, PostalCode: "1080023", City: "港区", Street: "芝浦３丁目"},
		models.CorporateRecord{Name: "大阪見本商事株式会社", PrefectureCode: 27, PostalCode: "5300001"},
		models.CorporateRecord{Name: "Mihon Holdings", Abroad: "1 Sample Street, London", ClosedOn: models.NewDate(2024, 3, 31), CloseCause: models.CloseLiquidated},
	)
	var list api.CorporationList
	h.get(corporationsPath("query", "㈱見本商事")).want(http.StatusOK, &list)
	if len(list.Corporations) != 2 {
		t.Fatalf("found %+v", list.Corporations)
	}
	want := api.Corporation{
		Number: directory.SampleNumber(0).String(), Name: "見本商事株式会社", NameKana: "ミホンショウジ", PostalCode: "108-0023",
		Prefecture: "東京都", City: "港区", Street: "芝浦３丁目", State: models.CorporationRegistered,
	}
	if list.Corporations[0] != want {
		t.Errorf("found %+v", list.Corporations[0])
	}
	h.get(corporationsPath("query", "見本", "prefecture", "大阪府", "postal_code", "530-0001")).want(http.StatusOK, &list)
	if len(list.Corporations) != 1 || list.Corporations[0].Prefecture != "大阪府" {
		t.Errorf("found %+v in Osaka", list.Corporations)
	}
	h.get(corporationsPath("query", "mihon", "limit", "1")).want(http.StatusOK, &list)
	if c := list.Corporations[0]; c.State != models.CorporationClosed || c.ClosedOn.String() != "2024-03-31" || c.AddressAbroad == "" {
		t.Errorf("found %+v", c)
	}
	h.get(corporationsPath("query", "存在しない会社名")).want(http.StatusOK, &list)
	if list.Corporations == nil || len(list.Corporations) != 0 {
		t.Errorf("nothing is %+v", list.Corporations)
	}
	for _, wrong := range []string{
		corporationsPath(), corporationsPath("query", "株"), corporationsPath("query", "見本", "prefecture", "江戸"),
		corporationsPath("query", "見本", "postal_code", "12"), corporationsPath("query", "見本", "limit", "201"), corporationsPath("query", "見本", "name", "x"),
	} {
		h.get(wrong).problem(http.StatusUnprocessableEntity, "invalid_input")
	}
}

func TestPostalCodesOfTheDirectory(t *testing.T) {
	h := newHouse(t)
	rows := func(yield func(models.PostalCode, error) bool) {
		yield(models.PostalCode{Code: "1080023", PrefectureCode: 13, City: "港区", Town: "芝浦"}, nil)
	}
	_, err := h.store.ImportPostalCodes(t.Context(), rows)
	must(t, err)
	var list api.PlaceList
	h.get("/v1/postal-codes/108-0023").want(http.StatusOK, &list)
	if len(list.Places) != 1 || list.Places[0] != (api.Place{PostalCode: "108-0023", Prefecture: "東京都", City: "港区", Town: "芝浦"}) {
		t.Errorf("places are %+v", list.Places)
	}
	h.get("/v1/postal-codes/0000000").problem(http.StatusNotFound, "postal_code_not_found")
	h.get("/v1/postal-codes/x").problem(http.StatusNotFound, "postal_code_not_found")
}
