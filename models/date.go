package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Tokyo is the zone that dates are counted in. Japan has had no daylight saving
// since 1951, so a fixed offset is exact and needs no zone files.
var Tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// Date is a day in Japan time, without a time of day. The zero value is no date.
type Date struct {
	year  int
	month time.Month
	day   int
}

// NewDate gives the day, normalised as time.Date does (February 30 is March 1 or 2).
func NewDate(year int, month time.Month, day int) Date {
	y, m, d := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date()
	return Date{y, m, d}
}

// DateOf gives the day in Japan that holds the moment.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Tokyo).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not YYYY-MM-DD", s)
	}
	return NewDate(t.Date()), nil
}

// IsZero says whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String gives YYYY-MM-DD, or nothing for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day)
}

// Year gives the year.
func (d Date) Year() int { return d.year }

// Month gives the month.
func (d Date) Month() time.Month { return d.month }

// Day gives the day of the month.
func (d Date) Day() int { return d.day }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.Start().Weekday() }

// Start is the moment the day begins in Japan.
func (d Date) Start() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Tokyo)
}

// AddDays gives the day n days later.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// AddMonths gives the same day n months later, or that month's last day when it is shorter.
func (d Date) AddMonths(n int) Date {
	first := NewDate(d.year, d.month+time.Month(n), 1)
	return NewDate(first.year, first.month, min(d.day, first.LastOfMonth().day))
}

// FirstOfMonth gives the month's first day.
func (d Date) FirstOfMonth() Date { return NewDate(d.year, d.month, 1) }

// LastOfMonth gives the month's last day.
func (d Date) LastOfMonth() Date { return NewDate(d.year, d.month+1, 0) }

// Before says whether d is an earlier day.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After says whether d is a later day.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Compare orders days: negative when d is earlier.
func (d Date) Compare(e Date) int {
	if d.year != e.year {
		return d.year - e.year
	}
	if d.month != e.month {
		return int(d.month - e.month)
	}
	return d.day - e.day
}

// DaysUntil counts the days from d to e.
func (d Date) DaysUntil(e Date) int { return int(e.Start().Sub(d.Start()).Hours() / 24) }

// Value stores the date as text, alike in both databases; no date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads what Value stored.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		*d = NewDate(v.Date())
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("cannot read a date from %T", src)
}

// GormDataType names the column's type to gorm.
func (Date) GormDataType() string { return "string" }

// MarshalJSON writes "YYYY-MM-DD", or null for no date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(d.String())
}

// UnmarshalText reads YYYY-MM-DD; an empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	// A driver may hand a date column over with a time of day behind it.
	parsed, err := ParseDate(string(text[:min(len(text), len(time.DateOnly))]))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
