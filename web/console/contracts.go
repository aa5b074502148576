package console

import (
	"net/http"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// listContracts lists contracts, newest first.
func listContracts(v *visit) error {
	q := v.Request.URL.Query()
	list, next, err := v.Store.Contracts(v.ctx(), store.ContractFilter{Query: q.Get("q")}, store.Page{Cursor: q.Get("cursor")})
	if err != nil {
		return err
	}
	frame, err := v.frame("contracts", v.t("console.contracts.title"))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ContractsPage(views.Contracts{
		Frame: frame, Query: q.Get("q"), Rows: v.contractRows(list), Pager: pagerOf("/console/contracts", q, next),
	}))
}

func (v *visit) contractRows(list []models.Contract) []views.ContractRow {
	rows := make([]views.ContractRow, len(list))
	for i, c := range list {
		rows[i] = views.ContractRow{Contract: c, State: v.contractState(c)}
	}
	return rows
}

// showContract is the page of one contract: what is held, and how it came to be.
func showContract(v *visit) error {
	page, err := v.contractPage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, views.ContractPage(page))
}

func (v *visit) contractPage() (views.Contract, error) {
	d, err := v.Store.ContractByLicense(v.ctx(), v.actor(), v.Param("license"))
	if err != nil {
		return views.Contract{}, err
	}
	frame, err := v.frame("contracts", d.Contract.LicenseID)
	if err != nil {
		return views.Contract{}, err
	}
	frame.Here = "/console/contracts/" + d.Contract.LicenseID
	frame.Styles = append(frame.Styles, "contacts.css")
	page := views.Contract{Frame: frame, Contract: d.Contract, State: v.contractState(d.Contract)}
	for _, h := range d.Holdings {
		page.Holdings = append(page.Holdings, v.holding(h))
	}
	for i := len(d.Changes) - 1; i >= 0; i-- {
		c := d.Changes[i]
		made := v.made(c)
		page.History = append(page.History, views.ChangeRow{
			When: ui.Moment(v.language, c.CreatedAt), Kind: made.Kind, Product: made.Product, Quantity: made.Quantity,
			Period: made.Period, Reduced: made.Reduced, NewCode: made.NewCode,
		})
	}
	if err := v.fillFurtherCodes(&page, d.Contract, d.Holdings); err != nil {
		return page, err
	}
	if page.Portal, err = v.portalAccess(d.Contract); err != nil {
		return page, err
	}
	if page.Notices, err = v.notices(d.Contract.ID); err != nil {
		return page, err
	}
	if page.Inquiries, err = v.inquiriesAbout(0, d.Contract.ID); err != nil {
		return page, err
	}
	tasks, err := v.Store.TasksOfContract(v.ctx(), d.Contract.ID)
	if err != nil {
		return page, err
	}
	for _, t := range tasks {
		page.Tasks = append(page.Tasks, v.taskRow(t.Task, &t.Mail))
	}
	if page.Changes, err = v.contractChanges(d.Contract.ID); err != nil {
		return page, err
	}
	page.Edit = v.staffMember.Role.AtLeast(models.RoleClerk) && !d.Contract.Void
	asked, err := v.Store.NameChangesOf(v.ctx(), d.Contract.ID)
	if err != nil {
		return page, err
	}
	if page.NameChanges, err = v.nameChangeRows(asked); err != nil {
		return page, err
	}
	for _, o := range d.Orders {
		page.Orders = append(page.Orders, views.OrderLink{
			Number: o.OrderNumber, State: v.state(o), When: ui.Moment(v.language, o.CreatedAt),
		})
	}
	return page, nil
}

// holding shows a product on the contract; its code stays masked until somebody asks.
func (v *visit) holding(h models.Holding) views.HoldingRow {
	row := views.HoldingRow{
		ID: h.ID, Product: v.product(h.ProductCode), Code: h.ProductCode, Quantity: h.Quantity,
		Period: v.period(h.StartsOn, h.EndsOn), State: v.holdingState(h),
	}
	if h.CodeHash != nil && v.Reveal != nil {
		product, _ := v.Rules.Catalogue.Product(h.ProductCode)
		row.Masked = product.CodePrefix + "-••••-•••••-•••••-•••••-•••••-•••••"
	}
	return row
}

func (v *visit) holdingState(h models.Holding) views.Pill {
	today := v.Store.Today()
	switch {
	case h.EndsOn.Before(today):
		return views.Pill{Tone: "off", Text: v.t("console.holding.ended")}
	case h.StartsOn.After(today):
		return views.Pill{Tone: "run", Text: v.t("console.holding.ahead")}
	}
	return views.Pill{Tone: "ok", Text: v.t("console.holding.current")}
}
