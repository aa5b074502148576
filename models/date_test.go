package models_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"pgregory.net/rapid"
)

func date(t *rapid.T, label string) models.Date {
	return models.NewDate(2000, time.January, 1).AddDays(rapid.IntRange(0, 40000).Draw(t, label))
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := date(t, "day"), rapid.IntRange(-2000, 2000).Draw(t, "days")
		e := d.AddDays(n)
		if e.AddDays(-n) != d || d.DaysUntil(e) != n || (n > 0) != e.After(d) || (n < 0) != e.Before(d) {
			t.Fatalf("%s and %d days is %s", d, n, e)
		}
		if first, last := d.FirstOfMonth(), d.LastOfMonth(); first.Day() != 1 || last.AddDays(1).Day() != 1 || first.Month() != last.Month() {
			t.Fatalf("the month of %s goes from %s to %s", d, first, last)
		}
		months := rapid.IntRange(-48, 48).Draw(t, "months")
		later := d.AddMonths(months)
		if got := (later.Year()-d.Year())*12 + int(later.Month()) - int(d.Month()); got != months || later.Day() > d.Day() {
			t.Fatalf("%s and %d months is %s", d, months, later)
		}
		if later.Day() < d.Day() && later != later.LastOfMonth() {
			t.Fatalf("%s and %d months is %s, which is no month's end", d, months, later)
		}
		if models.DateOf(d.Start()) != d || models.DateOf(d.Start().Add(-time.Nanosecond)) != d.AddDays(-1) {
			t.Fatalf("%s does not begin at its start", d)
		}
	})
}

func TestDatesComeBackAsTheyWereStored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := date(t, "day")
		value, err := d.Value()
		if err != nil {
			t.Fatal(err)
		}
		for _, stored := range []any{value, []byte(d.String()), d.String() + "T00:00:00Z", time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)} {
			var back models.Date
			if err := back.Scan(stored); err != nil || back != d {
				t.Fatalf("%v comes back as %s, %v", stored, back, err)
			}
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back models.Date
		if err := json.Unmarshal(text, &back); err != nil || back != d {
			t.Fatalf("%s comes back as %s, %v", text, back, err)
		}
	})
	var none models.Date
	if value, err := none.Value(); value != nil || err != nil || none.String() != "" {
		t.Errorf("no date is stored as %v, %v", value, err)
	}
	if err := none.Scan(nil); err != nil || !none.IsZero() {
		t.Errorf("NULL is %s, %v", none, err)
	}
	if err := none.Scan(42); err == nil {
		t.Error("a number was read as a date")
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-06-10", "2024-02-29", "2025-02-29", "", "0000-00-00", "2026-6-1", "２０２６-06-10"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := models.ParseDate(s)
		if err == nil && d.String() != s {
			t.Fatalf("%q is read as %s", s, d)
		}
	})
}

func FuzzValidEmail(f *testing.F) {
	for _, seed := range []string{
		"a@example.jp", "a..b.@docomo.ne.jp", `"a> ORCPT=x@y"@z.jp`, "a@[127.0.0.1]", "a@b", "a b@example.jp", "a@example.jp\r\nBcc: b@example.jp",
		"名@example.jp", "a@例え.jp", "a@-x.jp", "<a@example.jp>", "a@example.jp,b@example.jp", "a@@example.jp",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !models.ValidEmail(s) {
			return
		}
		at := 0
		for _, r := range s {
			if r <= ' ' || r > '~' || r == '<' || r == '>' || r == ',' || r == '"' || r == ';' || r == '(' {
				t.Fatalf("%q has %q in it and passes", s, r)
			}
			if r == '@' {
				at++
			}
		}
		if at != 1 {
			t.Fatalf("%q passes", s)
		}
	})
}
