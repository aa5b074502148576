package bench

import (
	"bytes"
	"context"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/models"
)

// CompareCertificates draws both in turn, so that a busy machine slows both.
func CompareCertificates(ctx context.Context, rounds int) (CertificateFigures, error) {
	ours, peer, err := certificates(ctx)
	if err != nil {
		return CertificateFigures{}, err
	}
	var mine, theirs []sample
	for range rounds {
		a, err := measure(ours)
		if err != nil {
			return CertificateFigures{}, err
		}
		b, err := measure(peer)
		if err != nil {
			return CertificateFigures{}, err
		}
		mine, theirs = append(mine, a), append(theirs, b)
	}
	f := CertificateFigures{Rounds: rounds, PDFBytes: mine[0].size, PeerPDFBytes: theirs[0].size}
	f.Milliseconds, f.AllocatedBytes, f.Allocations = medians(mine)
	f.PeerMillis, f.PeerAllocated, f.PeerAllocs = medians(theirs)
	f.Ratio = f.Milliseconds / f.PeerMillis
	return f, nil
}

type sample struct {
	took               time.Duration
	size               int
	allocated, mallocs uint64
}

func measure(draw func() ([]byte, error)) (sample, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	pdf, err := draw()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return sample{took, len(pdf), after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs}, err
}

func medians(all []sample) (milliseconds float64, allocated, mallocs uint64) {
	middle := func(value func(sample) uint64) uint64 {
		values := make([]uint64, len(all))
		for i, s := range all {
			values[i] = value(s)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	took := middle(func(s sample) uint64 { return uint64(s.took) })
	return time.Duration(took).Seconds() * 1000, middle(func(s sample) uint64 { return s.allocated }),
		middle(func(s sample) uint64 { return s.mallocs })
}

// certificates gives both ways to draw the same page, warm.
func certificates(ctx context.Context) (ours, peer func() ([]byte, error), err error) {
	c := everydayCertificate()
	r := documents.New(documents.Options{MaxAtOnce: 1})
	ours = func() ([]byte, error) {
		pdf, err := r.Certificate(ctx, c)
		return pdf.Bytes, err
	}
	pdf, err := ours()
	if err != nil {
		return nil, nil, err
	}
	page, err := newPeerPage(pdf, c.VerifyURL, "ライセンス証書 "+c.Number)
	if err != nil {
		return nil, nil, err
	}
	if _, err := page.draw(); err != nil {
		return nil, nil, err
	}
	return ours, page.draw, nil
}

func everydayCertificate() documents.Certificate {
	line := func(name, code string, kind models.LineKind, quantity, held int) documents.CertificateLine {
		return documents.CertificateLine{
			ProductName: models.Text{JA: name, EN: name}, ProductCode: code, Kind: kind, Quantity: quantity, ReducedFrom: held,
			Months: 12, Start: models.NewDate(2026, time.December, 1), End: models.NewDate(2027, time.November, 30),
		}
	}
	return documents.Certificate{
		Language: models.Japanese, Number: "SHPC7654321-1", OrderNumber: "ORDC1234567", DeliveryNumber: "SHPC7654321",
		LicenseID: "4820193755",
		Holder: documents.Holder{
			Name: "株式会社みどり台商事", Kana: "カブシキガイシャミドリダイショウジ", Department: "情報システム部",
			PostalCode: "151-0053", Address: "東京都渋谷区代々木二丁目1番1号",
		},
		Lines: []documents.CertificateLine{
			line("Trend Vision One Endpoint Security", "TV1-EPS", models.LineNew, 1250, 0),
			line("ウイルスバスター コーポレートエディション Plus", "VBC-PLUS", models.LineRenewal, 30, 50),
			line("Cloud App Security", "CAS-STD", models.LineAddition, 11, 0),
		},
		IssuedOn: models.NewDate(2026, time.November, 20), Seller: "あおば情報システム株式会社",
		VerifyURL: "https://license.example.jp/verify/4f7Qk2xZp8mN1c6RtYw3",
		Issuer:    models.Text{JA: "サンプルソフトウェア株式会社", EN: "Sample Software Inc."},
		Terms:     models.Text{JA: "本証書は、使用許諾契約に基づく使用権の内容を証するものです。使用権を第三者に譲渡または貸与することはできません。"},
	}
}

// BenchmarkCertificate draws an everyday certificate as the product does.
func BenchmarkCertificate(b *testing.B) {
	ours, _, err := certificates(b.Context())
	benchmark(b, ours, err)
}

// BenchmarkCertificateRawGofpdf draws the same page with gofpdf alone.
func BenchmarkCertificateRawGofpdf(b *testing.B) {
	_, peer, err := certificates(b.Context())
	benchmark(b, peer, err)
}

func benchmark(b *testing.B, draw func() ([]byte, error), err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		pdf, err := draw()
		if err != nil {
			b.Fatal(err)
		}
		size = len(pdf)
	}
	b.ReportMetric(float64(size), "pdf-bytes")
}

// A comparison is worth something only when both draw the same.
func TestPeerDrawsTheSamePage(t *testing.T) {
	ours, peer, err := certificates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts, pictures [2][]byte
	for i, draw := range []func() ([]byte, error){ours, peer} {
		pdf, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = poppler(t, pdf, "pdftotext", "-layout", "-", "-")
		pictures[i] = poppler(t, pdf, "pdftoppm", "-r", "60", "-gray")
	}
	if !bytes.Equal(texts[0], texts[1]) || !bytes.Contains(texts[0], []byte("ライセンス証書")) {
		t.Errorf("the texts differ:\n%s\n%s", texts[0], texts[1])
	}
	if len(pictures[0]) != len(pictures[1]) {
		t.Fatalf("%d and %d bytes of picture", len(pictures[0]), len(pictures[1]))
	}
	different := 0.0
	for i := range pictures[0] {
		different += max(float64(pictures[0][i]), float64(pictures[1][i])) - min(float64(pictures[0][i]), float64(pictures[1][i]))
	}
	// Places are rounded twice, so edges may differ by a shade.
	if share := different / 255 / float64(len(pictures[0])); share > 0.001 {
		t.Errorf("the pages differ in %.2f %% of their ink", share*100)
	}
}

func TestCertificateFigures(t *testing.T) {
	f, err := CompareCertificates(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", f)
	if f.PDFBytes > MaxCertificateBytes || f.PDFBytes < 10_000 {
		t.Errorf("a certificate takes %d bytes", f.PDFBytes)
	}
	if f.Milliseconds <= 0 || f.PeerMillis <= 0 || f.Allocations == 0 || f.PeerAllocs == 0 {
		t.Errorf("something was not measured: %+v", f)
	}
}

func poppler(t *testing.T, pdf []byte, tool string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("%s is missing: install poppler-utils (apt-get install poppler-utils)", tool)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return out
}
