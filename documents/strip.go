package documents

import (
	"github.com/johnfercher/go-tree/node"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/breakline"
	"github.com/johnfercher/maroto/v2/pkg/consts/extension"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/linestyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/orientation"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/core/entity"
	"github.com/johnfercher/maroto/v2/pkg/props"
)

const (
	fontFamily          = "bizudpgothic"
	pointsPerMillimetre = 72 / 25.4
)

// The colours of every document: one strong blue, the rest greys of ink.
var (
	blue     = &props.Color{Red: 0, Green: 23, Blue: 193}
	blueWeak = &props.Color{Red: 241, Green: 244, Blue: 253}
	blueLine = &props.Color{Red: 178, Green: 190, Blue: 238}
	ink      = &props.Color{Red: 26, Green: 26, Blue: 26}
	inkWeak  = &props.Color{Red: 89, Green: 89, Blue: 89}
	hairline = &props.Color{Red: 216, Green: 216, Blue: 219}
)

// style is how a text is printed.
type style struct {
	points   float64 // font size
	leading  float64 // height of a line in millimetres
	bold     bool
	color    *props.Color
	tracking float64 // millimetres added behind each character
}

func (s style) millimetres() float64 { return s.points / pointsPerMillimetre }

// baseline gives where letters stand in a line of the given height so that they
// look centred: Japanese glyphs reach from 12 % below it to 88 % above.
func (s style) baseline(height float64) float64 { return height/2 + 0.38*s.millimetres() }

// mark is something drawn at a place: x from the page's left edge, y from the top
// of the strip that holds it, both in millimetres.
type mark interface {
	draw(p core.Provider, top float64)
}

// words are a text whose letters stand on y. It must be clean.
type words struct {
	x, y  float64
	text  string
	style style
}

func (w words) draw(p core.Provider, top float64) {
	fontStyle := fontstyle.Normal
	if w.style.bold {
		fontStyle = fontstyle.Bold
	}
	// The library breaks lines wider than their cell at spaces and puts the letters
	// one font size below the cell's top; both are decided here instead.
	cell := &entity.Cell{X: w.x, Y: top + w.y - w.style.millimetres(), Width: 1e6, Height: 1e6}
	p.AddText(w.text, cell, &props.Text{
		Family: fontFamily, Style: fontStyle, Size: w.style.points, Color: w.style.color,
		Align: align.Left, BreakLineStrategy: breakline.EmptySpaceStrategy,
	})
}

// rule is a horizontal line around y, or, when thick, a filled band.
type rule struct {
	x, y, length, thickness float64
	color                   *props.Color
}

func (r rule) draw(p core.Provider, top float64) {
	p.AddLine(&entity.Cell{X: r.x, Y: top + r.y, Width: r.length, Height: 1}, &props.Line{
		Color: r.color, Thickness: r.thickness, Style: linestyle.Solid,
		Orientation: orientation.Horizontal, SizePercent: 100,
	})
}

// pillar is a vertical line around x.
type pillar struct {
	x, y, length, thickness float64
	color                   *props.Color
}

func (v pillar) draw(p core.Provider, top float64) {
	p.AddLine(&entity.Cell{X: v.x, Y: top + v.y, Width: 1, Height: v.length}, &props.Line{
		Color: v.color, Thickness: v.thickness, Style: linestyle.Solid,
		Orientation: orientation.Vertical, SizePercent: 100,
	})
}

// picture is a square PNG.
type picture struct {
	x, y, size float64
	png        []byte
}

func (i picture) draw(p core.Provider, top float64) {
	p.AddImageFromBytes(i.png, &entity.Cell{X: i.x, Y: top + i.y, Width: i.size, Height: i.size},
		&props.Rect{Percent: 100}, extension.Png)
}

// strip is one row of a page across its whole width, with marks placed freely: a
// maroto component, because maroto's own break no Japanese lines and place nothing
// to the tenth of a millimetre.
type strip struct {
	height float64
	marks  []mark
}

// Render draws the marks.
func (s *strip) Render(p core.Provider, cell *entity.Cell) {
	for _, m := range s.marks {
		m.draw(p, cell.Y)
	}
}

// GetHeight gives the strip's height in millimetres.
func (s *strip) GetHeight(core.Provider, *entity.Cell) float64 { return s.height }

// SetConfig does nothing: a strip knows its fonts and places.
func (s *strip) SetConfig(*entity.Config) {}

// GetStructure names the component to maroto.
func (s *strip) GetStructure() *node.Node[core.Structure] {
	return node.New(core.Structure{Type: "strip", Value: s.height})
}

func (s *strip) row() core.Row { return row.New(s.height).Add(col.New().Add(s)) }

// space is an empty strip.
func space(height float64) *strip { return &strip{height: height} }
