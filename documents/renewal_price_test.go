package documents

import (
	"fmt"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func sampleRenewal(lang models.Language, lines int) RenewalPrice {
	p := RenewalPrice{
		Language: lang, LicenseID: "10000001", Holder: "株式会社みどり台商事", AsOf: models.NewDate(2026, 11, 21),
		PriceList: "2020年度価格表（2020年4月1日～2027年3月31日）", Disclaimer: "定価での参考更新価格です。実際の購入価格とは異なる 場合があります。",
		Sums:  [][2]string{{"小計（税抜）", "5,148,000円"}, {"消費税（10%対象 5,148,000円）", "514,800円"}},
		Total: "5,662,800円", Rounding: "消費税は税率ごとに合計し、1円未満を切り捨てています。", Desk: "電子納品お問い合わせ窓口　03-0000-0000\nhttps://support.example.jp/",
		Refused: []RenewalPriceRefused{{Product: "Apex One 移行キット", Reason: "この製品の更新価格は、窓口で個別にご案内しています。"}},
	}
	for i := range lines {
		l := RenewalPriceLine{
			Product: fmt.Sprintf("Client/Server Suite Premium %02d", i+1), Held: "現在の契約　Client/Server Suite Premium　1,250　サポート終了日　2027年6月30日",
			Period: "2027/07/01～2030/06/30", Sum: "1,250×4,080円×3年", Notes: []string{"ランクG：1,250（TRSL製品のうち最も多い製品の合計数量、減数後の数量）"}, Amount: "15,300,000円",
		}
		if i%3 == 1 {
			l.Notes = append([]string{"複数年割引 10%：−1,530,000円"}, append(l.Notes, "減数更新（2,000→1,250）")...)
		}
		p.Lines = append(p.Lines, l)
	}
	return p
}

func renewalPrice(t *testing.T, p RenewalPrice) (PDF, []string) {
	t.Helper()
	pdf, err := renderer.RenewalPrice(t.Context(), p)
	if err != nil {
		t.Fatal(err, models.AsError(err).Unwrap())
	}
	return pdf, textOf(t, pdf)
}

func TestRenewalPriceSaysAll(t *testing.T) {
	for lang, own := range map[models.Language][]string{
		models.Japanese: {"参考更新価格", "価格の根拠", "金額（税抜）", "合計（税込）", "価格をご案内できない製品", "2026年11月21日"},
		models.English:  {"Reference Renewal Price", "How the price is found", "Amount (before tax)", "Products without a price here", "2026-11-21"},
	} {
		p := sampleRenewal(lang, 2)
		pdf, pages := renewalPrice(t, p)
		if len(pages) != 1 {
			t.Errorf("two products take %d pages", len(pages))
		}
		wantAll(t, pages[0], own...)
		for _, l := range p.Lines {
			wantAll(t, pages[0], "ランクG：1,250", l.Product, l.Period, l.Sum, l.Amount)
		}
		wantAll(t, pages[0], p.Disclaimer, p.PriceList, p.Total, p.Sums[1][0], p.Refused[0].Reason, p.Holder, "10000001", "https://support.example.jp/")
		if info := infoOf(t, pdf); !strings.Contains(info["Title"], p.LicenseID) {
			t.Errorf("the title is %q", info["Title"])
		}
		if again, _ := renewalPrice(t, p); again.SHA256 != pdf.SHA256 {
			t.Error("the same price gives other bytes")
		}
	}
}

// Forty products take several pages, each with the table's head; rare characters and
// long names are shown, or marked.
func TestRenewalPriceOfFortyProductsAndOddNames(t *testing.T) {
	p := sampleRenewal(models.Japanese, 40)
	odd := oddCertificate(models.Japanese)
	p.Holder = odd.Holder.Name + "𠮷野"
	p.Lines[0].Product = strings.Repeat("とても長い製品名の更新 Extremely-Long-Product-Name ", 4)
	p.Lines[1].Amount, p.Total = "1,000,000,000円", "40,000,000,000,000,000円"
	pdf, pages := renewalPrice(t, p)
	if len(pages) < 3 || len(pages) > 9 {
		t.Errorf("forty products take %d pages", len(pages))
	}
	for i, page := range pages {
		wantAll(t, page, "10000001", fmt.Sprintf("%d / %d", i+1, len(pages)))
	}
	wantAll(t, pages[1], "価格の根拠")
	all := strings.Join(pages, "\n")
	wantAll(t, all, "Client/Server Suite Premium 40", "1,000,000,000円", "40,000,000,000,000,000円")
	if len(pdf.Substituted) == 0 || !strings.Contains(squeeze(all), "〓") {
		t.Errorf("replaced are %q", pdf.Substituted)
	}
}

func TestRenewalPriceOfNothing(t *testing.T) {
	p := sampleRenewal(models.English, 0)
	p.Sums, p.Total, p.Desk = nil, "", ""
	_, pages := renewalPrice(t, p)
	wantAll(t, pages[0], "Products without a price here", p.Refused[0].Product)
}
