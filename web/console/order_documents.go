package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
	"github.com/todoke/todoke/web/ui"
)

// fillDocuments adds the PDFs there are: certificates in both languages and the
// record of the application.
func (v *visit) fillDocuments(page *views.Order, d store.OrderDetail) error {
	for _, lang := range []models.Language{models.Japanese, models.English} {
		document, err := v.Store.DocumentFor(v.ctx(), models.DocumentCertificate, d.Order.ID, lang)
		if models.IsKind(err, models.KindNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		row := v.document(document, "/console/orders/"+d.Order.OrderNumber+"/certificate/"+string(lang))
		row.Label = v.t("console.documents.certificate." + string(lang))
		page.Documents = append(page.Documents, row)
	}
	if d.ApplicationPDF != nil {
		row := v.document(*d.ApplicationPDF, fmt.Sprintf("/console/applications/%d/pdf", d.Application.ID))
		row.Label = v.t("console.documents.application")
		page.Documents = append(page.Documents, row)
	}
	return nil
}

func (v *visit) document(d models.Document, url string) views.Document {
	row := views.Document{URL: url, Meta: ui.Size(d.Size) + " " + ui.Moment(v.language, d.CreatedAt), Hash: d.SHA256}
	if d.Substituted {
		row.Note = v.t("console.documents.substituted")
	}
	return row
}

// showCertificate gives an order's certificate as PDF.
func showCertificate(v *visit) error {
	order, err := v.Store.OrderByNumber(v.ctx(), v.actor(), v.Param("number"))
	if err != nil {
		return err
	}
	lang := models.Language(v.Param("language"))
	document, err := v.Store.DocumentFor(v.ctx(), models.DocumentCertificate, order.ID, lang)
	if err != nil {
		return err
	}
	return v.sendPDF(document, fmt.Sprintf("certificate-%s-%s.pdf", order.OrderNumber, lang))
}

// sendPDF answers with a kept document, shown in the browser.
func (v *visit) sendPDF(d models.Document, name string) error {
	if v.Files == nil {
		return models.Internal(errors.New("no file store"))
	}
	r, err := v.Files.Reader(v.ctx(), d.BlobKey)
	if err != nil {
		return err
	}
	v.Header("Content-Disposition", "inline; filename="+strconv.Quote(name))
	v.Header("Content-Type", "application/pdf")
	http.ServeContent(v.Writer, v.Request, "", r.ModTime, r)
	return r.Close()
}
