package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/portal"
)

// A license file is offered for codes for use offline, to contacts of the contract alone.
func TestLicenseFilesOfCodesForUseOffline(t *testing.T) {
	h := newHouse(t, func(o *portal.Options) {
		o.LicenseFile = func(_ context.Context, f models.LicenseFileFacts, c models.IssuedCode) ([]byte, error) {
			return fmt.Appendf(nil, "%s %s %d %d", f.LicenseID, f.ProductCode, f.Quantity, c.ID), nil
		}
	})
	stranger := h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
	f := newFurther(h)
	online := f.asked("apex_one", "CSSP", other)
	offline := f.asked("offline", "CSSP", other)
	for _, at := range []string{online, offline} {
		r := f.request(at)
		_, err := h.store.ConfirmActivation(t.Context(), store.ConfirmActivation{RequestID: r.ID, LinkVersion: r.LinkVersion, Mailbox: models.MailboxContact}, h.ring)
		must(t, err)
	}
	page := f.v.get("/portal/contracts/" + f.license).want(http.StatusOK)
	links := page.doc.Find("a[href$='/license-file']")
	if links.Length() != 1 {
		t.Fatalf("%d license files are offered", links.Length())
	}
	at := links.AttrOr("href", "")
	var code models.IssuedCode
	for _, c := range f.issued() {
		if c.Offline {
			code = c
		}
	}
	file := f.v.get(at).want(http.StatusOK)
	if want := fmt.Sprintf("%s %s 50 %d", f.license, code.ProductCode, code.ID); file.body != want ||
		!strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;") || !strings.Contains(file.header.Get("Cache-Control"), "no-store") {
		t.Errorf("the file says %q as %v", file.body, file.header)
	}
	outside := h.member("hanako@other.example.jp", password)
	outside.get(at).want(http.StatusNotFound)
	outside.get(strings.Replace(at, f.license, stranger, 1)).want(http.StatusNotFound)
	for _, c := range f.issued() {
		if !c.Offline {
			f.v.get(strings.Replace(at, fmt.Sprint("/", code.ID, "/"), fmt.Sprint("/", c.ID, "/"), 1)).want(http.StatusNotFound)
		}
	}
	staff := models.Actor{Kind: models.ActorStaff, ID: 1, Name: "受注 花子"}
	_, err := h.store.RevokeCode(t.Context(), staff, code.ID, "流出")
	must(t, err)
	f.v.get(at).want(http.StatusConflict)
	if f.v.get("/portal/contracts/"+f.license).doc.Find("a[href$='/license-file']").Length() != 0 {
		t.Error("a revoked code has a license file")
	}
}
