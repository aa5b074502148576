package documents

import (
	"fmt"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func sampleHoldings(lang models.Language, lines int) Holdings {
	h := Holdings{
		Language: lang, LicenseID: "10000001", AsOf: models.NewDate(2026, 11, 21), EndsOn: models.NewDate(2029, 12, 31),
		Holder:  samplePartyOf("株式会社みどり台商事", "ミドリダイショウジ", "sakura@midoridai.example"),
		Support: samplePartyOf("みどり台ITサービス株式会社", "ミドリダイアイティーサービス", "support@midoridai.example"),
	}
	for i := range lines {
		l := sampleCertificate(lang).Lines[i%3]
		line := HoldingLine{
			ProductName: l.ProductName, ProductCode: fmt.Sprintf("ITEM-%03d", i+1), Quantity: l.Quantity, Start: l.Start, End: l.End,
			Code: fmt.Sprintf("OS-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N%03d", i),
		}
		switch i % 5 {
		case 1:
			line.Start, line.End = models.NewDate(2024, 1, 1), models.NewDate(2026, 11, 21)
		case 2:
			line.Start, line.End, line.Code = models.NewDate(2023, 1, 1), models.NewDate(2025, 12, 31), ""
		case 3:
			line.Start, line.Serial = models.NewDate(2026, 1, 1), true
		}
		h.Lines = append(h.Lines, line)
	}
	return h
}

// oddHoldings have what no font has, and names longer than their column.
func oddHoldings(lang models.Language) Holdings {
	h := sampleHoldings(lang, 3)
	odd := oddCertificate(lang)
	h.Holder.CompanyName, h.Holder.Street = odd.Holder.Name, odd.Holder.Address
	h.Holder.Email = "a.very.long.address.of.somebody.in.information.systems.planning@mail.department.headquarters.midoridai.example"
	h.Support.PersonName = "𠮷野 さくら"
	h.Lines[0].ProductName = odd.Lines[0].ProductName
	h.Lines[0].Quantity, h.Unlisted = 999999, true
	return h
}

func holdings(t *testing.T, h Holdings) (PDF, []string) {
	t.Helper()
	pdf, err := renderer.Holdings(t.Context(), h)
	if err != nil {
		t.Fatal(err, models.AsError(err).Unwrap())
	}
	return pdf, textOf(t, pdf)
}

func TestHoldingsHaveContactsFirstAndProductsFromTheSecondPageOn(t *testing.T) {
	for lang, own := range map[models.Language][][]string{
		models.Japanese: {
			{"保有製品一覧", "契約窓口", "サポート窓口", "2026年11月21日現在", "サポート終了日", "2029年12月31日"},
			{"アクティベーションコード", "シリアル番号", "残り", "本日まで", "終了", "開始前", "以上"},
		},
		models.English: {
			{"License Holdings", "Contract contact", "Support contact", "on 2026-11-21", "End of support"},
			{"Activation code", "Serial number", "days left", "Ends today", "Ended", "Not begun yet"},
		},
	} {
		h := sampleHoldings(lang, 5)
		pdf, pages := holdings(t, h)
		if len(pages) != 2 {
			t.Fatalf("%s: %d pages", lang, len(pages))
		}
		wantAll(t, pages[0], own[0]...)
		wantAll(t, pages[0], partyTexts(h.Holder)...)
		wantAll(t, pages[0], partyTexts(h.Support)...)
		wantAll(t, pages[1], own[1]...)
		for i, page := range pages {
			wantAll(t, page, h.LicenseID, fmt.Sprintf("%d / 2", i+1))
		}
		for _, l := range h.Lines {
			wantAll(t, pages[1], l.Code, l.ProductCode, number(l.Quantity))
			if strings.Contains(pages[0], l.ProductCode) {
				t.Errorf("%s: %s is on the first page", lang, l.ProductCode)
			}
		}
		if info := infoOf(t, pdf); !strings.Contains(info["Title"], h.LicenseID) {
			t.Errorf("the title is %q", info["Title"])
		}
	}
}

func TestFortyHoldingsGoOnFromPageToPage(t *testing.T) {
	h := sampleHoldings(models.Japanese, 40)
	_, pages := holdings(t, h)
	all := strings.Join(pages, "")
	for i, l := range h.Lines {
		if strings.Count(all, l.ProductCode) != 1 {
			t.Errorf("product %d is there %d times", i+1, strings.Count(all, l.ProductCode))
		}
	}
	for i, page := range pages {
		wantAll(t, page, h.LicenseID, "2026年11月21日", fmt.Sprintf("%d / %d", i+1, len(pages)))
		if i > 0 {
			wantAll(t, page, "数量")
		}
	}
}

func TestHoldingsWithLongNamesAndRareCharacters(t *testing.T) {
	for _, lang := range []models.Language{models.Japanese, models.English} {
		h := oddHoldings(lang)
		pdf, pages := holdings(t, h)
		wantAll(t, strings.Join(pages, ""), "〓野", "999,999", h.Holder.Email)
		again, _ := holdings(t, h)
		if pdf.SHA256 != again.SHA256 || len(pdf.Substituted) == 0 {
			t.Errorf("%s, %s, %q", pdf.SHA256, again.SHA256, pdf.Substituted)
		}
	}
}

func TestHoldingsOfNothingAreOnePage(t *testing.T) {
	if _, pages := holdings(t, sampleHoldings(models.Japanese, 0)); len(pages) != 1 {
		t.Errorf("%d pages", len(pages))
	}
}
