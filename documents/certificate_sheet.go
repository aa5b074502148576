package documents

import (
	"cmp"
	"fmt"
	"strings"
)

// Where the columns of the product table stand.
const (
	nameX, nameWidth         = margin + 9, 84.0
	quantityX, quantityWidth = margin + 94, 18.0
	periodX, periodWidth     = margin + 119, textWidth - 119
)

// certificateSheet lays one certificate out.
type certificateSheet struct {
	Certificate
	*typesetter
	say    *wording
	code   []byte
	issuer string
}

func (s *certificateSheet) layout() *layout {
	l := &layout{tableHead: s.tableHead(), closing: s.closing(), top: s.top}
	l.body = append(l.body, group{strips: s.title()})
	l.body = append(l.body, s.holder()...)
	l.body = append(l.body, group{strips: s.facts()})
	for i, line := range s.Lines {
		row := group{strips: s.row(i, line), inTable: true}
		if i == 0 {
			row.strips = append([]*strip{l.tableHead}, row.strips...)
			row.inTable = false
		}
		l.body = append(l.body, row)
	}
	l.body = joined(l.body, s.remarks())
	l.foot = func(page, of int) *strip {
		return footStrip(s.typesetter, s.say.certificate+"  "+s.Number, page, of)
	}
	return l
}

// joined ties the remarks, unless they are long, to the last product, so that the
// page with the proof names one.
func joined(body, remarks []group) []group {
	const long = 90.0
	height := 0.0
	for _, g := range remarks {
		height += g.height()
	}
	if height > long {
		return append(body, remarks...)
	}
	last := &body[len(body)-1]
	for _, g := range remarks {
		last.strips = append(last.strips, g.strips...)
	}
	return body
}

// top draws the frame and, above it all, who issued this; from the second page on
// also what is continued.
func (s *certificateSheet) top(page int) *strip {
	head := &strip{height: 34, marks: frame()}
	y := brandText.baseline(47)
	head.marks = append(head.marks, words{margin, y, s.shorten(s.issuer, brandText, 84), brandText})
	s.labelled(head, y-4.6, s.say.certificateNumber, s.Number)
	s.labelled(head, y, s.say.issuedOn, s.say.date(s.IssuedOn))
	if page == 1 {
		return head
	}
	name := style{points: 11, leading: 6, bold: true, color: ink}
	head.height = 47
	head.marks = append(head.marks,
		rule{margin, 30.5, textWidth, 0.15, blueLine},
		words{margin, 38, s.shorten(s.say.certificate+s.say.continued, name, 78), name},
	)
	holder := s.shorten(s.Holder.Name, bodyText, 80)
	head.marks = append(head.marks, words{right - s.width(holder, bodyText), 38, holder, bodyText})
	return head
}

// labelled prints a short fact at the right margin.
func (s *certificateSheet) labelled(to *strip, y float64, name, value string) {
	st := style{points: 8, leading: 4.6, color: ink}
	value = s.shorten(value, st, 40)
	x := right - s.width(value, st)
	to.marks = append(to.marks, words{x, y, value, st})
	to.marks = append(to.marks, words{x - 2.5 - s.width(name, label), y, name, label})
}

func (s *certificateSheet) title() []*strip {
	big := style{points: 27, bold: true, color: blue, tracking: 0.9}
	sub := style{points: 8, color: inkWeak, tracking: 0.25}
	band := &strip{height: 34}
	band.marks = spaced(s.typesetter, s.say.certificate, big, 15)
	band.marks = append(band.marks, spaced(s.typesetter, s.say.certificateSub, sub, 22)...)
	band.marks = append(band.marks, rule{pageWidth/2 - 9, 27, 18, 0.5, blue})
	return []*strip{band}
}

// holder prints the name as large as it fits, on as many lines as it takes.
func (s *certificateSheet) holder() []group {
	name := style{bold: true, color: ink}
	for _, points := range []float64{18, 15, 12.5} {
		name.points, name.leading = points, points*0.5
		if s.width(s.clean(s.Holder.Name), name) <= textWidth-20 {
			break
		}
	}
	kana := style{points: 7.5, leading: 4.4, color: inkWeak}
	c := column{x: margin, width: textWidth - 20}
	if s.Holder.Kana != "" {
		c.in(s.typesetter, kana, s.Holder.Kana)
	}
	c.in(s.typesetter, name, s.Holder.Name)
	strips := side(s.typesetter, c)
	s.addHonorific(strips[len(strips)-1], c.lines[len(c.lines)-1])

	line := &strip{height: 3.4, marks: []mark{rule{margin, 1.4, textWidth, 0.25, blue}}}
	place := column{x: margin, width: textWidth}
	small := style{points: 8.5, leading: 4.8, color: ink}
	if s.Holder.Department != "" {
		place.in(s.typesetter, small, s.Holder.Department)
	}
	if address := strings.TrimSpace(postal(s.Holder.PostalCode) + "  " + s.Holder.Address); address != "" {
		place.in(s.typesetter, small, address)
	}
	strips = append(append(strips, line), side(s.typesetter, place)...)

	statement := column{x: margin, width: textWidth}
	statement.in(s.typesetter, style{points: 9.5, leading: 5.6, color: ink}, s.say.statement)
	return []group{
		{strips: strips},
		{strips: append([]*strip{space(6.5)}, side(s.typesetter, statement)...)},
	}
}

func (s *certificateSheet) addHonorific(to *strip, name line) {
	if s.say.honorific == "" {
		return
	}
	st := style{points: 11, color: ink}
	x := margin + s.width(name.text, name.style) + 4
	to.marks = append(to.marks, words{x, name.style.baseline(to.height), s.say.honorific, st})
}

// postal marks a postal code as one, as Japanese addresses do.
func postal(code string) string {
	if code == "" {
		return ""
	}
	return "〒" + strings.TrimPrefix(code, "〒")
}

// facts are the numbers by which the contract is found.
func (s *certificateSheet) facts() []*strip {
	strong := style{points: 12, leading: 6.4, bold: true, color: blue}
	value := style{points: 9.5, leading: 5.4, color: ink}
	at := func(x, width float64, name string, st style, text string) column {
		c := column{x: x, width: width}
		c.in(s.typesetter, label, name)
		c.in(s.typesetter, st, cmp.Or(text, s.say.none))
		return c
	}
	columns := []column{
		at(margin, 38, s.say.licenseID, strong, s.LicenseID),
		at(margin+42, 29, s.say.orderNumber, value, s.OrderNumber),
		at(margin+75, 29, s.say.deliveryNumber, value, s.DeliveryNumber),
		at(margin+108, textWidth-108, s.say.seller, value, s.Seller),
	}
	above := &strip{height: 9.2, marks: []mark{rule{margin, 7, textWidth, 0.15, blueLine}}}
	below := &strip{height: 8, marks: []mark{rule{margin, 2, textWidth, 0.15, blueLine}}}
	return append(append([]*strip{above}, side(s.typesetter, columns...)...), below)
}

func (s *certificateSheet) tableHead() *strip {
	st := style{points: 7.5, bold: true, color: blue}
	y := st.baseline(7.4)
	quantity := quantityX + quantityWidth - s.width(s.say.quantity, st)
	return &strip{height: 8.6, marks: []mark{
		rule{margin, 3.7, textWidth, 7.4, blueWeak},
		rule{margin, 0, textWidth, 0.5, blue},
		words{nameX, y, s.say.product, st},
		words{quantity, y, s.say.quantity, st},
		words{periodX, y, s.say.period, st},
		rule{margin, 7.4, textWidth, 0.15, blue},
	}}
}

// row prints one product: what is counted above, what explains it below.
func (s *certificateSheet) row(i int, line CertificateLine) []*strip {
	strong := style{points: 10, leading: 5.4, bold: true, color: ink}
	name := column{x: nameX, width: nameWidth}
	name.in(s.typesetter, strong, line.ProductName.In(s.Language))
	name.in(s.typesetter, smallText, s.say.kind(line.Kind)+"　"+line.ProductCode)
	notice := style{points: 7.5, leading: 4.2, bold: true, color: blue}
	if line.Reduced() {
		name.in(s.typesetter, notice, fmt.Sprintf(s.say.reduced, number(line.ReducedFrom), number(line.Quantity)))
	}
	if line.Note != "" {
		name.in(s.typesetter, smallText, line.Note)
	}
	count := column{x: margin + 1, width: 6}
	count.in(s.typesetter, style{points: 7.5, leading: 5.4, color: inkWeak}, number(i+1))
	quantity := column{x: quantityX, width: quantityWidth, right: true}
	quantity.in(s.typesetter, strong, number(line.Quantity))
	period := column{x: periodX, width: periodWidth}
	day := style{points: 8.5, leading: 5, color: ink}
	period.in(s.typesetter, day, s.say.from(line.Start))
	period.in(s.typesetter, day, s.say.until(line.End, line.Months))

	strips := append([]*strip{space(1.2)}, side(s.typesetter, count, name, quantity, period)...)
	return append(strips, &strip{height: 1.6, marks: []mark{rule{margin, 1.6, textWidth, 0.15, hairline}}})
}

// remarks stand below the table: its end, what was replaced, the terms.
func (s *certificateSheet) remarks() []group {
	var groups []group
	if s.say.end != "" {
		end := &strip{height: 8}
		end.marks = []mark{words{right - s.width(s.say.end, bodyText), 6, s.say.end, bodyText}}
		groups = append(groups, group{strips: []*strip{end}})
	}
	terms := s.terms()
	groups = append(groups, substitutionNote(s.typesetter, s.say, s.Number)...)
	return append(groups, terms...)
}

func (s *certificateSheet) terms() []group {
	terms := s.Terms.In(s.Language)
	if terms == "" {
		return nil
	}
	text := column{x: margin, width: textWidth}
	text.in(s.typesetter, style{points: 7.5, leading: 5, bold: true, color: ink}, s.say.terms)
	text.in(s.typesetter, style{points: 7.5, leading: 4.3, color: inkWeak}, terms)
	return []group{{strips: append([]*strip{space(4)}, side(s.typesetter, text)...)}}
}

// closing is the proof: the code that leads to the page of this certificate, and
// who vouches for it.
func (s *certificateSheet) closing() *strip {
	const size, top = 27.0, 8.0
	c := &strip{height: 40, marks: []mark{
		rule{margin, 4, textWidth, 0.15, blueLine},
		// The code's own quiet zone is white; its modules begin at the margin.
		picture{margin - 2, top - 2, size + 4, s.code},
	}}
	text := column{x: margin + size + 5, width: 64}
	text.in(s.typesetter, smallText, s.say.verify)
	url := style{points: 6.5, leading: 3.8, color: blue}
	for _, part := range limit(s.wrap(s.VerifyURL, url, text.width), 3) {
		text.lines = append(text.lines, line{part, url})
	}
	y := top + 1
	for _, part := range side(s.typesetter, text) {
		for _, m := range part.marks {
			if w, ok := m.(words); ok {
				w.y += y
				c.marks = append(c.marks, w)
			}
		}
		y += part.height
	}
	return s.signed(c)
}

// signed prints who issued the certificate at the right.
func (s *certificateSheet) signed(c *strip) *strip {
	name := style{points: 12, leading: 6, bold: true, color: ink}
	const x, width = right - 58, 58.0
	c.marks = append(c.marks, words{x, 12, s.say.issuer, label})
	y := 19.0
	for _, part := range limit(s.wrap(s.issuer, name, width), 2) {
		c.marks = append(c.marks, words{x, y, part, name})
		y += name.leading
	}
	c.marks = append(c.marks, words{x, y - 0.6, s.say.date(s.IssuedOn), style{points: 8.5, color: ink}})
	return c
}
