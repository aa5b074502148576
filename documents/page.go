package documents

import "fmt"

// A4 and where things stand on it, in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	edge                  = 9.0  // from the paper's edge to the frame
	margin                = 24.0 // from the paper's edge to the text
	textWidth             = pageWidth - 2*margin
	right                 = pageWidth - margin
)

// The styles that all documents share.
var (
	bodyText  = style{points: 9.5, leading: 5.4, color: ink}
	smallText = style{points: 7.5, leading: 4.2, color: inkWeak}
	label     = style{points: 7, leading: 4, color: inkWeak}
	brandText = style{points: 10.5, leading: 6, bold: true, color: blue}
)

// frame is the double line around a page, thick outside and fine inside; y counts
// from the paper's top.
func frame() []mark {
	box := func(inset, thickness float64) []mark {
		at, width, height := edge+inset, pageWidth-2*(edge+inset), pageHeight-2*(edge+inset)
		half := thickness / 2
		return []mark{
			rule{at - half, at, width + thickness, thickness, blue},
			rule{at - half, at + height, width + thickness, thickness, blue},
			pillar{at, at, height, thickness, blue},
			pillar{at + width, at, height, thickness, blue},
		}
	}
	return append(box(0, 0.6), box(1.5, 0.12)...)
}

// footStrip numbers a page and names the document.
func footStrip(t *typesetter, name string, page, of int) *strip {
	s := &strip{height: 22}
	count := fmt.Sprintf("%d / %d", page, of)
	y := label.baseline(8)
	s.marks = []mark{
		words{margin, y, t.shorten(name, label, textWidth-20), label},
		words{right - t.width(count, label), y, count, label},
	}
	return s
}

// spaced prints a text letter by letter, because the library knows no tracking.
func spaced(t *typesetter, s string, st style, y float64) []mark {
	x := (pageWidth - t.width(s, st) + st.tracking) / 2
	var marks []mark
	for _, r := range s {
		letter := string(r)
		marks = append(marks, words{x, y, letter, st})
		x += t.width(letter, st)
	}
	return marks
}
