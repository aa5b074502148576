package store_test

import (
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// renewalSheet gives an order sheet of type renewal.
func (h *house) renewalSheet(lines ...models.OrderLine) models.Order {
	s := h.sheet(lines...)
	s.OrderType = models.OrderTypeRenewal
	return s
}

func (h *house) renewal(license string, lines ...models.OrderLine) models.Order {
	h.t.Helper()
	a := h.application(forLicense(models.OrderTypeRenewal, license))
	return h.enter(a.ReceiptNumber, h.renewalSheet(lines...))
}

func TestRenewingAndAddingAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first, license := h.delivered(h.application(), h.sheet(line("CSSP", 10), line("IWM", 10)))
		before := h.detail(first.OrderNumber).Holdings
		h.clock.pass(300 * day)
		addition := lineOf(models.LineAddition, "CSSP", 5)
		addition.Months = 0
		// The addition stands first: it still ends with the renewed period.
		o := h.renewal(license, addition, lineOf(models.LineRenewal, "CSSP", 10), lineOf(models.LineRenewal, "IWM", 10))
		d := h.expectDelivered(o)
		cssp, iwm := d.Holdings[0], d.Holdings[1]
		equal(t, "quantity", cssp.Quantity, 15)
		equal(t, "end", cssp.EndsOn.String(), "2028-06-30")
		equal(t, "start stays", cssp.StartsOn.String(), "2026-07-01")
		equal(t, "code stays", *cssp.CodeHash, *before[0].CodeHash)
		if *iwm.CodeHash == *before[1].CodeHash {
			t.Error("IWM is excepted and gets a new code, but kept the old one")
		}
		equal(t, "change of the addition", d.Changes[0].EndsOn.String(), "2028-06-30")
		equal(t, "its quantities", [2]int{d.Changes[0].QuantityBefore, d.Changes[0].QuantityAfter}, [2]int{10, 15})
		equal(t, "the renewed period begins the day after", d.Changes[1].StartsOn.String(), "2027-07-01")
		equal(t, "license", d.Licenses[0], license)
		c, err := h.ContractByLicense(t.Context(), h.staff, license)
		must(t, err)
		equal(t, "orders of the contract", len(c.Orders), 2)
		equal(t, "changes of the contract", len(c.Changes), 5)
		equal(t, "version", c.Contract.Version, 2)
		facts, err := h.CertificateFacts(t.Context(), o.ID)
		must(t, err)
		equal(t, "lines of the certificate", len(facts.Changes), 3)
		equal(t, "license on it", facts.Changes[2].LicenseID, license)
		equal(t, "line on it", facts.Changes[2].Line.ProductCode, "IWM")
		h.sound()
	})
}

func TestReductionIsShownAsSuch(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		d := h.expectDelivered(h.renewal(license, lineOf(models.LineRenewal, "CSSP", 6)))
		equal(t, "reduction", d.Changes[0].Reduction(), true)
		equal(t, "quantity", d.Holdings[0].Quantity, 6)
		a := h.application(forLicense(models.OrderTypeRenewal, license))
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.renewalSheet(lineOf(models.LineRenewal, "CSSP", 4)), ReceiptNumber: a.ReceiptNumber})
		wantField(t, err, "lines[0].quantity", "quantity_out_of_range")
		h.sound()
	})
}

func TestMigrationRenewal(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet(line("VBCORP-PLUS", 10)))
		h.sentBack(h.application(forLicense(models.OrderTypeRenewal, license)), h.renewalSheet(lineOf(models.LineMigrationRenewal, "IMSS", 10)), models.ReasonHolding)
		d := h.expectDelivered(h.renewal(license, lineOf(models.LineMigrationRenewal, "APX1", 12)))
		equal(t, "product", d.Holdings[0].ProductCode, "APX1")
		equal(t, "quantity", d.Holdings[0].Quantity, 12)
		h.sound()
	})
}

// TestAddingToWhatTheOrderMigratesTo names the product that the holding becomes.
func TestAddingToWhatTheOrderMigratesTo(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet(line("VBCORP-PLUS", 10)))
		addition := lineOf(models.LineAddition, "APX1", 5)
		addition.Months = 0
		d := h.expectDelivered(h.renewal(license, addition, lineOf(models.LineMigrationRenewal, "APX1", 12)))
		equal(t, "holdings", len(d.Holdings), 1)
		equal(t, "product", d.Holdings[0].ProductCode, "APX1")
		equal(t, "quantity", d.Holdings[0].Quantity, 17)
		equal(t, "end", d.Holdings[0].EndsOn.String(), "2028-06-30")
		h.sound()
	})
}

// TestAdditionsStayWithinTheMaximum adds to what is held, to what the order itself
// renews, and twice in one order: the sum counts.
func TestAdditionsStayWithinTheMaximum(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		product, _ := h.Rules().Catalogue.Product("CSSP")
		most := product.MaximumQuantity
		_, license := h.delivered(h.application(), h.sheet(line("CSSP", most-10)))
		add := func(n int) models.OrderLine { return lineOf(models.LineAddition, "CSSP", n) }
		refused := func(lines ...models.OrderLine) {
			t.Helper()
			a := h.application(forLicense(models.OrderTypeRenewal, license))
			o := h.sentBack(a, h.renewalSheet(lines...), models.ReasonHolding)
			r := h.detail(o.OrderNumber).SendBacks[0].Reasons[0]
			equal(t, "problem", r.OrderValue, "CSSP: quantity_above_maximum")
			_, err := h.CancelOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, "x")
			must(t, err)
		}
		refused(add(11))
		refused(add(6), add(5))
		refused(lineOf(models.LineRenewal, "CSSP", most), add(1))
		d := h.expectDelivered(h.renewal(license, add(6), add(4)))
		equal(t, "quantity", d.Holdings[0].Quantity, most)
		h.expectDelivered(h.renewal(license, lineOf(models.LineRenewal, "CSSP", most-3), add(3)))
		h.sound()
	})
}

// TestSeveralLicensesAreConfirmedAtOnce sends an order back for two license IDs of
// somebody else: staff settle both in one go, each with its own.
func TestSeveralLicensesAreConfirmedAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, right := h.delivered(h.application(), h.sheet())
		_, also := h.delivered(h.application(), h.sheet(line("TXSL", 10)))
		_, wrong := h.delivered(h.application(endUser("株式会社別の会社")), h.sheet())
		first, second := lineOf(models.LineRenewal, "CSSP", 10), lineOf(models.LineRenewal, "TXSL", 10)
		second.LicenseID = "999999999"
		a := h.application(forLicense(models.OrderTypeRenewal, wrong))
		o := h.enter(a.ReceiptNumber, h.renewalSheet(first, second))
		h.run(o)
		reasons := h.detail(o.OrderNumber).SendBacks[0].Reasons
		equal(t, "reasons", len(reasons), 2)
		_, err := h.ConfirmOrder(t.Context(), h.staff, store.Decide{OrderNumber: o.OrderNumber}, []store.Confirm{
			{Code: models.ReasonLicenseHolder, OrderValue: wrong, Value: right}, {Code: models.ReasonLicenseHolder, OrderValue: "999999999", Value: "abc"},
		})
		wantField(t, err, "value.999999999", "digits_only")
		h.confirm(o,
			store.Confirm{Code: models.ReasonLicenseHolder, OrderValue: wrong, Value: right},
			store.Confirm{Code: models.ReasonLicenseHolder, OrderValue: "999999999", Value: also})
		d := h.expectDelivered(h.order(o.OrderNumber))
		equal(t, "send-backs", len(d.SendBacks), 1)
		sameList(t, "licenses", d.Licenses, []string{right, also})
		h.sound()
	})
}

func TestRenewingWithinTheWindowAfterTheEnd(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet()) // ends 2027-06-30, closes 2027-07-30
		for h.Today().String() < "2027-07-30" {
			h.clock.pass(day)
		}
		late := h.application(forLicense(models.OrderTypeRenewal, license))
		o := h.enter(late.ReceiptNumber, h.renewalSheet(lineOf(models.LineRenewal, "CSSP", 10)))
		h.clock.pass(5 * day) // entered in time, it does not become late while it waits
		d := h.expectDelivered(o)
		equal(t, "the new period begins the day after the old one", d.Changes[0].StartsOn.String(), "2027-07-01")
		equal(t, "end", d.Changes[0].EndsOn.String(), "2028-06-30")

		// Staff replace a sheet after the window: judged again on that day.
		h.clock.pass(400 * day)
		a := h.application(forLicense(models.OrderTypeRenewal, license))
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.renewalSheet(lineOf(models.LineRenewal, "CSSP", 10)), ReceiptNumber: a.ReceiptNumber})
		equal(t, "day it closed", wantField(t, err, "lines[0].license_id", "renewal_window_closed").Params["day"], "2028-07-30")
		h.sound()
	})
}

func TestRenewalLinesInsideANewOrder(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		renewal := lineOf(models.LineRenewal, "CSSP", 10)
		_, err := h.EnterOrder(t.Context(), h.api, store.Entry{Order: h.sheet(line("TXSL", 1), renewal), ReceiptNumber: h.application().ReceiptNumber})
		wantField(t, err, "lines[1].license_id", "required")
		renewal.LicenseID = license
		o := h.enter(h.application().ReceiptNumber, h.sheet(line("TXSL", 1), renewal))
		d := h.expectDelivered(o)
		equal(t, "contracts touched", len(d.Licenses), 2)
		equal(t, "holdings touched", len(d.Holdings), 2)
		c, err := h.ContractByLicense(t.Context(), h.staff, license)
		must(t, err)
		if d.Order.ContractID == nil || *d.Order.ContractID == c.Contract.ID {
			t.Error("the order's contract is the one renewed, not the one it made")
		}
		h.sound()
	})
}

func TestAHoldingWhereSeveralFit(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first, license := h.delivered(h.application(), h.sheet(line("CSSP", 10), line("CSSP", 20)))
		o := h.sentBack(h.application(forLicense(models.OrderTypeRenewal, license)), h.renewalSheet(lineOf(models.LineRenewal, "CSSP", 20)), models.ReasonHolding)
		second := h.detail(first.OrderNumber).Holdings[1]
		l := lineOf(models.LineRenewal, "CSSP", 20)
		l.HoldingID = &second.ID
		h.replace(o, h.renewalSheet(l))
		d := h.expectDelivered(o)
		equal(t, "holding", d.Holdings[0].ID, second.ID)

		// The same holding twice in one order is one renewal too many.
		h.sentBack(h.application(forLicense(models.OrderTypeRenewal, license)), h.renewalSheet(l, l), models.ReasonHolding)
		h.sound()
	})
}

func TestRenewalsOfOneHoldingAtOnceFollowOneAnother(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		orders := make([]models.Order, 4)
		refs := make([]func() error, 4)
		for i := range orders {
			orders[i] = h.renewal(license, lineOf(models.LineRenewal, "CSSP", 10))
			ref := h.readyToRegister(orders[i])
			refs[i] = func() error { _, err := h.RegisterOrder(t.Context(), ref, h.ring); return err }
		}
		race(len(refs), func(i int) {
			if err := refs[i](); err != nil {
				t.Errorf("registering: %v %s", err, causes(err))
			}
		})
		c, err := h.ContractByLicense(t.Context(), h.staff, license)
		must(t, err)
		equal(t, "end after four more years", c.Holdings[0].EndsOn.String(), "2031-06-30")
		for i := 1; i < len(c.Changes); i++ {
			equal(t, "each period begins the day after the last", c.Changes[i].StartsOn, c.Changes[i-1].EndsOn.AddDays(1))
		}
		h.sound()
	})
}

func TestTRSLNewAddsToAContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		o := h.enter(h.application(forLicense(models.OrderTypeTRSLNew, license)).ReceiptNumber, trsl(h.sheet(line("VBCORP-PLUS", 5))))
		h.expectDelivered(o)
		c, err := h.ContractByLicense(t.Context(), h.staff, license)
		must(t, err)
		equal(t, "holdings", len(c.Holdings), 2)
		equal(t, "orders", len(c.Orders), 2)
		h.sound()
	})
}

func TestAddingToAnEndedHolding(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		_, license := h.delivered(h.application(), h.sheet())
		h.clock.pass(390 * day)
		addition := lineOf(models.LineAddition, "CSSP", 5)
		h.sentBack(h.application(forLicense(models.OrderTypeRenewal, license)), h.renewalSheet(addition), models.ReasonHolding)
		// Renewed in the same order within the window there is something to add to.
		d := h.expectDelivered(h.renewal(license, lineOf(models.LineRenewal, "CSSP", 10), addition))
		equal(t, "quantity", d.Holdings[0].Quantity, 15)
		h.sound()
	})
}
