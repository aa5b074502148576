package console

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
	"golang.org/x/text/width"
)

// blankRows are those for products beyond the contract's; maxRows bounds them all.
const (
	blankRows = 3
	maxRows   = 60
)

// calculator reads a GET form and shows what it comes to.
type calculator struct {
	*visit
	ask   models.RenewalAsk
	rows  []calculatorRow
	wrong map[string]models.FieldError
	order []models.FieldError
	price models.RenewalPrice
}

// calculatorRow is what stands in one row, and where it went in the ask.
type calculatorRow struct {
	product, into, held, renewed, added, years, ends string
	holding, addition                                int // -1 for none
}

// showRenewalPrice is the calculator of renewal prices, empty or begun with a contract.
func showRenewalPrice(v *visit) error {
	c := calculator{visit: v, wrong: map[string]models.FieldError{}, ask: models.RenewalAsk{Staff: true, Today: v.Store.Today()}}
	holder, err := c.fill()
	if err != nil {
		return err
	}
	c.read()
	if len(c.order) == 0 {
		price, errs := models.PriceRenewal(c.ask, v.Rules.RenewalPrice)
		c.price = price
		for _, e := range errs {
			c.refuse(c.nameOf(e.Field), e)
		}
	}
	frame, err := v.frame("contracts", v.t("console.renewal.title"))
	if err != nil {
		return err
	}
	page := views.Renewal{
		Frame: frame, License: v.Query("license"), Holder: holder, Any: len(c.price.Lines) > 0, Sums: ui.RenewalSumsOf(v.language, c.price),
		More: strconv.Itoa(min(len(c.rows)+blankRows, maxRows)), Day: c.field("day", c.ask.Today.String()),
	}
	page.Styles = append(page.Styles, "renewal.css")
	page.Day.Type = "date"
	c.choices(&page)
	for i := range c.rows {
		page.Rows = append(page.Rows, c.row(i))
	}
	for _, e := range c.order {
		page.Problems = append(page.Problems, ui.FieldProblem{ID: e.Field, Label: c.label(e.Field), Text: texts.Field(v.language, e)})
	}
	status := http.StatusOK
	if len(c.order) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, views.RenewalPage(page))
}

// fill takes the rows from the address, or from the contract that it names.
func (c *calculator) fill() (holder string, err error) {
	n, _ := strconv.Atoi(c.Query("rows"))
	license := c.Query("license")
	for i := 0; c.Request.URL.Query().Has(fmt.Sprintf("product-%d", i)) && i < maxRows; i++ {
		at := func(name string) string { return strings.TrimSpace(c.Query(fmt.Sprintf("%s-%d", name, i))) }
		c.rows = append(c.rows, calculatorRow{
			product: at("product"), into: at("into"), held: at("held"), renewed: at("quantity"), added: at("added"), years: cmp.Or(at("years"), "1"), ends: at("ends"),
		})
	}
	fresh := len(c.rows) == 0
	if license != "" {
		d, err := c.Store.ContractByLicense(c.ctx(), c.actor(), license)
		if err != nil {
			return "", err
		}
		holder = d.Contract.Holder.CompanyName
		for i := 0; fresh && i < min(len(d.Holdings), maxRows-blankRows); i++ {
			c.rows = append(c.rows, ofHolding(d.Holdings[i], c.Store.Today()))
		}
	}
	if fresh {
		n = max(n, len(c.rows)+blankRows)
	}
	for len(c.rows) < min(max(n, 1), maxRows) {
		c.rows = append(c.rows, calculatorRow{years: "1"})
	}
	return holder, nil
}

// ofHolding begins a row with what is held: what has a year or more left is kept,
// what has ended is left out of the price by its row being renewed only on wish.
func ofHolding(h models.Holding, today models.Date) calculatorRow {
	row := calculatorRow{product: h.ProductCode, held: strconv.Itoa(h.Quantity), ends: h.EndsOn.String(), years: "1"}
	if !h.EndsOn.Before(today.AddMonths(12)) || h.EndsOn.Before(today) {
		row.years = "0"
	}
	return row
}

// read makes the ask of the rows; what is no number is told at its field.
func (c *calculator) read() {
	if typed := c.Query("day"); typed != "" {
		if day, err := models.ParseDate(typed); err == nil {
			c.ask.Today = day
		} else {
			c.refuse("day", models.Field("day", "date_malformed"))
		}
	}
	for i := range c.rows {
		r := &c.rows[i]
		r.holding, r.addition = -1, -1
		held, renewed, added, years := c.number(i, "held", r.held), c.number(i, "quantity", r.renewed), c.number(i, "added", r.added), c.number(i, "years", r.years)
		if r.product == "" {
			continue
		}
		if held == 0 {
			held = renewed
		}
		if held > 0 {
			h := models.RenewalHolding{ProductCode: r.product, Quantity: held, EndsOn: c.endOf(*r), Into: r.into, Years: years, Renewed: renewed, Kept: years == 0}
			if _, known := c.Rules.Catalogue.Product(r.product); !known {
				c.refuse(fmt.Sprintf("product-%d", i), models.Field("product", "product_unknown"))
			}
			r.holding = len(c.ask.Holdings)
			c.ask.Holdings = append(c.ask.Holdings, h)
		}
		if added > 0 {
			product := r.product
			if r.into != "" {
				product = r.into
			}
			r.addition = len(c.ask.Additions)
			c.ask.Additions = append(c.ask.Additions, models.RenewalAddition{ProductCode: product, Quantity: added, Years: max(years, 1)})
		}
		if held == 0 && added == 0 {
			c.refuse(fmt.Sprintf("quantity-%d", i), models.Field("quantity", "required"))
		}
	}
}

// endOf is the end of what is held; without one it ends today, so that nothing is said of its time.
func (c *calculator) endOf(r calculatorRow) models.Date {
	if end, err := models.ParseDate(r.ends); err == nil {
		return end
	}
	return c.ask.Today
}

func (c *calculator) number(i int, name, typed string) int {
	typed = strings.ReplaceAll(strings.TrimSpace(width.Fold.String(typed)), ",", "")
	if typed == "" {
		return 0
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 0 || n > models.RenewalMaxQuantity {
		c.refuse(fmt.Sprintf("%s-%d", name, i), models.Field(name, "number_malformed"))
		return 0
	}
	return n
}

func (c *calculator) refuse(name string, e models.FieldError) {
	if _, told := c.wrong[name]; told {
		return
	}
	e.Field = name
	c.wrong[name] = e
	c.order = append(c.order, e)
}

// nameOf gives the form's name of a field of the reckoning.
func (c *calculator) nameOf(field string) string {
	list, rest, ok := strings.Cut(field, "[")
	at, name, _ := strings.Cut(rest, "].")
	n, err := strconv.Atoi(at)
	if !ok || err != nil {
		return field
	}
	for i, r := range c.rows {
		switch {
		case list == "holdings" && r.holding == n:
			return fmt.Sprintf("%s-%d", name, i)
		case list == "additions" && r.addition == n && name == "quantity":
			return fmt.Sprintf("added-%d", i)
		case list == "additions" && r.addition == n:
			return fmt.Sprintf("%s-%d", name, i)
		}
	}
	return field
}

func (c *calculator) label(name string) string {
	name, _, _ = strings.Cut(name, "-")
	return c.t("console.renewal.field." + name)
}

func (c *calculator) field(name, value string) ui.InputField {
	f := ui.InputField{Name: name, Label: c.label(name), Value: value}
	if e, wrong := c.wrong[name]; wrong {
		f.Wrong = texts.Field(c.language, e)
	}
	return f
}

// row shows a row with what it came to.
func (c *calculator) row(i int) views.RenewalRow {
	r := c.rows[i]
	field := func(name, value string) ui.InputField { return c.field(fmt.Sprintf("%s-%d", name, i), value) }
	row := views.RenewalRow{
		Index: strconv.Itoa(i), Ends: r.ends, Product: field("product", r.product), Into: field("into", r.into), Held: field("held", r.held),
		Renewed: field("quantity", r.renewed), Added: field("added", r.added), Years: field("years", r.years),
	}
	if end, err := models.ParseDate(r.ends); err == nil {
		row.EndsOn = ui.Day(c.language, end)
	}
	if product, known := c.Rules.Catalogue.Product(r.product); known && len(product.RenewsTo) > 0 {
		row.Choices = []ui.Choice{{Value: "", Label: c.t("console.renewal.into_same")}}
		for _, code := range product.RenewsTo {
			if code != r.product {
				row.Choices = append(row.Choices, ui.Choice{Value: code, Label: c.product(code)})
			}
		}
	}
	for _, l := range c.price.Lines {
		if l.Addition && l.Asked() == r.addition || !l.Addition && l.Asked() == r.holding {
			said := ui.RenewalLineOf(c.language, c.Rules.Catalogue, l)
			if l.Addition {
				said.Sum = c.t("console.renewal.added") + " " + said.Sum
			}
			row.Lines = append(row.Lines, said)
		}
	}
	for _, refused := range c.price.Refused {
		if refused.Asked == r.holding {
			row.Refused = ui.RenewalRefused(c.language, refused)
		}
	}
	return row
}

// choices lists all products by family, and the years.
func (c *calculator) choices(page *views.Renewal) {
	for _, f := range c.Rules.Catalogue.Families() {
		family := views.FamilyChoices{Name: f.Names.In(c.language)}
		for _, p := range c.Rules.Catalogue.ProductsOf(f.Code) {
			family.Products = append(family.Products, ui.Choice{Value: p.Code, Label: p.Names.In(c.language) + "　" + p.Code})
		}
		page.Families = append(page.Families, family)
	}
	page.Years = []ui.Choice{{Value: "0", Label: c.t("console.renewal.kept")}}
	for n := 1; n <= c.Rules.RenewalPrice.MaxYears; n++ {
		page.Years = append(page.Years, ui.Choice{Value: strconv.Itoa(n), Label: ui.YearsText(c.language, n)})
	}
}

// notices shows the renewal notices about a contract, newest first.
func (v *visit) notices(contractID int64) ([]views.SentNotice, error) {
	list, err := v.Store.RenewalNotices(v.ctx(), contractID)
	if err != nil {
		return nil, err
	}
	rows := make([]views.SentNotice, len(list))
	for i, n := range list {
		rows[i] = views.SentNotice{
			When: ui.Moment(v.language, n.CreatedAt), Days: ui.Counted(v.language, "console.notices.days", n.Days), EndsOn: ui.Day(v.language, n.EndsOn),
			Role: v.t("renewal.role." + string(n.Role)), Recipient: n.Recipient, State: v.noticeState(n.Mail, n.DigestID != nil),
		}
	}
	return rows, nil
}

func (v *visit) noticeState(m *models.Mail, wished bool) views.Pill {
	switch {
	case !wished:
		return views.Pill{Tone: "off", Text: v.t("console.notices.unsubscribed")}
	case m == nil:
		return views.Pill{Tone: "run", Text: v.t("console.notices.noted")}
	}
	return v.mailState(*m)
}
