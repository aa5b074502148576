package documents

import (
	_ "embed" // the fonts are part of the binary
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
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

// clone gives files that nobody else holds.
func (f fontFiles) clone() *fontFiles {
	return &fontFiles{regular: slices.Clone(f.regular), bold: slices.Clone(f.bold)}
}

// face is one weight, read-only, for measuring text and for taking glyphs from.
type face struct {
	font       *sfnt.Font
	unitsPerEm fixed.Int26_6
	tables     map[string][]byte
}

// typeface is what all documents start from.
type typeface struct {
	files         fontFiles
	regular, bold face
}

// loadTypeface prepares the embedded fonts once per process. They are part of the
// binary, so an error is a broken build.
var loadTypeface = sync.OnceValues(func() (*typeface, error) {
	files := fontFiles{regular: regularFont, bold: boldFont}.clone()
	regular, err := prepareFace(files.regular)
	if err != nil {
		return nil, fmt.Errorf("regular font: %w", err)
	}
	bold, err := prepareFace(files.bold)
	if err != nil {
		return nil, fmt.Errorf("bold font: %w", err)
	}
	return &typeface{files: *files, regular: regular, bold: bold}, nil
})

// Fonts gives copies of the two weights as documents use them, for measuring what
// else draws with the same ones.
func Fonts() (regular, bold []byte, err error) {
	face, err := loadTypeface()
	if err != nil {
		return nil, nil, err
	}
	files := face.files.clone()
	return files.regular, files.bold, nil
}

func prepareFace(file []byte) (face, error) {
	if err := makeFiguresTabular(file); err != nil {
		return face{}, err
	}
	if err := dropHints(file); err != nil {
		return face{}, err
	}
	parsed, err := sfnt.Parse(file)
	if err != nil {
		return face{}, err
	}
	f := face{font: parsed, unitsPerEm: fixed.I(int(parsed.UnitsPerEm())), tables: map[string][]byte{}}
	for _, name := range []string{
		"head", "hhea", "hmtx", "maxp", "loca", "glyf", "name", "post", "OS/2", "cvt ", "fpgm", "prep", "gasp",
	} {
		if f.tables[name], err = tableOf(file, name); err != nil {
			return face{}, err
		}
	}
	return f, nil
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
	width, err := f.font.GlyphAdvance(buf, glyph, f.unitsPerEm, font.HintingNone)
	if err != nil || width <= 0 {
		return 0, false
	}
	return float64(width) * 1000 / float64(f.unitsPerEm), true
}

// makeFiguresTabular gives every digit the width of 0, each in the middle of its
// place, so that numbers under each other line up. The face draws only 1 narrower.
func makeFiguresTabular(file []byte) error {
	parsed, err := sfnt.Parse(file)
	if err != nil {
		return err
	}
	metrics, err := tableOf(file, "hmtx")
	if err != nil {
		return err
	}
	var buf sfnt.Buffer
	zero, err := parsed.GlyphIndex(&buf, '0')
	if err != nil {
		return err
	}
	for digit := '0'; digit <= '9'; digit++ {
		glyph, err := parsed.GlyphIndex(&buf, digit)
		if err != nil {
			return err
		}
		if len(metrics) < 4*int(max(glyph, zero))+4 {
			return errors.New("a digit has no metrics of its own")
		}
		// A record is the advance and the left side bearing, two bytes each.
		full, own := metrics[4*int(zero):], metrics[4*int(glyph):]
		width := binary.BigEndian.Uint16(full)
		shift := (int(width) - int(binary.BigEndian.Uint16(own))) / 2
		binary.BigEndian.PutUint16(own, width)
		binary.BigEndian.PutUint16(own[2:], binary.BigEndian.Uint16(own[2:])+uint16(shift)) //nolint:gosec // wraps round as two's complement must
	}
	return nil
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
