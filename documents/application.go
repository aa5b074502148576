package documents

import (
	"cmp"
	"context"
	"time"

	"github.com/todoke/todoke/models"
)

// Application is what the record of an application (申請内容控え) says: every field
// as it was filed.
type Application struct {
	Language       models.Language
	ReceiptNumber  string
	OrderType      models.OrderType
	CreatedAt      time.Time // printed in Japan time; also the PDF's date of creation
	EndUser        models.Party
	SupportContact models.Party
	SupportSame    bool // the support contact is the end user
	Reseller       models.Party
	Dealer         models.Party
	DealerSame     bool // the dealer is the reseller
	Credits        bool
	StartMonth     models.Date // any day of the wished month; zero when none was given
	LicenseID      string
	Months         int
	DeliveryEmail  string
	Consent        bool
	Issuer         models.Text // whom the application was filed with; the renderer's brand when empty
}

// Application draws the record. The same input gives the same bytes. It waits
// while too many documents are drawn; the errors are documents_busy when the
// context ends first, and internal.
func (r *Renderer) Application(ctx context.Context, a Application) (PDF, error) {
	return r.render(ctx, func(t *typesetter) (*draft, error) {
		s := &applicationSheet{
			Application: a, fieldSheet: fieldSheet{t, wordsIn(a.Language)},
			issuer: cmp.Or(a.Issuer.In(a.Language), r.brand.In(a.Language)),
		}
		return &draft{
			layout: s.layout(), lang: a.Language, created: a.CreatedAt,
			title:  t.clean(s.say.application + " " + a.ReceiptNumber),
			author: t.clean(s.issuer),
		}, nil
	})
}
