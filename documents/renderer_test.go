package documents

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"pgregory.net/rapid"

	"github.com/todoke/todoke/models"
)

func TestPDFNamesItselfAndItsLanguage(t *testing.T) {
	api.DisableConfigDir() // the reader would keep settings in the home folder
	for lang, title := range map[models.Language]string{
		models.Japanese: "ライセンス証書 SHPC7654321-1", models.English: "License Certificate SHPC7654321-1",
	} {
		pdf := certificate(t, sampleCertificate(lang))
		info := infoOf(t, pdf)
		for name, want := range map[string]string{
			"Title": title, "Author": brand.In(lang), "Creator": "Todoke", "Pages": "1",
			"CreationDate": "D:20261120000000", "ModDate": "D:20261120000000", "Page size": "595.28 x 841.89 pts (A4)",
		} {
			if info[name] != want {
				t.Errorf("%s is %q", name, info[name])
			}
		}
		read, err := api.ReadContext(bytes.NewReader(pdf.Bytes), model.NewDefaultConfiguration())
		if err != nil {
			t.Fatal(err)
		}
		if err := api.ValidateContext(read); err != nil {
			t.Errorf("another reader finds the file invalid: %v", err)
		}
		catalog, err := read.Catalog()
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := catalog.Find("Lang"); !ok || got.String() != "("+string(lang)+")" {
			t.Errorf("language %v", got)
		}
	}
}

func TestSameInputGivesSameBytes(t *testing.T) {
	first := certificate(t, oddCertificate(models.Japanese))
	sum := sha256.Sum256(first.Bytes)
	if first.SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatal("the checksum is not of the bytes")
	}
	fresh := New(Options{MaxAtOnce: 1, Brand: brand})
	for range 5 {
		again, err := fresh.Certificate(t.Context(), oddCertificate(models.Japanese))
		if err != nil || again.SHA256 != first.SHA256 {
			t.Fatalf("another %s, %v", again.SHA256, err)
		}
	}
}

func TestManyAtOnceDrawTheSame(t *testing.T) {
	r := New(Options{MaxAtOnce: 4, Brand: brand})
	want := certificate(t, sampleCertificate(models.Japanese)).SHA256
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			pdf, err := r.Certificate(t.Context(), sampleCertificate(models.Japanese))
			if err != nil || pdf.SHA256 != want {
				t.Errorf("got %s, %v", pdf.SHA256, err)
			}
		})
	}
	group.Wait()
	if len(r.slots) != 0 {
		t.Errorf("%d slots were not given back", len(r.slots))
	}
}

// The fonts that a document gets are cut to what it prints. The PDF must be the
// same as with the whole ones, or a mistake in the cutting would show in print only.
func TestCutFontsPrintWhatWholeFontsDo(t *testing.T) {
	face, err := loadTypeface()
	if err != nil {
		t.Fatal(err)
	}
	before := fontFiles{regular: slices.Clone(face.regular.file), bold: slices.Clone(face.bold.file)}
	for name, c := range map[string]Certificate{
		"everyday": sampleCertificate(models.Japanese), "English": sampleCertificate(models.English),
		"odd": oddCertificate(models.Japanese), "long": longCertificate(models.Japanese, 60),
	} {
		d, err := draftCertificate(newTypesetter(face), c, brand)
		if err != nil {
			t.Fatal(err)
		}
		regular, bold, err := Fonts()
		if err != nil {
			t.Fatal(err)
		}
		whole, err := draw(d, d.layout.pages(), &fontFiles{regular: regular, bold: bold})
		if err != nil {
			t.Fatal(err)
		}
		pages := d.layout.pages()
		files, err := face.cutFonts(pages)
		if err != nil {
			t.Fatal(err)
		}
		if len(files.regular) > 300_000 || len(files.bold) > 300_000 {
			t.Errorf("%s: the fonts still have %d and %d bytes", name, len(files.regular), len(files.bold))
		}
		cut, err := draw(d, pages, files)
		if err != nil {
			t.Fatal(err)
		}
		if whole, cut := unnamed(t, whole), unnamed(t, cut); whole != cut {
			t.Errorf("%s: %d bytes with whole fonts, %d with cut ones, and they differ", name, len(whole), len(cut))
		}
	}
	if !bytes.Equal(before.regular, face.regular.file) || !bytes.Equal(before.bold, face.bold.file) {
		t.Error("drawing changed the fonts that all documents are cut from")
	}
}

var (
	streams  = regexp.MustCompile(`(?s)/Length \d+>>\nstream\n(.*?)\nendstream`)
	fontName = regexp.MustCompile(`/F[0-9a-f]{40}(?: \d+ 0 R)?`)
	widths   = regexp.MustCompile(`(?s)/W \[.*?/CIDToGIDMap`)
	places   = regexp.MustCompile(`(?s)\nxref\n.*`)
)

// unnamed is what a PDF says, unpacked, without the names of its fonts, which are made from their files, without
// widths, which TestCutFontsKeepGlyphAndWidth looks at, and without the table of where everything stands.
func unnamed(t *testing.T, pdf []byte) string {
	t.Helper()
	open := streams.ReplaceAllFunc(pdf, func(packed []byte) []byte {
		r, err := zlib.NewReader(bytes.NewReader(streams.FindSubmatch(packed)[1]))
		if err != nil {
			return packed // not compressed
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return text
	})
	for _, different := range []*regexp.Regexp{fontName, widths, places} {
		open = different.ReplaceAll(open, nil)
	}
	return string(open)
}

// Every character that the face has is cut with its own glyph and width.
func TestCutFontsKeepGlyphAndWidth(t *testing.T) {
	typeface, err := loadTypeface()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		runes := map[rune]bool{}
		for _, r := range rapid.SliceOfN(rapid.Rune(), 0, 300).Draw(t, "runes") {
			runes[r] = true
		}
		for _, r := range "髙﨑㈱①ーヽ0123456789 AVf" {
			runes[r] = rapid.Bool().Draw(t, string(r))
		}
		whole := typeface.bold
		file, err := whole.cut(runes)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := sfnt.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		cut := face{font: parsed, tables: map[string][]byte{}}
		for _, name := range []string{"hhea", "hmtx"} {
			if cut.tables[name], err = tableOf(file, name); err != nil {
				t.Fatal(err)
			}
		}
		var buf sfnt.Buffer
		for r := range runes {
			want, had := whole.advance(&buf, r)
			if got, has := cut.advance(&buf, r); has != had || got != want {
				t.Fatalf("%U is %v wide, %v, instead of %v, %v", r, got, has, want, had)
			}
			if had && outline(t, whole.font, r) != outline(t, cut.font, r) {
				t.Fatalf("%U looks different", r)
			}
		}
	})
}

// outline is how a character is drawn, as a text.
func outline(t *rapid.T, f *sfnt.Font, r rune) string {
	var buf sfnt.Buffer
	glyph, err := f.GlyphIndex(&buf, r)
	if err != nil {
		t.Fatal(err)
	}
	segments, err := f.LoadGlyph(&buf, glyph, fixed.I(1000), nil)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(segments)
}

func TestNoMoreThanAllowedAtOnce(t *testing.T) {
	r := New(Options{MaxAtOnce: 1, Brand: brand})
	inside, leave := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := r.render(context.Background(), func(t *typesetter) (*draft, error) {
			close(inside)
			<-leave
			return nil, errors.New("enough")
		})
		done <- err
	}()
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	go func() {
		_, err := r.Certificate(ctx, sampleCertificate(models.Japanese))
		waiting <- err
	}()
	cancel()
	if err := <-waiting; !models.IsKind(err, models.KindUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("the second one got %v", err)
	}
	close(leave)
	if err := <-done; !models.IsKind(err, models.KindInternal) {
		t.Errorf("the first one got %v", err)
	}
	if _, err := r.Certificate(t.Context(), sampleCertificate(models.Japanese)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	r := New(Options{MaxAtOnce: 1, Brand: brand})
	for _, cause := range []any{"a text with 株式会社みどり台商事", errors.New("株式会社みどり台商事")} {
		_, err := r.render(t.Context(), func(*typesetter) (*draft, error) { panic(cause) })
		if !models.IsKind(err, models.KindInternal) {
			t.Fatalf("got %v", err)
		}
		if text := errors.Unwrap(err).Error(); bytes.Contains([]byte(text), []byte("みどり台")) {
			t.Errorf("the error quotes the content: %s", text)
		}
	}
	_, err := r.render(t.Context(), func(*typesetter) (*draft, error) { return &draft{}, nil })
	if !models.IsKind(err, models.KindInternal) {
		t.Fatalf("got %v", err)
	}
	if _, err := r.Certificate(t.Context(), sampleCertificate(models.Japanese)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestUnknownPDFIsRefused(t *testing.T) {
	whole := certificate(t, sampleCertificate(models.Japanese)).Bytes
	for _, pdf := range [][]byte{nil, []byte("%PDF-1.3"), whole[:len(whole)/2]} {
		if _, err := finish(bytes.Clone(pdf), models.Japanese); !errors.Is(err, errUnknownPDF) {
			t.Errorf("%d bytes: %v", len(pdf), err)
		}
	}
}

// The library must break pages exactly where the layout does, else heads and
// numbers would stand on the wrong ones.
func TestPagesAreTheLayouts(t *testing.T) {
	note := strings.Repeat("旧製品からの移行に伴い、数量と期間を引き継いでいます。", 4)
	for lines := range 24 { // from one page to three, past every way to end a page
		c := longCertificate(models.Japanese, lines)
		for i := range c.Lines {
			c.Lines[i].Note = note[:len("旧")*((i*37)%50)]
		}
		face, err := loadTypeface()
		if err != nil {
			t.Fatal(err)
		}
		s := &certificateSheet{Certificate: c, typesetter: newTypesetter(face), say: japanese, issuer: brand.JA}
		want := "/Count " + strconv.Itoa(len(s.layout().pages())) + "\n"
		if pdf := certificate(t, c); !bytes.Contains(pdf.Bytes, []byte(want)) {
			t.Errorf("%d lines: not %s", lines, want)
		}
	}
}
