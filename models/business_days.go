package models

import (
	"errors"
	"fmt"
	"time"
)

// YearlyPeriod is a run of days closed every year, both ends included. To may lie
// in the following year (December 29 to January 3).
type YearlyPeriod struct {
	From MonthDay `yaml:"from"`
	To   MonthDay `yaml:"to"`
}

// MonthDay is a day that comes every year, written MM-DD. February 29 comes in leap years only.
type MonthDay struct {
	Month time.Month
	Day   int
}

// UnmarshalText reads MM-DD and refuses days that no year has.
func (m *MonthDay) UnmarshalText(text []byte) error {
	// A leap year, so that February 29 is accepted.
	t, err := time.Parse(time.DateOnly, "2024-"+string(text))
	if err != nil {
		return fmt.Errorf("%q is not MM-DD", text)
	}
	m.Month, m.Day = t.Month(), t.Day()
	return nil
}

// String gives MM-DD.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", int(m.Month), m.Day) }

func (p YearlyPeriod) holds(m MonthDay) bool {
	from, to, day := p.From.ordinal(), p.To.ordinal(), m.ordinal()
	if from <= to {
		return from <= day && day <= to
	}
	return day >= from || day <= to
}

func (m MonthDay) ordinal() int { return int(m.Month)*100 + m.Day }

// Calendar knows the vendor's business days: Monday to Friday, less holidays and
// closing days (domain README). It never changes after it was made.
type Calendar struct {
	off     map[Date]struct{}
	yearly  []YearlyPeriod
	covered Date
}

// ErrNeverOpen refuses a calendar whose closing days leave no day to work on.
var ErrNeverOpen = errors.New("the closing days cover the whole year")

// NewCalendar makes a calendar of single days off (holidays and extraordinary
// closing days) and of periods closed every year. coveredUntil is the last day
// for which the holidays are known; later days are counted by the rest.
func NewCalendar(off []Date, yearly []YearlyPeriod, coveredUntil Date) (*Calendar, error) {
	c := &Calendar{
		off:     make(map[Date]struct{}, len(off)),
		yearly:  append([]YearlyPeriod(nil), yearly...),
		covered: coveredUntil,
	}
	for _, d := range off {
		c.off[d] = struct{}{}
	}
	// Some day of an ordinary year must be open, or counting would never end.
	first := NewDate(2025, time.January, 1)
	for d := first; d.year == first.year; d = d.AddDays(1) {
		if !c.closedEveryYear(d) {
			return c, nil
		}
	}
	return nil, ErrNeverOpen
}

func (c *Calendar) closedEveryYear(d Date) bool {
	for _, p := range c.yearly {
		if p.holds(MonthDay{d.month, d.day}) {
			return true
		}
	}
	return false
}

// IsBusinessDay says whether the vendor works on that day.
func (c *Calendar) IsBusinessDay(d Date) bool {
	if day := d.Weekday(); day == time.Saturday || day == time.Sunday {
		return false
	}
	if _, off := c.off[d]; off {
		return false
	}
	return !c.closedEveryYear(d)
}

// AddBusinessDays gives the nth business day after d; d itself is not counted,
// so from a Saturday one business day later is Monday. With n negative it is the
// nth business day before d, and with 0 it is d, open or not.
func (c *Calendar) AddBusinessDays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if c.IsBusinessDay(d) {
			n--
		}
	}
	return d
}

// AddBusinessDaysAt gives the moment with t's clock time in Japan on the nth
// business day after t's day in Japan, by the rule of AddBusinessDays; with 0 it
// is t. The result is in UTC.
func (c *Calendar) AddBusinessDaysAt(t time.Time, n int) time.Time {
	// Japan has no daylight saving, so whole days keep the clock time.
	day := DateOf(t)
	return t.UTC().Add(time.Duration(day.DaysUntil(c.AddBusinessDays(day, n))) * 24 * time.Hour)
}

// BusinessDaysBetween counts the business days after from up to and including
// to; it is negative when to is the earlier day. It undoes AddBusinessDays.
func (c *Calendar) BusinessDaysBetween(from, to Date) int {
	if to.Before(from) {
		return -c.BusinessDaysBetween(to, from)
	}
	count := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		if c.IsBusinessDay(d) {
			count++
		}
	}
	return count
}

// CoveredUntil gives the last day for which the holidays are known.
func (c *Calendar) CoveredUntil() Date { return c.covered }
