package activities

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
)

// Documents draws PDFs and keeps their files.
type Documents struct {
	Store    *store.Store
	Files    *files.Store
	Renderer *documents.Renderer
	Profile  *profile.Profile
	Links    Links
}

// RenderCertificate makes the certificate of a registered order, once. Drawing
// it again gives the same file under the same name.
func (a *Documents) RenderCertificate(ctx context.Context, orderID int64) error {
	facts, err := a.Store.CertificateFacts(ctx, orderID)
	if err != nil {
		return err
	}
	lang := facts.Application.ApplicantLanguage
	doc, made, err := a.begin(ctx, models.DocumentCertificate, orderID, lang)
	if err != nil || made {
		return err
	}
	pdf, err := a.Renderer.Certificate(ctx, CertificateOf(facts, lang, a.Profile, a.Links.Certificate(doc.Token)))
	if err != nil {
		return err
	}
	return a.keep(ctx, doc, pdf, fmt.Sprintf("certificates/%s-%s.pdf", facts.Order.OrderNumber, lang))
}

// RenderApplication makes the PDF of the whole application, once.
func (a *Documents) RenderApplication(ctx context.Context, applicationID int64) error {
	app, err := a.Store.ApplicationByID(ctx, models.Process, applicationID)
	if err != nil {
		return err
	}
	doc, made, err := a.begin(ctx, models.DocumentApplication, app.ID, app.ApplicantLanguage)
	if err != nil || made {
		return err
	}
	pdf, err := a.Renderer.Application(ctx, documents.Application{
		Language: app.ApplicantLanguage, ReceiptNumber: app.ReceiptNumber, OrderType: app.OrderType, CreatedAt: app.CreatedAt,
		EndUser: app.EndUser, SupportContact: app.SupportContact, SupportSame: app.SupportSame,
		Reseller: app.Reseller, Dealer: app.Dealer, DealerSame: app.DealerSame, Credits: app.Credits,
		StartMonth: app.StartMonth, LicenseID: app.LicenseID, Months: app.Months, DeliveryEmail: app.DeliveryEmail,
		Consent: true, Issuer: a.Profile.Brand.LegalName,
	})
	if err != nil {
		return err
	}
	return a.keep(ctx, doc, pdf, fmt.Sprintf("applications/%d-%s.pdf", app.ID, app.ApplicantLanguage))
}

// begin says whether the document is there already, or begins one.
func (a *Documents) begin(ctx context.Context, kind models.DocumentKind, subject int64, lang models.Language) (doc models.Document, made bool, err error) {
	doc, err = a.Store.DocumentFor(ctx, kind, subject, lang)
	if err == nil {
		return doc, true, nil
	}
	if !models.IsKind(err, models.KindNotFound) {
		return doc, false, err
	}
	doc = models.Document{Kind: kind, SubjectID: subject, Language: lang}
	doc.Token, err = models.NewToken(rand.Reader)
	return doc, false, err
}

// keep writes the file and then the row that makes it known. The token is part
// of the file's name: of two that render at once each keeps a file that fits its
// own QR code, and the row decides which one counts.
func (a *Documents) keep(ctx context.Context, doc models.Document, pdf documents.PDF, key string) error {
	doc.BlobKey = key[:len(key)-len(".pdf")] + "-" + doc.Token[:8] + ".pdf"
	sha, size, err := a.Files.Put(ctx, doc.BlobKey, bytes.NewReader(pdf.Bytes), "application/pdf")
	if err != nil {
		return err
	}
	doc.SHA256, doc.Size, doc.Substituted = sha, size, len(pdf.Substituted) > 0
	mine := doc.BlobKey
	if err := a.Store.SaveDocument(ctx, &doc); err != nil {
		return err
	}
	if doc.BlobKey != mine {
		return a.Files.Delete(ctx, mine)
	}
	return nil
}
