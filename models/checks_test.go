package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

var checkRules = models.ApplicationRules{
	Required: map[models.OrderType]map[models.Block][]string{
		models.OrderTypeNew: {
			models.BlockEndUser: {"company_name", "postal_code", "email"}, models.BlockSupportContact: {"company_name"},
			models.BlockReseller: {"company_name"}, models.BlockDealer: {"company_name"},
		},
		models.OrderTypeRenewal: {models.BlockEndUser: {"company_name", "postal_code"}, models.BlockReseller: {"company_name"}},
	},
	Months: models.MonthsRule{Multiple: 12, Longest: 72, Also: []int{18}}, StartWindowMonths: 12,
	Distributors: []string{"SB C&S株式会社"},
	Specials: []models.SpecialProduct{{
		Code: "credits", ContractFields: []models.ContractField{models.FieldMonths}, SameSupportContact: true,
	}},
}

var checkDay = models.NewDate(2026, 6, 10)

func goodApplication() models.Application {
	return models.Application{
		OrderType: models.OrderTypeNew, SupportSame: true, DealerSame: true, Months: 12, DeliveryEmail: "d@example.jp",
		EndUser:  models.Party{CompanyName: "見本商事", PostalCode: "１００ー０００１", Email: "a@example.jp"},
		Reseller: models.Party{CompanyName: "販売店"},
	}
}

func TestApplicationRules(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*models.Application){
		"":                               func(*models.Application) {},
		"order_type unknown_value":       func(a *models.Application) { a.OrderType = "gift" },
		"end_user.company_name required": func(a *models.Application) { a.EndUser.CompanyName = "　" },
		"end_user.email email_malformed": func(a *models.Application) { a.EndUser.Email = "a@b" },
		"end_user.postal_code postal_code_malformed":    func(a *models.Application) { a.EndUser.PostalCode = "100-000" },
		"end_user.prefecture prefecture_unknown":        func(a *models.Application) { a.EndUser.Prefecture = "江戸" },
		"end_user.city control_characters":              func(a *models.Application) { a.EndUser.City = "a\nb" },
		"end_user.street control_characters":            func(a *models.Application) { a.EndUser.Street = "a\u202eb" },
		"end_user.company_name_kana kana_expected":      func(a *models.Application) { a.EndUser.CompanyKana = "見本" },
		"support_contact.company_name required":         func(a *models.Application) { a.SupportSame = false },
		"dealer.company_name required":                  func(a *models.Application) { a.DealerSame = false },
		"reseller.company_name distributor_not_allowed": func(a *models.Application) { a.Reseller.CompanyName = "ＳＢ　Ｃ＆Ｓ㈱" },
		"contract.months months_not_allowed":            func(a *models.Application) { a.Months = 13 },
		"contract.delivery_email required":              func(a *models.Application) { a.DeliveryEmail = "" },
		"contract.start_month start_month_out_of_range": func(a *models.Application) { a.StartMonth = models.NewDate(2027, 7, 1) },
		"contract.license_id required":                  func(a *models.Application) { a.OrderType = models.OrderTypeRenewal },
		"contract.license_id digits_only":               func(a *models.Application) { a.OrderType, a.LicenseID = models.OrderTypeRenewal, "L1" },
		"support_contact.same_as same_support_contact_required": func(a *models.Application) {
			a.Credits, a.SupportSame, a.SupportContact.CompanyName = true, false, "窓口"
		},
	} {
		a := goodApplication()
		change(&a)
		a.DropUnasked()
		var got []string
		for _, e := range models.CheckApplication(&a, checkRules, checkDay) {
			got = append(got, e.Field+" "+e.Code)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("errors are %v, want %q", got, want)
		}
	}
}

func TestBoundsOfMonthsAndStart(t *testing.T) {
	t.Parallel()
	for months, want := range map[int]bool{0: false, -12: false, 12: true, 13: false, 18: true, 72: true, 84: false} {
		if checkRules.Months.Allows(months) != want {
			t.Errorf("%d months are allowed: %v", months, !want)
		}
	}
	for day, want := range map[string]bool{"2026-05-01": false, "2026-06-01": true, "2027-06-01": true, "2027-07-01": false} {
		d, err := models.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		if checkRules.StartMonthAllowed(d, checkDay) != want {
			t.Errorf("start in %s is allowed: %v", day, !want)
		}
	}
}

// Whatever is typed: checking says what is wrong, does not fall over, and what it
// accepts it accepts again.
func TestCheckingAnyApplication(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "見本", "\x00", "\xff\xfe", "100-0001", "03-1234-5678", "a@example.jp", "東京都", strings.Repeat("長", 400)}))
	rapid.Check(t, func(t *rapid.T) {
		party := func(label string) models.Party {
			draw := func(field string) string { return text.Draw(t, label+field) }
			return models.Party{
				PartnerCode: draw("code"), CompanyName: draw("name"), CompanyKana: draw("kana"), PostalCode: draw("postal"), Prefecture: draw("prefecture"),
				Phone: draw("phone"), Email: draw("mail"), Street: draw("street"),
			}
		}
		a := models.Application{
			OrderType: rapid.SampledFrom(append(slices.Clone(models.OrderTypes), "", "other")).Draw(t, "type"),
			EndUser:   party("end user"), SupportContact: party("support"), Reseller: party("reseller"), Dealer: party("dealer"),
			SupportSame: rapid.Bool().Draw(t, "same support"), DealerSame: rapid.Bool().Draw(t, "same dealer"), Credits: rapid.Bool().Draw(t, "credits"),
			Months: rapid.Int().Draw(t, "months"), LicenseID: text.Draw(t, "license"), DeliveryEmail: text.Draw(t, "delivery"),
			StartMonth: models.NewDate(rapid.IntRange(1, 9999).Draw(t, "year"), 5, rapid.IntRange(1, 31).Draw(t, "day")),
		}
		a.DropUnasked()
		errs := models.CheckApplication(&a, checkRules, checkDay)
		for _, e := range errs {
			if e.Field == "" || e.Code == "" {
				t.Fatalf("an error without field or code: %+v", e)
			}
		}
		again := a
		again.DropUnasked()
		if len(errs) == 0 && len(models.CheckApplication(&again, checkRules, checkDay)) != 0 {
			t.Fatal("what was accepted is refused")
		}
	})
}

func TestAnySheetIsChecked(t *testing.T) {
	t.Parallel()
	family := models.Family{Code: "F"}
	catalogue, err := models.NewCatalogue([]models.Family{family}, []models.Product{{Code: "P", Family: "F", MinimumQuantity: 5, MaximumQuantity: 100}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := models.EntryRules{Catalogue: catalogue, Months: checkRules.Months}
	kinds := []models.LineKind{"", "odd", models.LineNew, models.LineRenewal, models.LineAddition, models.LineMigrationRenewal, models.LineNewPreferential}
	rapid.Check(t, func(t *rapid.T) {
		o := models.Order{
			PONumber: rapid.String().Draw(t, "PO"), OrderType: rapid.SampledFrom(append(slices.Clone(models.OrderTypes), "odd")).Draw(t, "type"),
			OrderDate: checkDay.AddDays(rapid.IntRange(-1000, 1000).Draw(t, "day")), Communication: rapid.String().Draw(t, "text"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "lines") {
			o.Lines = append(o.Lines, models.OrderLine{
				ProductCode: rapid.SampledFrom([]string{"P", "", "Q"}).Draw(t, "product"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
				Quantity: rapid.Int().Draw(t, "quantity"), Months: rapid.Int().Draw(t, "months"), UnitPrice: rapid.Int64().Draw(t, "price"),
				LicenseID: rapid.SampledFrom([]string{"", "123", "x"}).Draw(t, "license"),
			})
		}
		if errs := models.CheckSheet(&o, rules, checkDay); len(errs) > 0 {
			return
		}
		for _, l := range o.Lines {
			if !slices.Contains(o.OrderType.LineKinds(), l.Kind) || l.Quantity < 1 || l.UnitPrice < 0 || l.Amount() < 0 {
				t.Fatalf("a line of %s was accepted: %+v", o.OrderType, l)
			}
		}
	})
}
