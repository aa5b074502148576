package documents

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func certificate(t *testing.T, c Certificate) PDF {
	t.Helper()
	pdf, err := renderer.Certificate(t.Context(), c)
	if err != nil {
		t.Fatal(err, models.AsError(err).Unwrap())
	}
	return pdf
}

func TestCertificateSaysWhatWasLicensedToWhom(t *testing.T) {
	common := []string{
		"株式会社みどり台商事", "カブシキガイシャミドリダイショウジ", "情報システム部", "〒151-0053", "東京都渋谷区代々木二丁目1番1号",
		"4820193755", "ORDC1234567", "SHPC7654321", "SHPC7654321-1", "あおば情報システム株式会社",
		"Trend Vision One Endpoint Security - Pro", "TV1-EPS-PRO", "1,250", "Cloud App Security", "CAS-STD", "11",
		"https://license.example.jp/verify/4f7Qk2xZp8mN1c6RtYw3", "1 / 1",
	}
	inJapanese := []string{
		"ライセンス証書", "御中", "2026年12月1日", "2027年11月30日", "12か月", "新規", "更新", "追加", "減数更新（50 → 30）",
		"ウイルスバスター コーポレートエディション Plus", "2026年11月20日", brand.JA, "使用権を第三者に譲渡", "以上",
	}
	inEnglish := []string{
		"License Certificate", "2026-12-01", "2027-11-30", "12 months", "New", "Renewal", "Addition",
		"Renewed with reduced quantity (50 → 30)", "VirusBuster Corporate Edition Plus", "2026-11-20", brand.EN, "may not be transferred",
	}
	for lang, own := range map[models.Language][]string{models.Japanese: inJapanese, models.English: inEnglish} {
		t.Run(string(lang), func(t *testing.T) {
			pdf := certificate(t, sampleCertificate(lang))
			pages := textOf(t, pdf)
			if len(pages) != 1 {
				t.Fatalf("%d pages", len(pages))
			}
			wantAll(t, pages[0], append(common, own...)...)
			if strings.ContainsAny(pages[0], missingCharacter+missingVariant) || len(pdf.Substituted) > 0 {
				t.Error("an everyday certificate has substitutes")
			}
			if len(pdf.Bytes) > 60_000 {
				t.Errorf("%d bytes", len(pdf.Bytes))
			}
		})
	}
}

func TestKindsAndNotesAreNamed(t *testing.T) {
	c := sampleCertificate(models.Japanese)
	kinds := map[models.LineKind]string{
		models.LineNew: "新規", models.LineNewPreferential: "新規優待", models.LineRenewal: "更新",
		models.LineMigrationRenewal: "移行更新", models.LineAddition: "追加", "later_kind": "later_kind",
	}
	line := c.Lines[0]
	c.Lines = nil
	for kind := range kinds {
		line.Kind, line.ProductCode, line.Note = kind, "CODE-"+strings.ToUpper(string(kind)), "注記"+string(kind)
		c.Lines = append(c.Lines, line)
	}
	text := strings.Join(textOf(t, certificate(t, c)), "")
	for kind, name := range kinds {
		wantAll(t, text, name+"CODE-"+strings.ToUpper(string(kind)), "注記"+string(kind))
	}
}

func TestOnlyALoweredQuantityIsAReduction(t *testing.T) {
	for held, want := range map[int]bool{0: false, 29: false, 30: false, 31: true} {
		if got := (CertificateLine{Quantity: 30, ReducedFrom: held}).Reduced(); got != want {
			t.Errorf("30 after %d: %v", held, got)
		}
	}
}

func TestManyLinesRunOverNumberedPages(t *testing.T) {
	for _, lang := range []models.Language{models.Japanese, models.English} {
		pages := textOf(t, certificate(t, longCertificate(lang, 40)))
		if len(pages) < 3 || len(pages) > 5 {
			t.Fatalf("40 lines take %d pages", len(pages))
		}
		say := wordsIn(lang)
		for i, page := range pages {
			wantAll(t, page, fmt.Sprintf("%d / %d", i+1, len(pages)), "SHPC7654321-1", say.product, say.quantity, say.period)
			if i > 0 {
				wantAll(t, page, say.certificate+say.continued, "株式会社みどり台商事")
			}
			if last := i == len(pages)-1; strings.Contains(page, "https://") != last {
				t.Errorf("page %d: the proof belongs on the last page alone", i+1)
			}
		}
		all := strings.Join(pages, "")
		for i := range 40 {
			if n := strings.Count(all, fmt.Sprintf("ITEM-%03d", i+1)); n != 1 {
				t.Errorf("line %d stands %d times", i+1, n)
			}
		}
	}
}

// The page with the proof names a product, however many there are.
func TestProofNeverStandsAlone(t *testing.T) {
	for lines := 1; lines <= 16; lines++ {
		pages := textOf(t, certificate(t, longCertificate(models.Japanese, lines)))
		wantAll(t, pages[len(pages)-1], fmt.Sprintf("ITEM-%03d", lines), "https://", "以上")
	}
}

func TestWhatTheFontLacksIsMarked(t *testing.T) {
	for lang, footnote := range map[models.Language]string{
		models.Japanese: "書体にない文字を 〓 に置き換え", models.English: "〓 stands for a character that this document's typeface lacks",
	} {
		pdf := certificate(t, oddCertificate(lang))
		text := strings.Join(textOf(t, pdf), "")
		wantAll(t, text, "株式会社〓野家髙﨑㈱ｱｲｳ 辻※本☎※〓ホールディングス", "東日本支社", "ガブ ﾖｼﾉﾔ", footnote)
		want := []string{"𠮷", "辻\U000E0100", "☎\uFE0F", "😀"}
		if lang == models.Japanese { // the product's Japanese name ends with a family
			want = append(want, "👨‍👩‍👧")
		}
		if !slices.Equal(pdf.Substituted, want) {
			t.Errorf("substituted %q", pdf.Substituted)
		}
	}
}

// What only the repeated heads and feet show must reach the footnote too.
func TestSubstitutesInTheNumberAreMarked(t *testing.T) {
	c := sampleCertificate(models.Japanese)
	c.Number, c.Issuer = "𠮷-1", models.Text{JA: "𩸽社", EN: "x"}
	pdf := certificate(t, c)
	wantAll(t, textOf(t, pdf)[0], "〓-1", "〓社", "書体にない文字")
	if title := infoOf(t, pdf)["Title"]; title != "ライセンス証書 〓-1" {
		t.Errorf("title %q", title)
	}
}

func TestEmptyCertificateIsStillOne(t *testing.T) {
	pdf := certificate(t, Certificate{VerifyURL: "https://license.example.jp/v/x"})
	wantAll(t, textOf(t, pdf)[0], "ライセンス証書", brand.JA, "1 / 1")
}

func TestAddressThatFitsNoCodeIsAnError(t *testing.T) {
	c := sampleCertificate(models.Japanese)
	c.VerifyURL = "https://license.example.jp/" + strings.Repeat("x", 4000)
	if _, err := renderer.Certificate(t.Context(), c); !models.IsKind(err, models.KindInternal) {
		t.Fatalf("got %v", err)
	}
}
