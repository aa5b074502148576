package models_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

// passwordDays is how long a delivery password works (delivery.md).
const passwordDays = 90

func japan(year int, month time.Month, day, hour, minute, second int) time.Time {
	return time.Date(year, month, day, hour, minute, second, 0, models.Tokyo)
}

func TestPasswordWorksUntilMidnightOfItsLastDay(t *testing.T) {
	sentAt := map[string]time.Time{
		"at noon":                            japan(2026, time.June, 10, 12, 0, 0),
		"in the day's first second":          japan(2026, time.June, 10, 0, 0, 0),
		"in the day's last second":           japan(2026, time.June, 10, 23, 59, 59),
		"on the day before in London":        japan(2026, time.June, 10, 3, 0, 0).UTC(),
		"in another zone, the same in Japan": japan(2026, time.June, 10, 9, 0, 0).In(time.FixedZone("", -8*60*60)),
	}
	for when, sent := range sentAt {
		s := models.Shipment{PasswordSentAt: &sent}
		for _, c := range []struct {
			at     time.Time
			usable bool
		}{
			{sent, true},
			{japan(2026, time.September, 8, 0, 0, 0), true},
			{japan(2026, time.September, 8, 23, 59, 59), true},
			{japan(2026, time.September, 9, 0, 0, 0).Add(-time.Nanosecond), true},
			{japan(2026, time.September, 9, 0, 0, 0), false},
			{japan(2026, time.September, 9, 0, 0, 1), false},
			{japan(2027, time.September, 9, 0, 0, 0), false},
		} {
			for _, at := range []time.Time{c.at, c.at.UTC()} {
				if got := s.PasswordUsable(at, passwordDays); got != c.usable {
					t.Errorf("sent %s, usable at %s: %v, want %v", when, at, got, c.usable)
				}
			}
		}
	}
}

func TestPasswordDoesNotWorkBeforeItsMail(t *testing.T) {
	if (models.Shipment{}).PasswordUsable(japan(2026, time.June, 10, 12, 0, 0), passwordDays) {
		t.Error("a password works whose mail was not sent")
	}
}

// The last day is the 90th after the day of the mail, whatever months, leap years
// and hours lie between.
func TestPasswordEndsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := time.Unix(rapid.Int64Range(japan(2020, 1, 1, 0, 0, 0).Unix(), japan(2060, 1, 1, 0, 0, 0).Unix()).Draw(t, "sent"), 0).UTC()
		days := rapid.IntRange(1, 3650).Draw(t, "days")
		ends := models.PasswordEnds(sent, days)
		last := models.DateOf(ends.Add(-time.Nanosecond))
		if n := models.DateOf(sent).DaysUntil(last); n != days {
			t.Fatalf("the last day is %d days after the mail, want %d", n, days)
		}
		if hour := ends.In(models.Tokyo).Format(time.TimeOnly); hour != "00:00:00" {
			t.Fatalf("it ends at %s in Japan, want midnight", hour)
		}
		s := models.Shipment{PasswordSentAt: &sent}
		at := sent.Add(time.Duration(rapid.Int64Range(0, int64(2*(days+2))*int64(24*time.Hour)).Draw(t, "after")))
		if s.PasswordUsable(at, days) != at.Before(ends) {
			t.Fatalf("usable at %s is %v, and it ends at %s", at, s.PasswordUsable(at, days), ends)
		}
	})
}

func TestWhatADeliveryBrings(t *testing.T) {
	all, code, nothing := models.DeliveryParts{Code: true, Files: true}, models.DeliveryParts{Code: true}, models.DeliveryParts{}
	plain := models.Product{Code: "A", ElectronicDelivery: true}
	option, offline := plain, plain
	option.Option, offline.OfflineCode = true, true
	appliance := models.Product{Code: "A", Option: true, OfflineCode: true}
	for _, c := range []struct {
		kind    models.LineKind
		newCode bool
		product models.Product
		before  string
		want    models.DeliveryParts
	}{
		{models.LineNew, true, plain, "", all},
		{models.LineNewPreferential, true, plain, "", all},
		{models.LineNew, false, plain, "", all}, // products without a code have files too
		{models.LineRenewal, false, plain, "A", nothing},
		{models.LineMigrationRenewal, false, plain, "", nothing}, // nobody knows what it was before
		{models.LineAddition, false, plain, "A", nothing},
		{models.LineRenewal, true, plain, "A", code},
		{models.LineAddition, true, plain, "A", code},
		{models.LineRenewal, false, plain, "B", all}, // a product newly added
		{models.LineMigrationRenewal, false, plain, "B", all},
		{models.LineRenewal, false, option, "A", all},
		{models.LineAddition, false, option, "A", all},
		{models.LineRenewal, false, offline, "A", code},
		{models.LineAddition, false, offline, "A", code},
		{models.LineNew, true, appliance, "", nothing},
		{models.LineRenewal, true, appliance, "B", nothing},
	} {
		change := models.HoldingChange{Kind: c.kind, NewCode: c.newCode, ProductCode: "A"}
		if got := change.Delivers(c.product, c.before); got != c.want {
			t.Errorf("%+v delivers %+v, want %+v", c, got, c.want)
		}
	}
}
