package files

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/todoke/todoke/models"
)

// A file is kept under a key that nobody can guess, and one that breaks off leaves nothing.
func TestProductFilesAreKeptWholeOrNotAtAll(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx, later := t.Context(), time.Now().Add(time.Hour)
		f := models.ProductFile{ProductCode: "CSSP"}
		if err := s.KeepProductFile(ctx, &f, strings.NewReader("content")); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(f.BlobKey, "downloads/CSSP/") || len(f.BlobKey) < 40 || f.Size != 7 || len(f.SHA256) != 64 {
			t.Errorf("kept as %+v", f)
		}
		for name, broken := range map[string]io.Reader{
			"broken off": io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), iotest.ErrReader(errors.New("gone"))),
			"empty":      iotest.ErrReader(io.ErrUnexpectedEOF),
		} {
			other := models.ProductFile{ProductCode: "CSSP"}
			if err := s.KeepProductFile(ctx, &other, broken); err == nil {
				t.Errorf("%s: kept", name)
			}
		}
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.KeepProductFile(cancelled, &models.ProductFile{ProductCode: "CSSP"}, strings.NewReader("content")); err == nil {
			t.Error("kept for nobody")
		}
		if keys, err := s.ListBefore(ctx, models.FileBlobs, later); err != nil || !slices.Equal(keys, []string{f.BlobKey}) {
			t.Errorf("there is %q: %v", keys, err)
		}
		put(t, s, "certificates/a.pdf", "another's")
		if keys, err := s.ListBefore(ctx, models.FileBlobs, time.Now().Add(-time.Hour)); err != nil || len(keys) != 0 {
			t.Errorf("from before an hour there is %q: %v", keys, err)
		}
		s.DropProductFile(ctx, f)
		s.DropProductFile(ctx, models.ProductFile{})
		if keys, err := s.ListBefore(ctx, models.FileBlobs, later); err != nil || len(keys) != 0 {
			t.Errorf("there is still %q: %v", keys, err)
		}
	})
}
