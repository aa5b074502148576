//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// TestDownloads is the way of a file, in a real browser and both languages: uploaded with progress, published, fetched
// by who holds the product, by a script, and gone once it is withdrawn. Then 2 GB go up and down.
func TestDownloads(t *testing.T) {
	inHouse(t, harness.Options{}, func(t *testing.T, h *house) {
		b := newBrowser(t, h.PublicURL)
		for _, language := range []string{"ja", "en"} {
			t.Run(language, func(t *testing.T) {
				d := &downloader{member: &member{house: h, language: language, address: "files+" + language + "@customer.example", password: "四角い窓 and a river " + language}}
				d.contract(t)
				d.tab = b.newTab(t, language)
				d.getPassword(t)
				d.clerk, d.lead = b.newTab(t, language), b.newTab(t, language)
				d.clerk.signIn(clerkEmail, staffPassword, language)
				d.lead.signIn(leadEmail, staffPassword, language)
				d.program(t)
				d.module(t)
				d.patterns(t)
			})
		}
		t.Run("2 GB", func(t *testing.T) { twoGigabytes(t, h) })
	})
}

// downloader holds a product whose files staff manage.
type downloader struct {
	*member
	clerk, lead *tab
}

// line is how fast a browser's connection is, in bytes a second; -1 is as fast as it can be.
type line struct {
	Offline  bool    `json:"offline"`
	Latency  float64 `json:"latency"`
	Download float64 `json:"downloadThroughput"`
	Upload   float64 `json:"uploadThroughput"`
}

// emulateLine is the command of all browsers; the package knows only its successor, which not all have.
var emulateLine = cdp.Command[line, cdp.Empty]{Method: "Network.emulateNetworkConditions"}

// chosen is a file on the machine of who uploads.
func chosen(t *testing.T, name string, size int) (path, sum string) {
	t.Helper()
	content := bytes.Repeat([]byte(name), size/len(name)+1)[:size]
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(content)
	return path, hex.EncodeToString(digest[:])
}

// describe fills the form for a file in.
func (d *downloader) describe(kind, version, path string) {
	v := d.clerk
	v.open("/console/downloads/new")
	v.choose("#product_code", harness.Product)
	v.choose("#kind", kind)
	v.fill("#version", version)
	v.fill("#name_ja", "検証用の"+kind)
	v.fill("#name_en", "A "+kind+" to try")
	v.do("choose the file", chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path}))
}

// publish has a lead publish the file that the clerk is at, and gives its page.
func (d *downloader) publish(t *testing.T) (page string) {
	page = d.clerk.path()
	d.lead.open(page)
	d.lead.click("#act-publish > summary")
	d.lead.press("#act-publish form button")
	d.lead.await(".pill.ok")
	return page
}

// uploaded waits until the clerk is at the page of the file that was sent.
func (d *downloader) uploaded(t *testing.T, sum string) {
	t.Helper()
	until(t, "the upload is over", func() (bool, string) {
		return d.clerk.has("span#sha256"), d.clerk.shown()
	})
	d.clerk.wants("span#sha256", sum)
}

// program is sent over a slow line, broken off, sent again, published, fetched in two parts, and withdrawn.
func (d *downloader) program(t *testing.T) {
	v := d.clerk
	v.open("/console/downloads")
	v.picture("downloads-before." + d.language)
	path, sum := chosen(t, "検証-"+d.language+".zip", 3<<20)
	v.open("/console/downloads/new")
	v.picture("upload." + d.language)
	v.click("#upload [data-send]")
	v.await("#version-wrong")
	v.picture("upload-wrong." + d.language)
	d.describe("program", "1.0 "+d.language, path)
	v.fill("#notes_ja", "再起動が必要です。")
	v.fill("#notes_en", "Restart afterwards.")
	v.fill("#sha256", strings.Repeat("0", 64))
	v.click("#upload [data-send]")
	v.await("#sha256-wrong") // all of it arrived, and was refused
	v.wants("#sha256-wrong", sum)
	v.picture("upload-differs." + d.language)
	v.fill("#sha256", strings.ToUpper(sum))
	v.do("a slow line", call(emulateLine, line{Upload: 300_000, Download: -1}))
	v.click("#upload [data-send]")
	v.do("wait for the progress", chromedp.WaitVisible(chromedp.CSS("progress")))
	until(t, "the upload is on its way", func() (bool, string) { return v.progress() > 100, v.shown() })
	v.picture("upload-going." + d.language)
	v.click("[data-stop]")
	v.wants("[data-said]", map[string]string{"ja": "送信を中止しました", "en": "Stopped"}[d.language])
	v.do("a quick line", call(emulateLine, line{Upload: -1, Download: -1}))
	d.nothingLeft(t)
	v.click("#upload [data-send]")
	d.uploaded(t, sum)
	v.picture("download-draft." + d.language)
	page := d.publish(t)
	d.lead.picture("download-published." + d.language)

	holder := d.tab
	holder.open("/portal")
	holder.press("nav a[href='/portal/downloads']")
	holder.click(".filelist .sum summary")
	holder.wants(".filelist", map[string]string{"ja": "検証用のprogram", "en": "A program to try"}[d.language], sum)
	d.tab.twice("portal-downloads", d.language)
	link := holder.attribute(".filelist a", "href")
	d.fetchInParts(t, link, sum)

	d.clerk.open(page)
	d.clerk.wants("#uses", "1")
	d.clerk.picture("download-fetched." + d.language)
	d.clerk.click("#act-withdraw > summary")
	d.clerk.fill("#withdraw-reason", "検証のため")
	d.clerk.picture("download-withdrawing." + d.language)
	d.clerk.press("#act-withdraw form button")
	holder.open("/portal/downloads")
	if holder.has(".filelist a[href='" + link + "']") {
		t.Error("a file that was withdrawn is listed")
	}
	if status := statusOf(t, d.portal(t), d.PublicURL+link); status != http.StatusNotFound {
		t.Errorf("a file that was withdrawn is answered with %d", status)
	}
	d.clerk.open("/console/downloads")
	d.clerk.picture("downloads." + d.language)
}

// progress is how far the bar is, in thousandths.
func (v *tab) progress() int {
	return answerTo(v, "progress", chromedp.Evaluate[int]("Math.round(document.querySelector('progress')?.value ?? 0)"))
}

// nothingLeft waits until no file of an upload that was broken off lies in the storage.
func (d *downloader) nothingLeft(t *testing.T) {
	t.Helper()
	rows, _, err := d.store.ProductFiles(t.Context(), store.FileFilter{}, store.Page{})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "nothing is left of it", func() (bool, string) {
		var there []string
		_ = filepath.WalkDir(filepath.Join(d.Files, "downloads"), func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				there = append(there, path)
			}
			return nil // a file that has just gone is no failure
		})
		return len(there) == len(rows), fmt.Sprint(there)
	})
}

// client is a program with the cookies of somebody who signed in at a site.
func (h *house) client(t *testing.T, path string, form url.Values) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.PublicURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", h.PublicURL)
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in is answered with %s: %v", answer.Status, err)
	}
	return c
}

// portal is a program signed in as the member.
func (d *downloader) portal(t *testing.T) *http.Client {
	t.Helper()
	return d.client(t, "/portal/sign-in", url.Values{"email": {d.address}, "password": {d.password}})
}

// getAs makes a request with headers.
func getAs(t *testing.T, c *http.Client, address string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func statusOf(t *testing.T, c *http.Client, address string, headers ...string) int {
	t.Helper()
	answer := getAs(t, c, address, headers...)
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

// read reads an answer to its end.
func read(t *testing.T, answer *http.Response, status int) []byte {
	t.Helper()
	content, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil || answer.StatusCode != status {
		t.Fatalf("answered with %s: %v", answer.Status, err)
	}
	return content
}

// fetch makes a request with headers and reads the answer to its end.
func fetch(t *testing.T, c *http.Client, status int, address string, headers ...string) []byte {
	t.Helper()
	answer := getAs(t, c, address, headers...)
	defer answer.Body.Close() //nolint:errcheck // read closed it
	return read(t, answer, status)
}

// fetchInParts breaks a transfer off and goes on where it stopped.
func (d *downloader) fetchInParts(t *testing.T, link, sum string) {
	t.Helper()
	c := d.portal(t)
	answer := getAs(t, c, d.PublicURL+link)
	first := make([]byte, 1<<20)
	_, err := io.ReadFull(answer.Body, first)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if name := answer.Header.Get("Content-Disposition"); !strings.Contains(name, "filename*=UTF-8''%E6%A4%9C%E8%A8%BC") {
		t.Errorf("the file is called %s", name)
	}
	rest := fetch(t, c, http.StatusPartialContent, d.PublicURL+link, "Range", fmt.Sprintf("bytes=%d-", len(first)), "If-Range", answer.Header.Get("ETag"))
	if digest := sha256.Sum256(append(first, rest...)); hex.EncodeToString(digest[:]) != sum {
		t.Error("the parts are not the file")
	}
}

// module takes license ID and code.
func (d *downloader) module(t *testing.T) {
	path, sum := chosen(t, "module-"+d.language+".bin", 1000)
	d.describe("module", "2.0 "+d.language, path)
	d.clerk.click("input[name=access][value=code]")
	d.clerk.click("#upload [data-send]")
	d.uploaded(t, sum)
	page := d.publish(t)
	v := d.tab
	v.open("/portal/downloads")
	v.press(".filelist a[href$='/code']")
	v.twice("portal-download-code", d.language)
	license, code := d.key(t)
	v.fill("#license", license)
	v.fill("#code", "SO-1234")
	v.press("main form button")
	v.await("#code-wrong")
	v.picture("portal-download-code-wrong." + d.language)
	v.fill("#code", strings.ToLower(code[3:])) // without its prefix
	v.press("main form button")
	v.await("#get")
	v.picture("portal-download-code-fits." + d.language)
	got := answerTo(v, "the file", chromedp.Evaluate[int](`(async () => (await (await fetch(document.querySelector("#get").href)).arrayBuffer()).byteLength)()`, chromedp.EvalAwaitPromise))
	if got != 1000 {
		t.Errorf("the file has %d bytes", got)
	}
	d.withdraw(t, page)
}

func (d *downloader) withdraw(t *testing.T, page string) {
	t.Helper()
	var id int64
	if _, err := fmt.Sscanf(page, "/console/downloads/%d", &id); err != nil {
		t.Fatal(err)
	}
	if err := d.store.WithdrawFile(t.Context(), models.Process, id, "検証のため"); err != nil {
		t.Fatal(err)
	}
}

// key gives license ID and code of what the member holds.
func (d *downloader) key(t *testing.T) (license, code string) {
	t.Helper()
	list, _, err := d.store.PortalContracts(t.Context(), d.address, store.PortalFilter{}, store.Page{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d contracts: %v", len(list), err)
	}
	if code, err = d.ring.OpenCode(list[0].Holdings[0]); err != nil {
		t.Fatal(err)
	}
	return list[0].Contract.LicenseID, code
}

// patterns are fetched by a script with a link that is made in the portal.
func (d *downloader) patterns(t *testing.T) {
	path, sum := chosen(t, "pattern-"+d.language+".bin", 1000)
	d.describe("pattern", "20.1 "+d.language, path)
	d.clerk.click("#upload [data-send]")
	d.uploaded(t, sum)
	page := d.publish(t)
	v := d.tab
	v.open("/portal")
	v.press("nav a[href='/portal/pattern-files']")
	v.click(".filelist .sum summary")
	v.wants(".filelist", sum)
	v.press("form[action='/portal/pattern-files/links'] button")
	v.await("#name-wrong")
	v.fill("#name", "本社 server")
	v.press("form[action='/portal/pattern-files/links'] button")
	v.click("details summary")
	d.tab.twice("portal-pattern-link", d.language)
	link := v.text("#url-" + harness.Product)
	script := &http.Client{Timeout: stepDeadline}
	answer := getAs(t, script, link)
	if digest := sha256.Sum256(read(t, answer, http.StatusOK)); hex.EncodeToString(digest[:]) != sum {
		t.Error("the link gives another file")
	}
	if status := statusOf(t, script, link, "If-None-Match", answer.Header.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("what is known is answered with %d", status)
	}
	if status := statusOf(t, script, link, "If-Modified-Since", answer.Header.Get("Last-Modified")); status != http.StatusNotModified {
		t.Errorf("what is not older is answered with %d", status)
	}
	if got := string(fetch(t, script, http.StatusOK, link+".sha256")); !strings.HasPrefix(got, sum+"  ") {
		t.Errorf("the sum is %q", got)
	}
	v.open("/portal/pattern-files")
	d.tab.twice("portal-pattern-files", d.language)
	v.press("form[action$='/revoke'] button")
	if status := statusOf(t, script, link); status != http.StatusNotFound {
		t.Errorf("a link that was revoked is answered with %d", status)
	}
	d.withdraw(t, page)
}
