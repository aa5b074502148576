package models_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func TestPeriodsFollowWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := date(t, "start")
		first := rapid.IntRange(1, 72).Draw(t, "months")
		end := models.PeriodEnd(start, first)
		if end.Before(start) {
			t.Fatalf("%d months from %s end on %s", first, start, end)
		}
		// A year later than a year is two years, whatever day the period began on.
		next := end.AddDays(1)
		both := models.PeriodEnd(start, first+12)
		renewed := models.PeriodEnd(next, 12)
		if off := renewed.DaysUntil(both); off < -3 || off > 3 {
			t.Fatalf("from %s: %d months and 12 end on %s, %d on %s", start, first, renewed, first+12, both)
		}
		if start.Day() == 1 && (renewed != both || renewed != renewed.LastOfMonth()) {
			t.Fatalf("from %s, a month's first day, %s is not %s", start, renewed, both)
		}
	})
}

func TestStartOfANewContract(t *testing.T) {
	t.Parallel()
	day := func(s string) models.Date {
		d, err := models.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ wished, registered, start string }{
		{"", "2026-06-10", "2026-07-01"}, {"", "2026-12-31", "2027-01-01"}, {"", "2026-06-01", "2026-07-01"}, {"2026-09-15", "2026-06-10", "2026-09-01"},
	} {
		var wished models.Date
		if c.wished != "" {
			wished = day(c.wished)
		}
		if got := models.NewContractStart(wished, day(c.registered)); got != day(c.start) {
			t.Errorf("wished %q, registered %s: starts %s, want %s", c.wished, c.registered, got, c.start)
		}
	}
	if end := models.PeriodEnd(day("2026-07-01"), 12); end != day("2027-06-30") {
		t.Errorf("a year from July 1 ends on %s", end)
	}
	if end := models.PeriodEnd(day("2024-02-29"), 12); end != day("2025-02-28") {
		t.Errorf("a year from February 29 ends on %s", end)
	}
}

// Renewals one after the other, by the planner: each begins the day after the
// last, quantities follow, and the code stays.
func TestRenewalChains(t *testing.T) {
	t.Parallel()
	family := models.Family{Code: "F", Names: models.Text{JA: "f", EN: "f"}}
	catalogue, err := models.NewCatalogue([]models.Family{family}, []models.Product{{
		Code: "P", Family: "F", CodeKind: models.CodeActivation, CodePrefix: "OS", MinimumQuantity: 1, MaximumQuantity: 1 << 30,
		RenewsTo: []string{"P"}, RenewalWindowDays: 30, ApplicationAccepted: true, ElectronicDelivery: true,
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		hash := "h"
		start := date(t, "start")
		h := models.Holding{ID: 1, ContractID: 1, ProductCode: "P", Quantity: 10, StartsOn: start, EndsOn: models.PeriodEnd(start, 12), CodeHash: &hash}
		for range rapid.IntRange(1, 6).Draw(t, "renewals") {
			today := h.EndsOn.AddDays(rapid.IntRange(-60, 30).Draw(t, "days from the end"))
			lines := []models.OrderLine{{ID: 2, Position: 2, ProductCode: "P", Kind: models.LineRenewal, Months: rapid.IntRange(1, 72).Draw(t, "months"),
				Quantity: rapid.IntRange(1, 500).Draw(t, "quantity")}}
			added := rapid.IntRange(0, 50).Draw(t, "added")
			if models.PeriodEnd(h.EndsOn.AddDays(1), lines[0].Months).Before(today) {
				added = 0 // a month renewed so late is over again: the checks send an addition to it back
			}
			if added > 0 {
				lines = append([]models.OrderLine{{ID: 1, Position: 1, ProductCode: "P", Kind: models.LineAddition, Quantity: added}}, lines...)
			}
			h = renew(t, catalogue, h, lines, today, added)
		}
	})
}

func renew(t *rapid.T, catalogue *models.Catalogue, h models.Holding, lines []models.OrderLine, today models.Date, added int) models.Holding {
	t.Helper()
	f := models.OrderFacts{
		Order:       models.Order{OrderType: models.OrderTypeRenewal, Lines: lines, CreatedAt: today.Start()},
		Application: models.Application{OrderType: models.OrderTypeRenewal, LicenseID: "1"},
		Licenses:    map[string]models.LicenseFacts{"1": {Known: true, Contract: models.Contract{ID: 1}, Holdings: []models.Holding{h}}},
		Catalogue:   catalogue,
	}
	plan, err := models.PlanRegistration(f, models.OrderVerdict{LicenseIDs: map[string]string{"1": "1"}}, today)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Contracts) != 1 || len(plan.Contracts[0].Holdings) != 1 {
		t.Fatalf("plan is %+v", plan)
	}
	planned := plan.Contracts[0].Holdings[0]
	after, renewal := planned.After, planned.Changes[0]
	line := lines[len(lines)-1]
	if renewal.StartsOn != h.EndsOn.AddDays(1) || renewal.EndsOn != models.PeriodEnd(renewal.StartsOn, line.Months) || after.EndsOn != renewal.EndsOn {
		t.Fatalf("renewed from %s to %s after %s", renewal.StartsOn, renewal.EndsOn, h.EndsOn)
	}
	if renewal.Reduction() != (line.Quantity < h.Quantity) {
		t.Fatalf("from %d to %d is a reduction: %v", h.Quantity, line.Quantity, renewal.Reduction())
	}
	if after.Quantity != line.Quantity+added || after.StartsOn != h.StartsOn || planned.NewCode || after.CodeHash != h.CodeHash {
		t.Fatalf("after %+v, new code %v", after, planned.NewCode)
	}
	if added > 0 && (planned.Changes[1].EndsOn != after.EndsOn || planned.Changes[1].QuantityBefore != line.Quantity) {
		t.Fatalf("the addition is %+v", planned.Changes[1])
	}
	return after
}

func TestOrderStatusTransitions(t *testing.T) {
	t.Parallel()
	allowed := map[models.OrderStatus][]models.OrderStatus{
		models.OrderReceived:   {models.OrderChecking, models.OrderSentBack, models.OrderCancelled},
		models.OrderChecking:   {models.OrderSentBack, models.OrderRegistered, models.OrderCancelled},
		models.OrderSentBack:   {models.OrderChecking, models.OrderCancelled},
		models.OrderRegistered: {models.OrderDelivered},
	}
	for _, from := range models.OrderStatuses {
		for _, to := range models.OrderStatuses {
			want := false
			for _, s := range allowed[from] {
				want = want || s == to
			}
			if from.CanBecome(to) != want {
				t.Errorf("from %s to %s is %v", from, to, !want)
			}
		}
	}
	before := 0
	for _, s := range models.OrderStatuses {
		if s.BeforeRegistered() {
			before++
		}
	}
	if before != 3 {
		t.Errorf("%d states are before registered", before)
	}
}

func TestContractStates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)
	later := now.Add(time.Second)
	for _, c := range []struct {
		contract models.Contract
		want     models.ContractStatus
	}{
		{models.Contract{}, models.ContractRegistering}, {models.Contract{ValidAt: &later}, models.ContractRegistering},
		{models.Contract{ValidAt: &now}, models.ContractValid}, {models.Contract{ValidAt: &now, Void: true}, models.ContractVoid},
	} {
		if got := c.contract.StatusAt(now); got != c.want {
			t.Errorf("%+v is %s", c.contract, got)
		}
	}
}
