package console

import (
	"net/http"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// corporationHits is how many corporations a search lists.
const corporationHits = 50

// shortestName is how many characters a search for a name needs.
const shortestName = 2

// listCorporations searches the directory of corporations.
func listCorporations(v *visit) error {
	q := v.Request.URL.Query()
	frame, err := v.frame("corporations", v.t("console.corporations.title"))
	if err != nil {
		return err
	}
	page := views.Corporations{
		Frame: frame, Query: q.Get("q"), Prefecture: q.Get("prefecture"), PostalCode: q.Get("postal_code"), Wrong: map[string]string{},
		Prefectures: []ui.Choice{{Label: v.t("console.corporations.anywhere")}},
	}
	for _, p := range models.Prefectures {
		page.Prefectures = append(page.Prefectures, ui.Choice{Value: p, Label: p})
	}
	there, err := v.Store.Directory(v.ctx())
	if err != nil {
		return err
	}
	page.Empty = !there.Corporations
	if strings.TrimSpace(page.Query) == "" && page.PostalCode == "" && page.Prefecture == "" {
		return v.show(http.StatusOK, views.CorporationsPage(page))
	}
	if err := v.searchCorporations(&page); err != nil {
		return err
	}
	status := http.StatusOK
	if len(page.Wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, views.CorporationsPage(page))
}

func (v *visit) searchCorporations(page *views.Corporations) error {
	if _, ok := models.NormalisePostalCode(page.PostalCode); page.PostalCode != "" && !ok {
		page.Wrong["postal_code"] = v.t("field.postal_code_malformed")
	}
	_, notNumber := models.ParseCorporateNumber(page.Query)
	if notNumber != nil && len([]rune(models.NameKey(page.Query))) < shortestName {
		page.Wrong["q"] = v.t("console.corporations.too_short")
	}
	if len(page.Wrong) > 0 {
		return nil
	}
	list, err := v.Store.SearchCorporations(v.ctx(), store.CorporationQuery{
		Name: page.Query, PrefectureCode: models.PrefectureCode(page.Prefecture), PostalCode: page.PostalCode, Limit: corporationHits,
	})
	page.Searched = true
	for _, c := range list {
		page.Rows = append(page.Rows, v.corporationRow(c))
	}
	return err
}

func (v *visit) corporationRow(c models.Corporation) views.CorporationRow {
	return views.CorporationRow{
		Number: c.Number.String(), Name: c.Name, Kana: c.Kana, Address: corporateAddress(c.CorporateRecord), State: v.corporateState(c.CorporateRecord),
	}
}

// corporateAddress is the head office's address on a line.
func corporateAddress(r models.CorporateRecord) string {
	if r.Abroad != "" {
		return r.Abroad
	}
	address := r.Prefecture() + r.City + r.Street
	if r.PostalCode == "" {
		return address
	}
	return "〒" + models.WrittenPostalCode(r.PostalCode) + " " + address
}

var corporateTones = map[models.CorporateState]string{
	models.CorporationRegistered: "ok", models.CorporationClosed: "warn", models.CorporationDeleted: "off",
}

func (v *visit) corporateState(r models.CorporateRecord) views.Pill {
	return views.Pill{Tone: corporateTones[r.State()], Text: v.t("console.corporation_state." + string(r.State()))}
}

// showCorporation is what the directory knows of a corporation: names and places
// of before, who took it over, and the contracts held under its names.
func showCorporation(v *visit) error {
	number, err := models.ParseCorporateNumber(v.Param("number"))
	if err != nil {
		return models.NotFound("corporation")
	}
	d, err := v.Store.Corporation(v.ctx(), number)
	if err != nil {
		return err
	}
	frame, err := v.frame("corporations", d.Corporation.Name)
	if err != nil {
		return err
	}
	c := d.Corporation
	page := views.Corporation{
		Frame: frame, CorporationRow: v.corporationRow(c), English: c.EnglishName, ChangeCause: c.ChangeCause,
		ClosedOn: ui.Day(v.language, c.ClosedOn), ChangedOn: ui.Day(v.language, c.ChangedOn), Process: v.corporateProcess(c.CorporateRecord),
		Contracts: v.contractRows(d.Contracts), Hidden: c.Hidden,
	}
	if c.CloseCause != "" {
		page.CloseCause = v.wordOr("console.close_cause."+c.CloseCause, c.CloseCause)
	}
	if d.Successor != nil {
		row := v.corporationRow(*d.Successor)
		page.Successor = &row
	}
	for _, t := range d.TakenOver {
		page.TakenOver = append(page.TakenOver, v.corporationRow(t))
	}
	for _, p := range d.Past {
		page.Past = append(page.Past, views.PastCorporation{
			Day: ui.Day(v.language, p.ChangedOn), Process: v.corporateProcess(p.CorporateRecord), Name: p.Name, Renamed: p.Name != c.Name,
			Address: corporateAddress(p.CorporateRecord),
		})
	}
	return v.show(http.StatusOK, views.CorporationPage(page))
}

// corporateProcess says in words what happened to a corporation.
func (v *visit) corporateProcess(r models.CorporateRecord) string {
	word := v.wordOr("console.corporate_process."+string(r.Process), string(r.Process))
	if r.Correction {
		word += v.t("console.corporation.correction")
	}
	return word
}
