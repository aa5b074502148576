package models

import "time"

// Deadline says by when staff settle what waits for them, and when they are warned
// before that. All of it is counted in business days; the clock stops while they
// wait for the person who asked.
type Deadline struct {
	// DueDays are the business days within which it is to be settled.
	DueDays int
	// WarningDays is how many business days before that staff are warned; 0 is never.
	WarningDays int
}

// DueAt gives when what came in at a moment is due.
func (d Deadline) DueAt(c *Calendar, came time.Time) time.Time {
	return c.AddBusinessDaysAt(came, d.DueDays)
}

// WarnAt gives when staff are warned of what is due at a moment, and whether they are.
func (d Deadline) WarnAt(c *Calendar, due time.Time) (time.Time, bool) {
	return c.AddBusinessDaysAt(due, -d.WarningDays), d.WarningDays > 0
}

// DueAfterAnswer gives the new due moment of what waited for the person who asked:
// the business days of waiting do not count.
func DueAfterAnswer(c *Calendar, due, asked, answered time.Time) time.Time {
	return c.AddBusinessDaysAt(due, c.BusinessDaysBetween(DateOf(asked), DateOf(answered)))
}
