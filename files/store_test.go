package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"gocloud.dev/blob/memblob"
	"pgregory.net/rapid"

	"github.com/todoke/todoke/models"
)

// eachStore runs the test on a folder and in memory.
func eachStore(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		s, err := Open(t.Context(), "file://"+filepath.Join(t.TempDir(), "made", "when", "missing"))
		if err != nil {
			t.Fatal(err)
		}
		test(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("memory", func(t *testing.T) {
		s := newStore(memblob.OpenBucket(nil))
		test(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func put(t *testing.T, s *Store, key, content string) {
	t.Helper()
	sum, size, err := s.Put(t.Context(), key, strings.NewReader(content), "application/pdf")
	if err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256([]byte(content))
	if sum != hex.EncodeToString(want[:]) || size != int64(len(content)) {
		t.Fatalf("put said %s and %d bytes", sum, size)
	}
}

func TestPutThenGet(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		const key = "certificates/ORDC1234567/ja.pdf"
		put(t, s, key, "one")
		put(t, s, key, "one") // a retry
		got, err := s.Get(t.Context(), key)
		if err != nil || string(got) != "one" {
			t.Fatalf("got %q, %v", got, err)
		}
		put(t, s, key, "two")
		if got, _ := s.Get(t.Context(), key); string(got) != "two" {
			t.Fatalf("the last write should win, got %q", got)
		}
		put(t, s, "empty", "")
		if got, err := s.Get(t.Context(), "empty"); err != nil || len(got) != 0 {
			t.Fatalf("an empty blob came back as %q, %v", got, err)
		}
	})
}

func TestReaderReadsFromAnyPlace(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		put(t, s, "a.pdf", "0123456789")
		r, err := s.Reader(t.Context(), "a.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if r.Size != 10 || r.ContentType != "application/pdf" || r.ModTime.IsZero() {
			t.Fatalf("size %d, type %q, time %v", r.Size, r.ContentType, r.ModTime)
		}
		if _, err := r.Seek(6, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(r); err != nil || string(rest) != "6789" {
			t.Fatalf("read %q, %v", rest, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMissingBlobIsNotFound(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		if _, err := s.Get(t.Context(), "none"); !errors.Is(err, models.NotFound("file")) {
			t.Errorf("get: %v", err)
		}
		if _, err := s.Reader(t.Context(), "none"); !errors.Is(err, models.NotFound("file")) {
			t.Errorf("reader: %v", err)
		}
		if err := s.Delete(t.Context(), "none"); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestDeleteRemoves(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		put(t, s, "gone", "x")
		if err := s.Delete(t.Context(), "gone"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), "gone"); !models.IsKind(err, models.KindNotFound) {
			t.Fatalf("after delete: %v", err)
		}
	})
}

// A source that breaks in the middle must leave what was there before.
func TestBrokenSourceWritesNothing(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		put(t, s, "kept", "before")
		broken := errors.New("cut")
		source := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<16)), iotest.ErrReader(broken))
		_, _, err := s.Put(t.Context(), "kept", source, "text/plain")
		if !errors.Is(err, broken) || !models.IsKind(err, models.KindUnavailable) {
			t.Fatalf("put from a broken source: %v", err)
		}
		if got, err := s.Get(t.Context(), "kept"); err != nil || string(got) != "before" {
			t.Fatalf("the old blob became %d bytes, %v", len(got), err)
		}
	})
}

// Readers that run while a key is rewritten see one whole version or the other.
func TestWritesAreAtomic(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		versions := []string{strings.Repeat("a", 1<<17), strings.Repeat("b", 1<<17)}
		put(t, s, "key", versions[0])
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				for range 10 {
					if _, _, err := s.Put(t.Context(), "key", strings.NewReader(versions[i%2]), "text/plain"); err != nil {
						t.Error(err)
					}
					got, err := s.Get(t.Context(), "key")
					if err != nil || (string(got) != versions[0] && string(got) != versions[1]) {
						t.Errorf("read a mixture of %d bytes, %v", len(got), err)
					}
				}
			})
		}
		group.Wait()
	})
}

func TestBadKeysAreRefused(t *testing.T) {
	bad := []string{"", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/./b", ".a", "a/.b", `a\b`, "a b",
		"a\x00b", "a\nb", "é", "a?b", "a.attrs", strings.Repeat("a", maxKeyBytes+1)}
	eachStore(t, func(t *testing.T, s *Store) {
		for _, key := range bad {
			_, _, putErr := s.Put(t.Context(), key, strings.NewReader("x"), "text/plain")
			_, getErr := s.Get(t.Context(), key)
			_, readErr := s.Reader(t.Context(), key)
			for _, err := range []error{putErr, getErr, readErr, s.Delete(t.Context(), key)} {
				if !models.IsKind(err, models.KindInternal) {
					t.Errorf("key %q: %v", key, err)
				}
			}
		}
	})
}

// Whatever key is taken, the file stands inside the folder.
func TestNoKeyLeavesTheFolder(t *testing.T) {
	outer := t.TempDir()
	s, err := Open(t.Context(), "file://"+filepath.Join(outer, "inner"))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[a-z./\\~-]{1,12}`).Draw(t, "key")
		// A key may not be written below another one in a folder; that is no escape.
		if _, _, err := s.Put(context.Background(), key, strings.NewReader("x"), "text/plain"); err != nil {
			return
		}
		if err := s.Delete(context.Background(), key); err != nil {
			t.Fatal(err)
		}
	})
	entries, err := os.ReadDir(outer)
	if err != nil || len(entries) != 1 {
		t.Fatalf("beside the folder: %v, %v", entries, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckLeavesNothingAndNoticesLoss(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), s.probe); !models.IsKind(err, models.KindNotFound) {
			t.Fatalf("the probe stayed: %v", err)
		}
	})
	dir := filepath.Join(t.TempDir(), "store")
	s, err := Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	// A file where the folder was: nothing can be written, even by root.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); !models.IsKind(err, models.KindUnavailable) {
		t.Fatalf("check of a lost folder: %v", err)
	}
}

func TestNoTemporaryFilesRemain(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a/b.pdf", "x")
	var names []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, filepath.Base(path))
		}
		return err
	})
	if err != nil || strings.Join(names, " ") != "b.pdf" {
		t.Fatalf("files %v, %v", names, err)
	}
}

func TestCancelledCallsFail(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	eachStore(t, func(t *testing.T, s *Store) {
		_, _, err := s.Put(ctx, "a", bytes.NewReader([]byte("x")), "text/plain")
		if !models.IsKind(err, models.KindUnavailable) {
			t.Fatalf("put with a cancelled context: %v", err)
		}
		if _, err := s.Get(t.Context(), "a"); !models.IsKind(err, models.KindNotFound) {
			t.Fatalf("it was written all the same: %v", err)
		}
	})
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	for _, location := range []string{"", "folder", "/folder", "file://folder/x", "ftp://host/x", "file:", "%"} {
		if s, err := Open(t.Context(), location); err == nil {
			t.Errorf("%q was opened: %v", location, s)
		}
	}
}
