package delivery

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/ui"
)

// maxRanges is how many parts of a file are given in one answer. Who asks for more gets the whole file (RFC 9110,
// 14.2): each part is opened on its own, so many small ones would cost more than the file.
const maxRanges = 8

// stallAfter is how long a transfer may make no progress. Whole transfers have no bound: programs are large, and lines
// can be slow.
const stallAfter = time.Minute

// addFiles lists programs and manuals below the products that this delivery brings them for, each product once.
func (v *visit) addFiles(view *views.Contents) error {
	var codes []string
	for _, p := range view.Products {
		if p.Files {
			codes = append(codes, p.ProductCode)
		}
	}
	slices.Sort(codes)
	all, err := v.Store.FilesOf(v.ctx(), slices.Compact(codes)...)
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for i := range view.Products {
		p := &view.Products[i]
		if !p.Files || shown[p.ProductCode] {
			continue
		}
		shown[p.ProductCode] = true
		for _, kind := range models.FileKinds() {
			for _, f := range all {
				if f.ProductCode == p.ProductCode && f.Kind == kind {
					p.Downloads = append(p.Downloads, v.download(f))
				}
			}
		}
		view.Downloads = view.Downloads || len(p.Downloads) > 0
	}
	return nil
}

func (v *visit) download(f models.ProductFile) views.Download {
	return views.Download{
		ID: strconv.FormatInt(f.ID, 10), Path: filesAt + "/" + strconv.FormatInt(f.ID, 10), Kind: v.t("delivery.file.kind." + string(f.Kind)),
		Name: f.Names.In(v.language), FileName: f.FileName, Version: f.Version, Date: ui.Day(v.language, f.ReleasedOn),
		Size: ui.Size(f.Size), Bytes: ui.Number(f.Size), SHA256: f.SHA256,
	}
}

// sendFile gives a program or manual: whole, or the parts that are missing after a transfer broke off. The bytes go
// from the store to the client in small pieces.
func sendFile(v *visit) error {
	file, err := v.fileOfDelivery()
	if err != nil {
		return err
	}
	// The request's own context ends after the time that pages have. This one ends with a transfer that fails.
	ctx, cancel := context.WithCancel(context.WithoutCancel(v.ctx()))
	defer cancel()
	content, err := v.Files.Reader(ctx, file.BlobKey)
	if err != nil {
		return models.Internal(fmt.Errorf("file %d: %w", file.ID, err)) // the row says that it is there
	}
	defer content.Close() //nolint:errcheck // only read from
	if content.Size != file.Size {
		return models.Internal(fmt.Errorf("file %d has %d bytes and not the %d that were published", file.ID, content.Size, file.Size))
	}
	if err := v.fileHeaders(file); err != nil {
		return err
	}
	if strings.Count(v.GetHeader("Range"), ",") >= maxRanges {
		v.Request.Header.Del("Range")
	}
	t := &transfer{content: content, size: file.Size, to: http.NewResponseController(v.Writer)}
	out := &carefulWriter{ResponseWriter: v.Writer}
	http.ServeContent(out, v.Request, "", file.PublishedAt, t)
	return v.transferred(ctx, file, t, out)
}

// fileOfDelivery finds the file that is asked for, if the delivery signed in to brings it.
func (v *visit) fileOfDelivery() (models.ProductFile, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return models.ProductFile{}, models.NotFound("file")
	}
	file, err := v.Store.ProductFile(v.ctx(), id)
	if err != nil {
		return file, err
	}
	f, err := v.Store.CertificateFacts(v.ctx(), v.shipment.OrderID)
	if err != nil {
		return file, err
	}
	parts, err := v.parts(f)
	if err != nil {
		return file, err
	}
	for i, c := range f.Changes {
		if parts[i].Files && c.ProductCode == file.ProductCode {
			return file, nil
		}
	}
	return models.ProductFile{}, models.NotFound("file")
}

// fileHeaders says what the file is. It is always saved and never shown: pages of this origin are ours alone.
func (v *visit) fileHeaders(file models.ProductFile) error {
	sum, err := hex.DecodeString(file.SHA256)
	if err != nil {
		return models.Internal(fmt.Errorf("file %d: %w", file.ID, err))
	}
	v.Header("Content-Type", "application/octet-stream")
	v.Header("Content-Disposition", attachment(file.PlainFileName(), file.FileName))
	v.Header("Content-Security-Policy", "default-src 'none'; sandbox")
	v.Header("ETag", `"`+file.SHA256+`"`)
	v.Header("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":")
	v.Header("Cache-Control", "private, no-store")
	return nil
}

// transferred counts what went out. The answer has left, so what goes wrong here is only logged.
func (v *visit) transferred(ctx context.Context, file models.ProductFile, t *transfer, out *carefulWriter) error {
	if t.failed != nil {
		v.Logger.ErrorContext(ctx, "download", "file", file.ID, "error", t.failed, "request_id", ui.RequestID(v.Context))
	}
	fetched := store.Fetched{Shipment: v.shipment, FileID: file.ID, Started: t.first, Finished: t.last && out.failed == nil}
	if !fetched.Started && !fetched.Finished {
		return nil
	}
	counting, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := v.Store.RecordDownload(counting, v.actor(), fetched); err != nil {
		v.Logger.ErrorContext(ctx, "download not counted", "file", file.ID, "error", err, "request_id", ui.RequestID(v.Context))
	}
	return nil
}

// transfer reads a file for an answer, notes whether its first and last byte were read, and gives the client more time
// with each piece.
type transfer struct {
	content     io.ReadSeeker
	to          *http.ResponseController
	size        int64
	at          int64
	first, last bool
	failed      error // of the store of files
}

// Seek moves to where an answer or a part of it begins.
func (t *transfer) Seek(offset int64, whence int) (int64, error) {
	at, err := t.content.Seek(offset, whence)
	t.at = at
	return at, err
}

// Read gives the next piece.
func (t *transfer) Read(p []byte) (int, error) {
	// Where there is no deadline to move, as in some tests, there is none to miss.
	_ = t.to.SetWriteDeadline(time.Now().Add(stallAfter))
	n, err := t.content.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		t.failed = err
	}
	if n > 0 {
		t.first = t.first || t.at == 0
		t.at += int64(n)
		t.last = t.last || t.at == t.size
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
