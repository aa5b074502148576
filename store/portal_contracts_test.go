package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// heldBy has a contract delivered to contacts with those addresses, and lets it turn valid.
func (h *house) heldBy(holder, support string, lines ...models.OrderLine) models.Contract {
	h.t.Helper()
	a := h.application(func(a *models.Application) {
		a.EndUser.Email, a.SupportSame = holder, false
		a.SupportContact = party("見本サポート株式会社")
		a.SupportContact.Email = support
	})
	_, license := h.delivered(a, h.sheet(lines...))
	return h.contract(license)
}

func (h *house) contract(license string) models.Contract {
	h.t.Helper()
	d, err := h.ContractByLicense(h.t.Context(), h.staff, license)
	must(h.t, err)
	return d.Contract
}

// sees says whether the portal shows a contract to an address: on its page, in the list and by search alike.
func (h *house) sees(email, license string) bool {
	h.t.Helper()
	d, err := h.PortalContract(h.t.Context(), email, license)
	if err != nil {
		wantCode(h.t, err, models.KindNotFound, "contract_not_found")
	}
	rows, _, listed := h.PortalContracts(h.t.Context(), email, store.PortalFilter{}, store.Page{})
	must(h.t, listed)
	answer, where, found := h.PortalFind(h.t.Context(), email, store.PortalKey{By: models.PortalByLicense, License: license})
	must(h.t, found)
	page := err == nil && d.Contract.LicenseID == license
	list := slices.ContainsFunc(rows, func(r store.PortalRow) bool { return r.Contract.LicenseID == license })
	search := answer == models.PortalShown && where == license
	if page != list || list != search {
		h.t.Fatalf("%s sees %s: page %v, list %v, search %v", email, license, page, list, search)
	}
	return page
}

func (h *house) maySignIn(email string) bool {
	h.t.Helper()
	may, err := h.AddressMaySignIn(h.t.Context(), email)
	must(h.t, err)
	return may
}

func TestContactsSeeTheirContracts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.heldBy("Taro@Customer.example.jp", "desk@support.example.jp")
		other := h.heldBy("hanako@other.example.jp", "hanako@other.example.jp")
		equal(t, "seen while registering", h.sees("taro@customer.example.jp", c.LicenseID), false)
		equal(t, "signs in while registering", h.maySignIn("taro@customer.example.jp"), false)
		h.clock.pass(7 * day)
		for _, email := range []string{"taro@customer.example.jp", " TARO@customer.EXAMPLE.jp", "desk@support.example.jp"} {
			equal(t, email+" sees", h.sees(email, c.LicenseID), true)
			equal(t, email+" sees the other", h.sees(email, other.LicenseID), false)
			equal(t, email+" signs in", h.maySignIn(email), true)
		}
		for _, email := range []string{"", "nobody@customer.example.jp", "ta_o@customer.example.jp", "%", "delivery@customer.example.jp", "applicant@example.jp"} {
			equal(t, email+" sees", h.sees(email, c.LicenseID), false)
			equal(t, email+" signs in", h.maySignIn(email), false)
		}
		d, err := h.PortalContract(t.Context(), "taro@customer.example.jp", "１０００－0001")
		must(t, err)
		sameList(t, "roles", d.Roles, []models.ContactRole{models.ContactHolder})
		rows, _, err := h.PortalContracts(t.Context(), "hanako@other.example.jp", store.PortalFilter{}, store.Page{})
		must(t, err)
		equal(t, "a contract of who is both contacts is listed", len(rows), 1)
		h.sound()
	})
}

// A new address counts from 00:00 Japan time of the next day, and the one before
// until then: exactly one of them at every moment.
func TestAddressesChangeAtMidnight(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		c := h.heldBy("old@customer.example.jp", "desk@support.example.jp")
		h.clock.pass(7 * day)
		must(t, h.ChangeContractAddress(ctx, c, models.ContactHolder, "New@customer.example.jp"))
		equal(t, "address on the contract", h.contract(c.LicenseID).Holder.Email, "New@customer.example.jp")
		is := func(when string, old, next bool) {
			t.Helper()
			for email, want := range map[string]bool{"old@customer.example.jp": old, "new@customer.example.jp": next, "desk@support.example.jp": true} {
				equal(t, when+": "+email+" sees", h.sees(email, c.LicenseID), want)
				equal(t, when+": "+email+" signs in", h.maySignIn(email), want)
			}
			h.sound()
		}
		is("at once", true, false)
		// It is noon in Japan.
		h.clock.pass(12*time.Hour - time.Microsecond)
		is("a moment before midnight", true, false)
		h.clock.pass(time.Microsecond)
		is("at midnight", false, true)

		// Somebody thinks again, twice, on one day: what stood in between never counts.
		must(t, h.ChangeContractAddress(ctx, h.contract(c.LicenseID), models.ContactHolder, "between@customer.example.jp"))
		h.clock.pass(time.Hour)
		must(t, h.ChangeContractAddress(ctx, h.contract(c.LicenseID), models.ContactHolder, "old@customer.example.jp"))
		must(t, h.ChangeContractAddress(ctx, h.contract(c.LicenseID), models.ContactHolder, "OLD@customer.example.jp"))
		is("changed back", false, true)
		h.clock.pass(23 * time.Hour)
		is("the day after", true, false)
		equal(t, "what stood in between sees", h.sees("between@customer.example.jp", c.LicenseID), false)
		addresses, err := h.ContractAddresses(ctx, c.ID)
		must(t, err)
		var told []string
		for _, a := range addresses {
			told = append(told, string(a.Role)+" "+a.Email)
		}
		sameList(t, "addresses", told, []string{
			"holder old@customer.example.jp", "holder new@customer.example.jp", "holder old@customer.example.jp", "support desk@support.example.jp",
		})
	})
}

// Two changes from one state of the contract: one of them has to look again.
func TestAddressesChangeOneAtATime(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c := h.heldBy("old@customer.example.jp", "desk@support.example.jp")
		done := make(chan error, 2)
		for i := range 2 {
			go func() {
				done <- h.ChangeContractAddress(t.Context(), c, models.ContactHolder, fmt.Sprintf("new%d@customer.example.jp", i))
			}()
		}
		if one, two := <-done, <-done; (one == nil) == (two == nil) {
			t.Errorf("%v, %v", one, two)
		}
		h.sound()
	})
}

func TestWhatThePortalDoesNotShow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx, email := t.Context(), "taro@customer.example.jp"
		hidden, void, box := h.heldBy(email, email), h.heldBy(email, email), h.heldBy(email, email, line("TP-SMS", 2))
		mixed := h.heldBy(email, email, line("CSSP", 10), line("TP-SMS", 2))
		code := func(license, product string) string {
			d, err := h.ContractByLicense(ctx, h.staff, license)
			must(t, err)
			for _, holding := range d.Holdings {
				if holding.ProductCode == product {
					return *holding.CodeHash
				}
			}
			t.Fatalf("no %s on %s", product, license)
			return ""
		}
		h.clock.pass(7 * day)
		must(t, h.HideContract(ctx, h.staff, hidden.LicenseID, true, "契約者のご希望"))
		must(t, h.Voided(ctx, void.LicenseID))
		fresh := h.heldBy(email, email)
		tests := []struct {
			name string
			key  store.PortalKey
			who  string
			want models.PortalAnswer
		}{
			{"hidden", store.PortalKey{License: hidden.LicenseID}, email, "MSG01"},
			{"hidden, by code", store.PortalKey{CodeHash: code(hidden.LicenseID, "CSSP")}, email, "MSG06"},
			{"nothing shown", store.PortalKey{License: box.LicenseID}, email, "MSG02"},
			{"nothing shown, by code", store.PortalKey{CodeHash: code(box.LicenseID, "TP-SMS")}, email, "MSG07"},
			{"one product not shown", store.PortalKey{License: mixed.LicenseID, ProductCode: "TP-SMS"}, email, "MSG03"},
			{"one product not shown, by code", store.PortalKey{CodeHash: code(mixed.LicenseID, "TP-SMS")}, email, "MSG08"},
			{"void", store.PortalKey{License: void.LicenseID}, email, "MSG04"},
			{"void, by code", store.PortalKey{CodeHash: code(void.LicenseID, "CSSP")}, email, "MSG09"},
			{"registering", store.PortalKey{License: fresh.LicenseID}, email, "MSG04"},
			{"registering, by code", store.PortalKey{CodeHash: code(fresh.LicenseID, "CSSP")}, email, "MSG09"},
			{"a stranger asks", store.PortalKey{License: hidden.LicenseID}, "other@customer.example.jp", models.PortalNotContact},
			{"a stranger asks, by code", store.PortalKey{CodeHash: code(mixed.LicenseID, "CSSP")}, "other@customer.example.jp", models.PortalNotContact},
			{"an unknown license", store.PortalKey{License: "99999999"}, email, models.PortalNotContact},
			{"an unknown code", store.PortalKey{CodeHash: "unknown"}, email, models.PortalNotContact},
			{"what cannot be a code", store.PortalKey{By: models.PortalByCode}, email, models.PortalNotContact},
			{"shown", store.PortalKey{License: mixed.LicenseID}, email, models.PortalShown},
			{"shown, by code", store.PortalKey{CodeHash: code(mixed.LicenseID, "CSSP")}, email, models.PortalShown},
		}
		for _, tt := range tests {
			if tt.key.By == "" {
				tt.key.By = models.PortalByLicense
				if tt.key.CodeHash != "" {
					tt.key.By = models.PortalByCode
				}
			}
			got, where, err := h.PortalFind(ctx, tt.who, tt.key)
			must(t, err)
			equal(t, tt.name, got, tt.want)
			equal(t, tt.name+": license told", where != "", tt.want == models.PortalShown)
		}
		for _, c := range []models.Contract{hidden, void, box, fresh} {
			equal(t, "seen", h.sees(email, c.LicenseID), false)
		}
		equal(t, "seen", h.sees(email, mixed.LicenseID), true)
		d, err := h.PortalContract(ctx, email, mixed.LicenseID)
		must(t, err)
		equal(t, "holdings shown", len(d.Holdings), 1)
		equal(t, "others told of", d.Unlisted, true)
		h.sound()
	})
}

func TestContractsEndInThePortal(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		email := "taro@customer.example.jp"
		c := h.heldBy(email, email)
		h.clock.pass(7 * day)
		d, err := h.PortalContract(t.Context(), email, c.LicenseID)
		must(t, err)
		at := func(on models.Date, sees, signsIn bool) {
			t.Helper()
			h.clock.pass(on.Start().Sub(h.Now()))
			equal(t, on.String()+" sees", h.sees(email, c.LicenseID), sees)
			equal(t, on.String()+" signs in", h.maySignIn(email), signsIn)
		}
		at(d.EndsOn, true, true)
		at(d.EndsOn.AddDays(1), true, false)
		at(d.EndsOn.AddMonths(72), true, false)
		at(d.EndsOn.AddMonths(72).AddDays(1), false, false)
		answer, _, err := h.PortalFind(t.Context(), email, store.PortalKey{By: models.PortalByLicense, License: c.LicenseID})
		must(t, err)
		equal(t, "told", answer, "MSG02")
	})
}

func TestPortalListIsSortedFilteredAndPaged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx, email := t.Context(), "taro@customer.example.jp"
		var made []models.Contract
		for i := range 7 {
			l := line("CSSP", 5+i)
			l.Months = 12 * (1 + (i*5)%6)
			a := h.application(func(a *models.Application) { a.EndUser.Email, a.Months = email, l.Months })
			_, license := h.delivered(a, h.sheet(l))
			made = append(made, h.contract(license))
		}
		h.clock.pass(800 * day) // contracts of one and two years have ended
		list := func(f store.PortalFilter, limit int) []store.PortalRow {
			t.Helper()
			var all []store.PortalRow
			p := store.Page{Limit: limit}
			for {
				rows, next, err := h.PortalContracts(ctx, email, f, p)
				must(t, err)
				all = append(all, rows...)
				if next == "" {
					return all
				}
				p.Cursor = next
			}
		}
		all := list(store.PortalFilter{}, 0)
		equal(t, "contracts", len(all), len(made))
		today := h.Today()
		for i := 1; i < len(all); i++ {
			before, after := all[i-1], all[i]
			ordered := !before.Ended(today) && (after.Ended(today) || !after.EndsOn.Before(before.EndsOn)) ||
				before.Ended(today) && after.Ended(today) && !after.EndsOn.After(before.EndsOn)
			if !ordered {
				t.Errorf("%s comes before %s", before.EndsOn, after.EndsOn)
			}
		}
		names := func(rows []store.PortalRow) (ids []string) {
			for _, r := range rows {
				ids = append(ids, r.Contract.LicenseID)
			}
			return ids
		}
		for limit := 1; limit < 5; limit++ {
			sameList(t, fmt.Sprintf("in pages of %d", limit), names(list(store.PortalFilter{}, limit)), names(all))
		}
		current, ended := list(store.PortalFilter{State: store.PortalCurrent}, 2), list(store.PortalFilter{State: store.PortalEnded}, 2)
		sameList(t, "current, then ended", append(names(current), names(ended)...), names(all))
		if len(current) == 0 || len(ended) == 0 {
			t.Errorf("%d current, %d ended", len(current), len(ended))
		}
		sameList(t, "one license", names(list(store.PortalFilter{License: made[3].LicenseID}, 0)), []string{made[3].LicenseID})
		from, to := all[0].EndsOn, all[1].EndsOn
		for _, r := range list(store.PortalFilter{EndsFrom: from, EndsTo: to}, 0) {
			if r.EndsOn.Before(from) || r.EndsOn.After(to) {
				t.Errorf("%s is not between %s and %s", r.EndsOn, from, to)
			}
		}
		for _, cursor := range []string{"?", "bm8", "Y3VycmVudCAyMDI2LTAxLTAxIDA"} {
			_, _, err := h.PortalContracts(ctx, email, store.PortalFilter{}, store.Page{Cursor: cursor})
			wantField(t, err, "cursor", "cursor_malformed")
		}
		h.sound()
	})
}

// What a renewal does to the end of a contract is known to the list at once.
func TestPortalListKnowsOfRenewals(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		email := "taro@customer.example.jp"
		c := h.heldBy(email, email)
		h.clock.pass(330 * day)
		before, err := h.PortalContract(t.Context(), email, c.LicenseID)
		must(t, err)
		sheet := h.sheet(lineOf(models.LineRenewal, "CSSP", 10))
		sheet.OrderType = models.OrderTypeRenewal
		h.delivered(h.application(forLicense(models.OrderTypeRenewal, c.LicenseID)), sheet)
		rows, _, err := h.PortalContracts(t.Context(), email, store.PortalFilter{}, store.Page{})
		must(t, err)
		equal(t, "end", rows[0].EndsOn, before.EndsOn.AddMonths(12).LastOfMonth())
		h.sound()
	})
}

func TestHidingAContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx, email := t.Context(), "taro@customer.example.jp"
		c := h.heldBy(email, email)
		h.clock.pass(7 * day)
		wantField(t, h.HideContract(ctx, h.staff, c.LicenseID, true, " "), "reason", "required")
		wantCode(t, h.HideContract(ctx, h.staff, "99999999", true, "x"), models.KindNotFound, "contract_not_found")
		wantCode(t, h.HideContract(ctx, h.staff, c.LicenseID, false, "x"), models.KindConflict, "contract_shown")
		must(t, h.HideContract(ctx, h.staff, c.LicenseID, true, "契約者のご希望"))
		wantCode(t, h.HideContract(ctx, h.staff, c.LicenseID, true, "x"), models.KindConflict, "contract_hidden")
		equal(t, "seen", h.sees(email, c.LicenseID), false)
		equal(t, "still signs in", h.maySignIn(email), true)
		must(t, h.HideContract(ctx, h.staff, c.LicenseID, false, "ご希望の取り下げ"))
		equal(t, "seen again", h.sees(email, c.LicenseID), true)
		h.audited("contract", c.ID, []string{"contract_hidden", "contract_shown"})
	})
}
