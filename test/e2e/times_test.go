//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// thisMonth is the month that it is in Japan, as 2006-01.
func thisMonth() string { return models.DateOf(time.Now()).String()[:len("2006-01")] }

// clockSetBack gives the time some days ago.
func clockSetBack(days int) func() time.Time {
	return func() time.Time { return time.Now().AddDate(0, 0, -days) }
}

// monthsBetween counts the months of a period from its first to its last day.
func monthsBetween(t *testing.T, first, last string) int {
	t.Helper()
	from, err := models.ParseDate(first)
	if err != nil {
		t.Fatalf("day: %v", err)
	}
	to, err := models.ParseDate(last)
	if err != nil {
		t.Fatalf("day: %v", err)
	}
	for n := range 200 {
		if from.AddMonths(n) == to.AddDays(1) {
			return n
		}
	}
	t.Fatalf("from %s to %s there are no whole months", first, last)
	return 0
}

// modelOf is a sample application as the store takes it.
func modelOf(a harness.Application, start models.Date) models.Application {
	party := func(p harness.Party) models.Party {
		return models.Party{
			PartnerCode: p.PartnerCode, CompanyName: p.CompanyName, CompanyKana: p.CompanyKana, Department: p.Department,
			PostalCode: p.PostalCode, Prefecture: p.Prefecture, City: p.City, Street: p.Street, Phone: p.Phone,
			PersonName: p.PersonName, PersonKana: p.PersonKana, Email: p.Email,
		}
	}
	return models.Application{
		OrderType: models.OrderType(a.OrderType), EndUser: party(a.EndUser), SupportSame: true, Reseller: party(a.Reseller), DealerSame: true,
		Credits: a.Contract.Credits, StartMonth: start, Months: a.Contract.Months, DeliveryEmail: a.Contract.DeliveryEmail,
	}
}
