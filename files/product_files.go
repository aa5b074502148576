package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"gocloud.dev/blob"

	"github.com/todoke/todoke/models"
)

// KeepProductFile streams a product's file in under a new key that nobody can guess, and notes key, size and SHA-256
// with it. Until a row names it, DropProductFile takes it out again.
func (s *Store) KeepProductFile(ctx context.Context, f *models.ProductFile, content io.Reader) error {
	token, err := models.NewToken(rand.Reader)
	if err != nil {
		return err
	}
	f.BlobKey = models.FileBlobKey(f.ProductCode, token)
	f.SHA256, f.Size, err = s.Put(ctx, f.BlobKey, content, unknownType)
	return err
}

// DropProductFile removes the bytes of a file that no row names. What stays, because the store does not answer, is
// found by ListBefore.
func (s *Store) DropProductFile(ctx context.Context, f models.ProductFile) {
	if f.BlobKey != "" {
		_ = s.Delete(context.WithoutCancel(ctx), f.BlobKey)
	}
}

// ListBefore lists the keys below a folder that were last written to before a moment: whole blobs, and pieces that a
// killed process left behind.
func (s *Store) ListBefore(ctx context.Context, folder string, before time.Time) ([]string, error) {
	var keys []string
	list := s.bucket.List(&blob.ListOptions{Prefix: folder})
	for {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return keys, nil
		}
		if err != nil {
			return nil, failure(err)
		}
		if !o.IsDir && o.ModTime.Before(before) && checkKey(o.Key) == nil {
			keys = append(keys, o.Key)
		}
	}
}
