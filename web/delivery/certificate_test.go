package delivery_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/models"
)

// render makes the certificate's PDF, in Japanese as the applicant asked for.
func (h *house) render(p parcel) {
	h.t.Helper()
	d := activities.Documents{
		Store: h.store, Files: h.files, Renderer: documents.New(documents.Options{}), Profile: h.profile,
		Links: activities.Links{Public: "https://license.example.jp"},
	}
	must(h.t, d.RenderCertificate(h.t.Context(), p.order.ID))
}

// The page says what the PDF says.
func TestCertificateForPrinting(t *testing.T) {
	h := newHouse(t)
	first := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 50), line(models.LineNew, "VBBIZ", 5))
	h.clock.pass(day)
	p := h.delivered("見本商事株式会社", first.license, line(models.LineRenewal, "CSSP", 30), line(models.LineAddition, "VBBIZ", 3))
	v := h.visitor()
	v.enter(p)
	a := v.get("/delivery/certificate").want(http.StatusOK)
	contains(t, "the note that the PDF is being made", a.text(".notice"), "作成しています")
	equal(t, "codes without an address to lead to", a.doc.Find(".qr").Length(), 0)

	h.render(p)
	a = v.get("/delivery/certificate").want(http.StatusOK)
	facts, err := h.store.CertificateFacts(t.Context(), p.order.ID)
	must(t, err)
	want := activities.CertificateOf(facts, models.Japanese, h.profile, "")
	sheet := a.text(".certificate")
	contains(t, "the certificate", sheet, want.Number, want.OrderNumber, want.DeliveryNumber, want.LicenseID, want.Holder.Name,
		want.Holder.Kana, want.Holder.Department, want.Holder.Address, want.Seller, want.Issuer.JA, "2026年6月11日", "減数更新（50 → 30）", "以上")
	for _, paragraph := range strings.Split(strings.TrimSpace(want.Terms.JA), "\n") {
		contains(t, "the certificate's terms", sheet, paragraph)
	}
	rows := a.texts(".certificate tbody tr")
	equal(t, "lines", len(rows), len(want.Lines))
	contains(t, "the renewal", rows[0], "Client/Server Suite Premium", "更新", "30", "2027年7月1日 〜", "2028年6月30日 （12か月）")
	contains(t, "the addition", rows[1], "法人用ウイルスバスター", "追加", "3", "2027年6月30日")
	document, err := h.store.DocumentFor(t.Context(), models.DocumentCertificate, p.order.ID, models.Japanese)
	must(t, err)
	contains(t, "the way to check it", sheet, "https://license.example.jp/certificates/"+document.Token)
	equal(t, "QR codes", a.doc.Find(".certificate svg.qr path").Length(), 1)
	for _, code := range append(h.codes(p), h.codes(first)...) {
		if strings.Contains(a.body, code) {
			t.Error("a certificate shows an activation code")
		}
	}
}

func TestCertificatePDF(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 50))
		v := h.visitor()
		v.enter(p)
		contains(t, "the answer before it is made", v.get("/delivery/certificate.pdf").want(http.StatusNotFound).text("main"), "まだ作成されていません")
		equal(t, "links to it before it is made", v.get("/delivery").doc.Find(`a[href="/delivery/certificate.pdf"]`).Length(), 0)

		h.render(p)
		document, err := h.store.DocumentFor(t.Context(), models.DocumentCertificate, p.order.ID, models.Japanese)
		must(t, err)
		equal(t, "links to it", v.get("/delivery").doc.Find(`a[href="/delivery/certificate.pdf"]`).Length(), 1)
		for _, lang := range []string{"ja", "en"} { // there is none in English: the other one is given
			v.lang = lang
			a := v.get("/delivery/certificate.pdf").want(http.StatusOK)
			sum := sha256.Sum256([]byte(a.body))
			equal(t, "content", hex.EncodeToString(sum[:]), document.SHA256)
			if !bytes.HasPrefix([]byte(a.body), []byte("%PDF-")) {
				t.Error("it is no PDF")
			}
			equal(t, "type", a.header.Get("Content-Type"), "application/pdf")
			equal(t, "language", a.header.Get("Content-Language"), "ja")
			equal(t, "caching", a.header.Get("Cache-Control"), "private, no-store")
			contains(t, "its name", a.header.Get("Content-Disposition"), `attachment; filename="license-certificate-`+p.number+`.pdf"; filename*=UTF-8''`)
			equal(t, "robots", a.header.Get("X-Robots-Tag"), "noindex, nofollow")
			v.get("/delivery/certificate.pdf", "If-None-Match", a.header.Get("ETag")).want(http.StatusNotModified)
		}

		// A file that is not the one that was made is not handed out.
		_, _, err = h.files.Put(t.Context(), document.BlobKey, strings.NewReader("%PDF-1.7 forged"), "application/pdf")
		must(t, err)
		v.get("/delivery/certificate.pdf").want(http.StatusInternalServerError)
		contains(t, "the log", h.log.String(), "is not the one that was made")
	})
}

func TestCertificateTakesASession(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 50))
	h.render(p)
	v := h.visitor()
	v.get("/delivery/certificate.pdf").leadsTo("/delivery/sign-in?next=%2Fdelivery%2Fcertificate.pdf")
	page := v.get("/delivery/sign-in?next=%2Fdelivery%2Fcertificate")
	next, _ := page.doc.Find("input[name=next]").Attr("value")
	equal(t, "next", next, "/delivery/certificate")
	v.post("/delivery/sign-in", map[string][]string{"number": {p.number}, "password": {p.password}, "next": {next}}).leadsTo("/delivery/certificate")
	for _, elsewhere := range []string{"https://evil.example/", "//evil.example", "/console", "/delivery/sign-out", "/delivery/../console"} {
		v.post("/delivery/sign-in", map[string][]string{"number": {p.number}, "password": {p.password}, "next": {elsewhere}}).leadsTo("/delivery")
	}
}
