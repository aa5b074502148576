package documents

import (
	"cmp"
	"context"

	"github.com/todoke/todoke/models"
)

// RenewalPrice is what a reference renewal price (参考更新価格) says. Prices and how
// they were found come in words, the same as on the page.
type RenewalPrice struct {
	Language  models.Language
	LicenseID string
	Holder    string
	AsOf      models.Date // also the PDF's date of creation
	PriceList string
	Lines     []RenewalPriceLine
	Refused   []RenewalPriceRefused
	Sums      [][2]string // subtotal and taxes
	Total     string      // empty when nothing has a price
	// Disclaimer says that these are list prices.
	Disclaimer string
	Rounding   string
	Desk       string      // whom to ask; may have several lines
	Issuer     models.Text // the vendor's name; the renderer's brand when empty
}

// RenewalPriceLine is the price of one holding.
type RenewalPriceLine struct {
	Product string // that it is renewed into
	Held    string // what is held, and until when
	Period  string // the renewed one
	Sum     string
	Notes   []string // discount, rank and how it was found, reduction
	Amount  string
}

// RenewalPriceRefused is a holding without a price.
type RenewalPriceRefused struct {
	Product string
	Reason  string
}

// RenewalPrice draws the price. The same input gives the same bytes. It waits while
// too many documents are drawn; the errors are documents_busy when the context ends
// first, and internal.
func (r *Renderer) RenewalPrice(ctx context.Context, p RenewalPrice) (PDF, error) {
	return r.render(ctx, func(t *typesetter) (*draft, error) {
		s := &renewalPriceSheet{
			RenewalPrice: p, typesetter: t, say: wordsIn(p.Language), words: renewalWordsIn(p.Language),
			issuer: cmp.Or(p.Issuer.In(p.Language), r.brand.In(p.Language)),
		}
		return &draft{
			layout: s.layout(), lang: p.Language, created: p.AsOf.Start(),
			title:  t.clean(s.words.title + " " + p.LicenseID),
			author: t.clean(s.issuer),
		}, nil
	})
}

// renewalWords is what the document says besides what all documents say.
type renewalWords struct {
	title, sub, asOf, holder, total, notPriced, desk, amount, explained, period string
}

var japaneseRenewal = &renewalWords{
	title: "参考更新価格", sub: "REFERENCE RENEWAL PRICE", asOf: "算出日", holder: "ご契約者", total: "合計（税込）",
	notPriced: "価格をご案内できない製品", desk: "お問い合わせ窓口", amount: "金額（税抜）", explained: "価格の根拠", period: "更新後の期間",
}

var englishRenewal = &renewalWords{
	title: "Reference Renewal Price", sub: "参考更新価格", asOf: "Calculated on", holder: "Contract holder", total: "Total (with tax)",
	notPriced: "Products without a price here", desk: "Desk", amount: "Amount (before tax)", explained: "How the price is found", period: "Renewed period",
}

func renewalWordsIn(lang models.Language) *renewalWords {
	if lang == models.English {
		return englishRenewal
	}
	return japaneseRenewal
}
