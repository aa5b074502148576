package api_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/todoke/todoke/models"
)

func TestCertificate(t *testing.T) {
	h := newHouse(t)
	number := h.entered(h.sheet(h.receipt()))
	path := "/v1/orders/" + number + "/certificate"
	h.get(path).problem(http.StatusNotFound, "document_not_ready")
	h.run(number)
	o, err := h.store.OrderByNumber(context.Background(), models.Process, number)
	must(t, err)
	kept, err := h.store.DocumentFor(context.Background(), models.DocumentCertificate, o.ID, models.Japanese)
	must(t, err)
	a := h.get(path).want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Etag": `"` + kept.SHA256 + `"`, "Content-Language": "ja",
		"Content-Disposition": `attachment; filename="certificate-` + number + `.pdf"`, "X-Content-Type-Options": "nosniff",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q instead of %q", name, got, want)
		}
	}
	if string(a.body) != "%PDF-1.7 certificate ja" {
		t.Errorf("content %q", a.body)
	}
	if a := h.get(path, "If-None-Match", a.header.Get("Etag")).want(http.StatusNotModified); len(a.body) != 0 {
		t.Errorf("304 with content %q", a.body)
	}
	if a := h.get(path, "Range", "bytes=0-3").want(http.StatusPartialContent); string(a.body) != "%PDF" {
		t.Errorf("part %q", a.body)
	}
	// There is none in English yet, so the Japanese one is given; then its own.
	if a := h.get(path, "Accept-Language", "en").want(http.StatusOK); a.header.Get("Content-Language") != "ja" {
		t.Errorf("language %q", a.header.Get("Content-Language"))
	}
	h.keepDocument(models.DocumentCertificate, o.ID, models.English, "%PDF-1.7 certificate en")
	if a := h.get(path, "Accept-Language", "en").want(http.StatusOK); string(a.body) != "%PDF-1.7 certificate en" {
		t.Errorf("content %q", a.body)
	}
	// A file that is not the one that was made is never given out.
	must(t, os.WriteFile(filepath.Join(h.files.dir, kept.BlobKey), []byte("tampered"), 0o600))
	h.get(path).problem(http.StatusInternalServerError, "internal")
	must(t, os.Remove(filepath.Join(h.files.dir, kept.BlobKey)))
	h.get(path).problem(http.StatusInternalServerError, "internal")
}

func TestApplicationPDF(t *testing.T) {
	h := newHouse(t)
	receipt := h.receipt()
	path := "/v1/applications/" + receipt + "/pdf"
	h.get(path).problem(http.StatusNotFound, "document_not_ready")
	a, err := h.store.ApplicationByReceipt(context.Background(), models.Process, receipt)
	must(t, err)
	h.keepDocument(models.DocumentApplication, a.ID, models.Japanese, "%PDF-1.7 application")
	got := h.get(path).want(http.StatusOK)
	if string(got.body) != "%PDF-1.7 application" || got.header.Get("Content-Disposition") != `attachment; filename="application-`+receipt+`.pdf"` {
		t.Errorf("%q %q", got.header, got.body)
	}
}
