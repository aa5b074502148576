package delivery_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// publish offers a file with that content.
func (h *house) publish(product string, kind models.FileKind, name string, content io.Reader) models.ProductFile {
	h.t.Helper()
	f := models.ProductFile{
		ProductCode: product, Kind: kind, Names: models.Text{JA: product + "の" + string(kind), EN: string(kind) + " of " + product},
		FileName: name, Version: "8.0", ReleasedOn: models.NewDate(2026, 6, 1),
		BlobKey: models.FileBlobKey(product, fmt.Sprintf("t%d", h.numbers.Add(1))),
	}
	var err error
	f.SHA256, f.Size, err = h.files.Put(h.t.Context(), f.BlobKey, content, "application/octet-stream")
	must(h.t, err)
	must(h.t, h.store.PublishFile(h.t.Context(), models.Process, &f))
	return f
}

func pathOf(f models.ProductFile) string { return fmt.Sprintf("/delivery/files/%d", f.ID) }

// awaitFetched waits until a file counts as fetched so often: a transfer is counted
// after its last byte, which the browser has by then.
func (h *house) awaitFetched(what string, p parcel, f models.ProductFile, want string) {
	h.t.Helper()
	for begun := time.Now(); h.fetched(p, f) != want; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			h.t.Fatalf("fetched %s: %s, want %s", what, h.fetched(p, f), want)
		}
	}
}

// fetched tells how often a delivery fetched a file, as "started/finished".
func (h *house) fetched(p parcel, f models.ProductFile) string {
	h.t.Helper()
	list, err := h.store.DownloadsOf(h.t.Context(), h.shipment(p.number).ID)
	must(h.t, err)
	for _, d := range list {
		if d.ProductFileID == f.ID {
			return fmt.Sprintf("%d/%d", d.Started, d.Finished)
		}
	}
	return "0/0"
}

func TestDownloadsOfANewPurchase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		manual := h.publish("CSSP", models.FileManual, "導入ガイド（第2版）.pdf", strings.NewReader("manual"))
		program := h.publish("CSSP", models.FileProgram, "cssp-8.0.zip", strings.NewReader("0123456789"))
		h.publish("VBBIZ", models.FileProgram, "vbbiz.zip", strings.NewReader("another product's"))
		old := h.publish("CSSP", models.FileProgram, "cssp-7.0.zip", strings.NewReader("old"))
		must(t, h.store.WithdrawFile(t.Context(), models.Process, old.ID, "8.0 takes its place"))
		p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 10), line(models.LineNew, "DS", 1))
		v := h.visitor()
		v.enter(p)
		a := v.get("/delivery").want(http.StatusOK)
		sameList(t, "downloads", a.texts(".downloads .name"), []string{"プログラム CSSPのprogram", "マニュアル CSSPのmanual"})
		contains(t, "the program", a.texts(".downloads li")[0], "バージョン 8.0・2026年6月1日・1 KB", "cssp-8.0.zip", program.SHA256)
		sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "プログラムとコードを用意する", "インストールする"})
		contains(t, "the second step", a.text(".steps"), "「ダウンロード」から")
		v.lang = "en"
		contains(t, "the page in English", v.get("/delivery").text(".downloads"), "Program program of CSSP", "Version 8.0 · 1 June 2026 · 1 KB")

		a = v.get(pathOf(program)).want(http.StatusOK)
		equal(t, "content", a.body, "0123456789")
		sum := sha256.Sum256([]byte("0123456789"))
		for name, want := range map[string]string{
			"Content-Type": "application/octet-stream", "Content-Length": "10", "Accept-Ranges": "bytes", "ETag": `"` + hex.EncodeToString(sum[:]) + `"`,
			"Repr-Digest":         "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
			"Content-Disposition": `attachment; filename="cssp-8.0.zip"; filename*=UTF-8''cssp-8.0.zip`, "Cache-Control": "private, no-store",
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "X-Robots-Tag": "noindex, nofollow",
		} {
			equal(t, name, a.header.Get(name), want)
		}
		disposition := v.get(pathOf(manual)).want(http.StatusOK).header.Get("Content-Disposition")
		contains(t, "the manual's name", disposition, `filename="CSSP-manual-8.0.pdf"`, `filename*=UTF-8''%E5%B0%8E`)
		_, params, err := mime.ParseMediaType(disposition)
		must(t, err)
		equal(t, "the manual's name as read", params["filename"], manual.FileName)
		h.awaitFetched("once", p, program, "1/1")
		h.awaitFetched("the other once", p, manual, "1/1")
		d, err := h.store.OrderDetail(t.Context(), models.Process, p.order.OrderNumber)
		must(t, err)
		equal(t, "in the order's history", countActions(d, "file_downloaded"), 2)
		v.get(pathOf(old)).want(http.StatusNotFound)
	})
}

func countActions(d store.OrderDetail, action string) int {
	n := 0
	for _, e := range d.Audit {
		if e.Action == action {
			n++
		}
	}
	return n
}

// What was installed stays as it is: renewals and additions give no programs, but for options and products newly added.
func TestDownloadsByOrderType(t *testing.T) {
	h := newHouse(t)
	files := map[string]models.ProductFile{}
	for _, product := range []string{"CSSP", "TXSL", "XDR-RET", "V1ES-STD", "V1ES-PRO", "APX1", "DDI"} {
		if product != "DDI" {
			files[product] = h.publish(product, models.FileProgram, product+".zip", strings.NewReader(product))
		}
	}
	names := func(a answer) string { return strings.Join(a.texts(".downloads .name"), " ") }
	first := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 50), line(models.LineNew, "TXSL", 5), line(models.LineNew, "XDR-RET", 5), line(models.LineNew, "V1ES-STD", 10))
	v := h.visitor()
	v.enter(first)
	equal(t, "of the new purchase", len(v.get("/delivery").texts(".downloads .name")), 4)
	codes := h.codes(first) // CSSP, TXSL, XDR-RET, V1ES-STD
	h.clock.pass(10 * day)

	into := line(models.LineMigrationRenewal, "V1ES-PRO", 10)
	holdings, err := h.store.HoldingsOf(t.Context(), first.order.ID)
	must(t, err)
	for id, holding := range holdings {
		if holding.ProductCode == "V1ES-STD" {
			into.HoldingID = &id
		}
	}
	p := h.delivered("見本商事株式会社", first.license, line(models.LineRenewal, "CSSP", 30), line(models.LineRenewal, "TXSL", 5),
		line(models.LineRenewal, "XDR-RET", 5), into)
	v.enter(p)
	a := v.get("/delivery").want(http.StatusOK)
	equal(t, "of the renewal", names(a), "プログラム XDR-RETのprogram プログラム V1ES-PROのprogram")
	sameList(t, "codes of the renewal", a.texts(".secret code"), codes[1:])
	for product, want := range map[string]int{
		"CSSP": http.StatusNotFound, "TXSL": http.StatusNotFound, "XDR-RET": http.StatusOK, "V1ES-PRO": http.StatusOK,
		"V1ES-STD": http.StatusNotFound, "APX1": http.StatusNotFound,
	} {
		if got := v.get(pathOf(files[product])).status; got != want {
			t.Errorf("the program of %s is answered with %d, want %d", product, got, want)
		}
	}
	h.clock.pass(10 * day)
	p = h.delivered("見本商事株式会社", first.license, line(models.LineAddition, "CSSP", 3), line(models.LineAddition, "TXSL", 3))
	v.enter(p)
	a = v.get("/delivery").want(http.StatusOK)
	equal(t, "of the addition", names(a), "")
	sameList(t, "codes of the addition", a.texts(".secret code"), codes[1:2]) // for use offline
	sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "コードを登録する"})
}

func TestFilesTakeASession(t *testing.T) {
	h := newHouse(t)
	f := h.publish("CSSP", models.FileProgram, "cssp.zip", strings.NewReader("0123456789"))
	mine, other := h.delivered("北の株式会社", "", newLine()), h.delivered("南の株式会社", "", line(models.LineNew, "DS", 1))
	v := h.visitor()
	v.get(pathOf(f)).leadsTo(fmt.Sprintf("/delivery/sign-in?next=%%2Fdelivery%%2Ffiles%%2F%d", f.ID))
	// A transfer that goes on must not end in the page for signing in.
	v.get(pathOf(f), "Range", "bytes=5-").want(http.StatusUnauthorized)
	v.enter(other)
	v.get(pathOf(f)).want(http.StatusNotFound)
	v.enter(mine)
	v.get(pathOf(f)).want(http.StatusOK)
	for _, id := range []string{"0", "-1", "999", "x", "1%20", "9999999999999999999999"} {
		v.get("/delivery/files/" + id).want(http.StatusNotFound)
	}
	v.post(pathOf(f), nil).want(http.StatusNotFound) // the engine of these tests knows no other methods
	h.clock.pass(25 * time.Minute)
	v.get(pathOf(f), "Range", "bytes=5-").want(http.StatusUnauthorized)
}

// Parts, as RFC 9110 has them; counted is a transfer that begins or ends a file.
func TestPartsOfAFile(t *testing.T) {
	h := newHouse(t)
	f := h.publish("CSSP", models.FileProgram, "cssp.zip", strings.NewReader("0123456789"))
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	v.enter(p)
	tag := `"` + f.SHA256 + `"`
	stamp := f.PublishedAt.UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		headers []string
		status  int
		body    string
		counted string
	}{
		{[]string{"Range", "bytes=0-3"}, http.StatusPartialContent, "0123", "1/0"},
		{[]string{"Range", "bytes=4-6"}, http.StatusPartialContent, "456", "1/0"},
		{[]string{"Range", "bytes=7-"}, http.StatusPartialContent, "789", "1/1"},
		{[]string{"Range", "bytes=-2"}, http.StatusPartialContent, "89", "1/2"},
		{[]string{"Range", "bytes=4-", "If-Range", tag}, http.StatusPartialContent, "456789", "1/3"},
		{[]string{"Range", "bytes=4-", "If-Range", stamp}, http.StatusPartialContent, "456789", "1/4"},
		{[]string{"Range", "bytes=4-", "If-Range", `"of another file"`}, http.StatusOK, "0123456789", "2/5"},
		{[]string{"Range", "bytes=4-", "If-Range", "Mon, 01 Jan 2024 00:00:00 GMT"}, http.StatusOK, "0123456789", "3/6"},
		{[]string{"Range", "bytes=10-"}, http.StatusRequestedRangeNotSatisfiable, "", "3/6"},
		{[]string{"Range", "bytes=5-3"}, http.StatusRequestedRangeNotSatisfiable, "", "3/6"},
		{[]string{"Range", "lines=1-2"}, http.StatusRequestedRangeNotSatisfiable, "", "3/6"},
		{[]string{"If-None-Match", tag}, http.StatusNotModified, "", "3/6"},
		{[]string{"If-Match", `"another"`}, http.StatusPreconditionFailed, "", "3/6"},
		{[]string{"Range", "bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8"}, http.StatusOK, "0123456789", "4/7"},
	} {
		a := v.get(pathOf(f), c.headers...)
		if a.status != c.status || a.status < 300 && a.body != c.body {
			t.Errorf("%q is answered with %d %q, want %d %q", c.headers, a.status, a.body, c.status, c.body)
		}
		if a.status == http.StatusRequestedRangeNotSatisfiable && c.headers[1] == "bytes=10-" {
			equal(t, "what there is", a.header.Get("Content-Range"), "bytes */10")
		}
		h.awaitFetched(fmt.Sprintf("after %q", c.headers), p, f, c.counted)
	}
	a := v.send(http.MethodHead, pathOf(f), nil).want(http.StatusOK)
	equal(t, "length by HEAD", a.header.Get("Content-Length"), "10")
	equal(t, "tag by HEAD", a.header.Get("ETag"), tag)
	h.awaitFetched("after HEAD", p, f, "4/7")

	a = v.get(pathOf(f), "Range", "bytes=0-1,8-9").want(http.StatusPartialContent)
	kind, params, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	must(t, err)
	equal(t, "kind of several parts", kind, "multipart/byteranges")
	parts := multipart.NewReader(strings.NewReader(a.body), params["boundary"])
	for _, want := range []string{"bytes 0-1/10 01", "bytes 8-9/10 89"} {
		part, err := parts.NextPart()
		must(t, err)
		body, err := io.ReadAll(part)
		must(t, err)
		equal(t, "part", part.Header.Get("Content-Range")+" "+string(body), want)
	}
	h.awaitFetched("after two parts", p, f, "5/8")
}

// A file that is not as it was published is not given out.
func TestFilesThatChanged(t *testing.T) {
	h := newHouse(t)
	f := h.publish("CSSP", models.FileProgram, "cssp.zip", strings.NewReader("0123456789"))
	v := h.visitor()
	v.enter(h.delivered("見本商事株式会社", "", newLine()))
	_, _, err := h.files.Put(t.Context(), f.BlobKey, strings.NewReader("shorter"), "")
	must(t, err)
	v.get(pathOf(f)).want(http.StatusInternalServerError)
	must(t, h.files.Delete(t.Context(), f.BlobKey))
	v.get(pathOf(f)).want(http.StatusInternalServerError)
	contains(t, "the log", h.log.String(), fmt.Sprintf("file %d has 7 bytes", f.ID), fmt.Sprintf("file %d:", f.ID))
}

// noise is so many bytes that nothing compresses, made while they are read.
type noise struct{ left, state int64 }

func (n *noise) Read(p []byte) (int, error) {
	if n.left == 0 {
		return 0, io.EOF
	}
	count := int(min(int64(len(p)), n.left))
	for i := range p[:count] {
		n.state = n.state*6364136223846793005 + 1442695040888963407
		p[i] = byte(n.state >> 33)
	}
	n.left -= int64(count)
	return count, nil
}

// A large file goes from the source into the store, and from there to the recipient, without ever being in memory.
func TestLargeFilesAreNeverInMemory(t *testing.T) {
	const size, growth = 300 << 20, 24 << 20
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", newLine())
	most := watchHeap(t)
	f := h.publish("CSSP", models.FileProgram, "large.zip", &noise{left: size, state: 1})
	equal(t, "size", f.Size, size)
	v := h.visitor()
	v.client.Timeout = time.Minute
	v.enter(p)
	sum := sha256.New()
	got := v.fetch(pathOf(f), sum)
	equal(t, "bytes", got, size)
	equal(t, "SHA-256", hex.EncodeToString(sum.Sum(nil)), f.SHA256)
	half := v.fetch(pathOf(f), io.Discard, "Range", fmt.Sprintf("bytes=%d-", size/2))
	equal(t, "bytes of the second half", half, size/2)
	if grown := most(); grown > growth {
		t.Errorf("the heap grew by %d MB for a file of %d MB", grown>>20, size>>20)
	}
}

// fetch reads an answer piece by piece.
func (v *visitor) fetch(path string, to io.Writer, headers ...string) int64 {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.h.server.URL+path, nil)
	must(v.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := v.client.Do(r)
	must(v.t, err)
	n, err := io.Copy(to, response.Body)
	must(v.t, errors.Join(err, response.Body.Close()))
	return n
}

// watchHeap looks at the heap again and again; the function ends that and gives the most that it grew.
func watchHeap(t *testing.T) func() int64 {
	t.Helper()
	percent := debug.SetGCPercent(100) // as the service has it, however the tests are run
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	runtime.GC()
	before, most, end := heap(), atomic.Int64{}, make(chan struct{})
	go func() {
		for {
			select {
			case <-end:
				return
			case <-time.After(5 * time.Millisecond):
				most.Store(max(most.Load(), heap()-before))
			}
		}
	}()
	return func() int64 {
		close(end)
		debug.SetGCPercent(percent)
		return most.Load()
	}
}

// A slow line takes longer than any page may: the server's bounds are for pages, and a transfer ends when it stalls.
func TestSlowTransfersComeToTheirEnd(t *testing.T) {
	h := newHouse(t)
	f := h.publish("CSSP", models.FileProgram, "slow.zip", &noise{left: 8 << 20, state: 1})
	p := h.delivered("見本商事株式会社", "", newLine())
	slow := httptest.NewUnstartedServer(h.server.Config.Handler)
	slow.Config.ReadTimeout, slow.Config.WriteTimeout = time.Second, time.Second // for pages, and for headers on a busy machine
	slow.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if tcp, ok := c.(*net.TCPConn); ok && s == http.StateNew {
			_ = tcp.SetWriteBuffer(64 << 10) // or the system would take the whole file at once
		}
	}
	slow.Start()
	t.Cleanup(slow.Close)
	v := h.visitor()
	v.enter(p)
	h.server = slow // cookies know no ports
	v.client.Transport = &http.Transport{ReadBufferSize: 64 << 10}
	begun := time.Now()
	sum := sha256.New()
	got := v.fetch(pathOf(f), writerFunc(func(b []byte) (int, error) {
		time.Sleep(time.Duration(len(b)) * time.Second / (4 << 20))
		return sum.Write(b)
	}))
	equal(t, "bytes", got, f.Size)
	equal(t, "SHA-256", hex.EncodeToString(sum.Sum(nil)), f.SHA256)
	if took := time.Since(begun); took < 1500*time.Millisecond {
		t.Fatalf("the transfer took %s only, so it shows nothing", took)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A transfer that breaks off is no whole one, and goes on where it stopped.
func TestBrokenTransfersGoOn(t *testing.T) {
	h := newHouse(t)
	f := h.publish("CSSP", models.FileProgram, "broken.zip", &noise{left: 16 << 20, state: 1})
	p := h.delivered("見本商事株式会社", "", newLine())
	v := h.visitor()
	v.enter(p)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+pathOf(f), nil)
	must(t, err)
	response, err := v.client.Do(r)
	must(t, err)
	sum := sha256.New()
	const first = 1 << 20
	_, err = io.CopyN(sum, response.Body, first)
	must(t, errors.Join(err, response.Body.Close())) // closing before the end cuts the connection
	h.awaitFetched("after breaking off", p, f, "1/0")
	rest := v.fetch(pathOf(f), sum, "Range", fmt.Sprintf("bytes=%d-", first), "If-Range", response.Header.Get("ETag"))
	equal(t, "bytes of the rest", rest, f.Size-first)
	equal(t, "SHA-256", hex.EncodeToString(sum.Sum(nil)), f.SHA256)
	h.awaitFetched("once", p, f, "1/1")
}
