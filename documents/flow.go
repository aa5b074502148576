package documents

// group is strips that stay on one page if they fit on any.
type group struct {
	strips []*strip
	// inTable says that a page which begins with this group needs the table's head.
	inTable bool
	// newPage says that a page begins with this group, whatever room is left before.
	newPage bool
}

func (g group) height() float64 {
	var sum float64
	for _, s := range g.strips {
		sum += s.height
	}
	return sum
}

// layout is a document before it is cut into pages; heights in millimetres.
type layout struct {
	body      []group // from the top of the first page on
	tableHead *strip  // repeated above table rows that continue
	closing   *strip  // stands at the bottom of the last page
	top       func(page int) *strip
	foot      func(page, of int) *strip
}

// room is the height for body and closing on every page. The millimetre that is
// left over keeps sums of decimals from pushing the foot to a page of its own.
func (l *layout) room(page int) float64 {
	return pageHeight - 1 - l.top(page).height - l.foot(page, page).height
}

// pages cuts the body and gives every page's strips, feet at the bottom.
func (l *layout) pages() [][]*strip {
	cut := l.cut()
	pages := make([][]*strip, len(cut))
	for i, content := range cut {
		used := 0.0
		for _, s := range content {
			used += s.height
		}
		page := append([]*strip{l.top(i + 1)}, content...)
		rest := l.room(i+1) - used
		last := i == len(cut)-1
		if last {
			rest -= l.closing.height
		}
		if rest > 0 {
			page = append(page, space(rest))
		}
		if last {
			page = append(page, l.closing)
		}
		pages[i] = append(page, l.foot(i+1, len(cut)))
	}
	return pages
}

// cut gives the body's strips page by page, with room for the closing on the last.
func (l *layout) cut() [][]*strip {
	var done [][]*strip
	var page []*strip
	left := l.room(1)
	turn := func(inTable bool) {
		done = append(done, page)
		page, left = nil, l.room(len(done)+1)
		if inTable {
			page, left = append(page, l.tableHead), left-l.tableHead.height
		}
	}
	for i, g := range l.body {
		need := g.height()
		if i == len(l.body)-1 {
			need += l.closing.height // the closing never stands on a page alone
		}
		if (need > left || g.newPage) && len(page) > 0 {
			turn(g.inTable)
		}
		for _, s := range g.strips {
			if s.height > left {
				turn(g.inTable)
			}
			page, left = append(page, s), left-s.height
		}
	}
	if l.closing.height > left {
		turn(false)
	}
	return append(done, page)
}

// column is part of a row: its lines from the top, each in its style.
type column struct {
	x, width float64
	right    bool // lines end at x+width
	lines    []line
}

// line is one line of a column, clean and short enough.
type line struct {
	text  string
	style style
}

// in wraps the text to lines of the column.
func (c *column) in(t *typesetter, st style, text string) {
	for _, s := range t.wrap(text, st, c.width) {
		c.lines = append(c.lines, line{s, st})
	}
}

// side lays columns side by side: one strip per line, so that even a row longer
// than a page can be cut.
func side(t *typesetter, columns ...column) []*strip {
	var strips []*strip
	for i := 0; ; i++ {
		s := &strip{}
		for _, c := range columns {
			if i < len(c.lines) {
				s.height = max(s.height, c.lines[i].style.leading)
			}
		}
		if s.height == 0 {
			return strips
		}
		for _, c := range columns {
			if i >= len(c.lines) || c.lines[i].text == "" {
				continue
			}
			l := c.lines[i]
			x := c.x
			if c.right {
				x += c.width - t.width(l.text, l.style)
			}
			s.marks = append(s.marks, words{x, l.style.baseline(s.height), l.text, l.style})
		}
		strips = append(strips, s)
	}
}
