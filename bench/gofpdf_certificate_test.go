package bench

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"strconv"
	"unicode/utf16"

	"github.com/phpdave11/gofpdf"
	"rsc.io/qr"

	"github.com/todoke/todoke/documents"
)

// The peer of the certificate is gofpdf called directly: the library below the one
// that documents uses. So that both draw the same page even after the design
// changed, the peer replays what a finished certificate's page says.

const pointsPerMillimetre = 72 / 25.4

// stroke is one call to gofpdf; millimetres from the page's top left.
type stroke func(*gofpdf.Fpdf)

// peerPage is a page to be drawn with gofpdf alone.
type peerPage struct {
	regular, bold []byte
	verifyURL     string
	title         string
	strokes       []stroke
}

var (
	pageStream = regexp.MustCompile(`<</Filter /FlateDecode /Length (\d+)>>\nstream\n`)
	// pageOperator matches what gofpdf writes: fonts, texts, colours, widths, lines
	// and pictures. Texts come first, so that nothing inside them matches.
	pageOperator = regexp.MustCompile(`(?s)q ([\d. ]+) (?:rg|g) BT ([\d.]+) ([\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj ET Q` +
		`|BT /F(\w+) ([\d.]+) Tf ET` +
		`|(?-s:([\d. ]+)) (?:RG|G)\n` +
		`|([\d.]+) w\n` +
		`|([\d.]+) ([\d.]+) m ([\d.]+) ([\d.]+) l S` +
		`|q ([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm /I\w+ Do Q`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// newPeerPage reads the strokes off the first page of a PDF that gofpdf made.
func newPeerPage(pdf []byte, verifyURL, title string) (*peerPage, error) {
	regular, bold, err := documents.Fonts()
	if err != nil {
		return nil, err
	}
	content, err := firstPage(pdf)
	if err != nil {
		return nil, err
	}
	p := &peerPage{regular: regular, bold: bold, verifyURL: verifyURL, title: title}
	regularID := ""
	for _, m := range pageOperator.FindAllSubmatch(content, -1) {
		switch {
		case m[2] != nil:
			p.strokes = append(p.strokes, textStroke(m[1:5])...)
		case m[5] != nil:
			if regularID == "" { // the first font set is the default
				regularID = string(m[5])
			}
			p.strokes = append(p.strokes, fontStroke(string(m[5]) == regularID, number(m[6])))
		case m[7] != nil:
			r, g, b := rgb(m[7])
			p.strokes = append(p.strokes, func(f *gofpdf.Fpdf) { f.SetDrawColor(r, g, b) })
		case m[8] != nil:
			width := number(m[8]) / pointsPerMillimetre
			p.strokes = append(p.strokes, func(f *gofpdf.Fpdf) { f.SetLineWidth(width) })
		case m[9] != nil:
			x1, y1 := place(m[9], m[10])
			x2, y2 := place(m[11], m[12])
			p.strokes = append(p.strokes, func(f *gofpdf.Fpdf) { f.Line(x1, y1, x2, y2) })
		default:
			side := number(m[13]) / pointsPerMillimetre
			x, y := place(m[15], m[16])
			p.strokes = append(p.strokes, func(f *gofpdf.Fpdf) { f.Image("qr", x, y-side, side, side, false, "", 0, "") })
		}
	}
	return p, nil
}

func firstPage(pdf []byte) ([]byte, error) {
	at := pageStream.FindSubmatchIndex(pdf)
	if at == nil {
		return nil, errors.New("the PDF has no page that can be read")
	}
	length, err := strconv.Atoi(string(pdf[at[2]:at[3]]))
	if err != nil || at[1]+length > len(pdf) {
		return nil, errors.New("the page's length is wrong")
	}
	r, err := zlib.NewReader(bytes.NewReader(pdf[at[1] : at[1]+length]))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func textStroke(m [][]byte) []stroke {
	r, g, b := rgb(m[0])
	x, y := place(m[1], m[2])
	raw := escaped.ReplaceAllFunc(m[3], func(e []byte) []byte {
		if e[1] == 'r' {
			return []byte{'\r'}
		}
		return e[1:]
	})
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(raw[2*i:])
	}
	text := string(utf16.Decode(units))
	return []stroke{func(f *gofpdf.Fpdf) { f.SetTextColor(r, g, b); f.Text(x, y, text) }}
}

func fontStroke(regular bool, points float64) stroke {
	weight := "B"
	if regular {
		weight = ""
	}
	return func(f *gofpdf.Fpdf) { f.SetFont("peer", weight, points) }
}

func place(x, y []byte) (float64, float64) {
	return number(x) / pointsPerMillimetre, 297 - number(y)/pointsPerMillimetre
}

func number(s []byte) float64 {
	v, err := strconv.ParseFloat(string(s), 64)
	if err != nil {
		panic(err) // the pattern lets only numbers through
	}
	return v
}

// rgb reads a grey or three parts of a colour.
func rgb(s []byte) (int, int, int) {
	parts := bytes.Fields(s)
	part := func(i int) int { return int(number(parts[i])*255 + 0.5) }
	if len(parts) == 1 {
		return part(0), part(0), part(0)
	}
	return part(0), part(1), part(2)
}

// draw makes the PDF.
func (p *peerPage) draw() ([]byte, error) {
	f := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: 210, Ht: 297}})
	f.AddUTF8FontFromBytes("peer", "", p.regular)
	f.AddUTF8FontFromBytes("peer", "B", p.bold)
	f.SetTitle(p.title, true)
	f.SetCompression(true)
	f.AddPage()
	code, err := p.code()
	if err != nil {
		return nil, err
	}
	f.RegisterImageOptionsReader("qr", gofpdf.ImageOptions{ImageType: "png"}, bytes.NewReader(code))
	for _, s := range p.strokes {
		s(f)
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// code draws the QR code with the border that readers need.
func (p *peerPage) code() ([]byte, error) {
	const dots, border = 8, 4 * 8
	code, err := qr.Encode(p.verifyURL, qr.M)
	if err != nil {
		return nil, err
	}
	modules := code.Size
	side := modules*dots + 2*border
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules {
		for x := range modules {
			if code.Black(x, y) {
				for i := range dots * dots {
					picture.SetColorIndex(border+x*dots+i%dots, border+y*dots+i/dots, 1)
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
