package documents

import "cmp"

// renewalPriceSheet lays a reference renewal price out.
type renewalPriceSheet struct {
	RenewalPrice
	*typesetter
	say    *wording
	words  *renewalWords
	issuer string
}

// Where the columns of the table of prices stand.
const (
	pricedX, pricedWidth       = margin + 8, 66.0
	explainedX, explainedWidth = margin + 78, 52.0
	pricedSumX, pricedSumWidth = margin + 132, textWidth - 133
)

func (s *renewalPriceSheet) layout() *layout {
	l := &layout{tableHead: s.tableHead(), closing: space(1), top: s.top}
	l.body = []group{{strips: s.title()}, {strips: s.facts()}}
	for i, line := range s.Lines {
		row := group{strips: s.row(i, line), inTable: true}
		if i == 0 {
			row.strips = append([]*strip{l.tableHead}, row.strips...)
			row.inTable = false
		}
		l.body = append(l.body, row)
	}
	if s.Total != "" {
		l.body = append(l.body, group{strips: s.sums()})
	}
	l.body = append(l.body, s.refused()...)
	l.body = append(l.body, group{strips: s.desk()})
	l.body = append(l.body, substitutionNote(s.typesetter, s.say, s.LicenseID)...)
	l.foot = func(page, of int) *strip {
		return footStrip(s.typesetter, s.words.title+"  "+s.LicenseID, page, of)
	}
	return l
}

// top names the issuer, the license ID and the day on every page.
func (s *renewalPriceSheet) top(page int) *strip {
	head := &strip{height: 27, marks: []mark{
		rule{0, 1.25, pageWidth, 2.5, blue},
		words{margin, 19, s.shorten(s.issuer, brandText, 84), brandText},
	}}
	st := style{points: 8, leading: 4.6, color: ink}
	for i, fact := range [][2]string{{s.say.licenseID, s.LicenseID}, {s.words.asOf, s.say.date(s.AsOf)}} {
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

func (s *renewalPriceSheet) title() []*strip {
	big := style{points: 22, leading: 11, bold: true, color: ink, tracking: 0.5}
	sub := style{points: 8, color: inkWeak, tracking: 0.2}
	band := &strip{height: 15}
	x := margin
	for _, r := range s.words.title {
		band.marks = append(band.marks, words{x, 9, string(r), big})
		x += s.width(string(r), big)
	}
	x += 4
	for _, r := range s.words.sub {
		band.marks = append(band.marks, words{x, 9, string(r), sub})
		x += s.width(string(r), sub)
	}
	return []*strip{band}
}

// facts say whose price this is, what it comes to, and that it is the list's.
func (s *renewalPriceSheet) facts() []*strip {
	value := style{points: 10.5, leading: 5.8, bold: true, color: ink}
	holder := column{x: margin + 6, width: 84}
	holder.in(s.typesetter, label, s.words.holder)
	holder.in(s.typesetter, value, cmp.Or(s.Holder, s.say.none))
	total := column{x: margin + 96, width: textWidth - 102, right: true}
	total.in(s.typesetter, label, s.words.total)
	total.in(s.typesetter, style{points: 17, leading: 9, bold: true, color: blue}, cmp.Or(s.Total, s.say.none))
	strips := append([]*strip{space(3)}, side(s.typesetter, holder, total)...)
	strips = append(strips, space(2.5))
	for _, part := range strips { // the tint lies below the letters
		band := []mark{
			rule{margin, part.height / 2, textWidth, part.height + 0.05, blueWeak},
			rule{margin, part.height / 2, 1.2, part.height + 0.05, blue},
		}
		part.marks = append(band, part.marks...)
	}
	note := column{x: margin, width: textWidth}
	note.in(s.typesetter, style{points: 9.5, leading: 5.4, bold: true, color: ink}, s.Disclaimer)
	note.in(s.typesetter, smallText, s.PriceList)
	return append(append(append(strips, space(3)), side(s.typesetter, note)...), space(4))
}

func (s *renewalPriceSheet) tableHead() *strip {
	st := style{points: 7.5, bold: true, color: blue}
	y := st.baseline(7.4)
	amount := pricedSumX + pricedSumWidth - s.width(s.words.amount, st)
	return &strip{height: 8.6, marks: []mark{
		rule{margin, 3.7, textWidth, 7.4, blueWeak},
		rule{margin, 0, textWidth, 0.5, blue},
		words{pricedX, y, s.say.product, st},
		words{explainedX, y, s.words.explained, st},
		words{amount, y, s.words.amount, st},
		rule{margin, 7.4, textWidth, 0.15, blue},
	}}
}

// row prints one holding: what it is renewed into, how its price is found, the price.
func (s *renewalPriceSheet) row(i int, line RenewalPriceLine) []*strip {
	strong := style{points: 9.5, leading: 5.2, bold: true, color: ink}
	count := column{x: margin + 1, width: 6}
	count.in(s.typesetter, style{points: 7.5, leading: 5.2, color: inkWeak}, number(i+1))
	name := column{x: pricedX, width: pricedWidth}
	name.in(s.typesetter, strong, line.Product)
	name.in(s.typesetter, smallText, line.Held)
	if line.Period != "" {
		name.in(s.typesetter, smallText, s.words.period+"　"+line.Period)
	}
	explained := column{x: explainedX, width: explainedWidth}
	explained.in(s.typesetter, style{points: 8.5, leading: 5.2, color: ink}, line.Sum)
	for _, note := range line.Notes {
		explained.in(s.typesetter, smallText, note)
	}
	amount := column{x: pricedSumX, width: pricedSumWidth, right: true}
	sum := strong
	for s.width(s.clean(line.Amount), sum) > pricedSumWidth && sum.points > 6 { // billions stay on one line
		sum.points -= 0.5
	}
	amount.in(s.typesetter, sum, line.Amount)
	strips := append([]*strip{space(1.2)}, side(s.typesetter, count, name, explained, amount)...)
	return append(strips, &strip{height: 1.6, marks: []mark{rule{margin, 1.6, textWidth, 0.15, hairline}}})
}

// sums stand below the table at the right, the total strongest.
func (s *renewalPriceSheet) sums() []*strip {
	strips := []*strip{space(2.5)}
	weak := style{points: 9, leading: 5.4, color: ink}
	strong := style{points: 11.5, leading: 7.4, bold: true, color: ink}
	for _, row := range s.Sums {
		strips = append(strips, s.sumRow(row[0], row[1], weak))
	}
	total := s.sumRow(s.words.total, s.Total, strong)
	total.marks = append(total.marks, rule{margin + 72, 0.3, textWidth - 72, 0.35, ink})
	note := column{x: margin, width: textWidth, right: true}
	note.in(s.typesetter, smallText, s.Rounding)
	return append(append(strips, total), side(s.typesetter, note)...)
}

func (s *renewalPriceSheet) sumRow(name, value string, st style) *strip {
	y := st.baseline(st.leading)
	value = s.clean(value)
	return &strip{height: st.leading, marks: []mark{
		words{margin + 74, y, s.shorten(name, st, 58), st}, words{pricedSumX + pricedSumWidth - s.width(value, st), y, value, st},
	}}
}

// refused lists the holdings without a price, each with its reason.
func (s *renewalPriceSheet) refused() []group {
	var groups []group
	for i, r := range s.Refused {
		text := column{x: margin, width: textWidth}
		text.in(s.typesetter, style{points: 9, leading: 5.2, bold: true, color: ink}, r.Product)
		text.in(s.typesetter, smallText, r.Reason)
		strips := append(side(s.typesetter, text), space(1.6))
		if i == 0 {
			strips = append(s.heading(s.words.notPriced), strips...)
		}
		groups = append(groups, group{strips: strips})
	}
	return groups
}

func (s *renewalPriceSheet) heading(text string) []*strip {
	st := style{points: 10, bold: true, color: blue}
	return []*strip{space(4), {height: 9.4, marks: []mark{words{margin, 6, text, st}, rule{margin, 8, textWidth, 0.25, blue}}}}
}

func (s *renewalPriceSheet) desk() []*strip {
	if s.Desk == "" {
		return []*strip{space(1)}
	}
	text := column{x: margin, width: textWidth}
	text.in(s.typesetter, smallText, s.Desk)
	return append(s.heading(s.words.desk), side(s.typesetter, text)...)
}
