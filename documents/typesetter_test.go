package documents

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/todoke/todoke/models"
)

func typeset(t testing.TB) *typesetter {
	t.Helper()
	face, err := loadTypeface()
	if err != nil {
		t.Fatal(err)
	}
	return newTypesetter(face)
}

func TestCleanTexts(t *testing.T) {
	for in, want := range map[string]string{
		"株式会社みどり台商事": "株式会社みどり台商事", "髙﨑㈱①ｱｲｳ": "髙﨑㈱①ｱｲｳ", "神": "神",
		"カ\u3099": "ガ", "e\u0301": "é", "𠮷野家": "〓野家", "辻\U000E0100": "辻※", "a\tb\r\nc": "a b c",
		"👩🏽‍💻さん": "〓さん", "a\x00b": "a〓b", "\xff": "〓", " 余白 ": "余白", "": "", "\u200b": "〓",
	} {
		if got := typeset(t).clean(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}

func TestLinesBreakAsJapaneseDoes(t *testing.T) {
	ts := typeset(t)
	st := style{points: 10, leading: 5}
	// Six characters fit, but no line may begin with the full stop or small kana.
	width := ts.width("六文字の幅だ", st) + 0.1
	for in, want := range map[string]string{
		"今日は晴れだ。明日は雨":    "今日は晴れ|だ。明日は雨",
		"「鍵」は「箱」の中":      "「鍵」は「箱」の|中",
		"several words":  "several|words",
		"一行目\n二行目":       "一行目|二行目",
		"AAAAAAAAAAAAAA": "AAAAAAA|AAAAAAA",
	} {
		if got := strings.Join(ts.wrap(in, st, width), "|"); got != want {
			t.Errorf("%q broke into %q", in, got)
		}
	}
	if got := ts.shorten("今日は晴れだ明日は雨", st, width); got != "今日は晴れ…" {
		t.Errorf("shortened to %q", got)
	}
}

func TestFiguresLineUp(t *testing.T) {
	ts := typeset(t)
	for _, bold := range []bool{false, true} {
		st := style{points: 10, bold: bold}
		for digit := '1'; digit <= '9'; digit++ {
			if ts.width(string(digit), st) != ts.width("0", st) {
				t.Errorf("%c is not as wide as 0", digit)
			}
		}
	}
}

// Whatever is typed, what is printed can be drawn, fits, and loses no character.
func TestWrapProperties(t *testing.T) {
	ts := typeset(t)
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ぁ-ん、。「」a-z 　-]{0,60}`)).Draw(t, "text")
		st := style{points: rapid.Float64Range(5, 30).Draw(t, "points"), leading: 5, bold: rapid.Bool().Draw(t, "bold")}
		width := rapid.Float64Range(12, 170).Draw(t, "width")
		lines := ts.wrap(in, st, width)
		for _, l := range lines {
			if w := ts.width(l, st); w > width+1e-9 {
				t.Fatalf("line %q is %.2f wide, more than %.2f", l, w, width)
			}
			for _, r := range l {
				if !ts.drawable(r) {
					t.Fatalf("line %q holds %q", l, r)
				}
			}
		}
		if got, want := squeeze(strings.Join(lines, "")), squeeze(ts.clean(in)); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

// A word that fits only without the space behind it stays behind what stands before it.
func TestASpaceThatDoesNotFitMovesNothing(t *testing.T) {
	ts := typeset(t)
	st := style{points: 10, leading: 5}
	width := ts.width("あい", st)
	if got := strings.Join(ts.wrap("あい う", st, width), "|"); got != "あい|う" {
		t.Errorf("wrapped to %s", got)
	}
	if got := strings.Join(ts.wrap("_ǅ A", style{points: 25.75}, 12), ""); got != "_〓A" {
		t.Errorf("wrapped to %s", got)
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1000000000: "1,000,000,000", -1234: "-1,234"} {
		if got := number(n); got != want {
			t.Errorf("%d became %s", n, got)
		}
	}
}

// FuzzCertificate types anything anywhere; there is always a certificate.
func FuzzCertificate(f *testing.F) {
	for _, seed := range []string{"", "株式会社みどり台商事", "𠮷野家 髙﨑 ㈱ ｱｲｳ 😀", "辻\U000E0100", "\u3099", "\u202e\u200b\ufeff\u00ad",
		"a\x00\x7f\r\n\t", strings.Repeat("あ", 3000), strings.Repeat("x", 3000), "\uffff\ufffe\ufffd", "(\\)\\r", "𠮷\n𠮷\n"} {
		f.Add(seed, 12, true)
	}
	f.Fuzz(func(t *testing.T, s string, n int, inEnglish bool) {
		if !utf8.ValidString(s) || len(s) > 10_000 {
			return // requests are smaller, and their JSON is valid
		}
		c := certificateOf(s, n)
		a := Application{ReceiptNumber: s, EndUser: partyOf(s), SupportContact: partyOf(s), Reseller: partyOf(s), Dealer: partyOf(s),
			LicenseID: s, Months: n, DeliveryEmail: s, OrderType: models.OrderType(s)}
		if inEnglish {
			c.Language, a.Language = models.English, models.English
		}
		if _, err := renderer.Certificate(t.Context(), c); err != nil {
			t.Fatal(err, models.AsError(err).Unwrap())
		}
		if _, err := renderer.Application(t.Context(), a); err != nil {
			t.Fatal(err, models.AsError(err).Unwrap())
		}
	})
}

func certificateOf(s string, n int) Certificate {
	name := models.Text{JA: s, EN: s}
	return Certificate{
		Number: s, OrderNumber: s, DeliveryNumber: s, LicenseID: s, Seller: s, Terms: name, Issuer: name,
		Holder:    Holder{Name: s, Kana: s, Department: s, PostalCode: s, Address: s},
		Lines:     []CertificateLine{{ProductName: name, ProductCode: s, Kind: models.LineKind(s), Quantity: n, Months: n, ReducedFrom: n + 1, Note: s}},
		VerifyURL: "https://license.example.jp/verify/x",
	}
}

func partyOf(s string) models.Party {
	return models.Party{PartnerCode: s, CompanyName: s, CompanyKana: s, Department: s, PostalCode: s, Prefecture: s, City: s, Street: s,
		Phone: s, Fax: s, PersonName: s, PersonKana: s, Email: s}
}
