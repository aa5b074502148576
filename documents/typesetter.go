package documents

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// What stands for a character that the font lacks: the printers' mark for a
// missing sort, and for a missing variant a mark behind the plain character.
const (
	missingCharacter = "〓"
	missingVariant   = "※"
)

// typesetter measures and breaks the text of one document, and remembers what it
// had to replace.
type typesetter struct {
	face     *typeface
	buf      sfnt.Buffer
	replaced []string
}

func newTypesetter(face *typeface) *typesetter { return &typesetter{face: face} }

// drawable says whether both weights have the rune, so that what is replaced does
// not depend on where it is printed.
func (t *typesetter) drawable(r rune) bool {
	if _, ok := t.face.regular.advance(&t.buf, r); !ok {
		return false
	}
	_, ok := t.face.bold.advance(&t.buf, r)
	return ok
}

// clean gives the text as it can be printed: white space of every kind becomes a
// space, what the font lacks a visible mark.
func (t *typesetter) clean(s string) string {
	if t.plain(s) {
		return s
	}
	var out strings.Builder
	graphemes := uniseg.NewGraphemes(strings.ToValidUTF8(s, "\uFFFF"))
	for graphemes.Next() {
		out.WriteString(t.cleanCluster(graphemes.Str()))
	}
	return strings.TrimSpace(out.String())
}

// plain says whether nothing in the text needs a second look.
func (t *typesetter) plain(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) || !t.drawable(r) {
			return false
		}
	}
	return strings.TrimSpace(s) == s
}

// cleanCluster prints what a person sees as one character. Loose marks are joined
// to their letter, but never for Han: there normalisation would change a name's
// character into another one.
func (t *typesetter) cleanCluster(cluster string) string {
	runes := []rune(cluster)
	if unicode.IsSpace(runes[0]) && !t.drawable(runes[0]) {
		return " "
	}
	if len(runes) > 1 && !unicode.Is(unicode.Han, runes[0]) {
		cluster = norm.NFC.String(cluster)
		runes = []rune(cluster)
	}
	if !t.drawable(runes[0]) {
		t.note(cluster)
		return missingCharacter
	}
	var out strings.Builder
	for _, r := range runes {
		if !t.drawable(r) {
			t.note(cluster)
			out.WriteString(missingVariant)
			break
		}
		out.WriteRune(r)
	}
	return out.String()
}

func (t *typesetter) note(cluster string) {
	if !slices.Contains(t.replaced, cluster) {
		t.replaced = append(t.replaced, cluster)
	}
}

// width gives the millimetres that a clean text takes in the style.
func (t *typesetter) width(s string, st style) float64 {
	weight := t.face.regular
	if st.bold {
		weight = t.face.bold
	}
	var sum float64
	for _, r := range s {
		advance, _ := weight.advance(&t.buf, r)
		sum += advance/1000*st.millimetres() + st.tracking
	}
	return sum
}

// wrap cleans the text and breaks it to the width in millimetres. Each line of it
// begins a line; where they break otherwise follows Unicode's rules, which know
// Japanese ones (no closing bracket at a line's start). A word wider than the line
// is cut. There is always at least one line.
func (t *typesetter) wrap(s string, st style, width float64) []string {
	var lines []string
	for paragraph := range strings.Lines(s) {
		lines = append(lines, t.breakLine(t.clean(paragraph), st, width)...)
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

func (t *typesetter) breakLine(s string, st style, width float64) []string {
	if t.width(s, st) <= width {
		return []string{s}
	}
	var lines []string
	line, used := "", 0.0
	state := -1
	for s != "" {
		var segment string
		segment, s, _, state = uniseg.FirstLineSegmentInString(s, state)
		size, visible := t.width(segment, st), t.width(strings.TrimRight(segment, " "), st)
		if used+visible > width && line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
			line, used = "", 0
		}
		if visible > width { // by more than the space behind it, so no line has begun
			var full []string
			full, segment = t.cut(segment, st, width)
			lines = append(lines, full...)
			size = t.width(segment, st)
		}
		line += segment
		used += size
	}
	return append(lines, strings.TrimRight(line, " "))
}

// cut breaks a word that fits no line between its characters; rest is what begins
// the next line.
func (t *typesetter) cut(word string, st style, width float64) (full []string, rest string) {
	used, start := 0.0, 0
	for at, r := range word {
		size := t.width(string(r), st)
		if used+size > width && at > start {
			full = append(full, word[start:at])
			used, start = 0, at
		}
		used += size
	}
	return full, word[start:]
}

// shorten gives the text on one line, ended by … when it does not fit.
func (t *typesetter) shorten(s string, st style, width float64) string {
	s = t.clean(s)
	if t.width(s, st) <= width {
		return s
	}
	full, _ := t.cut(s, st, width-t.width("…", st))
	if len(full) == 0 {
		return "…"
	}
	return full[0] + "…"
}
