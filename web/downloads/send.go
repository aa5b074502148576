// Package downloads sends products' files: whole, or the parts that are missing after a transfer broke off. The sites
// decide who gets them.
package downloads

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/ui"
)

// maxRanges is how many parts of a file are given in one answer. Who asks for more gets the whole file (RFC 9110,
// 14.2): each part is opened on its own, so many small ones would cost more than the file.
const maxRanges = 8

// stallAfter is how long a transfer may make no progress, in either direction. Whole transfers have no bound: programs
// are large, and lines can be slow.
const stallAfter = time.Minute

// Sender sends files from blob storage.
type Sender struct {
	Files  *files.Store
	Logger *slog.Logger
}

// Transfer is a file to send.
type Transfer struct {
	File models.ProductFile
	// Modified is what answers tell as the file's time; the zero value means when it was published.
	Modified time.Time
	// Count notes a transfer that came from the first byte on, or to the last byte; nil counts nothing.
	Count func(ctx context.Context, started, finished bool) error
}

// Send gives a file. The bytes go from the store to the client in small pieces.
func (s Sender) Send(g *gin.Context, t Transfer) error {
	// The request's own context ends after the time that pages have. This one ends with a transfer that fails.
	ctx, cancel := context.WithCancel(context.WithoutCancel(g.Request.Context()))
	defer cancel()
	file := t.File
	content, err := s.Files.Reader(ctx, file.BlobKey)
	if err != nil {
		return models.Internal(fmt.Errorf("file %d: %w", file.ID, err)) // the row says that it is there
	}
	defer content.Close() //nolint:errcheck // only read from
	if content.Size != file.Size {
		return models.Internal(fmt.Errorf("file %d has %d bytes and not the %d that were published", file.ID, content.Size, file.Size))
	}
	if err := headers(g, file); err != nil {
		return err
	}
	if strings.Count(g.GetHeader("Range"), ",") >= maxRanges {
		g.Request.Header.Del("Range")
	}
	if t.Modified.IsZero() && file.PublishedAt != nil {
		t.Modified = *file.PublishedAt
	}
	p := &passage{content: content, size: file.Size, to: http.NewResponseController(g.Writer)}
	out := &carefulWriter{ResponseWriter: g.Writer}
	http.ServeContent(out, g.Request, "", t.Modified, p)
	s.passed(ctx, g, t, p, out)
	return nil
}

// headers say what the file is. It is always saved and never shown: pages of this origin are ours alone.
func headers(g *gin.Context, file models.ProductFile) error {
	sum, err := hex.DecodeString(file.SHA256)
	if err != nil {
		return models.Internal(fmt.Errorf("file %d: %w", file.ID, err))
	}
	g.Header("Content-Type", "application/octet-stream")
	g.Header("Content-Disposition", Attachment(file.PlainFileName(), file.FileName))
	g.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	g.Header("ETag", Tag(file))
	g.Header("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":")
	g.Header("Cache-Control", "private, no-store")
	return nil
}

// Tag is the file's entity tag: equal bytes, equal tag.
func Tag(file models.ProductFile) string { return `"` + file.SHA256 + `"` }

// passed counts what went out. The answer has left, so what goes wrong here is only logged.
func (s Sender) passed(ctx context.Context, g *gin.Context, t Transfer, p *passage, out *carefulWriter) {
	if p.failed != nil {
		s.Logger.ErrorContext(ctx, "download", "file", t.File.ID, "error", p.failed, "request_id", ui.RequestID(g))
	}
	finished := p.last && out.failed == nil
	if t.Count == nil || !p.first && !finished {
		return
	}
	counting, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := t.Count(counting, p.first, finished); err != nil {
		s.Logger.ErrorContext(ctx, "download not counted", "file", t.File.ID, "cause", store.Cause(models.AsError(err)), "request_id", ui.RequestID(g))
	}
}

// passage reads a file for an answer, notes whether its first and last byte were read, and gives the client more time
// with each piece.
type passage struct {
	content     io.ReadSeeker
	to          *http.ResponseController
	size        int64
	at          int64
	first, last bool
	failed      error // of the store of files
}

// Seek moves to where an answer or a part of it begins.
func (p *passage) Seek(offset int64, whence int) (int64, error) {
	at, err := p.content.Seek(offset, whence)
	p.at = at
	return at, err
}

// Read gives the next piece.
func (p *passage) Read(piece []byte) (int, error) {
	// Where there is no deadline to move, as in some tests, there is none to miss.
	_ = p.to.SetWriteDeadline(time.Now().Add(stallAfter))
	n, err := p.content.Read(piece)
	if err != nil && !errors.Is(err, io.EOF) {
		p.failed = err
	}
	if n > 0 {
		p.first = p.first || p.at == 0
		p.at += int64(n)
		p.last = p.last || p.at == p.size
	}
	return n, err
}

// carefulWriter notes that an answer could not be written. It hides what the connection could read from by itself, so
// that every piece goes through it.
type carefulWriter struct {
	http.ResponseWriter
	failed error
}

// Write writes a piece.
func (w *carefulWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	if err != nil {
		w.failed = err
	}
	return n, err
}
