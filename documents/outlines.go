package documents

import (
	"encoding/binary"
	"errors"
)

var errOutlines = errors.New("the font's outlines are not built as expected")

// dropHints empties the programs that fit outlines to coarse screens. Printers and
// today's screens ignore them, and they are a fifth of a certificate's bytes. The
// places of tables and glyphs stay as they are; what becomes free is zeros, which
// compress to nothing and, as a program, do nothing.
func dropHints(file []byte) error {
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		table, err := tableOf(file, name)
		if err != nil {
			return err
		}
		clear(table)
	}
	head, err := tableOf(file, "head")
	if err != nil {
		return err
	}
	places, err := tableOf(file, "loca")
	if err != nil {
		return err
	}
	outlines, err := tableOf(file, "glyf")
	if err != nil {
		return err
	}
	const longPlaces = 1
	if binary.BigEndian.Uint16(head[50:]) != longPlaces {
		return errOutlines
	}
	for at := 0; at+8 <= len(places); at += 4 {
		from, to := binary.BigEndian.Uint32(places[at:]), binary.BigEndian.Uint32(places[at+4:])
		if from > to || int(to) > len(outlines) {
			return errOutlines
		}
		if err := dropGlyphHints(outlines[from:to]); err != nil {
			return err
		}
	}
	return nil
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
