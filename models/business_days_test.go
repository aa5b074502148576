package models_test

import (
	"errors"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func calendarDay(t *testing.T, s string) models.Date {
	t.Helper()
	d, err := models.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func monthDay(t *testing.T, s string) models.MonthDay {
	t.Helper()
	var m models.MonthDay
	if err := m.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

// japanCalendar is the calendar of the table tests: the holidays around the days they look at.
func japanCalendar(t *testing.T) *models.Calendar {
	t.Helper()
	var off []models.Date
	for _, s := range []string{
		"2026-01-01", "2026-01-12", "2026-04-29", "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06",
		"2026-09-21", "2026-09-22", "2026-09-23", "2026-11-03", "2026-11-23",
		"2027-01-01", "2027-01-11", "2027-04-29", "2027-05-03", "2027-05-04", "2027-05-05",
	} {
		off = append(off, calendarDay(t, s))
	}
	newYear := models.YearlyPeriod{From: monthDay(t, "12-29"), To: monthDay(t, "01-03")}
	c, err := models.NewCalendar(off, []models.YearlyPeriod{newYear}, calendarDay(t, "2027-12-31"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAddBusinessDaysOverHolidays(t *testing.T) {
	c := japanCalendar(t)
	tests := []struct {
		name, from string
		n          int
		want       string
	}{
		{"within a week", "2026-11-09", 3, "2026-11-12"},
		{"over a weekend", "2026-11-06", 1, "2026-11-09"},
		{"from a Saturday", "2026-11-07", 1, "2026-11-09"},
		{"from a Saturday, none", "2026-11-07", 0, "2026-11-07"},
		{"seven, as the reminders count", "2026-11-10", 7, "2026-11-19"},
		{"over New Year 2026/27", "2026-12-28", 1, "2027-01-04"},
		{"three over New Year", "2026-12-25", 3, "2027-01-05"},
		{"from within the closing days", "2026-12-30", 1, "2027-01-04"},
		{"back over New Year", "2027-01-04", -1, "2026-12-28"},
		{"Golden Week 2026 with its substitute holiday", "2026-04-28", 1, "2026-04-30"},
		{"all of Golden Week 2026", "2026-05-01", 1, "2026-05-07"},
		{"five over Golden Week 2026", "2026-04-28", 5, "2026-05-11"},
		{"Golden Week 2027", "2027-04-30", 1, "2027-05-06"},
		{"back over Golden Week 2027", "2027-05-06", -2, "2027-04-28"},
		{"the day between two holidays 2026", "2026-09-18", 1, "2026-09-24"},
		{"back over it", "2026-09-24", -1, "2026-09-18"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.AddBusinessDays(calendarDay(t, tt.from), tt.n); got != calendarDay(t, tt.want) {
				t.Errorf("%s + %d = %s, want %s", tt.from, tt.n, got, tt.want)
			}
		})
	}
}

func TestIsBusinessDay(t *testing.T) {
	c := japanCalendar(t)
	for s, want := range map[string]bool{
		"2026-09-18": true, "2026-09-21": false, "2026-09-22": false, "2026-09-23": false, "2026-09-24": true,
		"2026-05-06": false, "2027-05-06": true, "2026-12-28": true, "2026-12-29": false, "2027-01-03": false,
		"2027-01-04": true, "2031-12-31": false, "2026-11-07": false, "2026-11-08": false,
	} {
		if got := c.IsBusinessDay(calendarDay(t, s)); got != want {
			t.Errorf("%s: business day %v, want %v", s, got, want)
		}
	}
	if c.CoveredUntil() != calendarDay(t, "2027-12-31") {
		t.Errorf("covered until %s", c.CoveredUntil())
	}
}

func TestAddBusinessDaysAtKeepsTheClockInJapan(t *testing.T) {
	c := japanCalendar(t)
	tests := []struct {
		name, from string
		n          int
		want       string
	}{
		{"midday", "2026-11-10T14:02:03+09:00", 3, "2026-11-13T14:02:03+09:00"},
		// 16:30 UTC on Friday is Saturday in Japan, so Monday is the first business day.
		{"a UTC Friday that is Saturday in Japan", "2026-11-06T16:30:00Z", 1, "2026-11-09T01:30:00+09:00"},
		{"over New Year", "2026-12-28T23:59:59+09:00", 1, "2027-01-04T23:59:59+09:00"},
		{"none", "2026-11-07T05:00:00Z", 0, "2026-11-07T05:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, tt.from)
			if err != nil {
				t.Fatal(err)
			}
			want, err := time.Parse(time.RFC3339, tt.want)
			if err != nil {
				t.Fatal(err)
			}
			got := c.AddBusinessDaysAt(from, tt.n)
			if !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("got %s, want %s", got, want.UTC())
			}
		})
	}
}

func TestCalendarMustOpenSometimes(t *testing.T) {
	always := models.YearlyPeriod{From: monthDay(t, "04-01"), To: monthDay(t, "03-31")}
	if _, err := models.NewCalendar(nil, []models.YearlyPeriod{always}, models.Date{}); !errors.Is(err, models.ErrNeverOpen) {
		t.Errorf("a calendar that never opens gives %v", err)
	}
}

func TestMonthDayRefusesDaysThatNeverCome(t *testing.T) {
	for _, s := range []string{"", "2-30", "02-30", "13-01", "00-10", "12-29x", "12/29"} {
		var m models.MonthDay
		if err := m.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is read as %s", s, m)
		}
	}
	if m := monthDay(t, "02-29"); m.String() != "02-29" {
		t.Errorf("02-29 is read as %s", m)
	}
}

// anyCalendar draws days off around 2026 to 2028 and a closing period.
func anyCalendar(t *rapid.T) *models.Calendar {
	off := rapid.SliceOfN(rapid.Custom(anyDay), 0, 60).Draw(t, "off")
	from := anyDay(t)
	to := from.AddDays(rapid.IntRange(0, 40).Draw(t, "closed"))
	closing := models.YearlyPeriod{
		From: models.MonthDay{Month: from.Month(), Day: from.Day()},
		To:   models.MonthDay{Month: to.Month(), Day: to.Day()},
	}
	c, err := models.NewCalendar(off, []models.YearlyPeriod{closing}, models.NewDate(2028, time.December, 31))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func anyDay(t *rapid.T) models.Date {
	return models.NewDate(2026, time.January, 1+rapid.IntRange(0, 1000).Draw(t, "day"))
}

func TestBusinessDayProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d := anyCalendar(t), anyDay(t)
		a, b := rapid.IntRange(0, 40).Draw(t, "a"), rapid.IntRange(0, 40).Draw(t, "b")
		end := c.AddBusinessDays(d, a)
		if a > 0 && !c.IsBusinessDay(end) {
			t.Fatalf("%s + %d ends on %s, which is off", d, a, end)
		}
		if got := c.BusinessDaysBetween(d, end); got != a {
			t.Fatalf("counting does not undo adding: %d, want %d", got, a)
		}
		if got, want := c.AddBusinessDays(end, b), c.AddBusinessDays(d, a+b); got != want {
			t.Fatalf("not additive: %s, want %s", got, want)
		}
		if later := c.AddBusinessDays(d, a+1); !later.After(end) {
			t.Fatalf("one more business day is not later: %s, %s", later, end)
		}
		if next := c.AddBusinessDays(d.AddDays(1), a); next.Before(end) {
			t.Fatalf("starting later ends earlier: %s, %s", next, end)
		}
		if c.IsBusinessDay(d) && c.AddBusinessDays(end, -a) != d {
			t.Fatalf("going back does not lead to %s", d)
		}
	})
}

func TestBusinessDaysBetweenProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		x, y, z := anyDay(t), anyDay(t), anyDay(t)
		if c.BusinessDaysBetween(x, y) != -c.BusinessDaysBetween(y, x) {
			t.Fatalf("%s to %s is not the way back", x, y)
		}
		if c.BusinessDaysBetween(x, y)+c.BusinessDaysBetween(y, z) != c.BusinessDaysBetween(x, z) {
			t.Fatalf("%s to %s to %s does not add up", x, y, z)
		}
		if x.Before(y) && c.BusinessDaysBetween(x, y) > x.DaysUntil(y) {
			t.Fatalf("more business days than days from %s to %s", x, y)
		}
	})
}

func TestAddBusinessDaysAtProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t)
		at := anyDay(t).Start().Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)-1).Draw(t, "clock")))
		n := rapid.IntRange(-30, 30).Draw(t, "n")
		got := c.AddBusinessDaysAt(at, n)
		if want := c.AddBusinessDays(models.DateOf(at), n); models.DateOf(got) != want {
			t.Fatalf("%s + %d is on %s, want %s", at, n, models.DateOf(got), want)
		}
		if got.Sub(models.DateOf(got).Start()) != at.Sub(models.DateOf(at).Start()) {
			t.Fatalf("the clock changed: %s to %s", at, got)
		}
	})
}
