package documents

import (
	"cmp"
	"strings"

	"github.com/todoke/todoke/models"
)

// Where labels and values of a block stand; the second pair is for short values.
const (
	labelX, labelWidth   = margin + 4, 30.0
	valueX, valueWidth   = margin + 36, textWidth - 36
	halfValueWidth       = 44.0
	secondLabelX         = margin + 84
	secondValueX, second = margin + 112, textWidth - 112
)

// fieldSheet sets blocks of labelled fields, for the documents that show parties.
type fieldSheet struct {
	*typesetter
	say *wording
}

// field is a label and what was filed under it.
type field struct{ name, value string }

func (s fieldSheet) party(p models.Party) []field {
	return []field{
		{s.say.companyName, p.CompanyName}, {s.say.companyKana, p.CompanyKana}, {s.say.department, p.Department},
		s.address(p),
		{s.say.phone, p.Phone}, {s.say.fax, p.Fax},
		{s.say.personName, p.PersonName}, {s.say.personKana, p.PersonKana},
		{s.say.email, p.Email},
	}
}

func (s fieldSheet) address(p models.Party) field {
	return field{s.say.address, strings.TrimSpace(postal(p.PostalCode) + "  " + p.Address())}
}

// block is a heading with its fields; two short ones that follow each other share
// a row. It stays on one page.
func (s fieldSheet) block(heading string, fields ...field) group {
	st := style{points: 10, bold: true, color: blue}
	head := &strip{height: 9.4, marks: []mark{
		words{margin, 6, heading, st},
		rule{margin, 8, textWidth, 0.25, blue},
	}}
	strips := []*strip{head}
	for i := 0; i < len(fields); i++ {
		columns := s.pair(labelX, valueX, valueWidth, fields[i])
		if i+1 < len(fields) && s.short(fields[i]) && s.short(fields[i+1]) {
			i++
			columns = append(columns, s.pair(secondLabelX, secondValueX, second, fields[i])...)
		}
		strips = append(strips, side(s.typesetter, columns...)...)
		strips = append(strips, &strip{height: 0.5, marks: []mark{rule{margin + 4, 0.25, textWidth - 4, 0.1, hairline}}})
	}
	return group{strips: append(strips, space(2.6))}
}

// short says whether a field fits half a row.
func (s fieldSheet) short(f field) bool {
	switch f.name {
	case "", s.say.companyName, s.say.companyKana, s.say.department, s.say.address, s.say.partnerCode, s.say.email:
		return false
	}
	return s.width(s.clean(f.value), bodyText) <= min(halfValueWidth, second)
}

func (s fieldSheet) pair(nameX, x, width float64, f field) []column {
	if f.name == "" {
		only := column{x: nameX, width: textWidth - 4}
		only.in(s.typesetter, fieldText, f.value)
		return []column{only}
	}
	name := column{x: nameX, width: labelWidth}
	name.in(s.typesetter, style{points: 7.5, leading: fieldText.leading, color: inkWeak}, f.name)
	value := column{x: x, width: width}
	value.in(s.typesetter, fieldText, cmp.Or(strings.TrimSpace(f.value), s.say.none))
	return []column{name, value}
}

var fieldText = style{points: 9, leading: 5.3, color: ink}
