package portal

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
	"golang.org/x/text/width"
)

// renewalOf is a contract's reference renewal price with what was chosen. Holdings
// alone decide what there is to choose from; nothing can be added here.
type renewalOf struct {
	detail store.PortalDetail
	plain  models.RenewalPrice // by the holdings alone
	price  models.RenewalPrice // as chosen; none where something is wrong
	wrong  map[string]models.FieldError
	errs   []models.FieldError
}

// reckonRenewal reads the choices from the address, whose names end in the holding's
// ID, and reckons the price.
func (v *visit) reckonRenewal() (renewalOf, error) {
	d, err := v.Store.PortalContract(v.ctx(), v.account.Email, v.Param("license"))
	if err != nil {
		return renewalOf{}, err
	}
	r := renewalOf{detail: d, wrong: map[string]models.FieldError{}}
	ask := models.RenewalAsk{Today: v.Store.Today()}
	for _, h := range d.Holdings {
		ask.Holdings = append(ask.Holdings, models.RenewalHolding{ID: h.ID, ProductCode: h.ProductCode, Quantity: h.Quantity, EndsOn: h.EndsOn})
	}
	var errs []models.FieldError
	if r.plain, errs = models.PriceRenewal(ask, v.Rules.RenewalPrice); errs != nil {
		return r, models.Invalid(errs...)
	}
	for i := range ask.Holdings {
		r.choose(v, &ask.Holdings[i])
	}
	price, errs := models.PriceRenewal(ask, v.Rules.RenewalPrice)
	for _, e := range errs {
		name := renewalName(ask.Holdings, e.Field)
		if _, told := r.wrong[name]; !told {
			r.refuse(name, e)
		}
	}
	if len(r.errs) == 0 {
		r.price = price
	}
	return r, nil
}

// choose takes what the address says about a holding.
func (r *renewalOf) choose(v *visit, h *models.RenewalHolding) {
	id := "-" + strconv.FormatInt(h.ID, 10)
	h.Into = v.Query("into" + id)
	for name, into := range map[string]*int{"years" + id: &h.Years, "quantity" + id: &h.Renewed} {
		typed := strings.ReplaceAll(strings.TrimSpace(width.Fold.String(v.Query(name))), ",", "")
		if typed == "" {
			continue
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 {
			r.refuse(name, models.Field(name, "number_malformed"))
			continue
		}
		*into = n
	}
}

func (r *renewalOf) refuse(name string, e models.FieldError) {
	e.Field = name
	r.wrong[name] = e
	r.errs = append(r.errs, e)
}

// renewalName gives the form's name of a field of the reckoning: holdings[2].years is years-17.
func renewalName(holdings []models.RenewalHolding, field string) string {
	at, name, _ := strings.Cut(strings.TrimPrefix(field, "holdings["), "].")
	i, err := strconv.Atoi(at)
	if err != nil || i >= len(holdings) {
		return field
	}
	return name + "-" + strconv.FormatInt(holdings[i].ID, 10)
}

// showRenewal shows what renewing the contract costs.
func showRenewal(v *visit) error {
	r, err := v.reckonRenewal()
	if err != nil {
		return err
	}
	c := r.detail.Contract
	view := views.Renewal{
		Frame: v.frame("contracts", v.t("renewal.title")), License: c.LicenseID, Holder: c.Holder.CompanyName, At: contractsAt + "/" + c.LicenseID,
		Priced: len(r.errs) == 0, Sums: ui.RenewalSumsOf(v.language, r.price),
	}
	view.Styles = append(view.Styles, "holdings.css", "renewal.css")
	view.Any = len(r.price.Lines) > 0
	view.PDF = view.At + "/renewal.pdf?" + v.Request.URL.RawQuery
	r.rows(v, &view)
	for _, e := range r.errs {
		name, _, _ := strings.Cut(e.Field, "-")
		view.Wrong = append(view.Wrong, ui.FieldProblem{ID: e.Field, Label: v.t("renewal." + name), Text: texts.Field(v.language, e)})
	}
	status := http.StatusOK
	if len(r.errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, views.RenewalPage(view))
}

// rows shows each holding that can be priced, as chosen or, where something is wrong,
// by itself; and those that cannot.
func (r *renewalOf) rows(v *visit, view *views.Renewal) {
	shown := r.price
	if len(r.errs) > 0 {
		shown = r.plain
	}
	for _, l := range shown.Lines {
		view.Rows = append(view.Rows, r.row(v, l))
	}
	for _, refused := range shown.Refused {
		if refused.Reason == models.RenewalBelowMinimum && len(refused.Choices) > 1 { // another product may take fewer
			view.Rows = append(view.Rows, r.row(v, models.RenewalLine{Holding: refused.Holding, ProductCode: refused.ProductCode, Choices: refused.Choices}))
		}
		view.Refused = append(view.Refused, views.RenewalRefused{
			Product: v.productName(refused.Holding.ProductCode), Quantity: ui.Number(refused.Holding.Quantity),
			EndsOn: ui.Day(v.language, refused.Holding.EndsOn), Reason: ui.RenewalRefused(v.language, refused),
		})
		view.AskDesk = view.AskDesk || refused.Reason.AskDesk()
	}
}

func (r *renewalOf) row(v *visit, l models.RenewalLine) views.RenewalRow {
	id := "-" + strconv.FormatInt(l.Holding.ID, 10)
	product, _ := v.Rules.Catalogue.Product(l.ProductCode)
	field := func(name, value string) ui.InputField {
		f := ui.InputField{Name: name + id, Label: v.t("renewal." + name), Value: value}
		if e, wrong := r.wrong[f.Name]; wrong {
			f.Wrong, f.Value = texts.Field(v.language, e), v.Query(f.Name)
		}
		return f
	}
	row := views.RenewalRow{
		ID: id, Held: v.productName(l.Holding.ProductCode), Quantity: ui.Number(l.Holding.Quantity), EndsOn: ui.Day(v.language, l.Holding.EndsOn),
		Into: field("into", l.ProductCode), Years: field("years", strconv.Itoa(max(l.Years, 1))), Renewed: field("quantity", strconv.Itoa(max(l.Quantity, l.Holding.Renewed))),
	}
	if l.Quantity == 0 {
		row.Renewed.Value = strconv.Itoa(l.Holding.Quantity)
	} else {
		row.Line = ui.RenewalLineOf(v.language, v.Rules.Catalogue, l)
	}
	row.Renewed.Hint = v.t("renewal.quantity_hint", "min", ui.Number(min(product.MinimumQuantity, l.Holding.Quantity)), "max", ui.Number(l.Holding.Quantity))
	for _, code := range l.Choices {
		row.Choices = append(row.Choices, ui.Choice{Value: code, Label: v.productName(code)})
	}
	for n := 1; n <= v.Rules.RenewalPrice.MaxYears; n++ {
		row.Spans = append(row.Spans, ui.Choice{Value: strconv.Itoa(n), Label: ui.YearsText(v.language, n)})
	}
	return row
}

// sendRenewalPDF sends the price as a document.
func sendRenewalPDF(v *visit) error {
	r, err := v.reckonRenewal()
	if err != nil {
		return err
	}
	if len(r.errs) > 0 {
		return models.Invalid(r.errs...)
	}
	license := r.detail.Contract.LicenseID
	pdf, err := v.Documents.RenewalPrice(v.ctx(), v.renewalSheet(r))
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", `attachment; filename="renewal-`+license+`-`+v.Store.Today().String()+`.pdf"`)
	v.Data(http.StatusOK, "application/pdf", pdf.Bytes)
	return nil
}

// renewalSheet says on paper what the page says.
func (v *visit) renewalSheet(r renewalOf) documents.RenewalPrice {
	sums, desk := ui.RenewalSumsOf(v.language, r.price), v.Brand.Support
	sheet := documents.RenewalPrice{
		Language: v.language, LicenseID: r.detail.Contract.LicenseID, Holder: r.detail.Contract.Holder.CompanyName, AsOf: r.price.Today,
		PriceList: sums.List, Disclaimer: v.t("renewal.disclaimer"), Rounding: v.t("renewal.rounding"), Issuer: v.Brand.LegalName,
		Desk: desk.Name.In(v.language) + "　" + desk.Phone + "\n" + desk.Hours.In(v.language) + "\n" + desk.URL,
	}
	for _, l := range r.price.Lines {
		said := ui.RenewalLineOf(v.language, v.Rules.Catalogue, l)
		line := documents.RenewalPriceLine{Product: said.Product, Period: said.Period, Sum: said.Sum, Amount: said.Amount, Held: v.heldText(l.Holding)}
		for _, note := range []string{said.Less, said.Why, said.Reduced} {
			if note != "" {
				line.Notes = append(line.Notes, note)
			}
		}
		sheet.Lines = append(sheet.Lines, line)
	}
	for _, refused := range r.price.Refused {
		sheet.Refused = append(sheet.Refused, documents.RenewalPriceRefused{
			Product: v.productName(refused.Holding.ProductCode), Reason: v.heldText(refused.Holding) + "　" + ui.RenewalRefused(v.language, refused),
		})
	}
	if len(r.price.Lines) > 0 {
		sheet.Sums, sheet.Total = append([][2]string{{v.t("renewal.subtotal"), sums.Subtotal}}, sums.Taxes...), sums.Total
	}
	return sheet
}

// heldText says what is held, and until when.
func (v *visit) heldText(h models.RenewalHolding) string {
	return v.t("renewal.held") + "　" + v.productName(h.ProductCode) + "　" + ui.Number(h.Quantity) + "　" + v.t("portal.ends") + "　" + ui.Day(v.language, h.EndsOn)
}
