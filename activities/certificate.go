package activities

import (
	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
)

// CertificateOf gives what a certificate says, from the facts of its order. The
// holder is the contract's as registered, not as somebody applied.
func CertificateOf(f store.CertificateFacts, lang models.Language, p *profile.Profile, verifyURL string) documents.Certificate {
	holder := f.Holder()
	c := documents.Certificate{
		Language: lang, Number: f.Order.CertificateNumber(), OrderNumber: f.Order.OrderNumber, DeliveryNumber: f.Shipment.DeliveryNumber,
		LicenseID: f.LicenseIDs(), IssuedOn: models.DateOf(*f.Order.RegisteredAt), Seller: f.Reseller.Name,
		VerifyURL: verifyURL, Issuer: p.Brand.LegalName, Terms: p.Brand.Certificate.Terms,
		Holder: documents.Holder{
			Name: holder.CompanyName, Kana: holder.CompanyKana, Department: holder.Department,
			PostalCode: holder.PostalCode, Address: holder.Address(),
		},
	}
	for _, change := range f.Changes {
		c.Lines = append(c.Lines, certificateLine(change, p))
	}
	return c
}

func certificateLine(c store.CertificateLine, p *profile.Profile) documents.CertificateLine {
	product, _ := p.Product(c.ProductCode)
	line := documents.CertificateLine{
		ProductName: product.Names, ProductCode: c.ProductCode, Kind: c.Kind, Quantity: c.QuantityAfter,
		Months: c.Line.Months, Start: c.StartsOn, End: c.EndsOn,
	}
	if c.Kind == models.LineAddition {
		line.Quantity = c.QuantityAfter - c.QuantityBefore
	}
	if c.Reduction() {
		line.ReducedFrom = c.QuantityBefore
	}
	return line
}
