package portal

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// contractsPage is how many contracts stand on a page of the list.
const contractsPage = 20

// listContracts shows the contracts of the address that is signed in: what ends
// next first, what has ended last.
func listContracts(v *visit) error {
	filter, errs := v.contractFilter()
	view := views.Contracts{
		Frame: v.frame("contracts", v.t("portal.contracts.title")), License: v.Query("license"), State: v.Query("state"),
		From: v.Query("from"), To: v.Query("to"), Wrong: fieldTexts(v.language, errs), Filtered: v.filtered(),
	}
	view.Styles = append(view.Styles, "holdings.css")
	if len(errs) > 0 {
		return v.show(http.StatusUnprocessableEntity, views.ContractsPage(view))
	}
	rows, next, err := v.Store.PortalContracts(v.ctx(), v.account.Email, filter, store.Page{Cursor: v.Query("cursor"), Limit: contractsPage})
	if err != nil {
		return err
	}
	for _, r := range rows {
		view.Rows = append(view.Rows, v.contractRow(r))
	}
	view.Next, view.Begin = v.listAt(contractsAt, next), v.Query("cursor") != ""
	view.CSV, view.Excel = v.listAt(contractsAt+".csv", ""), v.listAt(contractsAt+".xlsx", "")
	return v.show(http.StatusOK, views.ContractsPage(view))
}

// contractFilter reads the list's filters; what cannot be read is told at its field.
func (v *visit) contractFilter() (store.PortalFilter, []models.FieldError) {
	var f store.PortalFilter
	var errs []models.FieldError
	if typed := strings.TrimSpace(v.Query("license")); typed != "" {
		license, problem := models.ReadPortalLicense("license", typed)
		if problem != nil {
			errs = append(errs, *problem)
		}
		f.License = license
	}
	if state := store.PortalState(v.Query("state")); state == store.PortalCurrent || state == store.PortalEnded {
		f.State = state
	}
	for name, day := range map[string]*models.Date{"from": &f.EndsFrom, "to": &f.EndsTo} {
		if err := day.UnmarshalText([]byte(v.Query(name))); err != nil {
			errs = append(errs, models.Field(name, "date_malformed"))
		}
	}
	return f, errs
}

// listFilters are the parameters of the list's address that narrow it.
var listFilters = []string{"license", "state", "from", "to"}

func (v *visit) filtered() bool {
	for _, name := range listFilters {
		if v.Query(name) != "" {
			return true
		}
	}
	return false
}

// listAt gives an address with the list's filters: of a page from a cursor on, or
// of the whole list in another form. Without a next page there is none.
func (v *visit) listAt(path, cursor string) string {
	if path == contractsAt && cursor == "" {
		return ""
	}
	q := url.Values{}
	for _, name := range listFilters {
		if value := v.Query(name); value != "" {
			q.Set(name, value)
		}
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return (&url.URL{Path: path, RawQuery: q.Encode()}).String()
}

// shownProducts is how many products of a contract the list names.
const shownProducts = 2

func (v *visit) contractRow(r store.PortalRow) views.ContractRow {
	row := views.ContractRow{
		License: r.Contract.LicenseID, Holder: r.Contract.Holder.CompanyName, EndsOn: ui.Day(v.language, r.EndsOn),
		State: v.runsUntil(models.Date{}, r.EndsOn),
	}
	for i, h := range r.Holdings {
		if i == shownProducts {
			row.More = ui.Counted(v.language, "portal.contracts.more", len(r.Holdings)-i)
			break
		}
		row.Products = append(row.Products, v.productName(h.ProductCode))
	}
	return row
}

func (v *visit) productName(code string) string {
	if p, known := v.Rules.Catalogue.Product(code); known {
		return p.Names.In(v.language)
	}
	return code
}

// soonDays is from how many days before its end on an end is marked as near.
const soonDays = 90

// runsUntil says how long something still runs, as a word in a colour.
func (v *visit) runsUntil(start, end models.Date) views.State {
	today := v.Store.Today()
	switch left := today.DaysUntil(end); {
	case left < 0:
		return views.State{Tone: "off", Text: v.t("portal.state.ended")}
	case start.After(today):
		return views.State{Tone: "run", Text: v.t("portal.state.ahead")}
	case left == 0:
		return views.State{Tone: "bad", Text: v.t("portal.state.today")}
	case left <= soonDays:
		return views.State{Tone: "warn", Text: ui.Counted(v.language, "portal.state.left", left)}
	default:
		return views.State{Tone: "ok", Text: ui.Counted(v.language, "portal.state.left", left)}
	}
}
