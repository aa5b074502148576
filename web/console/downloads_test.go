package console_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// said is what is said about a file to upload, with changes made.
func said(changes ...string) url.Values {
	v := url.Values{
		"product_code": {"TXSL"}, "kind": {"module"}, "version": {"3.1"}, "released_on": {"2026-06-01"}, "name_ja": {"制御モジュール"},
		"name_en": {"Control module"}, "notes_ja": {"再起動が\r\n必要です。"}, "notes_en": {"Restart\r\nneeded."}, "access": {"code"}, "file_name": {""}, "sha256": {""},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// upload sends a form with a file, whose bytes are read as they are sent.
func (b *browser) upload(path string, fields url.Values, name string, content io.Reader, headers ...string) *reply {
	b.t.Helper()
	body, kind := multipartForm(fields, name, content)
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.host+path, body)
	must(b.t, err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", b.host)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

// multipartForm writes a form while it is read; without a name no file was chosen, as browsers say it.
func multipartForm(fields url.Values, name string, content io.Reader) (io.Reader, string) {
	var head, tail bytes.Buffer
	w := multipart.NewWriter(&head)
	for field := range fields {
		_ = w.WriteField(field, fields.Get(field))
	}
	fmt.Fprintf(&head, "\r\n--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: application/octet-stream\r\n\r\n", w.Boundary(), name)
	fmt.Fprintf(&tail, "\r\n--%s--\r\n", w.Boundary())
	return io.MultiReader(&head, content, &tail), w.FormDataContentType()
}

// blobs counts what lies in the file storage below downloads.
func (h *house) blobs() int {
	h.t.Helper()
	keys, err := h.files.ListBefore(h.t.Context(), models.FileBlobs, time.Now().Add(time.Hour))
	must(h.t, err)
	return len(keys)
}

func (h *house) uploaded() []store.FileRow {
	h.t.Helper()
	rows, _, err := h.ProductFiles(h.t.Context(), store.FileFilter{}, store.Page{})
	must(h.t, err)
	return rows
}

// A file's way: uploaded by a clerk, published by a lead, withdrawn with a reason.
func TestAFileIsUploadedPublishedAndWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		clerk, lead, viewer := h.signedIn(models.RoleClerk), h.signedIn(models.RoleLead), h.signedIn(models.RoleViewer)
		form := clerk.get("/console/downloads/new").want(http.StatusOK, "ファイルを登録")
		if _, off := form.Find("option[value=DDI]").Attr("disabled"); !off || !strings.Contains(form.Find("option[value=DDI]").Text(), "電子納品の対象外") {
			t.Error("a product that is not delivered electronically can be chosen")
		}
		sum := sha256.Sum256([]byte("content"))
		at := clerk.upload("/console/downloads/new", said("sha256", " "+strings.ToUpper(hex.EncodeToString(sum[:]))+" "), "モジュール.zip", strings.NewReader("content"))
		page := clerk.follow(at.want(http.StatusSeeOther)).want(http.StatusOK, "制御モジュール", "公開前", "まだ公開されていません", hex.EncodeToString(sum[:]), "再起動が", "公開はリーダーが行います", "モジュール.zip")
		if page.Find("#act-publish").Length() != 0 {
			t.Error("a clerk is offered to publish")
		}
		f := h.uploaded()[0]
		equalText(t, "notes", f.Notes.JA+"|"+f.Notes.EN, "再起動が\n必要です。|Restart\nneeded.")
		equalText(t, "state", fmt.Sprintf("%s %s %d", f.State(), f.Access, f.Size), "draft code 7")
		url := at.location
		clerk.post(url+"/publish", nil).want(http.StatusForbidden)
		viewer.get(url).want(http.StatusOK, "公開前")
		for _, path := range []string{"/console/downloads/new", url + "/file"} {
			viewer.get(path).want(http.StatusForbidden)
		}
		viewer.post(url+"/withdraw", nil).want(http.StatusForbidden)
		viewer.upload("/console/downloads/new", said(), "b.zip", strings.NewReader("x")).want(http.StatusForbidden)
		equalText(t, "content as staff get it", clerk.get(url+"/file").want(http.StatusOK).body, "content")

		lead.follow(lead.post(url+"/publish", nil).want(http.StatusSeeOther)).want(http.StatusOK, "公開しました", "公開中")
		lead.post(url+"/publish", nil).want(http.StatusConflict, "公開前ではありません")
		clerk.get("/console/downloads?product=TXSL&kind=module&state=published&q=制御").want(http.StatusOK, "1件", "モジュール.zip", "ID・コード必要")
		clerk.get("/console/downloads?state=draft").want(http.StatusOK, "条件に合うファイルはありません")
		clerk.upload("/console/downloads/new", said(), "モジュール.zip", strings.NewReader("other")).want(http.StatusConflict, "すでに公開されています")
		clerk.post(url+"/withdraw", nil).want(http.StatusUnprocessableEntity, "理由")
		clerk.follow(clerk.post(url+"/withdraw", map[string][]string{"reason": {"不具合のため"}}).want(http.StatusSeeOther)).want(http.StatusOK, "公開終了", "不具合のため")
		viewer.get("/console/audit?subject=product_file").want(http.StatusOK, "ダウンロード用ファイルを登録", "ダウンロード用ファイルを公開", "ダウンロード用ファイルの公開を終了")

		// The same again, discarded.
		at = clerk.upload("/console/downloads/new", said(), "モジュール.zip", strings.NewReader("other")).want(http.StatusSeeOther)
		before := h.blobs()
		clerk.follow(clerk.post(at.location+"/discard", nil).want(http.StatusSeeOther)).want(http.StatusOK, "破棄しました")
		clerk.get(at.location).want(http.StatusNotFound)
		equalText(t, "blobs", fmt.Sprint(before, h.blobs()), "2 1")
	})
}

func equalText(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// What is wrong with a form is said at its fields, all at once, what was typed stays, and nothing is kept.
func TestUploadsThatAreRefused(t *testing.T) {
	h := newHouse(t, store.SQLite)
	clerk := h.signedIn(models.RoleClerk)
	empty := clerk.upload("/console/downloads/new", url.Values{}, "", strings.NewReader("")).want(http.StatusUnprocessableEntity)
	for _, field := range []string{"product_code", "kind", "version", "released_on", "name_ja", "name_en", "file"} {
		if empty.Find("#"+field+"-wrong").Length() != 1 {
			t.Errorf("nothing is said at %s: %s", field, empty.text())
		}
	}
	for name, test := range map[string]struct {
		fields url.Values
		file   string
		want   string
	}{
		"not electronic": {said("product_code", "DDI"), "a.zip", "電子納品の対象外"}, "unknown product": {said("product_code", "X"), "a.zip", "商品"},
		"a bad name": {said("file_name", "../x"), "a.zip", "このファイル名は使用できません"}, "one language": {said("notes_en", ""), "a.zip", "両方の言語"},
		"a bad sum": {said("sha256", "abc"), "a.zip", "16進数64文字"}, "another sum": {said("sha256", strings.Repeat("0", 64)), "a.zip", "一致しません"},
		"a code for patterns": {said("kind", "pattern"), "a.zip", "パターンファイル"}, "no day": {said("released_on", "2026-02-30"), "a.zip", "日付"},
	} {
		r := clerk.upload("/console/downloads/new", test.fields, test.file, strings.NewReader("content")).want(http.StatusUnprocessableEntity, test.want)
		if got, _ := r.Find("#version").Attr("value"); got != "3.1" || r.Find("input[name=access][checked]").AttrOr("value", "") != "code" {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	clerk.upload("/console/downloads/new", said(), "a.zip", strings.NewReader("")).want(http.StatusUnprocessableEntity)
	if h.blobs() != 0 || len(h.uploaded()) != 0 {
		t.Errorf("%d blobs and %d files are left", h.blobs(), len(h.uploaded()))
	}
	// The page's script asks first, and is told where to go on.
	asked := said("chosen", "a.zip", "size", "7")
	clerk.upload("/console/downloads/new?check=1", asked, "", strings.NewReader("")).want(http.StatusNoContent)
	asked.Set("size", "99999999999999")
	clerk.upload("/console/downloads/new?check=1", asked, "", strings.NewReader("")).want(http.StatusUnprocessableEntity, "8192.0 MB")
	asked.Set("size", "0")
	clerk.upload("/console/downloads/new?check=1", asked, "", strings.NewReader("")).want(http.StatusUnprocessableEntity)
	made := clerk.upload("/console/downloads/new", said(), "a.zip", strings.NewReader("content"), "X-Upload", "1").want(http.StatusCreated)
	clerk.follow(made).want(http.StatusOK, "ファイルを登録しました")
	asked.Set("size", "7")
	clerk.upload("/console/downloads/new?check=1", asked, "", strings.NewReader("")).want(http.StatusConflict, "公開前の状態ですでに登録")
	r := clerk.stranger()
	r.upload("/console/downloads/new", said(), "a.zip", strings.NewReader("x")).want(http.StatusSeeOther)
}

func (b *browser) stranger() *browser { return b.house.stranger() }

// gone is a reader whose connection breaks after some bytes.
type gone struct {
	left int
	then error
}

func (g *gone) Read(p []byte) (int, error) {
	if g.left == 0 {
		return 0, g.then
	}
	n := min(g.left, len(p))
	g.left -= n
	return n, nil
}

var errGone = errors.New("the line broke")

// An upload that breaks off, or is not its sender's any more when it ends, leaves neither bytes nor a row.
func TestUploadsThatBreakOffLeaveNothing(t *testing.T) {
	h := newHouse(t, store.SQLite)
	clerk := h.signedIn(models.RoleClerk)
	body, kind := multipartForm(said(), "a.zip", &gone{left: 1 << 20, then: errGone})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, clerk.host+"/console/downloads/new", body)
	must(t, err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Origin", clerk.host)
	answer, err := clerk.client.Do(r)
	if err == nil {
		must(t, answer.Body.Close())
		t.Fatalf("answered with %d", answer.StatusCode)
	}
	must(t, h.awaitBlobs(0))
	if len(h.uploaded()) != 0 {
		t.Error("there are rows")
	}
}

// Each has a console of its own: whoever was shut out stays shut out for the next.
func TestUploadsEndWithTheirSendersRight(t *testing.T) {
	for name, leave := range map[string]func(h *house, b *browser){
		"signed out": func(_ *house, b *browser) { b.post("/console/sign-out", nil).want(http.StatusSeeOther) },
		"shut out": func(h *house, _ *browser) {
			m := h.people[models.RoleClerk]
			m.Role = models.RoleViewer
			must(h.t, h.UpdateStaff(h.t.Context(), models.Process, &m))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, store.SQLite)
			b := h.signedIn(models.RoleClerk)
			begun, left := make(chan struct{}), make(chan error, 1)
			content := io.MultiReader(&gone{left: 1 << 20, then: io.EOF}, readerFunc(func([]byte) (int, error) {
				close(begun)
				return 0, <-left
			}))
			answered := make(chan *reply, 1)
			go func() {
				defer close(answered)
				answered <- b.upload("/console/downloads/new", said(), "a.zip", content)
			}()
			select {
			case <-begun:
			case <-answered:
				t.Fatal("answered before all was sent")
			}
			err := h.awaitBlobs(1) // the console has let the upload begin
			if err == nil {
				leave(h, b)
			}
			left <- io.EOF
			got, ok := <-answered
			must(t, err)
			if !ok {
				t.FailNow() // upload said why
			}
			if got.status != http.StatusForbidden {
				t.Errorf("answered with %d %s", got.status, got.location)
			}
			if next := b.get("/console/downloads/new"); next.status == http.StatusOK {
				t.Error("the session is back")
			}
			must(t, h.awaitBlobs(0))
			if len(h.uploaded()) != 0 {
				t.Error("there are rows")
			}
		})
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// awaitBlobs waits until so many blobs are there: what a browser that is gone began ends by itself.
func (h *house) awaitBlobs(want int) error {
	for begun := time.Now(); h.blobs() != want; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			return fmt.Errorf("%d blobs are there, want %d", h.blobs(), want)
		}
	}
	return nil
}

// A slow line takes longer than any page may: the server's bounds are for pages.
func TestSlowUploadsComeToTheirEnd(t *testing.T) {
	h := newHouse(t, store.SQLite)
	slow := httptest.NewUnstartedServer(h.server.Config.Handler)
	slow.Config.ReadTimeout, slow.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	slow.Start()
	t.Cleanup(slow.Close)
	clerk := h.signedIn(models.RoleClerk) // at the other server, which lets it take its time
	quick := clerk.host
	clerk.host = slow.URL
	pieces := 0
	content := readerFunc(func(p []byte) (int, error) {
		if pieces++; pieces > 8 {
			return 0, io.EOF
		}
		time.Sleep(100 * time.Millisecond)
		return copy(p, "piece"), nil
	})
	made := clerk.upload("/console/downloads/new", said(), "slow.zip", content).want(http.StatusSeeOther)
	clerk.host = quick
	clerk.follow(made).want(http.StatusOK, "slow.zip")
	equalText(t, "size", fmt.Sprint(h.uploaded()[0].Size), "40")
}

// What arrives is what was sent, also where a file looks like the form around it.
func TestUploadsArriveUnchanged(t *testing.T) {
	h := newHouse(t, store.SQLite)
	clerk := h.signedIn(models.RoleClerk)
	noise := make([]byte, 3<<20)
	_, err := rand.Read(noise)
	must(t, err)
	for i, content := range [][]byte{noise, []byte("\r\n--"), []byte("\r\n--x--\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n9"), {0}} {
		clerk.upload("/console/downloads/new", said(), fmt.Sprintf("%d.zip", i), bytes.NewReader(content)).want(http.StatusSeeOther)
		sum := sha256.Sum256(content)
		equalText(t, "SHA-256", h.uploaded()[0].SHA256, hex.EncodeToString(sum[:]))
	}
	// macOS takes Japanese characters apart.
	clerk.upload("/console/downloads/new", said(), "カ\u3099イト\u3099.pdf", strings.NewReader("x")).want(http.StatusSeeOther)
	equalText(t, "name", h.uploaded()[0].FileName, "ガイド.pdf")
}
