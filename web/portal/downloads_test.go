package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/width"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/ui"
)

// offer publishes a file with that content; change alters what is said about it.
func (h *house) offer(product string, kind models.FileKind, name, content string, change ...func(*models.ProductFile)) models.ProductFile {
	h.t.Helper()
	f := models.ProductFile{
		ProductCode: product, Kind: kind, Names: models.Text{JA: product + "の" + string(kind), EN: string(kind) + " of " + product}, FileName: name,
		Version: "8.0", ReleasedOn: models.NewDate(2026, 6, 1),
	}
	for _, c := range change {
		c(&f)
	}
	must(h.t, h.files.KeepProductFile(h.t.Context(), &f, strings.NewReader(content)))
	must(h.t, h.store.PublishFile(h.t.Context(), models.Process, &f))
	return f
}

func withCode(f *models.ProductFile) { f.Access = models.FileForCode }

func downloadPath(f models.ProductFile) string { return fmt.Sprintf("/portal/downloads/%d", f.ID) }

// uses tells how often a file was fetched, as FileUses has it.
func (h *house) uses(f models.ProductFile) string {
	h.t.Helper()
	uses, err := h.store.FileUses(h.t.Context(), f.ID)
	must(h.t, err)
	return fmt.Sprint(uses)
}

// awaitUses waits until a file counts as fetched so often: a transfer is counted after its last byte.
func (h *house) awaitUses(f models.ProductFile, want string) {
	h.t.Helper()
	for begun := time.Now(); h.uses(f) != want; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 20*time.Second {
			h.t.Fatalf("%s was fetched %s, want %s", f.FileName, h.uses(f), want)
		}
	}
}

// holder is somebody with a contract of some products, signed in.
func (h *house) holder(products ...string) (license string, v *visitor) {
	h.t.Helper()
	lines := make([]models.OrderLine, len(products))
	for i, p := range products {
		lines[i] = line(models.LineNew, p, 10)
	}
	license = h.delivered("見本商事株式会社", "", lines...)
	h.clock.set(h.validFrom(license).Add(time.Minute))
	return license, h.member(contact, password)
}

func TestDownloadsOfWhatIsHeld(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		older := h.offer("CSSP", models.FileProgram, "cssp-7.0.zip", "old", func(f *models.ProductFile) { f.ReleasedOn = models.NewDate(2026, 5, 1) })
		program := h.offer("CSSP", models.FileProgram, "導入（第2版）.zip", "0123456789", func(f *models.ProductFile) {
			f.Notes = models.Text{JA: "1行目\n2行目", EN: "first\nsecond"}
		})
		manual := h.offer("CSSP", models.FileDocument, "guide.pdf", "guide")
		for day := range 3 {
			h.offer("CSSP", models.FilePattern, fmt.Sprintf("p%d.zip", day), "pattern", func(f *models.ProductFile) { f.ReleasedOn = models.NewDate(2026, 6, 1+day) })
		}
		lock := h.offer("TXSL", models.FileModule, "lock.zip", "locked", withCode)
		foreign := h.offer("DS", models.FileProgram, "ds.zip", "another product's")
		gone := h.offer("CSSP", models.FileProgram, "gone.zip", "gone")
		must(t, h.store.WithdrawFile(t.Context(), models.Process, gone.ID, "faulty"))
		draft := program
		draft.FileName, draft.PublishedAt = "draft.zip", nil
		must(t, h.files.KeepProductFile(t.Context(), &draft, strings.NewReader("draft")))
		must(t, h.store.PrepareFile(t.Context(), models.Process, &draft))

		_, v := h.holder("CSSP", "TXSL")
		a := v.get("/portal/downloads").want(http.StatusOK)
		if got := strings.Join(a.texts(".filelist .name"), " "); got != "CSSPのprogram CSSPのprogram CSSPのpattern CSSPのdocument TXSLのmodule" {
			t.Errorf("listed are %s", got)
		}
		first := a.texts(".filelist li")[0]
		contains(t, "the newest program", first, "バージョン 8.0・2026年6月1日・1 KB", "導入（第2版）.zip", program.SHA256, "1行目 2行目", "ダウンロード")
		contains(t, "the one with a code", a.texts(".filelist li")[4], "ライセンスIDとコードを入力")
		v.get(ui.LanguageURL(models.English, "/portal/downloads"))
		contains(t, "the page in English", v.get("/portal/downloads").text("main"), "program of CSSP", "first second", "Version 8.0 · 1 June 2026 · 1 KB")
		v.get(ui.LanguageURL(models.Japanese, "/portal/downloads"))

		a = v.get(downloadPath(program)).want(http.StatusOK)
		equal(t, "content", a.body, "0123456789")
		for name, want := range map[string]string{
			"Content-Type": "application/octet-stream", "ETag": `"` + program.SHA256 + `"`, "Cache-Control": "private, no-store", "Accept-Ranges": "bytes",
			"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
		} {
			equal(t, name, a.header.Get(name), want)
		}
		contains(t, "its name", a.header.Get("Content-Disposition"), `filename="CSSP-program-8.0.zip"`, "filename*=UTF-8''%E5%B0%8E%E5%85%A5")
		h.awaitUses(program, "[{delivery 0 0 0} {account 1 1 1} {script 0 0 0}]")
		a = v.get(downloadPath(program), "Range", "bytes=4-", "If-Range", `"`+program.SHA256+`"`).want(http.StatusPartialContent)
		equal(t, "the rest", a.body, "456789")
		equal(t, "of another file", v.get(downloadPath(program), "Range", "bytes=4-", "If-Range", `"x"`).want(http.StatusOK).body, "0123456789")
		a = v.send(http.MethodHead, downloadPath(program), nil).want(http.StatusOK)
		equal(t, "length by HEAD", a.header.Get("Content-Length"), "10")
		h.awaitUses(program, "[{delivery 0 0 0} {account 1 2 3} {script 0 0 0}]")
		v.get(downloadPath(older)).want(http.StatusOK)
		v.get(downloadPath(manual)).want(http.StatusOK)
		for _, f := range []models.ProductFile{foreign, gone, draft} {
			v.get(downloadPath(f)).want(http.StatusNotFound)
			v.get(downloadPath(f) + "/code").want(http.StatusNotFound)
		}
		v.get(downloadPath(program) + "/code").want(http.StatusNotFound) // nothing is asked for
		v.get(downloadPath(lock)).leadsTo(downloadPath(lock) + "/code")
		for _, id := range []string{"0", "-1", "999", "x"} {
			v.get("/portal/downloads/" + id).want(http.StatusNotFound)
		}
		stranger := h.visitor()
		if a := stranger.get(downloadPath(program)); !a.toSignIn() {
			t.Errorf("a stranger is answered with %d", a.status)
		}
		stranger.get(downloadPath(program), "Range", "bytes=4-").want(http.StatusUnauthorized)
	})
}

// What has ended is still shown in the portal, and gives no files.
func TestNobodyDownloadsForAContractThatEnded(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		f := h.offer("CSSP", models.FileProgram, "a.zip", "a")
		license, v := h.holder("CSSP")
		v.get(downloadPath(f)).want(http.StatusOK)
		h.clock.pass(300 * 24 * time.Hour) // a second contract keeps the address signed in
		second := h.delivered("見本商事株式会社", "", line(models.LineNew, "DS", 1))
		h.clock.set(h.validFrom(second).Add(90 * 24 * time.Hour))
		v.enterAnew()
		v.get("/portal/contracts/" + license).want(http.StatusOK)
		v.get(downloadPath(f)).want(http.StatusNotFound)
		equal(t, "listed", len(v.get("/portal/downloads").want(http.StatusOK).texts(".filelist .name")), 0)
	})
}

// enterAnew signs in again, by a temporary password: the real one may have expired.
func (v *visitor) enterAnew() {
	v.t.Helper()
	v.signIn(contact, v.h.temporary(contact)).leadsTo("/portal/password")
	v.set(another).leadsTo("/portal")
}

// License ID and code open the files of that product, typed anyhow, in this session alone.
func TestFilesThatTakeLicenseAndCode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		lock := h.offer("TXSL", models.FileModule, "lock.zip", "locked", withCode)
		license, v := h.holder("CSSP", "TXSL")
		codes := h.codesOf(license)
		at := downloadPath(lock) + "/code"
		contains(t, "the page", v.get(at).want(http.StatusOK).text("main"), "ライセンスIDとコードの確認", "TXSLのmodule", "「SO-」は省略できます")
		for _, test := range []struct {
			license, code, field, want string
		}{
			{"", "", "license", "入力してください"}, {"12a", codes["TXSL"], "license", "数値以外"}, {license, "コード", "code", "半角英数記号"},
			{license, codes["CSSP"], "code", "一致しません"}, {"99999999", codes["TXSL"], "code", "一致しません"}, {license, "SO-1", "code", "一致しません"},
		} {
			a := v.post(at, url.Values{"license": {test.license}, "code": {test.code}}).want(http.StatusUnprocessableEntity)
			contains(t, test.license+" "+test.code, a.text("#"+test.field+"-wrong"), test.want)
		}
		v.get(downloadPath(lock), "Range", "bytes=2-").want(http.StatusForbidden)
		for _, typed := range []string{
			codes["TXSL"], strings.TrimPrefix(codes["TXSL"], "SO-"), width.Widen.String(strings.ToLower(strings.ReplaceAll(codes["TXSL"], "-", ""))),
		} {
			v := h.visitor()
			v.enter(contact, password)
			a := v.post(at, url.Values{"license": {width.Widen.String(license)}, "code": {typed}}).leadsTo(at)
			if strings.Contains(a.header.Get("Location"), "SO") {
				t.Error("the code stands in an address")
			}
			contains(t, "the page after "+typed, v.get(at).want(http.StatusOK).text("main"), "確認できました")
			equal(t, "content", v.get(downloadPath(lock)).want(http.StatusOK).body, "locked")
			if a := v.get("/portal/downloads").want(http.StatusOK); strings.Contains(a.body, at) {
				t.Error("the list asks for the code again")
			}
			v.post("/portal/sign-out", nil)
			v.enter(contact, password)
			v.get(downloadPath(lock)).leadsTo(at)
		}
		// Guesses end for a while, right ones too.
		for range 10 {
			v.post(at, url.Values{"license": {license}, "code": {codes["CSSP"]}})
		}
		a := v.post(at, url.Values{"license": {license}, "code": {codes["TXSL"]}}).want(http.StatusTooManyRequests)
		contains(t, "too many", a.text("#code-wrong"), "15分")
		h.clock.pass(16 * time.Minute)
		v.post(at, url.Values{"license": {license}, "code": {codes["TXSL"]}}).leadsTo(at)
		if strings.Contains(h.log.String(), strings.TrimPrefix(codes["TXSL"], "SO-")) {
			t.Error("the code stands in the log")
		}
	})
}

// codesOf gives the codes of a contract's holdings by product.
func (h *house) codesOf(license string) map[string]string {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	codes := map[string]string{}
	for _, holding := range d.Holdings {
		code, err := h.ring.OpenCode(holding)
		must(h.t, err)
		codes[holding.ProductCode] = code
	}
	return codes
}

// A link for scripts gives the newest pattern file for as long as its owner holds the product, without a session.
func TestPatternFilesForScripts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		day := func(n int) func(*models.ProductFile) {
			return func(f *models.ProductFile) { f.ReleasedOn = models.NewDate(2026, 6, n) }
		}
		old := h.offer("CSSP", models.FilePattern, "p1.zip", "pattern 1", day(1))
		_, v := h.holder("CSSP")
		v.post("/portal/pattern-files/links", url.Values{"name": {" "}}).want(http.StatusUnprocessableEntity)
		made := v.post("/portal/pattern-files/links", url.Values{"name": {"本社の配信サーバー"}}).want(http.StatusSeeOther)
		page := v.get(made.header.Get("Location")).want(http.StatusOK)
		link := strings.TrimPrefix(page.text("#url-CSSP"), "https://license.example.jp")
		if !strings.HasPrefix(link, "/pattern-files/") || !strings.HasSuffix(link, "/CSSP") || strings.Contains(link, "@") {
			t.Fatalf("the link is %q", link)
		}
		equal(t, "the link shown again", v.get(made.header.Get("Location")).text("#url-CSSP"), page.text("#url-CSSP"))

		script := h.visitor("198.51.100.7") // no cookie
		a := script.get(link).want(http.StatusOK)
		equal(t, "content", a.body, "pattern 1")
		tag, stamp := a.header.Get("ETag"), a.header.Get("Last-Modified")
		equal(t, "tag", tag, `"`+old.SHA256+`"`)
		if a.header.Get("Set-Cookie") != "" {
			t.Error("a script is given a cookie")
		}
		equal(t, "sum", script.get(link+".sha256").want(http.StatusOK).body, old.SHA256+"  p1.zip\n")
		script.get(link, "If-None-Match", tag).want(http.StatusNotModified)
		script.get(link, "If-Modified-Since", stamp).want(http.StatusNotModified)
		equal(t, "the rest", script.get(link, "Range", "bytes=8-", "If-Range", tag).want(http.StatusPartialContent).body, "1")
		equal(t, "by HEAD", script.send(http.MethodHead, link, nil).want(http.StatusOK).header.Get("Content-Length"), "9")

		h.clock.pass(time.Hour)
		faulty := h.offer("CSSP", models.FilePattern, "p2.zip", "pattern 2, faulty", day(2))
		a = script.get(link, "If-None-Match", tag).want(http.StatusOK)
		equal(t, "the newer one", a.body, "pattern 2, faulty")
		script.get(link, "If-Modified-Since", stamp).want(http.StatusOK)
		h.clock.pass(time.Hour)
		must(t, h.store.WithdrawFile(t.Context(), models.Process, faulty.ID, "誤検知"))
		equal(t, "after it was withdrawn, by date", script.get(link, "If-Modified-Since", a.header.Get("Last-Modified")).want(http.StatusOK).body, "pattern 1")
		h.awaitUses(faulty, "[{delivery 0 0 0} {account 0 0 0} {script 1 2 2}]")

		list := v.get("/portal/pattern-files")
		if list.toSignIn() { // two hours have passed
			v.enter(contact, password)
			list = v.get("/portal/pattern-files")
		}
		contains(t, "the list", list.want(http.StatusOK).text("main"), "本社の配信サーバー", "最終利用", "CSSPのpattern")
		token := strings.Split(link, "/")[2]
		for name, bad := range map[string]string{
			"another secret": strings.Replace(link, token, token[:len(token)-4]+"AAAA", 1), "no secret": "/pattern-files/" + token[:10] + "-/CSSP",
			"no token": "/pattern-files/x/CSSP", "a product not held": strings.Replace(link, "CSSP", "DS", 1), "no product": link + "X",
		} {
			a := script.get(bad).want(http.StatusNotFound)
			equal(t, name, a.body, "file_not_found\n")
		}
		for _, secret := range []string{token, token[11:]} {
			if strings.Contains(h.log.String(), secret) {
				t.Error("the token stands in the log")
			}
		}
		v.post(made.header.Get("Location")+"/revoke", nil).leadsTo("/portal/pattern-files")
		script.get(link).want(http.StatusNotFound)
		v.get(made.header.Get("Location")).want(http.StatusNotFound)
	})
}

// A link dies with what it stands for, and lives again with it: nothing has to be thought of.
func TestLinksForScriptsFollowTheContract(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.offer("CSSP", models.FilePattern, "p1.zip", "pattern 1")
		license, v := h.holder("CSSP")
		link := v.makeLink("server")
		script := h.visitor("198.51.100.7")
		script.get(link).want(http.StatusOK)
		must(t, h.store.HideContract(t.Context(), models.Process, license, true, "契約者のご希望"))
		script.get(link).want(http.StatusNotFound)
		must(t, h.store.HideContract(t.Context(), models.Process, license, false, "契約者のご希望"))
		script.get(link).want(http.StatusOK)
		h.replaceContact(license, "new@customer.example.jp")
		script.get(link).want(http.StatusOK)
		h.clock.set(h.store.Today().AddDays(1).Start())
		script.get(link).want(http.StatusNotFound)
	})
}

func (v *visitor) makeLink(name string) string {
	v.t.Helper()
	made := v.post("/portal/pattern-files/links", url.Values{"name": {name}}).want(http.StatusSeeOther)
	return strings.TrimPrefix(v.get(made.header.Get("Location")).want(http.StatusOK).text("#url-CSSP"), "https://license.example.jp")
}

func TestLinksForScriptsAreLimited(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.offer("CSSP", models.FilePattern, "p1.zip", "pattern 1")
		_, v := h.holder("CSSP")
		link, other := v.makeLink("one"), v.makeLink("two")
		script := h.visitor("198.51.100.7")
		var statuses []int
		for range 250 {
			statuses = append(statuses, script.send(http.MethodHead, link, nil).status)
		}
		equal(t, "taken", slices.Index(statuses, http.StatusTooManyRequests), 240)
		a := script.get(link).want(http.StatusTooManyRequests)
		equal(t, "try again", a.header.Get("Retry-After"), "3600")
		script.get(other).want(http.StatusOK)
		for range 100 {
			script.get("/pattern-files/abcdefghjk-guess/CSSP").want(http.StatusNotFound)
		}
		script.get(other).want(http.StatusTooManyRequests)
		h.visitor("203.0.113.9").get(other).want(http.StatusOK)
		h.clock.pass(61 * time.Minute)
		script.get(link).want(http.StatusOK)
	})
}

// Others' links are neither shown nor revoked.
func TestLinksForScriptsAreTheirOwners(t *testing.T) {
	onSQLite(t, func(t *testing.T, h *house) {
		h.offer("CSSP", models.FilePattern, "p1.zip", "pattern 1")
		license, v := h.holder("CSSP")
		link := v.makeLink("one")
		h.replaceContact(license, "new@customer.example.jp")
		h.clock.set(h.store.Today().AddDays(1).Start())
		other := h.member("new@customer.example.jp", another)
		other.get("/portal/pattern-files/links/1").want(http.StatusNotFound)
		other.post("/portal/pattern-files/links/1/revoke", nil).want(http.StatusNotFound)
		if a := other.get("/portal/pattern-files").want(http.StatusOK); strings.Contains(a.body, strings.Split(link, "/")[2][:10]) {
			t.Error("another's link is listed")
		}
	})
}
