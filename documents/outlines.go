package documents

import (
	"encoding/binary"
	"errors"

	"golang.org/x/image/font/sfnt"
)

var errOutlines = errors.New("the font's outlines are not built as expected")

// hints are the tables of programs that fit outlines to coarse screens. Printers and
// today's screens ignore them, and they are a fifth of a certificate's bytes: documents
// have zeros there and in the glyphs' own programs, which compress to nothing and, as
// a program, do nothing.
var hints = []string{"cvt ", "fpgm", "prep"}

// checkPlaces says whether the places of outlines are written as placeOf reads them.
func (f face) checkPlaces() error {
	const longPlaces = 1
	if head := f.tables["head"]; len(head) < 52 || binary.BigEndian.Uint16(head[50:]) != longPlaces {
		return errOutlines
	}
	return nil
}

// placeOf says from where to where a glyph's outlines go.
func (f face) placeOf(glyph sfnt.GlyphIndex) (from, to int, err error) {
	places, at := f.tables["loca"], 4*int(glyph)
	if at+8 > len(places) {
		return 0, 0, errOutlines
	}
	from, to = int(binary.BigEndian.Uint32(places[at:])), int(binary.BigEndian.Uint32(places[at+4:]))
	if from > to || to > len(f.tables["glyf"]) {
		return 0, 0, errOutlines
	}
	return from, to, nil
}

// dropGlyphHints closes the gap where a glyph's program was. A simple glyph is ten
// bytes of head, two for each contour's end, the program's length, the program,
// and the points; the font has no glyphs made of others.
func dropGlyphHints(glyph []byte) error {
	if len(glyph) == 0 {
		return nil
	}
	contours := int(int16(binary.BigEndian.Uint16(glyph))) //nolint:gosec // the format keeps it signed
	length := 10 + 2*contours
	if contours < 0 || length+2 > len(glyph) {
		return errOutlines
	}
	program := length + 2
	points := program + int(binary.BigEndian.Uint16(glyph[length:]))
	if points > len(glyph) {
		return errOutlines
	}
	binary.BigEndian.PutUint16(glyph[length:], 0)
	clear(glyph[program+copy(glyph[program:], glyph[points:]):])
	return nil
}
