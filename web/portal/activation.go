package portal

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/texts"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// showActivationKinds lists the kinds of codes that can be asked for, as the profile
// has them.
func showActivationKinds(v *visit) error {
	page := views.ActivationKinds{Frame: v.activationFrame(v.t("portal.activation.title"))}
	for _, k := range v.Rules.Activation.Kinds {
		page.Kinds = append(page.Kinds, v.activationKind(k))
	}
	requests, err := v.Store.ActivationRequestsOf(v.ctx(), v.account.Email, 0)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if r.StatusAt(v.Clock()) == models.ActivationWaiting {
			page.Waiting++
		}
	}
	return v.show(http.StatusOK, views.ActivationKindsPage(page))
}

func (v *visit) activationFrame(title string) views.Frame {
	frame := v.frame("activation", title)
	frame.Styles = append(frame.Styles, "holdings.css", "name_change.css", "activation.css")
	frame.Scripts = []string{"delivery.js", "activation.js"}
	return frame
}

// activationKind says of a kind what people want to know before they choose it.
func (v *visit) activationKind(k models.ActivationKind) views.ActivationKind {
	kind := views.ActivationKind{
		Name: k.Names.In(v.language), At: activationAt + "/" + k.Code, Link: !k.ByConsent(),
		Needs: []string{v.t("portal.activation.needs_license")}, How: v.t("portal.activation.by." + string(k.ConfirmedBy)),
	}
	switch {
	case k.CodeAsked && k.AskedPrefix != "":
		kind.Needs = append(kind.Needs, v.t("portal.activation.needs_code_prefix", "prefix", k.AskedPrefix))
	case k.CodeAsked && k.Offline():
		kind.Needs = append(kind.Needs, v.t("portal.activation.needs_online_code"))
	case k.CodeAsked:
		kind.Needs = append(kind.Needs, v.t("portal.activation.needs_code"))
	}
	for _, p := range k.Products {
		kind.Products = append(kind.Products, v.productName(p.Held))
	}
	if len(k.Products) > 0 {
		gives, _ := k.Gives(k.Products[0].Held)
		kind.Result = v.issuedLabel(k, gives)
	}
	return kind
}

// issuedLabel says what a code that is issued for a product is called.
func (v *visit) issuedLabel(k models.ActivationKind, productCode string) string {
	product, _ := v.Rules.Catalogue.Product(productCode)
	label := "portal.activation.code." + string(k.CodeKindOf(product))
	if k.Offline() {
		label += "_offline"
	}
	return v.t(label)
}

// spanText words how long a link works.
func (v *visit) spanText() string {
	const hour = 60
	minutes := max(1, int(v.Rules.Activation.LinkLifetime.Minutes()))
	if minutes%hour == 0 {
		return ui.Counted(v.language, "portal.activation.hours", minutes/hour)
	}
	return ui.Counted(v.language, "portal.activation.minutes", minutes)
}

// asking is one kind's form while it is filled in.
type asking struct {
	kind models.ActivationKind
	page views.Activation
	ask  store.AskActivation
}

// Values of the form's buttons, besides the purposes that are consented to. All
// others show what can be obtained.
const (
	actionBack  = "back"
	actionCheck = "check"
	actionDo    = "do"
)

// showActivation is the form that asks for a code of one kind.
func showActivation(v *visit) error {
	a, err := v.asking()
	if err != nil {
		return err
	}
	if a.page.FormKey, err = models.NewToken(rand.Reader); err != nil {
		return err
	}
	a.page.License = v.Query("license")
	return v.show(http.StatusOK, views.ActivationPage(a.page))
}

// asking makes the form of the kind that the address names, with what was typed.
func (v *visit) asking() (asking, error) {
	k, known := v.Rules.Activation.Kind(v.Param("kind"))
	if !known {
		return asking{}, models.NotFound("page")
	}
	a := asking{kind: k, page: views.Activation{
		Frame: v.activationFrame(k.Names.In(v.language)), Kind: v.activationKind(k), AsksCode: k.CodeAsked,
		AsksContact: k.MailedTo == models.MailedToBoth, Terms: k.Terms.In(v.language),
		Span: v.spanText(), FormKey: v.PostForm("form_key"), License: v.PostForm("license"), Code: v.PostForm("code"), Chosen: v.PostForm("holding"),
		Contact: v.PostForm("contact_email"), Again: v.PostForm("contact_email_again"),
	}}
	if v.Request.Method != get {
		a.page.Here = a.page.Kind.At
	}
	if k.CodeAsked {
		a.page.CodeHint = v.codeHint(k)
	}
	if !a.page.AsksContact {
		a.page.Contact, a.page.Again = "", ""
	}
	a.ask = store.AskActivation{
		Email: v.account.Email, Kind: k.Code, License: a.page.License, Code: a.page.Code, CodeHash: v.Codes.CodeHash, Contact: a.page.Contact,
		Language: v.language, FormKey: a.page.FormKey,
	}
	a.ask.HoldingID, _ = strconv.ParseInt(a.page.Chosen, 10, 64) // 0 chooses none
	return a, nil
}

// codeHint shows how a code of the kind looks.
func (v *visit) codeHint(k models.ActivationKind) string {
	const groups = "-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N8YA"
	if k.AskedPrefix != "" {
		return v.t("portal.activation.code_prefix_hint", "prefix", k.AskedPrefix, "example", k.AskedPrefix+groups)
	}
	product, _ := v.Rules.Catalogue.Product(k.Products[0].Held)
	return v.t("portal.activation.code_hint", "example", product.CodePrefix+groups)
}

// askActivation takes a step of the form. Each looks at all that was typed before, so
// that none can be left out, and nothing is decided but by the store.
func askActivation(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	a, err := v.asking()
	if err != nil {
		return err
	}
	action := v.PostForm("action")
	if action == actionBack {
		return v.show(http.StatusOK, views.ActivationPage(a.page))
	}
	offers, err := v.Store.ActivationOffers(v.ctx(), a.ask)
	if err != nil {
		return v.activationRefused(a, models.AsError(err))
	}
	if err := v.fillOffers(&a, offers); err != nil {
		return err
	}
	return v.activationStep(a, action)
}

// activationStep takes the second step or the third, of which a kind that is
// consented to has none.
func (v *visit) activationStep(a asking, action string) error {
	purpose := models.ActivationPurpose(action)
	switch {
	case a.kind.ByConsent() && slices.Contains(models.ActivationPurposes, purpose):
		a.ask.Purpose = purpose
		return v.doActivation(a)
	case !a.kind.ByConsent() && action == actionDo:
		return v.doActivation(a)
	case !a.kind.ByConsent() && action == actionCheck:
		if v.activationRight(&a) {
			return v.show(http.StatusOK, views.ActivationCheckPage(a.page))
		}
		return v.show(http.StatusUnprocessableEntity, views.ActivationOffersPage(a.page))
	}
	return v.show(http.StatusOK, views.ActivationOffersPage(a.page))
}

// activationRight says whether all that the second step asks for is there, and what is
// wrong at its fields.
func (v *visit) activationRight(a *asking) bool {
	var errs []models.FieldError
	if !a.page.Choice().Open {
		errs = append(errs, models.Field("holding", "activation_offer_unknown"))
	}
	if a.page.AsksContact {
		errs = append(errs, models.CheckActivationContact(a.page.Contact, a.page.Again)...)
	}
	a.page.Wrong = fieldTexts(v.language, errs)
	return len(errs) == 0
}

// fillOffers shows what can be obtained. Where there is one product only it is chosen.
func (v *visit) fillOffers(a *asking, offers []models.ActivationOffer) error {
	var open []string
	for _, o := range offers {
		row, err := v.offerRow(a.kind, o)
		if err != nil {
			return err
		}
		if row.Open {
			open = append(open, row.Holding)
		}
		a.page.Offers = append(a.page.Offers, row)
		a.page.Contract = contractsAt + "/" + o.Contract.LicenseID
	}
	if len(open) == 1 && a.page.Chosen == "" {
		a.page.Chosen = open[0]
		a.ask.HoldingID, _ = strconv.ParseInt(open[0], 10, 64) // it was written by us
	}
	return nil
}

func (v *visit) offerRow(k models.ActivationKind, o models.ActivationOffer) (views.ActivationOffer, error) {
	row := views.ActivationOffer{
		Holding: strconv.FormatInt(o.Holding.ID, 10), Product: v.productName(o.ProductCode),
		Held: v.t("portal.activation.offer_held", "product", v.productName(o.Holding.ProductCode), "quantity", ui.Number(o.Holding.Quantity),
			"ends", ui.Day(v.language, o.Holding.EndsOn)),
		// What was consented to before is mailed again; what a link issued is shown here.
		Open: o.Refusal == nil && (o.Issued == nil || k.ByConsent()),
	}
	if o.Refusal != nil {
		row.Refusal = texts.Error(v.language, o.Refusal)
	}
	if o.Waiting != nil {
		row.Note = v.t("portal.activation.offer_waiting", "number", o.Waiting.Number)
	}
	if o.Issued == nil || o.Refusal != nil {
		return row, nil
	}
	issued := ui.Day(v.language, models.DateOf(o.Issued.IssuedAt))
	if row.Open {
		row.Note = v.t("portal.activation.offer_again", "day", issued)
		return row, nil
	}
	var err error
	row.Label, row.Issued = v.issuedLabel(k, o.ProductCode), issued
	row.Code, err = v.Codes.OpenIssued(*o.Issued)
	return row, err
}

// doActivation makes the request. With the kinds that are confirmed by a link nothing
// is issued yet.
func (v *visit) doActivation(a asking) error {
	if !v.activationRight(&a) {
		return v.show(http.StatusUnprocessableEntity, views.ActivationOffersPage(a.page))
	}
	if a.page.AsksContact {
		taken, err := v.Store.TakeAttempt(v.ctx(), contactLimit(a.page.Contact))
		if err != nil {
			return err
		}
		if !taken {
			a.page.Problem = v.t("portal.activation.limited")
			return v.show(http.StatusTooManyRequests, views.ActivationOffersPage(a.page))
		}
	}
	done, err := v.Store.RequestActivation(v.ctx(), v.actor(), a.ask, v.Codes)
	if err != nil {
		return v.activationRefused(a, models.AsError(err))
	}
	for _, id := range done.OutboxIDs {
		v.tell(id)
	}
	if done.Request.ID == 0 { // its code was issued meanwhile
		v.flash(v.t("portal.activation.there_already"))
		return v.seeOther(a.page.Contract)
	}
	return v.seeOther(requestsAt + "/" + done.Request.Number + "?sent=1")
}

// activationRefused says what to check: at its field where there is one, on the page
// that has that field.
func (v *visit) activationRefused(a asking, e *models.Error) error {
	switch {
	case e.Kind == models.KindInvalid && len(e.Fields) > 0:
		a.page.Wrong = fieldTexts(v.language, e.Fields)
	case e.Kind == models.KindConflict || e.Kind == models.KindTooMany:
		a.page.Problem = texts.Error(v.language, e)
	default:
		return e
	}
	if len(a.page.Offers) == 0 || a.page.Wrong["license"]+a.page.Wrong["code"] != "" {
		return v.show(ui.Status(e), views.ActivationPage(a.page))
	}
	return v.show(ui.Status(e), views.ActivationOffersPage(a.page))
}
