package documents

import (
	"cmp"
	"context"

	"github.com/todoke/todoke/models"
)

// Certificate is what a license certificate (ライセンス証書) says. It never holds
// activation codes: it is shown around.
type Certificate struct {
	Language       models.Language
	Number         string // the certificate's own number
	OrderNumber    string
	DeliveryNumber string
	LicenseID      string
	Holder         Holder
	Lines          []CertificateLine
	IssuedOn       models.Date // also the PDF's date of creation
	Seller         string      // the reseller's name
	VerifyURL      string      // the public page that says whether it is genuine and current
	Issuer         models.Text // the vendor's name; the renderer's brand when empty
	Terms          models.Text // each line is a paragraph; none when empty
}

// Holder is the contract holder (契約者), as typed.
type Holder struct {
	Name       string
	Kana       string
	Department string
	PostalCode string
	Address    string
}

// CertificateLine is one product of the certificate.
type CertificateLine struct {
	ProductName models.Text
	ProductCode string
	Kind        models.LineKind
	Quantity    int
	Months      int
	Start, End  models.Date
	ReducedFrom int    // quantity held before, when the renewal lowered it; otherwise 0
	Note        string // printed below the line, in the certificate's language
}

// Reduced says whether the line is a renewal with less than was held (減数更新).
func (l CertificateLine) Reduced() bool { return l.ReducedFrom > l.Quantity }

// Certificate draws the certificate. The same input gives the same bytes. It
// waits while too many documents are drawn; the errors are documents_busy when the
// context ends first, and internal.
func (r *Renderer) Certificate(ctx context.Context, c Certificate) (PDF, error) {
	return r.render(ctx, func(t *typesetter) (*draft, error) { return draftCertificate(t, c, r.brand) })
}

func draftCertificate(t *typesetter, c Certificate, brand models.Text) (*draft, error) {
	code, err := qrCode(c.VerifyURL)
	if err != nil {
		return nil, err
	}
	s := &certificateSheet{
		Certificate: c, typesetter: t, say: wordsIn(c.Language), code: code,
		issuer: cmp.Or(c.Issuer.In(c.Language), brand.In(c.Language)),
	}
	return &draft{
		layout: s.layout(), lang: c.Language, created: c.IssuedOn.Start(),
		title:  t.clean(s.say.certificate + " " + c.Number),
		author: t.clean(s.issuer),
	}, nil
}
