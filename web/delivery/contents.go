package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// showContents is what was delivered: order, products, periods, codes, and what
// to do next.
func showContents(v *visit) error {
	f, err := v.Store.CertificateFacts(v.ctx(), v.shipment.OrderID)
	if err != nil {
		return err
	}
	page := v.page(v.t("delivery.contents.title"))
	page.Scripts = []string{"delivery.js"}
	view := views.Contents{
		Frame: v.frame(page), OrderNumber: f.Order.OrderNumber, EndUser: f.Holder().CompanyName,
		Until: v.passwordUntil(), PortalDays: v.Rules.ValidAfterDays, InPortal: v.inPortal(),
	}
	if _, err := v.certificateIn(f.Order.ID); err == nil {
		view.HasPDF = true
	} else if !models.IsKind(err, models.KindNotFound) {
		return err
	}
	if view.Products, err = v.products(f); err != nil {
		return err
	}
	if err := v.addFiles(&view); err != nil {
		return err
	}
	view.Install = slices.ContainsFunc(view.Products, func(p views.Product) bool { return p.New || p.Files })
	view.Codes = slices.ContainsFunc(view.Products, func(p views.Product) bool { return p.Code != "" })
	return v.show(http.StatusOK, views.ContentsPage(view))
}

// passwordUntil is the last day on which the password works.
func (v *visit) passwordUntil() string {
	ends := models.PasswordEnds(*v.shipment.PasswordSentAt, v.Rules.PasswordDays)
	return ui.Day(v.language, models.DateOf(ends).AddDays(-1))
}

// inPortal says whether the contract portal shows by now what this delivery made
// or changed.
func (v *visit) inPortal() bool {
	delivered := v.shipment.DeliveredAt
	if delivered == nil {
		return false
	}
	return !v.Clock().Before(v.Rules.Calendar.AddBusinessDaysAt(*delivered, v.Rules.ValidAfterDays))
}

// products gives what each line of the order made of a holding, with its code
// where this delivery brought one.
func (v *visit) products(f store.CertificateFacts) ([]views.Product, error) {
	parts, err := v.parts(f)
	if err != nil {
		return nil, err
	}
	var holdings map[int64]models.Holding
	if slices.ContainsFunc(parts, func(p models.DeliveryParts) bool { return p.Code }) {
		if holdings, err = v.Store.HoldingsOf(v.ctx(), f.Order.ID); err != nil {
			return nil, err
		}
	}
	products := make([]views.Product, len(f.Changes))
	for i, c := range f.Changes {
		products[i] = v.product(c)
		products[i].Files = parts[i].Files
		if !parts[i].Code {
			continue
		}
		if err := v.addCode(&products[i], c, holdings[c.HoldingID]); err != nil {
			return nil, err
		}
	}
	return products, nil
}

// parts says what each line of the order delivers. What a holding was before matters to lines that renew it.
func (v *visit) parts(f store.CertificateFacts) ([]models.DeliveryParts, error) {
	var before map[int64]string
	if slices.ContainsFunc(f.Changes, func(c store.CertificateLine) bool { return c.Kind.Extends() }) {
		var err error
		if before, err = v.Store.ProductsBefore(v.ctx(), f.Order.ID); err != nil {
			return nil, err
		}
	}
	parts := make([]models.DeliveryParts, len(f.Changes))
	for i, c := range f.Changes {
		product, _ := v.Rules.Catalogue.Product(c.ProductCode)
		parts[i] = c.Delivers(product, before[c.ID])
	}
	return parts, nil
}

func (v *visit) product(c store.CertificateLine) views.Product {
	known, _ := v.Rules.Catalogue.Product(c.ProductCode)
	p := views.Product{
		Name: known.Names.In(v.language), ProductCode: c.ProductCode, Kind: v.t("line_kind." + string(c.Kind)),
		Quantity: ui.Number(c.QuantityAfter), From: ui.Day(v.language, c.StartsOn), To: ui.Day(v.language, c.EndsOn),
		Months: v.months(c), New: c.Kind.IsNew(), Electronic: known.ElectronicDelivery,
		CodeLabel: v.t("delivery.code." + string(known.CodeKind)),
	}
	switch {
	case c.Kind == models.LineAddition:
		p.Quantity = ui.Number(c.QuantityAfter - c.QuantityBefore)
		p.QuantityNote = v.t("delivery.quantity.added", "before", ui.Number(c.QuantityBefore), "after", ui.Number(c.QuantityAfter))
	case c.Reduction():
		p.QuantityNote = v.t("delivery.quantity.reduced", "before", ui.Number(c.QuantityBefore), "after", ui.Number(c.QuantityAfter))
	}
	return p
}

// months is the length ordered. An addition may be ordered without one: it runs
// with the holding until its end.
func (v *visit) months(c store.CertificateLine) string {
	if c.Line.Months == 0 {
		return ""
	}
	return ui.Counted(v.language, "delivery.months", c.Line.Months)
}

// addCode puts the code beside its product. A holding keeps its newest code only:
// where a later order made another one, that one belongs to the later delivery
// and is not shown here.
func (v *visit) addCode(p *views.Product, c store.CertificateLine, h models.Holding) error {
	if h.CodeCipher == nil {
		return nil
	}
	if h.UpdatedAt.After(c.CreatedAt) {
		replaced, err := v.codeReplaced(c)
		if err != nil {
			return err
		}
		if replaced {
			p.CodeNote = v.t("delivery.code.replaced")
			return nil
		}
	}
	code, err := v.Codes.OpenCode(h)
	if err != nil {
		return models.Internal(fmt.Errorf("code of holding %d: %w", h.ID, err))
	}
	p.Code = code
	return nil
}

// codeReplaced says whether a later order gave the holding another code.
func (v *visit) codeReplaced(c store.CertificateLine) (bool, error) {
	contract, err := v.Store.ContractByLicense(v.ctx(), models.Process, c.LicenseID)
	if err != nil {
		return false, models.Internal(errors.Join(errors.New("the contract of a delivered holding"), err))
	}
	return slices.ContainsFunc(contract.Changes, func(later models.HoldingChange) bool {
		return later.HoldingID == c.HoldingID && later.NewCode && later.CreatedAt.After(c.CreatedAt)
	}), nil
}
