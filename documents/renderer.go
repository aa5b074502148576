// Package documents draws the PDFs that people keep: the license certificate and
// the record of an application. The inputs are plain values, so a page can show
// the same content as accessible HTML. The PDFs carry title and language and have
// selectable text, but no tags: the library cannot write them.
package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/page"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/pagesize"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/johnfercher/maroto/v2/pkg/repository"
	"github.com/phpdave11/gofpdf"

	"github.com/todoke/todoke/models"
)

func init() {
	// The library writes fonts in the order of a map unless told otherwise, for the
	// whole process: the same input must give the same bytes.
	gofpdf.SetDefaultCatalogSort(true)
}

// Options say how documents are drawn.
type Options struct {
	// MaxAtOnce bounds the renders at once, each of which takes about 10 MB for some
	// milliseconds; 0 is one per processor. Others wait.
	MaxAtOnce int
	// Brand is the issuer's name where a document's input gives none.
	Brand models.Text
}

// Renderer draws documents. It may be used by many goroutines at once.
type Renderer struct {
	brand models.Text
	slots chan struct{} // has a place for each render at once
}

// New makes a renderer.
func New(o Options) *Renderer {
	if o.MaxAtOnce <= 0 {
		o.MaxAtOnce = runtime.GOMAXPROCS(0)
	}
	return &Renderer{brand: o.Brand, slots: make(chan struct{}, o.MaxAtOnce)}
}

// PDF is a finished document.
type PDF struct {
	Bytes  []byte
	SHA256 string // of the bytes, in hexadecimal
	// Substituted are the characters, each once, that the fonts lack; a visible mark
	// stands for them and a footnote says so.
	Substituted []string
}

// draft is a document on its way to the library.
type draft struct {
	layout  *layout
	title   string
	author  string
	lang    models.Language
	created time.Time
}

// render waits for a free slot, lets compose lay the document out, and draws it.
// What goes wrong inside the library, panics too, is an internal error.
func (r *Renderer) render(ctx context.Context, compose func(*typesetter) (*draft, error)) (pdf PDF, err error) {
	face, err := loadTypeface()
	if err != nil {
		return PDF{}, models.Internal(err)
	}
	if err := ctx.Err(); err != nil {
		return PDF{}, busy(err)
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return PDF{}, busy(ctx.Err())
	}
	defer func() {
		if cause := recover(); cause != nil {
			pdf, err = PDF{}, models.Internal(recovered(cause))
		}
		<-r.slots
	}()
	t := newTypesetter(face)
	d, err := compose(t)
	if err != nil {
		return PDF{}, models.Internal(err)
	}
	pages := d.layout.pages()
	files, err := face.cutFonts(pages)
	if err != nil {
		return PDF{}, models.Internal(err)
	}
	content, err := draw(d, pages, files)
	if err != nil {
		return PDF{}, models.Internal(err)
	}
	sum := sha256.Sum256(content)
	return PDF{Bytes: content, SHA256: hex.EncodeToString(sum[:]), Substituted: t.replaced}, nil
}

// busy says that the caller's time ran out before a slot was free.
func busy(cause error) error {
	return models.NewError(models.KindUnavailable, "documents_busy").WithCause(cause)
}

// recovered keeps what a panic said only when it comes from the runtime: a text
// could quote a name.
func recovered(cause any) error {
	if err, ok := errors.AsType[runtime.Error](asError(cause)); ok {
		return fmt.Errorf("drawing a document panicked: %w", err)
	}
	return fmt.Errorf("drawing a document panicked with a %T", cause)
}

func asError(cause any) error {
	err, _ := cause.(error)
	return err
}

// draw lets the library make the PDF with fonts that hold what the pages print.
func draw(d *draft, pages [][]*strip, files *fontFiles) ([]byte, error) {
	fonts, err := repository.New().
		AddUTF8FontFromBytes(fontFamily, fontstyle.Normal, files.regular).
		AddUTF8FontFromBytes(fontFamily, fontstyle.Bold, files.bold).
		Load()
	if err != nil {
		return nil, err
	}
	m := maroto.New(config.NewBuilder().
		WithPageSize(pagesize.A4).
		WithTopMargin(0).WithBottomMargin(0).WithLeftMargin(0).WithRightMargin(0).
		WithCustomFonts(fonts).
		WithDefaultFont(&props.Font{Family: fontFamily, Size: 9, Color: ink}).
		WithCompression(true).
		WithTitle(d.title, true).
		WithAuthor(d.author, true).
		WithCreator("Todoke", true).
		WithCreationDate(writable(d.created)).
		Build())
	for _, strips := range pages {
		rows := make([]core.Row, len(strips))
		for i, s := range strips {
			rows[i] = s.row()
		}
		m.AddPages(page.New().Add(rows...))
	}
	document, err := m.Generate()
	if err != nil {
		return nil, err
	}
	return finish(document.GetBytes(), d.lang)
}

// writable gives the time in Japan, or the beginning of Unix time when a PDF cannot
// write it: without one the library would write the time of drawing, and a retry
// would make other bytes.
func writable(t time.Time) time.Time {
	t = t.In(models.Tokyo)
	if t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		return time.Unix(0, 0).In(models.Tokyo)
	}
	return t
}
