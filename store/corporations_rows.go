package store

import (
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
)

// The columns of a record, of a corporation, and of a record that is past.
var (
	recordColumns = []string{
		"number", "name", "kana", "english_name", "kind", "process", "correction", "changed_on", "updated_on", "prefecture_code",
		"postal_code", "city", "street", "abroad", "closed_on", "close_cause", "successor", "change_cause", "assigned_on", "hidden",
	}
	corporateColumns = append([]string{"name_key", "standing", "grams"}, recordColumns...)
	changeColumns    = append([]string{"name_key"}, recordColumns...)
)

func prefixed(prefix string, columns []string) string {
	list := make([]string, len(columns))
	for i, column := range columns {
		list[i] = prefix + column
	}
	return strings.Join(list, ", ")
}

// appendCorporation writes a row as COPY's text, in the order of corporateColumns.
func appendCorporation(to []byte, c models.Corporation) []byte {
	to = appendCopied(to, c.NameKey)
	to = appendNumber(to, int64(c.Rank))
	to = appendCopied(to, c.Grams)
	to = appendNumber(to, int64(c.Number))
	for _, text := range []string{c.Name, c.Kana, c.EnglishName, c.Kind, string(c.Process)} {
		to = appendCopied(to, text)
	}
	to = appendSwitch(to, c.Correction)
	to = appendDate(to, c.ChangedOn)
	to = appendDate(to, c.UpdatedOn)
	to = appendNumber(to, int64(c.PrefectureCode))
	for _, text := range []string{c.PostalCode, c.City, c.Street, c.Abroad} {
		to = appendCopied(to, text)
	}
	to = appendDate(to, c.ClosedOn)
	to = appendCopied(to, c.CloseCause)
	to = appendNumber(to, int64(c.Successor))
	to = appendCopied(to, c.ChangeCause)
	to = appendDate(to, c.AssignedOn)
	to = appendSwitch(to, c.Hidden)
	to[len(to)-1] = '\n'
	return to
}

// appendCopied writes a text; lines with control characters were left out before,
// so that a backslash is all there is to escape.
func appendCopied(to []byte, text string) []byte {
	if strings.IndexByte(text, '\\') >= 0 {
		text = strings.ReplaceAll(text, `\`, `\\`)
	}
	return append(append(to, text...), '\t')
}

func appendNumber(to []byte, n int64) []byte { return append(strconv.AppendInt(to, n, 10), '\t') }

func appendSwitch(to []byte, on bool) []byte {
	if on {
		return append(to, "t\t"...)
	}
	return append(to, "f\t"...)
}

func appendDate(to []byte, d models.Date) []byte {
	if d.IsZero() {
		return append(to, `\N`+"\t"...)
	}
	year, month, day := d.Year(), int(d.Month()), d.Day()
	return append(to, byte('0'+year/1000%10), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10), '\t') //nolint:gosec // digits
}

// numberSet remembers millions of numbers in eight bytes each and some: numbers are
// never 0, so that 0 marks a free place.
type numberSet struct {
	places []uint64
	count  int
}

func newNumberSet() *numberSet { return &numberSet{places: make([]uint64, 1<<16)} }

// add says whether the number was not there.
func (s *numberSet) add(n uint64) bool {
	if s.count*4 >= len(s.places)*3 {
		old := s.places
		s.places, s.count = make([]uint64, 2*len(old)), 0
		for _, known := range old {
			if known != 0 {
				s.put(known)
			}
		}
	}
	return s.put(n)
}

func (s *numberSet) put(n uint64) bool {
	mask := uint64(len(s.places) - 1) //nolint:gosec // a length
	for at := n * 0x9e3779b97f4a7c15 >> 20 & mask; ; at = (at + 1) & mask {
		switch s.places[at] {
		case n:
			return false
		case 0:
			s.places[at] = n
			s.count++
			return true
		}
	}
}
