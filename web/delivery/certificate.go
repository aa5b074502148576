package delivery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/ui"
)

// showCertificate is the license certificate as a page made for printing; it says
// what the PDF says.
func showCertificate(v *visit) error {
	f, err := v.Store.CertificateFacts(v.ctx(), v.shipment.OrderID)
	if err != nil {
		return err
	}
	page := v.page(v.t("delivery.certificate.title"))
	page.Scripts = []string{"delivery.js"}
	view := views.Certificate{
		Frame: v.frame(page), Number: f.Order.CertificateNumber(), OrderNumber: f.Order.OrderNumber,
		LicenseIDs: f.LicenseIDs(), Seller: f.Reseller.Name, Holder: f.Holder(),
		Issuer: v.Brand.LegalName.In(v.language), IssuedOn: ui.Day(v.language, models.DateOf(*f.Order.RegisteredAt)),
		Terms: strings.FieldsFunc(v.Brand.Certificate.Terms.In(v.language), func(r rune) bool { return r == '\n' }),
	}
	for _, c := range f.Changes {
		view.Lines = append(view.Lines, v.certificateLine(c))
	}
	document, err := v.certificateIn(f.Order.ID)
	if models.IsKind(err, models.KindNotFound) {
		return v.show(http.StatusOK, views.CertificatePage(view))
	}
	if err != nil {
		return err
	}
	view.VerifyURL = v.PublicURL + "/certificates/" + document.Token
	if view.QR, err = ui.NewQR(view.VerifyURL); err != nil {
		return models.Internal(err)
	}
	return v.show(http.StatusOK, views.CertificatePage(view))
}

func (v *visit) certificateLine(c store.CertificateLine) views.CertificateLine {
	p := v.product(c)
	line := views.CertificateLine{
		Product: p.Name, Kind: p.Kind, Code: c.ProductCode, Quantity: p.Quantity, From: p.From, To: p.To, Months: p.Months,
	}
	if c.Reduction() {
		line.Note = p.QuantityNote
	}
	return line
}

// certificateIn finds the certificate's PDF in the visitor's language, or in the other one.
func (v *visit) certificateIn(orderID int64) (models.Document, error) {
	return v.Store.DocumentPreferring(v.ctx(), models.DocumentCertificate, orderID, v.language)
}

// sendCertificate gives the certificate as PDF, to be kept under a name that
// tells it from others.
func sendCertificate(v *visit) error {
	document, err := v.certificateIn(v.shipment.OrderID)
	if models.IsKind(err, models.KindNotFound) {
		return models.NewError(models.KindNotFound, "document_not_ready")
	}
	if err != nil {
		return err
	}
	content, err := v.Files.Get(v.ctx(), document.BlobKey)
	if err != nil {
		return models.Internal(err) // the row says that it is there
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != document.SHA256 {
		return models.Internal(fmt.Errorf("document %d is not the one that was made", document.ID))
	}
	number := v.shipment.DeliveryNumber
	v.Header("Content-Type", "application/pdf")
	v.Header("Content-Disposition", downloads.Attachment("license-certificate-"+number+".pdf", v.t("delivery.certificate.file", "number", number)+".pdf"))
	v.Header("Content-Language", string(document.Language))
	v.Header("ETag", `"`+document.SHA256+`"`)
	v.Header("Cache-Control", "private, no-store")
	http.ServeContent(v.Writer, v.Request, "", document.CreatedAt, bytes.NewReader(content))
	return nil
}
