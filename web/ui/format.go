package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/texts"
)

// Moment shows a time in Japan: "2026/11/10 14:02" or "10 Nov 2026, 14:02".
func Moment(lang models.Language, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if lang == models.English {
		return t.In(models.Tokyo).Format("2 Jan 2006, 15:04")
	}
	return t.In(models.Tokyo).Format("2006/01/02 15:04")
}

// MomentAt is Moment for a time that may be missing.
func MomentAt(lang models.Language, t *time.Time) string {
	if t == nil {
		return ""
	}
	return Moment(lang, *t)
}

// MomentShort is Moment for lists: the year is left out while it is the present one.
func MomentShort(lang models.Language, t, now time.Time) string {
	t = t.In(models.Tokyo)
	layout := "01/02 15:04"
	if lang == models.English {
		layout = "2 Jan 15:04"
	}
	if t.IsZero() || t.Year() != now.In(models.Tokyo).Year() {
		return Moment(lang, t)
	}
	return t.Format(layout)
}

// Stamp gives the time in the form that machines read, for datetime attributes.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Day shows a date: "2026年12月1日" or "1 December 2026".
func Day(lang models.Language, d models.Date) string {
	if d.IsZero() {
		return ""
	}
	if lang == models.English {
		return d.Start().Format("2 January 2006")
	}
	return d.Start().Format("2006年1月2日")
}

// DayShort shows a date in a table: "2026/12/01" or "1 Dec 2026".
func DayShort(lang models.Language, d models.Date) string {
	if d.IsZero() {
		return ""
	}
	if lang == models.English {
		return d.Start().Format("2 Jan 2006")
	}
	return d.Start().Format("2006/01/02")
}

// Month shows a month: "2026年12月" or "December 2026".
func Month(lang models.Language, d models.Date) string {
	if d.IsZero() {
		return ""
	}
	if lang == models.English {
		return d.Start().Format("January 2006")
	}
	return d.Start().Format("2006年1月")
}

// Number groups digits by three: 1,200,000.
func Number[N int | int64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// Yen shows an amount of whole yen.
func Yen(lang models.Language, n int64) string {
	if lang == models.English {
		return "¥" + Number(n)
	}
	return Number(n) + "円"
}

// Counted gives the text of an amount of something; English tells one from many,
// so the text ID has a twin that ends in "_one".
func Counted(lang models.Language, id string, n int) string {
	if n == 1 {
		id += "_one"
	}
	return texts.T(lang, id, "n", Number(n))
}

// Size shows a number of bytes in KB or MB.
func Size(n int64) string {
	const k = 1024
	if n < k*k {
		return strconv.FormatInt(max(1, (n+k/2)/k), 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(k*k), 'f', 1, 64) + " MB"
}
