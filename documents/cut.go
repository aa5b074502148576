package documents

import (
	"encoding/binary"
	"maps"
	"slices"

	"golang.org/x/image/font/sfnt"
)

// The library reads a font from end to end for every document: 65,000 characters
// of which a certificate has two hundred, at 10 ms and 25 MB each time. So it is
// given a font that holds only what the document prints. The PDF comes out the
// same, because the order of glyphs and their metrics stay; only the names by which
// it calls its fonts differ, and it lists no widths of Latin letters without use.

// cutFonts gives the two weights with what the pages print.
func (t *typeface) cutFonts(pages [][]*strip) (*fontFiles, error) {
	regular, bold := map[rune]bool{}, map[rune]bool{}
	for _, page := range pages {
		for _, s := range page {
			for _, m := range s.marks {
				if w, ok := m.(words); ok {
					used := regular
					if w.style.bold {
						used = bold
					}
					for _, r := range w.text {
						used[r] = true
					}
				}
			}
		}
	}
	var files fontFiles
	var err error
	if files.regular, err = t.regular.cut(regular); err != nil {
		return nil, err
	}
	files.bold, err = t.bold.cut(bold)
	return &files, err
}

// coded is a character and its glyph.
type coded struct {
	r     rune
	glyph sfnt.GlyphIndex
}

// cut gives a font file with the glyphs of the runes and the one for missing
// characters.
func (f face) cut(runes map[rune]bool) ([]byte, error) {
	var buf sfnt.Buffer
	var codes []coded
	glyphs := []sfnt.GlyphIndex{0}
	for _, r := range slices.Sorted(maps.Keys(runes)) {
		glyph, err := f.font.GlyphIndex(&buf, r)
		if err != nil {
			return nil, err
		}
		if glyph != 0 && r < 0xFFFF {
			codes, glyphs = append(codes, coded{r, glyph}), append(glyphs, glyph)
		}
	}
	slices.Sort(glyphs)
	glyphs = slices.Compact(glyphs)
	outlines, places, err := f.outlinesOf(glyphs)
	if err != nil {
		return nil, err
	}
	tables := map[string][]byte{
		"cmap": characterMap(codes, glyphs), "glyf": outlines, "loca": places, "hmtx": f.metricsOf(glyphs),
		"hhea": with16(f.tables["hhea"], 34, len(glyphs)), // a full metric for each
		"maxp": with16(f.tables["maxp"], 4, len(glyphs)),
	}
	for _, name := range []string{"head", "name", "post", "OS/2", "cvt ", "fpgm", "prep", "gasp"} {
		tables[name] = f.tables[name]
	}
	return fontFile(tables), nil
}

// outlinesOf gives the glyphs' outlines one after another without their hints, and their
// places. No glyph of the face is made of others, so each can be taken alone.
func (f face) outlinesOf(glyphs []sfnt.GlyphIndex) (outlines, places []byte, err error) {
	for _, glyph := range glyphs {
		from, to, err := f.placeOf(glyph)
		if err != nil {
			return nil, nil, err
		}
		start := len(outlines)
		places = binary.BigEndian.AppendUint32(places, uint32(start)) //nolint:gosec // less than the whole table
		outlines = append(outlines, f.tables["glyf"][from:to]...)
		if err := dropGlyphHints(outlines[start:]); err != nil {
			return nil, nil, err
		}
	}
	return outlines, binary.BigEndian.AppendUint32(places, uint32(len(outlines))), nil //nolint:gosec // as above
}

// metricsOf gives advance and left side bearing of each glyph. Glyphs at the end
// of a face may have no advance of their own; they have the last one's.
func (f face) metricsOf(glyphs []sfnt.GlyphIndex) []byte {
	table, full := f.tables["hmtx"], int(binary.BigEndian.Uint16(f.tables["hhea"][34:]))
	var metrics []byte
	for _, g := range glyphs {
		glyph := int(g)
		if glyph < full {
			metrics = append(metrics, table[4*glyph:4*glyph+4]...)
			continue
		}
		bearing := 4*full + 2*(glyph-full)
		metrics = append(metrics, table[4*full-4:4*full-2]...)
		metrics = append(metrics, table[bearing:bearing+2]...)
	}
	return metrics
}

// characterMap writes a table cmap of format 4: ranges of characters that follow
// each other as their glyphs do. It ends with a range for U+FFFF, which is none.
func characterMap(codes []coded, glyphs []sfnt.GlyphIndex) []byte {
	type span struct{ first, last, shift uint16 }
	var spans []span
	for _, c := range codes {
		at, _ := slices.BinarySearch(glyphs, c.glyph)
		code, shift := uint16(c.r), uint16(at)-uint16(c.r) //nolint:gosec // c.r is below 0xFFFF, and the format counts modulo 65536
		if n := len(spans); n > 0 && spans[n-1].last == code-1 && spans[n-1].shift == shift {
			spans[n-1].last = code
			continue
		}
		spans = append(spans, span{code, code, shift})
	}
	spans = append(spans, span{0xFFFF, 0xFFFF, 1})
	const head, perSpan = 16, 8
	var out []byte
	add := func(values ...uint16) {
		for _, v := range values {
			out = binary.BigEndian.AppendUint16(out, v)
		}
	}
	count := uint16(len(spans))                     //nolint:gosec // at most 65536 characters
	add(0, 1, 3, 1, 0, 12)                          // version, one table: Windows, Unicode, from byte 12 on
	add(4, head+perSpan*count, 0, 2*count, 0, 0, 0) // the last three speed up a search that nobody makes
	for _, s := range spans {
		add(s.last)
	}
	add(0)
	for _, s := range spans {
		add(s.first)
	}
	for _, s := range spans {
		add(s.shift)
	}
	for range spans {
		add(0) // no list of glyphs: shift says it all
	}
	return out
}

// with16 is the table with one of its 16-bit values changed.
func with16(table []byte, at, value int) []byte {
	changed := slices.Clone(table)
	binary.BigEndian.PutUint16(changed[at:], uint16(value)) //nolint:gosec // a number of glyphs
	return changed
}

// fontFile writes tables as a TrueType file, without checksums: the library reads
// none, and writes its own into the PDF.
func fontFile(tables map[string][]byte) []byte {
	const head, record = 12, 16
	names := slices.Sorted(maps.Keys(tables))
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	out = binary.BigEndian.AppendUint16(out, uint16(len(names))) //nolint:gosec // the few of cut
	out = append(out, make([]byte, head-len(out)+record*len(names))...)
	for i, name := range names {
		entry := out[head+i*record:]
		copy(entry, name)
		binary.BigEndian.PutUint32(entry[8:], uint32(len(out)))           //nolint:gosec // less than the whole font
		binary.BigEndian.PutUint32(entry[12:], uint32(len(tables[name]))) //nolint:gosec // as above
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}
