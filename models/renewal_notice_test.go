package models_test

import (
	"slices"
	"testing"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func TestRenewalRecipients(t *testing.T) {
	party := func(name, email string) models.Party { return models.Party{CompanyName: name, Email: email} }
	reseller := models.Reseller{Name: "販売店", Email: "orders@reseller.example"}
	for _, tt := range []struct {
		name     string
		contract models.Contract
		want     []models.RenewalRecipient
	}{
		{"dealer and reseller differ", models.Contract{Support: party("甲", "It@kou.example"), Reseller: party("販売店", "a@reseller.example"), Dealer: party("代理店", "b@dealer.example")},
			[]models.RenewalRecipient{{models.RenewalToSupport, "it@kou.example"}, {models.RenewalToDealer, "b@dealer.example"}}},
		{"the dealer is the reseller", models.Contract{Support: party("甲", "it@kou.example"), Reseller: party("㈱販売店", "a@reseller.example"), Dealer: party("株式会社販売店", "b@reseller.example")},
			[]models.RenewalRecipient{{models.RenewalToSupport, "it@kou.example"}, {models.RenewalToReseller, "a@reseller.example"}}},
		{"no address of the reseller", models.Contract{Support: party("甲", "it@kou.example")},
			[]models.RenewalRecipient{{models.RenewalToSupport, "it@kou.example"}, {models.RenewalToReseller, "orders@reseller.example"}}},
		{"one address for both", models.Contract{Support: party("甲", "A@reseller.example"), Reseller: party("販売店", "a@reseller.example")},
			[]models.RenewalRecipient{{models.RenewalToSupport, "a@reseller.example"}}},
		{"no support contact", models.Contract{Reseller: party("販売店", "a@reseller.example")},
			[]models.RenewalRecipient{{models.RenewalToReseller, "a@reseller.example"}}},
	} {
		if got := tt.contract.RenewalRecipients(reseller); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Every day before the end belongs to just one notice once the first is due.
func TestRenewalWindowsShareTheDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(rapid.IntRange(1, 365), 1, 5, rapid.ID).Draw(t, "days")
		slices.SortFunc(days, func(a, b int) int { return b - a })
		left := rapid.IntRange(-10, 400).Draw(t, "days left")
		end := reckonedOn.AddDays(left)
		var found []int
		for n := range days {
			if from, to := models.RenewalWindow(days, n, reckonedOn); !end.Before(from) && !end.After(to) {
				found = append(found, days[n])
			}
		}
		want := 0
		for _, d := range days {
			if left >= 0 && left <= d {
				want = d // the nearest
			}
		}
		if want == 0 && len(found) != 0 || want != 0 && !slices.Equal(found, []int{want}) {
			t.Fatalf("%d days left of %v: %v, want %d", left, days, found, want)
		}
	})
}
