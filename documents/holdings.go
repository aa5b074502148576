package documents

import (
	"cmp"
	"context"

	"github.com/todoke/todoke/models"
)

// Holdings is what the list of a contract's holdings (保有製品一覧) says: the
// contacts on its first page, the products from the second on. It is made to be
// filed away, so it says of which day it is.
type Holdings struct {
	Language  models.Language
	LicenseID string
	AsOf      models.Date // also the PDF's date of creation
	EndsOn    models.Date // the last end of the contract's holdings
	Holder    models.Party
	Support   models.Party
	Lines     []HoldingLine
	Unlisted  bool        // the contract has products that are not listed here
	Issuer    models.Text // the vendor's name; the renderer's brand when empty
}

// HoldingLine is one product that is held.
type HoldingLine struct {
	ProductName models.Text
	ProductCode string
	Quantity    int
	Start, End  models.Date
	Code        string // activation code, or nothing
	Serial      bool   // the code is called a serial number
}

// Holdings draws the list. The same input gives the same bytes. It waits while too
// many documents are drawn; the errors are documents_busy when the context ends
// first, and internal.
func (r *Renderer) Holdings(ctx context.Context, h Holdings) (PDF, error) {
	return r.render(ctx, func(t *typesetter) (*draft, error) {
		s := &holdingsSheet{
			Holdings: h, fieldSheet: fieldSheet{t, wordsIn(h.Language)}, list: holdingWordsIn(h.Language),
			issuer: cmp.Or(h.Issuer.In(h.Language), r.brand.In(h.Language)),
		}
		return &draft{
			layout: s.layout(), lang: h.Language, created: h.AsOf.Start(),
			title:  t.clean(s.list.title + " " + h.LicenseID),
			author: t.clean(s.issuer),
		}, nil
	})
}
