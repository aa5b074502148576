package profile

import (
	"fmt"
	"regexp"
	"time"

	"github.com/todoke/todoke/models"
)

// CalendarSection holds the days off and the hours of the desk.
type CalendarSection struct {
	// CoveredUntil is the last day for which the holidays are known.
	CoveredUntil models.Date           `yaml:"covered_until"`
	DeskHours    []DeskHours           `yaml:"desk_hours"`
	ClosedYearly []models.YearlyPeriod `yaml:"closed_yearly"`
	// ClosedDays are extraordinary closing days.
	ClosedDays []models.Date `yaml:"closed_days"`
	Holidays   []Holiday     `yaml:"holidays"`
}

// Holiday is a national holiday.
type Holiday struct {
	Date  models.Date `yaml:"date"`
	Names models.Text `yaml:"names"`
}

// DeskHours is one stretch of the day in which the desk answers, Japan time.
type DeskHours struct {
	From Clock `yaml:"from"`
	To   Clock `yaml:"to"`
}

// Clock is a time of day in Japan, written HH:MM.
type Clock struct{ sinceMidnight time.Duration }

var clockForm = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// UnmarshalText reads HH:MM from 00:00 to 23:59.
func (c *Clock) UnmarshalText(text []byte) error {
	if !clockForm.Match(text) {
		return fmt.Errorf("%q is not HH:MM", text)
	}
	t, err := time.Parse("15:04", string(text))
	if err != nil {
		return err
	}
	c.sinceMidnight = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	return nil
}

// String gives HH:MM.
func (c Clock) String() string {
	return fmt.Sprintf("%02d:%02d", int(c.sinceMidnight.Hours()), int(c.sinceMidnight.Minutes())%60)
}

// SinceMidnight gives the time that has passed of the day then.
func (c Clock) SinceMidnight() time.Duration { return c.sinceMidnight }

// On gives that time on a day.
func (c Clock) On(d models.Date) time.Time { return d.Start().Add(c.sinceMidnight) }

// Duration is a length of time written as Go does (10m, 72h).
type Duration struct{ time.Duration }

// UnmarshalText reads a duration with its unit.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(text))
	return err
}

// DeskOpens gives the moment in UTC at which the desk opens on a day, whether or
// not that is a business day; reminders go out then.
func (p *Profile) DeskOpens(d models.Date) time.Time {
	return p.CalendarSection.DeskHours[0].From.On(d).UTC()
}

// DeskOpen says whether the desk answers at that moment.
func (p *Profile) DeskOpen(t time.Time) bool {
	day := models.DateOf(t)
	if !p.calendar.IsBusinessDay(day) {
		return false
	}
	for _, hours := range p.CalendarSection.DeskHours {
		if !t.Before(hours.From.On(day)) && t.Before(hours.To.On(day)) {
			return true
		}
	}
	return false
}

// HolidayName gives the national holiday on that day, and whether there is one.
func (p *Profile) HolidayName(d models.Date) (models.Text, bool) {
	for _, h := range p.CalendarSection.Holidays {
		if h.Date == d {
			return h.Names, true
		}
	}
	return models.Text{}, false
}

func (s CalendarSection) build() (*models.Calendar, error) {
	off := append([]models.Date(nil), s.ClosedDays...)
	for _, h := range s.Holidays {
		off = append(off, h.Date)
	}
	return models.NewCalendar(off, s.ClosedYearly, s.CoveredUntil)
}

func (c *checker) calendar(s CalendarSection) {
	const list = "calendar.holidays"
	var days []string
	years := map[int]bool{}
	first := s.CoveredUntil.Year()
	for i, h := range s.Holidays {
		days = append(days, h.Date.String())
		if h.Date.IsZero() {
			continue
		}
		years[h.Date.Year()] = true
		first = min(first, h.Date.Year())
		if h.Date.After(s.CoveredUntil) {
			c.add(at(list, i)+".date", "after_covered", "value", s.CoveredUntil.String())
		}
	}
	c.unique(list, ".date", days, nil)
	for year := first; year <= s.CoveredUntil.Year(); year++ {
		// Years before the first in the table are nobody's business; a hole is a
		// slip, and the first one tells it.
		if !years[year] && len(s.Holidays) > 0 {
			c.add(list, "year_without_holidays", "value", itoa(year))
			break
		}
	}
	c.deskHours(s.DeskHours)
	if _, err := s.build(); err != nil {
		c.add("calendar.closed_yearly", "never_open")
	}
}

func (c *checker) deskHours(hours []DeskHours) {
	const list = "calendar.desk_hours"
	if len(hours) == 0 {
		c.add(list, "empty")
	}
	last := Clock{}
	for i, h := range hours {
		if h.From.sinceMidnight < last.sinceMidnight || h.To.sinceMidnight <= h.From.sinceMidnight {
			c.add(at(list, i), "not_rising")
		}
		last = h.To
	}
}
