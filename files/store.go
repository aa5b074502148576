// Package files keeps blobs: certificates, attachments, downloads. A folder
// holds them by default, an S3-compatible bucket in production.
package files

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"path"
	"path/filepath"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // opens file:///…
	_ "gocloud.dev/blob/s3blob"   // opens s3://…
	"gocloud.dev/gcerrors"

	"github.com/todoke/todoke/models"
)

// Store is an open place for blobs. It may be used by many goroutines at once.
type Store struct {
	bucket *blob.Bucket
	probe  string
}

// Open opens the place that the URL names: file:///absolute/folder (made when
// missing) or s3://bucket?region=…. It fails on a scheme it does not know and on
// a folder it cannot make; whether a bucket can be reached is Check's question.
func Open(ctx context.Context, location string) (*Store, error) {
	target, err := prepare(location)
	if err != nil {
		return nil, err
	}
	bucket, err := blob.OpenBucket(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("open the file store: %w", err)
	}
	return newStore(bucket), nil
}

// newStore names the probe after the process, so that two that check at once do
// not delete each other's.
func newStore(bucket *blob.Bucket) *Store {
	return &Store{bucket: bucket, probe: "checks/" + rand.Text()}
}

// prepare adds what makes a folder safe: it is created; temporary files stand
// beside the real ones, because a rename across file systems fails; and no second
// file holds the content type, because that one is not written atomically, so a
// process killed in between, or a reader at that moment, would find it broken.
func prepare(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme == "" {
		return "", errors.New("the file store's address is no URL such as file:///folder or s3://bucket")
	}
	if u.Scheme != "file" {
		return location, nil
	}
	if u.Host != "" || !filepath.IsAbs(u.Path) {
		return "", errors.New("a file store's folder is written file:///absolute/folder, with three slashes")
	}
	query := u.Query()
	query.Set("create_dir", "true")
	query.Set("no_tmp_dir", "true")
	query.Set("metadata", "skip")
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// Put writes the blob whole or not at all and gives the SHA-256 in hexadecimal
// and the size in bytes. Writing a key again replaces the blob, so a retry with
// the same content is harmless.
func (s *Store) Put(ctx context.Context, key string, content io.Reader, contentType string) (string, int64, error) {
	if err := checkKey(key); err != nil {
		return "", 0, err
	}
	// Cancelling before Close is what makes the bucket drop a half-read blob.
	writeCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(writeCtx, key, &blob.WriterOptions{ContentType: contentType})
	if err != nil {
		return "", 0, failure(err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(w, sum), content)
	if err != nil {
		cancel()
		// Close reports the cancelling that was just asked for; the reason is err.
		_ = w.Close()
		return "", 0, failure(err)
	}
	if err := w.Close(); err != nil {
		return "", 0, failure(err)
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// Get gives the whole blob, or models.NotFound("file").
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	content, err := s.bucket.ReadAll(ctx, key)
	if err != nil {
		return nil, failure(err)
	}
	return content, nil
}

// unknownType is what a bucket that keeps no content types answers.
const unknownType = "application/octet-stream"

// Reader is an open blob that can be read from any place, as http.ServeContent
// wants it. Close it.
type Reader struct {
	io.ReadSeekCloser
	Size        int64 // bytes
	ContentType string
	ModTime     time.Time
}

// Reader opens a blob for reading in parts, or gives models.NotFound("file").
func (s *Store) Reader(ctx context.Context, key string) (*Reader, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	r, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, failure(err)
	}
	contentType := r.ContentType()
	if contentType == unknownType { // a folder keeps none; what the key ends in says it
		contentType = cmp.Or(mime.TypeByExtension(path.Ext(key)), unknownType)
	}
	return &Reader{ReadSeekCloser: r, Size: r.Size(), ContentType: contentType, ModTime: r.ModTime()}, nil
}

// Delete removes the blob; one that is not there is no error, so that a retry
// is harmless.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return failure(err)
	}
	return nil
}

// Check writes, reads back and deletes a small blob: a store that can be reached
// but not written would lose the next certificate.
func (s *Store) Check(ctx context.Context) error {
	want := []byte("todoke")
	if _, _, err := s.Put(ctx, s.probe, bytes.NewReader(want), "text/plain"); err != nil {
		return err
	}
	got, err := s.Get(ctx, s.probe)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return failure(errors.New("the file store gave back other bytes than were written"))
	}
	return s.Delete(ctx, s.probe)
}

// Close gives the store's connections back; nothing may be called after it.
func (s *Store) Close() error {
	if err := s.bucket.Close(); err != nil {
		return fmt.Errorf("close the file store: %w", err)
	}
	return nil
}

// failure says in the domain's words what the bucket answered.
func failure(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return models.NotFound("file").WithCause(err)
	}
	return models.NewError(models.KindUnavailable, "files_unavailable").WithCause(err)
}
