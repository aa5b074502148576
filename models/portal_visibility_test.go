package models_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func portalCatalogue(t rapid.TB) *models.Catalogue {
	t.Helper()
	c, err := models.NewCatalogue([]models.Family{{Code: "F"}}, []models.Product{
		{Code: "SHOWN", Family: "F", PortalShown: true}, {Code: "OTHER", Family: "F", PortalShown: true}, {Code: "BOX", Family: "F"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Noon of 2026-06-10 in Japan.
var portalNow = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

func portalFacts(changes ...func(*models.PortalFacts)) models.PortalFacts {
	valid := portalNow.Add(-time.Hour)
	f := models.PortalFacts{
		By: models.PortalByLicense, Known: true, IsContact: true, Contract: models.Contract{ID: 1, LicenseID: "10000001", ValidAt: &valid},
		Holdings: append(held("SHOWN", 2027), held("BOX", 2027)...),
	}
	for _, change := range changes {
		change(&f)
	}
	return f
}

// held gives a holding that ends on June 10 of the year.
func held(code string, year int) []models.Holding {
	return []models.Holding{{ProductCode: code, EndsOn: models.NewDate(year, time.June, 10)}}
}

func TestPortalVisibility(t *testing.T) {
	t.Parallel()
	hidden := func(f *models.PortalFacts) { f.Contract.Hidden = true }
	void := func(f *models.PortalFacts) { f.Contract.Void = true }
	undelivered := func(f *models.PortalFacts) { f.Contract.ValidAt = nil }
	early := func(f *models.PortalFacts) { at := portalNow.Add(time.Second); f.Contract.ValidAt = &at }
	just := func(f *models.PortalFacts) { at := portalNow; f.Contract.ValidAt = &at }
	stranger := func(f *models.PortalFacts) { f.IsContact = false }
	unknown := func(f *models.PortalFacts) {
		*f = models.PortalFacts{By: f.By, ProductCode: f.ProductCode}
	}
	holds := func(list []models.Holding) func(*models.PortalFacts) {
		return func(f *models.PortalFacts) { f.Holdings = list }
	}
	asked := func(code string) func(*models.PortalFacts) {
		return func(f *models.PortalFacts) { f.ProductCode = code }
	}
	tests := []struct {
		name      string
		changes   []func(*models.PortalFacts)
		byLicense models.PortalAnswer
		byCode    models.PortalAnswer
	}{
		{"its contact", nil, models.PortalShown, models.PortalShown},
		{"a product asked for that is shown", list(asked("SHOWN")), models.PortalShown, models.PortalShown},
		{"hidden at the holder's wish", list(hidden), "MSG01", "MSG06"},
		{"no product is shown here", list(holds(held("BOX", 2027)), asked("BOX")), "MSG02", "MSG07"},
		{"a product that left the catalogue", list(holds(held("GONE", 2027)), asked("GONE")), "MSG02", "MSG07"},
		{"nothing is held", list(holds(nil)), "MSG02", "MSG07"},
		{"the product asked for is not shown", list(asked("BOX")), "MSG03", "MSG08"},
		{"the product asked for left the catalogue", list(asked("GONE")), "MSG03", "MSG08"},
		{"void after a merge", list(void), "MSG04", "MSG09"},
		{"not delivered yet", list(undelivered), "MSG04", "MSG09"},
		{"registering for one more second", list(early), "MSG04", "MSG09"},
		{"valid from this moment on", list(just), models.PortalShown, models.PortalShown},
		{"not a contact", list(stranger), models.PortalNotContact, models.PortalNotContact},
		{"an unknown key", list(unknown), models.PortalNotContact, models.PortalNotContact},

		{"ended today six years ago", list(holds(held("SHOWN", 2020))), models.PortalShown, models.PortalShown},
		{"ended six years and a day ago", list(holds([]models.Holding{{ProductCode: "SHOWN", EndsOn: models.NewDate(2020, time.June, 9)}})), "MSG02", "MSG07"},
		{"one of two holdings ended long ago", list(holds(append(held("SHOWN", 2010), held("OTHER", 2027)...)), asked("SHOWN")), models.PortalShown, models.PortalShown},

		// What lasts is told before what passes, the contract before the one product, and nothing to strangers.
		{"hidden, and nothing is shown here", list(hidden, holds(held("BOX", 2027)), asked("BOX")), "MSG01", "MSG06"},
		{"hidden and void", list(hidden, void), "MSG01", "MSG06"},
		{"registering, and nothing is shown here", list(undelivered, holds(held("BOX", 2027))), "MSG02", "MSG07"},
		{"registering, and the product is not shown", list(undelivered, asked("BOX")), "MSG03", "MSG08"},
		{"hidden, and not a contact", list(hidden, stranger), models.PortalNotContact, models.PortalNotContact},
		{"void, and not a contact", list(void, stranger), models.PortalNotContact, models.PortalNotContact},
		{"nothing is shown here, and not a contact", list(holds(held("BOX", 2027)), stranger), models.PortalNotContact, models.PortalNotContact},
	}
	c := portalCatalogue(t)
	for _, tt := range tests {
		f := portalFacts(tt.changes...)
		if got := models.PortalVisibility(f, c, 6, portalNow); got != tt.byLicense {
			t.Errorf("%s, by license ID: %s, want %s", tt.name, got, tt.byLicense)
		}
		f.By = models.PortalByCode
		if got := models.PortalVisibility(f, c, 6, portalNow); got != tt.byCode {
			t.Errorf("%s, by activation code: %s, want %s", tt.name, got, tt.byCode)
		}
	}
}

func list(changes ...func(*models.PortalFacts)) []func(*models.PortalFacts) { return changes }

// Whatever the facts are, a stranger hears the same, and both ways of asking
// come to the same reason.
func TestPortalVisibilityTellsStrangersNothing(t *testing.T) {
	t.Parallel()
	byCode := map[models.PortalAnswer]models.PortalAnswer{
		"MSG01": "MSG06", "MSG02": "MSG07", "MSG03": "MSG08", "MSG04": "MSG09",
		models.PortalShown: models.PortalShown, models.PortalNotContact: models.PortalNotContact,
	}
	rapid.Check(t, func(t *rapid.T) {
		c := portalCatalogue(t)
		code := rapid.SampledFrom([]string{"SHOWN", "OTHER", "BOX", "GONE"})
		year := rapid.IntRange(2015, 2030)
		var holdings []models.Holding
		for range rapid.IntRange(0, 3).Draw(t, "holdings") {
			holdings = append(holdings, held(code.Draw(t, "product"), year.Draw(t, "ends"))...)
		}
		var validAt *time.Time
		if rapid.Bool().Draw(t, "delivered") {
			at := portalNow.Add(time.Duration(rapid.IntRange(-48, 48).Draw(t, "hours")) * time.Hour)
			validAt = &at
		}
		f := models.PortalFacts{
			By: models.PortalByLicense, Known: rapid.Bool().Draw(t, "known"), IsContact: rapid.Bool().Draw(t, "contact"), Holdings: holdings,
			Contract: models.Contract{Void: rapid.Bool().Draw(t, "void"), Hidden: rapid.Bool().Draw(t, "hidden"), ValidAt: validAt},
		}
		if rapid.Bool().Draw(t, "asked") {
			f.ProductCode = code.Draw(t, "asked for")
		}
		answer := models.PortalVisibility(f, c, 6, portalNow)
		if stranger := !f.Known || !f.IsContact; stranger != (answer == models.PortalNotContact) {
			t.Fatalf("a stranger: %v, is told %s", stranger, answer)
		}
		if answer == models.PortalShown && (f.Contract.Hidden || f.Contract.Void || len(models.PortalHoldings(holdings, c)) == 0) {
			t.Fatalf("shown: %+v", f)
		}
		f.By = models.PortalByCode
		if got := models.PortalVisibility(f, c, 6, portalNow); got != byCode[answer] {
			t.Fatalf("by license ID %s, by activation code %s", answer, got)
		}
	})
}

func TestPortalKeys(t *testing.T) {
	t.Parallel()
	const code = "OS7KQ2M9XHT6B1RW8Z3PD5CV0J4N8YA"
	tests := []struct {
		typed                string
		license, licenseCode string
		code, codeCode       string
	}{
		{"10000001", "10000001", "", "10000001", ""},
		{"１０００－０００１", "10000001", "", "10000001", ""},
		{" 1000 0001　", "10000001", "", "10000001", ""},
		{"", "", "required", "", "required"},
		{" ー　", "", "required", "", "required"},
		{"１０００a", "", "portal_license_digits", "1000A", ""},
		{"一〇〇", "", "portal_license_digits", "", "portal_half_width"},
		{"ＯＳ－7kq2ー９ＸＨＴ", "", "portal_license_digits", "OS7KQ29XHT", ""},
		{"os-7kq2-m9xht-6b1rw-8z3pd-5cv0j-4n8ya", "", "portal_license_digits", code, ""},
		{"ﾊﾝｶｸ", "", "portal_license_digits", "", "portal_half_width"},
		{"OS_7K#!", "", "portal_license_digits", "OS_7K#!", ""},
		{"OS\u0000", "", "portal_license_digits", "", "portal_half_width"},
		{"123456789012345678901234567890", "123456789012345678901234567890", "", "123456789012345678901234567890", ""},
	}
	codeOf := func(e *models.FieldError) string {
		if e == nil {
			return ""
		}
		return e.Code
	}
	for _, tt := range tests {
		if got, problem := models.ReadPortalLicense("key", tt.typed); got != tt.license || codeOf(problem) != tt.licenseCode {
			t.Errorf("license %q: %q %q, want %q %q", tt.typed, got, codeOf(problem), tt.license, tt.licenseCode)
		}
		if got, problem := models.ReadPortalCode("key", tt.typed); got != tt.code || codeOf(problem) != tt.codeCode {
			t.Errorf("code %q: %q %q, want %q %q", tt.typed, got, codeOf(problem), tt.code, tt.codeCode)
		}
	}
}
