package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// holdsByThePortal is what HeldProducts has to give: the products of holdings that have not ended, on the contracts that
// the portal lists.
func (h *house) holdsByThePortal(email string) []string {
	h.t.Helper()
	rows, next, err := h.PortalContracts(h.t.Context(), email, store.PortalFilter{}, store.Page{Limit: store.MaxPage})
	must(h.t, err)
	equal(h.t, "more pages", next, "")
	var codes []string
	for _, r := range rows {
		for _, holding := range r.Holdings {
			if !holding.EndsOn.Before(h.Today()) {
				codes = append(codes, holding.ProductCode)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// What somebody downloads is what the portal shows them as held, at every moment, and nothing that has ended.
func TestHeldProductsAreThoseThatThePortalShows(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx, email := t.Context(), "taro@customer.example.jp"
		mixed := h.heldBy(email, "desk@support.example.jp", line("CSSP", 10), line("TP-SMS", 2), line("TXSL", 3))
		hidden, void := h.heldBy(email, email, line("DS", 1)), h.heldBy(email, email, line("V1CS", 5))
		h.heldBy("hanako@other.example.jp", "hanako@other.example.jp", line("V1ES-PRO", 9))
		people := []string{email, "TARO@customer.example.jp", "desk@support.example.jp", "hanako@other.example.jp", "new@customer.example.jp", "nobody@example.jp", ""}
		check := func(when, want string) {
			t.Helper()
			for _, who := range people {
				held, err := h.HeldProducts(ctx, who)
				must(t, err)
				shown := h.holdsByThePortal(who)
				if !slices.Equal(held, shown) {
					t.Errorf("%s: %q holds %v, and the portal shows %v", when, who, held, shown)
				}
				for _, code := range []string{"CSSP", "TP-SMS", "TXSL", "DS", "V1CS", "V1ES-PRO", "", "%"} {
					holds, err := h.HoldsProduct(ctx, who, code)
					must(t, err)
					equal(t, when+": "+who+" holds "+code, holds, slices.Contains(shown, code))
				}
			}
			equal(t, when, fmt.Sprint(h.holdsByThePortal(email)), want)
		}
		check("while registering", "[]")
		h.clock.pass(7 * day)
		check("once valid", "[CSSP DS TXSL V1CS]")
		must(t, h.HideContract(ctx, h.staff, hidden.LicenseID, true, "契約者のご希望"))
		must(t, h.Voided(ctx, void.LicenseID))
		check("hidden and void", "[CSSP TXSL]")
		must(t, h.ChangeContractAddress(ctx, h.contract(mixed.LicenseID), models.ContactHolder, "new@customer.example.jp"))
		check("on the day of a change", "[CSSP TXSL]")
		h.clock.pass(day)
		check("the day after", "[]")
		held, err := h.HeldProducts(ctx, "new@customer.example.jp")
		must(t, err)
		equal(t, "the new address holds", fmt.Sprint(held), "[CSSP TXSL]")
		d, err := h.PortalContract(ctx, "new@customer.example.jp", mixed.LicenseID)
		must(t, err)
		h.clock.pass(d.EndsOn.AddDays(1).Start().Sub(h.clock.Now()) - time.Microsecond)
		check("on the last day", "[]")
		held, err = h.HeldProducts(ctx, "new@customer.example.jp")
		must(t, err)
		equal(t, "held on the last day", fmt.Sprint(held), "[CSSP TXSL]")
		h.clock.pass(time.Microsecond)
		check("after the end", "[]")
		held, err = h.HeldProducts(ctx, "new@customer.example.jp")
		must(t, err)
		equal(t, "held after the end", fmt.Sprint(held), "[]")
		equal(t, "the contract is still shown", h.sees("new@customer.example.jp", mixed.LicenseID), true)
	})
}

// A further code has its product among those held, for as long as the code works.
func TestProductsOfFurtherCodesAreHeld(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holdings := h.active("CSSP")
		holds := func(when, want string) {
			t.Helper()
			held, err := h.HeldProducts(t.Context(), contactAddress)
			must(t, err)
			equal(t, when, fmt.Sprint(held), want)
			one, err := h.HoldsProduct(t.Context(), contactAddress, "APXC")
			must(t, err)
			equal(t, when, one, strings.Contains(want, "APXC"))
		}
		holds("before", "[CSSP]")
		done := h.request(h.further("apex_central", c, holdings[0]))
		holds("issued", "[APXC CSSP]")
		others, err := h.HeldProducts(t.Context(), otherMailbox)
		must(t, err)
		equal(t, "who is no contact", len(others), 0)
		_, err = h.RevokeCode(t.Context(), h.staff, done.Code.ID, "漏えいのため")
		must(t, err)
		holds("revoked", "[CSSP]")
	})
}

// License ID and code have to be those of one holding of the product, on a contract of one's own.
func TestHoldingsAreFoundByLicenseAndCode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx, email := t.Context(), "taro@customer.example.jp"
		mine := h.heldBy(email, email, line("TXSL", 3), line("CSSP", 10))
		second := h.heldBy(email, email, line("TXSL", 1))
		other := h.heldBy("hanako@other.example.jp", "hanako@other.example.jp", line("TXSL", 9))
		h.clock.pass(7 * day)
		holding := func(license, product string) models.Holding {
			d, err := h.ContractByLicense(ctx, h.staff, license)
			must(t, err)
			i := slices.IndexFunc(d.Holdings, func(x models.Holding) bool { return x.ProductCode == product })
			return d.Holdings[i]
		}
		lock := holding(mine.LicenseID, "TXSL")
		id, err := h.HeldByCode(ctx, email, "TXSL", mine.LicenseID, *lock.CodeHash)
		must(t, err)
		equal(t, "found", id, lock.ID)
		for name, q := range map[string][3]string{
			"another contract's code": {"TXSL", mine.LicenseID, *holding(second.LicenseID, "TXSL").CodeHash},
			"another contract's ID":   {"TXSL", second.LicenseID, *lock.CodeHash},
			"another product's code":  {"TXSL", mine.LicenseID, *holding(mine.LicenseID, "CSSP").CodeHash},
			"another product":         {"CSSP", mine.LicenseID, *lock.CodeHash},
			"a stranger's":            {"TXSL", other.LicenseID, *holding(other.LicenseID, "TXSL").CodeHash},
			"no code":                 {"TXSL", mine.LicenseID, ""},
		} {
			if _, err := h.HeldByCode(ctx, email, q[0], q[1], q[2]); !errors.Is(err, models.NotFound("contract")) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, test := range []struct {
			who, product string
			holding      int64
			want         bool
		}{
			{email, "TXSL", lock.ID, true}, {email, "CSSP", lock.ID, false}, {"hanako@other.example.jp", "TXSL", lock.ID, false}, {email, "TXSL", 999, false},
		} {
			holds, err := h.HoldsHolding(ctx, test.who, test.product, test.holding)
			must(t, err)
			equal(t, fmt.Sprint(test), holds, test.want)
		}
	})
}
