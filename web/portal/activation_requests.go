package portal

import (
	"net/http"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal/views"
	"github.com/todoke/todoke/web/ui"
)

// activationTones are the colours of a request's states.
var activationTones = map[models.ActivationStatus]string{
	models.ActivationWaiting: "wait", models.ActivationIssued: "ok", models.ActivationCancelled: "off",
	models.ActivationExpired: "off", models.ActivationReplaced: "off",
}

// listActivationRequests lists the requests that this address made, newest first.
func listActivationRequests(v *visit) error {
	requests, err := v.Store.ActivationRequestsOf(v.ctx(), v.account.Email, 0)
	if err != nil {
		return err
	}
	page := views.ActivationRequests{Frame: v.activationFrame(v.t("portal.activation.requests"))}
	for _, r := range requests {
		page.Rows = append(page.Rows, v.activationRow(r))
	}
	return v.show(http.StatusOK, views.ActivationRequestsPage(page))
}

func (v *visit) activationRow(r models.ActivationRequest) views.ActivationRequestRow {
	status := r.StatusAt(v.Clock())
	return views.ActivationRequestRow{
		Number: r.Number, At: requestsAt + "/" + r.Number, Product: v.productName(r.ProductCode), Received: ui.Moment(v.language, r.CreatedAt),
		State: views.State{Tone: activationTones[status], Text: v.t("portal.activation.state." + string(status))}, Status: status,
	}
}

// showActivationRequest shows where a request stands.
func showActivationRequest(v *visit) error {
	page, _, err := v.activationRequest()
	return v.showOr(err, views.ActivationRequestPage(page))
}

// activationRequest reads the request that the address names, if who is signed in made it.
func (v *visit) activationRequest() (views.ActivationRequest, models.ActivationRequest, error) {
	var r models.ActivationRequest
	requests, err := v.Store.ActivationRequestsOf(v.ctx(), v.account.Email, 0)
	i := slices.IndexFunc(requests, func(r models.ActivationRequest) bool { return r.Number == v.Param("number") })
	if err != nil || i < 0 {
		return views.ActivationRequest{}, r, firstError(err, models.NotFound("activation"))
	}
	r = requests[i]
	d, err := v.Store.ActivationDetail(v.ctx(), r.Number)
	if err != nil {
		return views.ActivationRequest{}, r, err
	}
	license := d.Contract.LicenseID
	page := views.ActivationRequest{
		Frame: v.activationFrame(v.t("portal.activation.request_title") + " " + r.Number), ActivationRequestRow: v.activationRow(r),
		Link: true, Just: v.Query("sent") == "1", Kind: r.Kind, License: license, Contract: contractsAt + "/" + license,
		Contact: r.ContactEmail, Span: v.spanText(), Until: ui.Moment(v.language, r.LinkUntil), Version: r.Version, Ask: activationAt,
	}
	if r.Purpose == models.PurposeNew {
		page.Download = downloadsAt
	}
	if r.Purpose != models.PurposeNone {
		page.Purpose = v.t("portal.activation.purpose." + string(r.Purpose))
	}
	if k, known := v.Rules.Activation.Kind(r.Kind); known {
		page.Link, page.Kind, page.Ask = !k.ByConsent(), k.Names.In(v.language), activationAt+"/"+k.Code+"?license="+license
	}
	if v.Request.Method != get {
		page.Here = page.At
	}
	return page, r, nil
}

// cancelActivationRequest ends a request at the wish of who made it, unless its link
// was used before.
func cancelActivationRequest(v *visit) error {
	if err := v.parse(); err != nil {
		return err
	}
	page, r, err := v.activationRequest()
	if err != nil {
		return err
	}
	done, err := v.Store.CancelActivation(v.ctx(), v.actor(), store.DecideActivation{Number: r.Number, Email: v.account.Email})
	switch {
	case err == nil:
		for _, id := range done.OutboxIDs {
			v.tell(id)
		}
		v.flash(v.t("portal.activation.cancelled"))
		return v.seeOther(page.At)
	case models.IsKind(err, models.KindConflict):
		if page, _, err = v.activationRequest(); err != nil { // as it is now
			return err
		}
		page.Problem = v.t("portal.activation.cancel_late")
		return v.show(http.StatusConflict, views.ActivationRequestPage(page))
	}
	return err
}

// issuedRows are the codes of a contract besides those of its holdings. One that was
// revoked is marked, and not shown.
func (v *visit) issuedRows(d store.PortalDetail) ([]views.IssuedCodeRow, error) {
	var rows []views.IssuedCodeRow
	for _, c := range d.Codes {
		k, _ := v.Rules.Activation.Kind(c.Kind)
		row := views.IssuedCodeRow{
			ID: c.ID, Kind: k.Names.In(v.language), Product: v.productName(c.ProductCode), Label: v.issuedLabel(k, c.ProductCode),
			IssuedOn: ui.Day(v.language, models.DateOf(c.IssuedAt)),
		}
		if c.Revoked() {
			row.Revoked = v.t("portal.activation.revoked_text", "day", ui.Day(v.language, models.DateOf(*c.RevokedAt)))
		} else {
			code, err := v.Codes.OpenIssued(c)
			if err != nil {
				return nil, err
			}
			row.Code = code
			if v.hasLicenseFile(c, d) {
				row.File = licenseFileOf(d.Contract.LicenseID, c.ID)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// kindsFor are the kinds of codes that can be asked for with a contract.
func (v *visit) kindsFor(license string, holdings []models.Holding) []views.ActivationKind {
	var kinds []views.ActivationKind
	today := v.Store.Today()
	for _, k := range v.Rules.Activation.Kinds {
		if slices.ContainsFunc(holdings, func(h models.Holding) bool {
			_, taken := k.Gives(h.ProductCode)
			return taken && !h.EndsOn.Before(today)
		}) {
			kind := v.activationKind(k)
			kind.At += "?license=" + license
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
