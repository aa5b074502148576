package models

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/width"
	"pgregory.net/rapid"
)

func inquiryForm() InquiryForm {
	return InquiryForm{
		Asker: Asker{
			CompanyName: "株式会社みなと精機", Department: "情報システム部", PersonName: "中村 遥", Phone: "03-1234-5678",
			Email: "nakamura@minato-seiki.example", Prefecture: "東京都", City: "港区",
		},
		ContractCompany: "株式会社みなと精機", ContractPerson: "中村 遥", Identifier: "10000001",
		Text: "納品先のアドレスを変更したいのですが、\nどうすればよいですか。", Language: Japanese,
	}
}

func TestInquiryFormSaysAllThatIsWrong(t *testing.T) {
	if errs := inquiryForm().Check(); errs != nil {
		t.Fatalf("a good form is refused: %+v", errs)
	}
	var fields []string
	for _, e := range (InquiryForm{QuotedNumber: "a\nb"}).Check() {
		fields = append(fields, e.Field+" "+e.Code)
	}
	want := []string{
		"company_name required", "department required", "person_name required", "phone required", "email required",
		"prefecture required", "city required", "contract_company required", "contract_person required",
		"identifier required", "number control_characters", "text required",
	}
	if !slices.Equal(fields, want) {
		t.Errorf("the empty form has %v", fields)
	}
}

func TestInquiryIdentifiers(t *testing.T) {
	code, err := NewActivationCode(rand.Reader, "OS")
	if err != nil {
		t.Fatal(err)
	}
	wrong := code[:len(code)-1] + "*"
	for typed, fine := range map[string]bool{
		"10000001": true, "１０００ ０００１": true, code: true, strings.ToLower(strings.ReplaceAll(code, "-", " ")): true,
		wrong: false, "OS-1234": false, "株式会社": false, "": false,
	} {
		f := inquiryForm()
		f.Identifier = typed
		if got := f.Check() == nil; got != fine {
			t.Errorf("%q is taken: %v", typed, got)
		}
	}
}

var inquiryFormats = NumberFormats{OrderPrefix: "ORDC", OrderDigits: 7, DeliveryPrefix: "SHPC", DeliveryDigits: 7, InquiryPrefix: "IQ", InquiryDigits: 7}

func TestInquiryNumbersInSubjects(t *testing.T) {
	for subject, want := range map[string]string{
		"Re: 【トレンドマイクロ】お問い合わせへのご回答 [IQ1234567]": "IQ1234567",
		"RE: お問い合わせ［ＩＱ１２３４５６７］":                 "IQ1234567",
		"iq1234567":            "IQ1234567",
		"Fwd: (IQ1234567)について": "IQ1234567",
		"Re: FAQIQ1234567":     "",
		"Re: [IQ12]":           "",
		"":                     "",
		"\xff[IQ1234567]":      "",
	} {
		if got := inquiryFormats.InquiryNumberIn(subject); got != want {
			t.Errorf("%q names %q, want %q", subject, got, want)
		}
	}
}

func TestQuotedNumbers(t *testing.T) {
	for typed, want := range map[string]string{
		"ORDC4830217": "ORDC4830217", "ｓｈｐｃ-5530918": "SHPC5530918", "4830217": "", "": "",
		"重要:納品 Trend Micro ORDC4830217 ID [AB12CD34]": "ORDC4830217",
	} {
		if got := inquiryFormats.QuotedNumber(typed); got != want {
			t.Errorf("%q quotes %q, want %q", typed, got, want)
		}
	}
}

// Whatever a code is typed amid, it is not kept.
func TestCodesAreHidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code, err := NewActivationCode(rand.Reader, rapid.SampledFrom([]string{"OS", "TB", "XF"}).Draw(t, "prefix"))
		if err != nil {
			t.Fatal(err)
		}
		typed := rapid.SampledFrom([]func(string) string{
			func(s string) string { return s }, strings.ToLower,
			func(s string) string { return strings.ReplaceAll(s, "-", "") },
			func(s string) string { return strings.ReplaceAll(s, "-", "－") },
			func(s string) string { return strings.ReplaceAll(s, "-", " ") }, width.Widen.String,
		}).Draw(t, "as")(code)
		before := rapid.SampledFrom([]string{"", "コードは", "code: ", "A-", "x"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "です。", "\n", " -- "}).Draw(t, "after")
		hidden := HideCodes(before + typed + after)
		if strings.Contains(NormaliseNumber(hidden), NormaliseNumber(code)[4:]) {
			t.Fatalf("%q stays in %q", code, hidden)
		}
		if !strings.HasPrefix(hidden, before) {
			t.Fatalf("%q lost what stood before", hidden)
		}
	})
	for _, text := range []string{"", "ORDC4830217", "普通の文－です", "OS-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-AAAAA"} {
		if got := HideCodes(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestAskerIsTrimmed(t *testing.T) {
	f := inquiryForm()
	f.Asker.Email, f.Text = " a@b.example　", "\n text \n"
	f.Trim()
	if f.Asker.Email != "a@b.example" || f.Text != "text" {
		t.Errorf("%q %q", f.Asker.Email, f.Text)
	}
}
