package profile_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

// legalHolidays computes a year's national holidays from the law's own rules:
// fixed days, second and third Mondays, the equinoxes by the usual formula (good
// until 2099), substitutes for Sundays, and days between two holidays.
func legalHolidays(year int) map[models.Date]bool {
	day := func(month time.Month, d int) models.Date { return models.NewDate(year, month, d) }
	monday := func(month time.Month, nth int) models.Date {
		first := day(month, 1)
		return first.AddDays((int(time.Monday-first.Weekday())+7)%7 + 7*(nth-1))
	}
	equinox := func(month time.Month, base float64) models.Date {
		passed := year - 1980
		return day(month, int(base+0.242194*float64(passed)-float64(passed/4)))
	}
	holidays := map[models.Date]bool{}
	for _, d := range []models.Date{
		day(time.January, 1), monday(time.January, 2), day(time.February, 11), day(time.February, 23),
		equinox(time.March, 20.8431), day(time.April, 29), day(time.May, 3), day(time.May, 4), day(time.May, 5),
		monday(time.July, 3), day(time.August, 11), monday(time.September, 3), equinox(time.September, 23.2488),
		monday(time.October, 2), day(time.November, 3), day(time.November, 23),
	} {
		holidays[d] = true
	}
	named := make([]models.Date, 0, len(holidays))
	for d := range holidays {
		named = append(named, d)
	}
	for _, d := range named {
		if d.Weekday() == time.Sunday {
			substitute := d.AddDays(1)
			for holidays[substitute] {
				substitute = substitute.AddDays(1)
			}
			holidays[substitute] = true
		}
	}
	for _, d := range named {
		between := d.AddDays(1)
		if !holidays[between] && holidays[between.AddDays(1)] && between.Weekday() != time.Sunday {
			holidays[between] = true
		}
	}
	return holidays
}

func TestHolidaysAreThoseOfTheLaw(t *testing.T) {
	p := defaultProfile(t)
	given := map[models.Date]bool{}
	for _, h := range p.CalendarSection.Holidays {
		given[h.Date] = true
	}
	for year := 2025; year <= 2028; year++ {
		for d := range legalHolidays(year) {
			if !given[d] {
				t.Errorf("%s is missing", d)
			}
			delete(given, d)
		}
	}
	for d := range given {
		t.Errorf("%s is no holiday", d)
	}
	if name, ok := p.HolidayName(models.NewDate(2026, time.September, 22)); !ok || name.JA != "国民の休日" {
		t.Errorf("2026-09-22 is %q (%v)", name.JA, ok)
	}
	if _, ok := p.HolidayName(models.NewDate(2026, time.September, 24)); ok {
		t.Error("2026-09-24 is a holiday")
	}
}

func TestVendorClosesOverNewYear(t *testing.T) {
	c := defaultProfile(t).Calendar()
	for year := 2025; year <= 2030; year++ {
		for d := models.NewDate(year, time.December, 29); !d.After(models.NewDate(year+1, time.January, 3)); d = d.AddDays(1) {
			if c.IsBusinessDay(d) {
				t.Errorf("%s is a business day", d)
			}
		}
	}
	if !c.IsBusinessDay(models.NewDate(2026, time.December, 28)) || !c.IsBusinessDay(models.NewDate(2027, time.January, 4)) {
		t.Error("the days around New Year are closed too")
	}
}

func TestDeskHours(t *testing.T) {
	p := defaultProfile(t)
	for at, open := range map[string]bool{
		"2026-11-20T08:59:59+09:00": false, "2026-11-20T09:00:00+09:00": true, "2026-11-20T11:59:59+09:00": true,
		"2026-11-20T12:00:00+09:00": false, "2026-11-20T13:00:00+09:00": true, "2026-11-20T18:00:00+09:00": false,
		"2026-11-21T10:00:00+09:00": false, "2026-09-22T10:00:00+09:00": false, "2026-11-20T00:30:00Z": true,
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if p.DeskOpen(moment) != open {
			t.Errorf("%s: open %v", at, !open)
		}
	}
	opens := p.DeskOpens(models.NewDate(2026, time.November, 19))
	if want := time.Date(2026, time.November, 19, 0, 0, 0, 0, time.UTC); !opens.Equal(want) || opens.Location() != time.UTC {
		t.Errorf("the desk opens at %s", opens)
	}
}

func TestDeskIsOpenOnBusinessDaysOnly(t *testing.T) {
	p := defaultProfile(t)
	rapid.Check(t, func(t *rapid.T) {
		d := models.NewDate(2025, time.January, 1+rapid.IntRange(0, 1460).Draw(t, "day"))
		at := d.Start().Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute)
		if p.DeskOpen(at) && !p.Calendar().IsBusinessDay(d) {
			t.Fatalf("open at %s", at)
		}
		if p.Calendar().IsBusinessDay(d) && !p.DeskOpen(p.DeskOpens(d)) {
			t.Fatalf("closed when it opens on %s", d)
		}
	})
}

func TestWarningsBeginWhenNextYearIsNotCovered(t *testing.T) {
	p := defaultProfile(t)
	if w := p.Warnings(models.NewDate(2027, time.December, 31)); len(w) != 0 {
		t.Errorf("warned too early: %v", w)
	}
	w := p.Warnings(models.NewDate(2028, time.January, 1))
	if len(w) != 1 || w[0].Code != "holidays_end_soon" || w[0].Field != "calendar.covered_until" || w[0].Line < 1 {
		t.Fatalf("warnings are %+v", w)
	}
	if want := "holidays are known until 2028-12-31 only; add those until 2029-12-31"; w[0].Message.EN != want {
		t.Errorf("the warning reads %q", w[0].Message.EN)
	}
}
