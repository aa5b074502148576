package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/licensefile"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/public"
)

// TestLicenseFilesAreVerifiedByCommand signs a file as the sites do and checks it with
// the command, against a list in a file and one that is fetched.
func TestLicenseFilesAreVerifiedByCommand(t *testing.T) {
	t.Parallel()
	ctx, i := t.Context(), newInstallation(t)
	text, err := licensefile.Generate(1)
	must(t, err)
	a := &app{store: i.Store}
	a.signer, err = licensefile.ParseSigner(text, "見本ソフトウェア株式会社")
	must(t, err)
	facts := models.LicenseFileFacts{
		LicenseID: "10000001", Holder: "見本\x1b[2J商事", ProductCode: "CSSP", Product: models.Text{JA: "見本", EN: "Sample"}, Quantity: 25,
		StartsOn: models.NewDate(2026, time.June, 1), EndsOn: models.NewDate(2027, time.May, 31), CodeEnd: "AB12C", IssuedAt: i.now,
	}
	if _, err := a.signLicense(ctx, facts); models.AsError(err).Code != "license_key_withdrawn" {
		t.Errorf("it signs with a key that is not published: %v", err)
	}
	must(t, a.publishLicenseKeys(ctx))
	must(t, a.publishLicenseKeys(ctx)) // every start does
	signed, err := a.signLicense(ctx, facts)
	must(t, err)
	list := func() []byte {
		text, err := a.publishedLicenseKeys(ctx)
		must(t, err)
		return text
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != public.LicenseKeysAt {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(list())
	}))
	defer site.Close()
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		must(t, os.WriteFile(path, content, 0o600))
		return path
	}
	good, keys := write("license.json", signed), write("keys.json", list())
	for name, c := range map[string]struct {
		command verifyCommand
		code    int
		says    string
	}{
		"valid":          {verifyCommand{good, keys, "2027-05-31"}, 0, "VALID on 2027-05-31"},
		"valid, fetched": {verifyCommand{good, site.URL + public.LicenseKeysAt, "2026-06-01"}, 0, "license   10000001\nholder    見本[2J商事\nproduct   CSSP Sample\nquantity  25\nperiod    2026-06-01 to 2027-05-31\ncode      …-AB12C"},
		"too early":      {verifyCommand{good, keys, "2026-05-31"}, 2, "quantity  25"},
		"too late":       {verifyCommand{good, keys, "2027-06-01"}, 3, "quantity  25"},
		"changed":        {verifyCommand{write("changed.json", bytes.Replace(signed, []byte(`"payload": "e`), []byte(`"payload": "f`), 1)), keys, ""}, 4, ""},
		"something else": {verifyCommand{write("other.json", []byte("hello")), keys, ""}, 4, ""},
		"no list":        {verifyCommand{good, good, ""}, 1, ""},
		"no such page":   {verifyCommand{good, site.URL + "/other", ""}, 1, ""},
		"no such day":    {verifyCommand{good, keys, "2026-02-30"}, 1, ""},
	} {
		var out bytes.Buffer
		if code := exitOf(c.command.checkFile(ctx, &out)); code != c.code || !strings.Contains(out.String(), c.says) || code > 3 && out.Len() > 0 {
			t.Errorf("%s ends with %d and says\n%s", name, code, out.String())
		}
	}
	must(t, i.WithdrawLicenseKey(ctx, operator, a.signer.Current().ID, "the server was stolen"))
	if code := exitOf(verifyCommand{good, site.URL + public.LicenseKeysAt, "2026-12-01"}.checkFile(ctx, &bytes.Buffer{})); code != 6 {
		t.Errorf("after the key was withdrawn it ends with %d", code)
	}
	if _, err := a.signLicense(ctx, facts); err == nil {
		t.Error("a withdrawn key signs")
	}
	must(t, i.WithdrawLicenseKey(ctx, operator, a.signer.Current().ID, "once more")) // changes nothing
	if keys, err := i.LicenseKeys(ctx); err != nil || len(keys) != 1 || keys[0].WithdrawReason != "the server was stolen" {
		t.Errorf("the keys are %+v (%v)", keys, err)
	}
}

func exitOf(err error) int {
	if err == nil {
		return 0
	}
	if own, ok := errors.AsType[unproven](err); ok {
		return own.ExitCode()
	}
	return 1
}
