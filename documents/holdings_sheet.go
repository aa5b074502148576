package documents

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/todoke/todoke/models"
)

// holdingsSheet lays the list of a contract's holdings out.
type holdingsSheet struct {
	Holdings
	fieldSheet
	list   *holdingWords
	issuer string
}

// Where the columns of the table of holdings stand.
const (
	heldNameX, heldNameWidth         = margin + 9, 82.0
	heldQuantityX, heldQuantityWidth = margin + 92, 18.0
	heldPeriodX, heldPeriodWidth     = margin + 116, textWidth - 116
	codeX                            = margin + 41
)

func (s *holdingsSheet) layout() *layout {
	l := &layout{tableHead: s.tableHead(), closing: space(1), top: s.top}
	l.body = []group{{strips: s.title()}, {strips: s.license()}, s.contact(s.list.holder, s.Holder), s.contact(s.list.support, s.Support)}
	for i, line := range s.Lines {
		row := group{strips: s.row(i, line), inTable: true}
		if i == 0 {
			row.strips = append(s.heading(), append([]*strip{l.tableHead}, row.strips...)...)
			row.inTable, row.newPage = false, true
		}
		l.body = append(l.body, row)
	}
	l.body = append(l.body, s.remarks()...)
	l.foot = func(page, of int) *strip {
		return footStrip(s.typesetter, s.list.title+"  "+s.LicenseID, page, of)
	}
	return l
}

// top names the issuer, the license ID and the day on every page, so that a page
// that lies alone in a file still says what it belongs to.
func (s *holdingsSheet) top(page int) *strip {
	head := &strip{height: 27, marks: []mark{
		rule{0, 1.25, pageWidth, 2.5, blue},
		words{margin, 19, s.shorten(s.issuer, brandText, 84), brandText},
	}}
	st := style{points: 8, leading: 4.6, color: ink}
	for i, fact := range [][2]string{{s.say.licenseID, s.LicenseID}, {s.list.asOf, s.say.date(s.AsOf)}} {
		y := 15.5 + float64(i)*4.6
		value := s.shorten(fact[1], st, 44)
		x := right - s.width(value, st)
		head.marks = append(head.marks, words{x, y, value, st}, words{x - 2.5 - s.width(fact[0], label), y, fact[0], label})
	}
	if page > 1 {
		head.height = 30
		head.marks = append(head.marks, rule{margin, 24, textWidth, 0.15, blueLine})
	}
	return head
}

func (s *holdingsSheet) title() []*strip {
	big := style{points: 22, leading: 11, bold: true, color: ink, tracking: 0.5}
	sub := style{points: 8, color: inkWeak, tracking: 0.2}
	band := &strip{height: 15}
	x := margin
	for _, part := range []struct {
		text string
		st   style
		gap  float64
	}{{s.list.title, big, 4}, {s.list.sub, sub, 0}} {
		for _, r := range part.text {
			band.marks = append(band.marks, words{x, 9, string(r), part.st})
			x += s.width(string(r), part.st)
		}
		x += part.gap
	}
	return []*strip{band}
}

// license shows what the contract is found by, large, and until when it runs.
func (s *holdingsSheet) license() []*strip {
	strong := style{points: 17, leading: 9.5, bold: true, color: blue}
	number := column{x: margin + 6, width: 90}
	number.in(s.typesetter, label, s.say.licenseID)
	number.in(s.typesetter, strong, cmp.Or(s.LicenseID, s.say.none))
	end := column{x: margin + 104, width: textWidth - 110}
	end.in(s.typesetter, label, s.list.endsOn)
	end.in(s.typesetter, style{points: 11, leading: 9.5, bold: true, color: ink}, s.say.date(s.EndsOn))
	strips := append([]*strip{space(3)}, side(s.typesetter, number, end)...)
	strips = append(strips, space(2.5))
	for _, part := range strips { // the tint lies below the letters
		band := []mark{
			rule{margin, part.height / 2, textWidth, part.height + 0.05, blueWeak},
			rule{margin, part.height / 2, 1.2, part.height + 0.05, blue},
		}
		part.marks = append(band, part.marks...)
	}
	note := column{x: margin, width: textWidth}
	note.in(s.typesetter, smallText, fmt.Sprintf(s.list.statement, s.say.date(s.AsOf)))
	return append(append(append(strips, space(3)), side(s.typesetter, note)...), space(4))
}

// contact is one of the two contacts with all that is registered of them.
func (s *holdingsSheet) contact(heading string, p models.Party) group {
	return s.block(heading, s.party(p)...)
}

func (s *holdingsSheet) heading() []*strip {
	st := style{points: 13, leading: 7, bold: true, color: ink}
	count := fmt.Sprintf(s.list.count, number(len(s.Lines)))
	return []*strip{{height: 11, marks: []mark{
		words{margin, 6, s.list.products, st},
		words{right - s.width(count, bodyText), 6, count, bodyText},
	}}}
}

func (s *holdingsSheet) tableHead() *strip {
	st := style{points: 7.5, bold: true, color: blue}
	y := st.baseline(7.4)
	quantity := heldQuantityX + heldQuantityWidth - s.width(s.say.quantity, st)
	return &strip{height: 8.6, marks: []mark{
		rule{margin, 3.7, textWidth, 7.4, blueWeak},
		rule{margin, 0, textWidth, 0.5, blue},
		words{heldNameX, y, s.say.product, st},
		words{quantity, y, s.say.quantity, st},
		words{heldPeriodX, y, s.say.period, st},
		rule{margin, 7.4, textWidth, 0.15, blue},
	}}
}

// row prints one holding: what is counted above, its code below, alone on a line,
// so that it can be copied.
func (s *holdingsSheet) row(i int, line HoldingLine) []*strip {
	strong := style{points: 9.5, leading: 5.2, bold: true, color: ink}
	name := column{x: heldNameX, width: heldNameWidth}
	name.in(s.typesetter, strong, line.ProductName.In(s.Language))
	name.in(s.typesetter, smallText, line.ProductCode)
	count := column{x: margin + 1, width: 6}
	count.in(s.typesetter, style{points: 7.5, leading: 5.2, color: inkWeak}, number(i+1))
	quantity := column{x: heldQuantityX, width: heldQuantityWidth, right: true}
	quantity.in(s.typesetter, strong, number(line.Quantity))
	period := column{x: heldPeriodX, width: heldPeriodWidth}
	day := style{points: 8.5, leading: 5, color: ink}
	period.in(s.typesetter, day, s.say.from(line.Start))
	period.in(s.typesetter, day, s.say.until(line.End, 0))
	word, st := s.state(line)
	period.in(s.typesetter, st, word)

	strips := append([]*strip{space(1.2)}, side(s.typesetter, count, name, quantity, period)...)
	strips = append(strips, s.code(line)...)
	return append(strips, &strip{height: 1.6, marks: []mark{rule{margin, 1.6, textWidth, 0.15, hairline}}})
}

// code prints a holding's code with what it is called before it.
func (s *holdingsSheet) code(line HoldingLine) []*strip {
	if line.Code == "" {
		return nil
	}
	text := style{points: 9, leading: 5, color: ink}
	called := column{x: heldNameX, width: codeX - heldNameX - 2}
	value := column{x: codeX, width: right - codeX}
	word := s.list.activationCode
	if line.Serial {
		word = s.list.serialNumber
	}
	called.in(s.typesetter, style{points: label.points, leading: text.leading, color: inkWeak}, word)
	value.in(s.typesetter, text, line.Code)
	return side(s.typesetter, called, value)
}

// state says how long a holding still runs, counted from the list's day.
func (s *holdingsSheet) state(line HoldingLine) (string, style) {
	strong := style{points: 7.5, leading: 4.4, bold: true, color: blue}
	weak := style{points: 7.5, leading: 4.4, color: inkWeak}
	switch left := s.AsOf.DaysUntil(line.End); {
	case left < 0:
		return s.list.ended, weak
	case line.Start.After(s.AsOf):
		return s.list.begins, weak
	case left == 0:
		return s.list.lastDay, strong
	default:
		return fmt.Sprintf(s.list.daysLeft, number(left)), strong
	}
}

// remarks stand below the table: its end, what is not listed, what was replaced.
func (s *holdingsSheet) remarks() []group {
	var groups []group
	if s.say.end != "" {
		end := &strip{height: 8}
		end.marks = []mark{words{right - s.width(s.say.end, bodyText), 6, s.say.end, bodyText}}
		groups = append(groups, group{strips: []*strip{end}})
	}
	if s.Unlisted {
		note := column{x: margin, width: textWidth}
		note.in(s.typesetter, smallText, strings.TrimSpace(s.list.unlisted))
		groups = append(groups, group{strips: append([]*strip{space(2)}, side(s.typesetter, note)...)})
	}
	return append(groups, substitutionNote(s.typesetter, s.say, s.LicenseID)...)
}
