//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/harness"
)

// largeFile is the size that has to go through without being held in memory, and growth what serve may grow by.
const (
	largeFile = 2 << 30
	growth    = 64 << 20
)

// repeated is so many bytes, made while they are read.
type repeated struct {
	piece []byte
	left  int64
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), r.left)], r.piece)
	r.left -= int64(n)
	return n, nil
}

func large() *repeated {
	return &repeated{piece: bytes.Repeat([]byte("todoke \r\n--"), 6000), left: largeFile}
}

// twoGigabytes uploads a file as staff, and fetches it as its holder in two parts, through the serving process, whose
// memory is looked at all the while.
func twoGigabytes(t *testing.T, h *house) {
	d := &downloader{member: &member{house: h, language: "ja", address: "files+ja@customer.example", password: "四角い窓 and a river ja"}}
	clerk := h.client(t, "/console/sign-in", url.Values{"email": {clerkEmail}, "password": {staffPassword}})
	holder := d.portal(t)
	// Signing in takes memory for a moment, and what was before did: the sessions go on in a process that is new.
	if err := h.Serve.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := h.Serve.Start(h.context(t)); err != nil {
		t.Fatal(err)
	}
	sent := sha256.New()
	before, most := watchServe(t, h)
	begun := time.Now()
	page := h.uploadLarge(t, clerk, io.TeeReader(large(), sent))
	up, sum := time.Since(begun), hex.EncodeToString(sent.Sum(nil))
	var id int64
	if _, err := fmt.Sscanf(page, "/console/downloads/%d", &id); err != nil {
		t.Fatalf("the upload leads to %q", page)
	}
	f, err := h.store.AnyFile(t.Context(), id)
	if err != nil || f.SHA256 != sum || f.Size != largeFile {
		t.Fatalf("kept are %d bytes, %s, and sent was %s: %v", f.Size, f.SHA256, sum, err)
	}
	if err := h.store.PublishDraft(t.Context(), models.Process, id); err != nil {
		t.Fatal(err)
	}
	begun = time.Now()
	got, link := sha256.New(), fmt.Sprintf("%s/portal/downloads/%d", h.PublicURL, id)
	answer := getAs(t, holder, link)
	first, err := io.CopyN(got, answer.Body, largeFile/4)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		t.Fatal(err)
	}
	answer = getAs(t, holder, link, "Range", fmt.Sprintf("bytes=%d-", first), "If-Range", answer.Header.Get("ETag"))
	rest, err := io.Copy(got, answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		t.Fatal(err)
	}
	down := time.Since(begun)
	if first+rest != largeFile || hex.EncodeToString(got.Sum(nil)) != sum {
		t.Errorf("%d and %d bytes came back as another file", first, rest)
	}
	grown := most() - before
	t.Logf("up in %s, down in %s; serve had %d MB and grew by %d MB", up.Round(time.Millisecond), down.Round(time.Millisecond), before>>20, grown>>20)
	if grown > growth {
		t.Errorf("serve grew by %d MB for a file of %d MB", grown>>20, largeFile>>20)
	}
}

// uploadLarge sends a form with a file and gives where it leads.
func (h *house) uploadLarge(t *testing.T, clerk *http.Client, content io.Reader) string {
	t.Helper()
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	for name, value := range map[string]string{
		"product_code": harness.Product, "kind": "program", "version": "2 GB", "released_on": "2026-06-01", "name_ja": "大きなファイル", "name_en": "A large file", "access": "holders",
	} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CreateFormFile("file", "large.bin"); err != nil {
		t.Fatal(err)
	}
	body := io.MultiReader(&head, content, strings.NewReader("\r\n--"+w.Boundary()+"--\r\n"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.PublicURL+"/console/downloads/new", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", h.PublicURL)
	answer, err := clerk.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	page := read(t, answer, http.StatusSeeOther)
	if answer.Header.Get("Location") == "" {
		t.Fatalf("the upload leads nowhere: %.500s", page)
	}
	return answer.Header.Get("Location")
}

// watchServe looks at the serving process's memory again and again; the function ends that and gives the most it had.
func watchServe(t *testing.T, h *house) (before int64, most func() int64) {
	t.Helper()
	before, err := h.Serve.SharedMemory()
	if err != nil {
		t.Fatal(err)
	}
	end, peak := make(chan struct{}), make(chan int64)
	go func() {
		top := before
		for {
			if now, err := h.Serve.SharedMemory(); err == nil {
				top = max(top, now)
			}
			select {
			case <-end:
				peak <- top
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return before, func() int64 {
		close(end)
		return <-peak
	}
}
