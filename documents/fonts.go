package documents

import (
	_ "embed" // the fonts are part of the binary
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/image/font/sfnt"
)

// BIZ UDPGothic was drawn to be told apart easily in print and has the
// characters of Japanese company names; its licence is fonts/OFL.txt.
var (
	//go:embed fonts/BIZUDPGothic-Regular.ttf
	regularFont []byte
	//go:embed fonts/BIZUDPGothic-Bold.ttf
	boldFont []byte
)

// fontFiles are the bytes of both weights. The library writes into those that it is
// given, so documents never share them.
type fontFiles struct {
	regular, bold []byte
}

// face is one weight, read-only, for measuring text and for taking glyphs from.
type face struct {
	font   *sfnt.Font
	file   []byte            // as it came: part of the binary, so it takes no memory of the process's own
	tables map[string][]byte // of the file, but for those few that documents have otherwise
}

// typeface is what all documents start from.
type typeface struct {
	regular, bold face
}

// loadTypeface prepares the embedded fonts once per process. They are part of the
// binary, so an error is a broken build.
var loadTypeface = sync.OnceValues(func() (*typeface, error) {
	regular, err := prepareFace(regularFont)
	if err != nil {
		return nil, fmt.Errorf("regular font: %w", err)
	}
	bold, err := prepareFace(boldFont)
	if err != nil {
		return nil, fmt.Errorf("bold font: %w", err)
	}
	return &typeface{regular: regular, bold: bold}, nil
})

// Fonts gives the two weights whole, as documents use parts of them, for measuring
// what else draws with the same ones.
func Fonts() (regular, bold []byte, err error) {
	face, err := loadTypeface()
	if err != nil {
		return nil, nil, err
	}
	if regular, err = face.regular.whole(); err != nil {
		return nil, nil, err
	}
	bold, err = face.bold.whole()
	return regular, bold, err
}

func prepareFace(file []byte) (face, error) {
	parsed, err := sfnt.Parse(file)
	if err != nil {
		return face{}, err
	}
	f := face{font: parsed, file: file, tables: map[string][]byte{}}
	for _, name := range []string{
		"head", "hhea", "hmtx", "maxp", "loca", "glyf", "name", "post", "OS/2", "cvt ", "fpgm", "prep", "gasp",
	} {
		if f.tables[name], err = tableOf(file, name); err != nil {
			return face{}, err
		}
	}
	if err := f.checkPlaces(); err != nil {
		return face{}, err
	}
	for _, name := range hints {
		f.tables[name] = make([]byte, len(f.tables[name]))
	}
	f.tables["hmtx"], err = tabularFigures(parsed, f.tables["hmtx"])
	return f, err
}

// whole gives a file of all glyphs that nobody else holds.
func (f face) whole() ([]byte, error) {
	file := slices.Clone(f.file)
	for name, table := range f.tables {
		place, err := tableOf(file, name)
		if err != nil {
			return nil, err
		}
		copy(place, table)
	}
	outlines, err := tableOf(file, "glyf")
	if err != nil {
		return nil, err
	}
	for glyph := range f.font.NumGlyphs() {
		from, to, err := f.placeOf(sfnt.GlyphIndex(glyph))
		if err != nil {
			return nil, err
		}
		if err := dropGlyphHints(outlines[from:to]); err != nil {
			return nil, err
		}
	}
	return file, nil
}

// advance gives the rune's width in thousandths of the font size, or false when
// the face cannot draw it. The library counts wider runes than 16 bits as an
// index out of range, and glyphs without width as wide ones.
func (f face) advance(buf *sfnt.Buffer, r rune) (float64, bool) {
	if r < ' ' || r > 0xFFFF {
		return 0, false
	}
	glyph, err := f.font.GlyphIndex(buf, r)
	if err != nil || glyph == 0 {
		return 0, false
	}
	width := f.widthOf(glyph)
	if width == 0 {
		return 0, false
	}
	return float64(width) * 1000 / float64(f.font.UnitsPerEm()), true
}

// widthOf gives a glyph's advance in units of the face. Glyphs at its end may have
// none of their own; they have the last one's.
func (f face) widthOf(glyph sfnt.GlyphIndex) int {
	full := int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(int(glyph), full-1):]))
}

// tabularFigures gives metrics in which every digit has the width of 0, each in the
// middle of its place, so that numbers under each other line up. The face draws only 1 narrower.
func tabularFigures(parsed *sfnt.Font, metrics []byte) ([]byte, error) {
	metrics = slices.Clone(metrics)
	var buf sfnt.Buffer
	zero, err := parsed.GlyphIndex(&buf, '0')
	if err != nil {
		return nil, err
	}
	for digit := '0'; digit <= '9'; digit++ {
		glyph, err := parsed.GlyphIndex(&buf, digit)
		if err != nil {
			return nil, err
		}
		if len(metrics) < 4*int(max(glyph, zero))+4 {
			return nil, errors.New("a digit has no metrics of its own")
		}
		// A record is the advance and the left side bearing, two bytes each.
		full, own := metrics[4*int(zero):], metrics[4*int(glyph):]
		width := binary.BigEndian.Uint16(full)
		shift := (int(width) - int(binary.BigEndian.Uint16(own))) / 2
		binary.BigEndian.PutUint16(own, width)
		binary.BigEndian.PutUint16(own[2:], binary.BigEndian.Uint16(own[2:])+uint16(shift)) //nolint:gosec // wraps round as two's complement must
	}
	return metrics, nil
}

// tableOf finds a table in a TrueType file by its name.
func tableOf(file []byte, name string) ([]byte, error) {
	const header, record = 12, 16
	if len(file) < header {
		return nil, errors.New("no font file")
	}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		at := header + i*record
		if len(file) < at+record {
			break
		}
		if string(file[at:at+4]) != name {
			continue
		}
		start, size := int(binary.BigEndian.Uint32(file[at+8:])), int(binary.BigEndian.Uint32(file[at+12:]))
		if start+size > len(file) {
			break
		}
		return file[start : start+size], nil
	}
	return nil, fmt.Errorf("the font has no table %s", name)
}
