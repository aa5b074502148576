package mail

import (
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

var testBrand = Brand{
	Name:    "Trend Micro",
	Company: models.Text{JA: "トレンドマイクロ", EN: "Trend Micro"},
	Contact: models.Text{JA: "https://support.example.jp/", EN: "https://support.example.jp/en"},
}

func newTestRenderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := NewRenderer(testBrand, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// oddName holds what mail programs have stumbled over: a character beyond the
// 16-bit plane, variants, machine-dependent and half-width characters, an emoji.
const oddName = "𠮷野家㈱ 髙﨑ｱｲｳ🏢"

func same(s string) models.Text { return models.Text{JA: s, EN: s} }

var portalName = models.Text{JA: "法人カスタマーサービス & サポート", EN: "Business Customer Service & Support"}

// samples gives one filled mail of every kind.
func samples() []Data {
	return slices.Concat(orderSamples(), renewalSamples(), contactSamples(), accountSamples(), newsSamples())
}

func orderSamples() []Data {
	reasons := []Reason{
		{
			Title:            models.Text{JA: "契約月数の不一致", EN: "The months differ"},
			ApplicationValue: models.Text{JA: "12か月", EN: "12 months"},
			OrderValue:       models.Text{JA: "36か月", EN: "36 months"},
			WhatToDo:         models.Text{JA: "正しい月数をお知らせいただくか、注文書を差し替えてください。", EN: "Tell us the right number of months, or replace the order sheet."},
		},
		{
			Title:            models.Text{JA: "Creditsのご指定の不一致", EN: "Credits differ"},
			ApplicationValue: models.Text{JA: "Credits購入", EN: "Bought as Credits"},
			OrderValue:       same("Trend Vision One - Endpoint Security"),
			WhatToDo:         models.Text{JA: "再申請するか、注文書を差し替えてください。", EN: "Apply again, or replace the order sheet."},
		},
	}
	return []Data{
		ReceiptNumber{
			ReceiptNumber: "7K2M9QX4HT6B1RW8Z3PD5CV2", OrderType: models.Text{JA: "新規または新規優待", EN: "New or new-preferential"},
			EndUserName: oddName, ApplicationURL: "https://example.jp/applications/7K2M9QX4HT6B1RW8Z3PD5CV2",
		},
		OrderAccepted{
			OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34", EndUserName: oddName,
			Communication: "納品は12/1以降でお願いします。\nよろしくお願いいたします。",
		},
		DeliveryID{
			OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34", EndUserName: oddName, DeliveryNumber: "SHPC5530918",
			SiteURL: "https://delivery.example.jp/", Communication: "納品は12/1以降でお願いします。",
		},
		DeliveryPassword{
			OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34", EndUserName: oddName, Password: "hK7pT2mWq9Xz",
			ValidUntil: models.NewDate(2027, 2, 28), SiteURL: "https://delivery.example.jp/",
			Communication: "納品は12/1以降でお願いします。",
		},
		SendBack{
			ResellerName: "北斗システム販売株式会社", OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34",
			PONumber: "PO-2026-11873", Reasons: reasons, AnswerBy: models.NewDate(2026, 12, 4),
			Link: "https://example.jp/orders/ORDC4830217",
		},
		SendBackApplicant{
			ReceiptNumber: "7K2M9QX4HT6B1RW8Z3PD5CV2", OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34",
			EndUserName: oddName, Reasons: reasons[1:], ApplicationURL: "https://example.jp/applications/new",
		},
		SendBackReminder{
			ResellerName: "北斗システム販売株式会社", OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34",
			PONumber: "PO-2026-11873", BusinessDays: 7, Reasons: []models.Text{reasons[0].Title, reasons[1].Title},
			Link: "https://example.jp/orders/ORDC4830217",
		},
		OrderCancelled{
			ResellerName: "北斗システム販売株式会社", OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34",
			PONumber: "PO-2026-11873", Reason: "お客様のご都合により取り消します。", ReceiptReusable: true,
		},
		InquiryReceived{InquiryNumber: "IQ4830217", Days: 2},
		InquiryAnswer{
			InquiryNumber: "IQ4830217", CompanyName: oddName, PersonName: "中村 遥",
			Answer: "お問い合わせありがとうございます。\n納品先を変更いたしました。", Asked: "納品先を変更したいのですが、\nどうすればよいですか。",
		},
		ResendReceived{ResendNumber: "RS7001234", Days: 3, Link: "https://example.jp/delivery/resend/RS7001234/abc"},
		ResendQuestion{
			ResendNumber: "RS7001234", Question: "受注番号をお知らせください。\n現在のご担当者様のお名前もお願いいたします。",
			Link: "https://example.jp/delivery/resend/RS7001234/abc",
		},
		ResendRefused{
			ResendNumber: "RS7001234", Reason: "ご契約者様の確認ができませんでした。", Link: "https://example.jp/delivery/resend/RS7001234/abc",
		},
		DeliveryID{
			OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34", EndUserName: oddName, DeliveryNumber: "SHPC5530918",
			SiteURL: "https://delivery.example.jp/", Communication: "納品は12/1以降でお願いします。", Resent: true,
		},
		DeliveryPassword{
			OrderNumber: "ORDC4830217", PartnerCode: "AB12CD34", EndUserName: oddName, Password: "hK7pT2mWq9Xz",
			ValidUntil: models.NewDate(2027, 2, 28), SiteURL: "https://delivery.example.jp/",
			Communication: "納品は12/1以降でお願いします。", Resent: true,
		},
	}
}

func accountSamples() []Data {
	return []Data{
		TemporaryPassword{
			Site: portalName, Password: "hK7pT2mWq9XzRs", UntilDay: models.NewDate(2026, 6, 11), UntilTime: "12:05",
			SignInURL: "https://example.jp/portal/sign-in",
		},
		PasswordChanged{
			Site: portalName, Day: models.NewDate(2026, 6, 10), Time: "12:06", LastDay: models.NewDate(2026, 12, 7),
			LostURL: "https://example.jp/portal/temporary-password",
		},
		NameChangeReceived{
			Number: "NC7001234", LicenseID: "10000042", OldName: "株式会社旧名", NewName: oddName, Days: 5,
			Link: "https://example.jp/portal/contracts/10000042/name-change",
		},
		NameChangeQuestion{
			Number: "NC7001234", LicenseID: "10000042", Question: "登記事項証明書をお送りください。\n商号の変更日もお知らせください。",
			Link: "https://example.jp/portal/contracts/10000042/name-change",
		},
		NameChangeWithdrawn{Number: "NC7001234", LicenseID: "10000042", Link: "https://example.jp/portal/contracts/10000042/name-change"},
		ReviewResult{
			Number: "NC7001234", LicenseID: "10000042", OldName: "株式会社旧名", NewName: oddName, Done: models.NewDate(2026, 12, 4),
			Link: "https://example.jp/portal/contracts/10000042/name-change",
		},
		ActivationLink{
			Subject: offlineKind, Name: offlineKind, Product: same("Trend Micro Safe Lock"), Number: "AR7001234", LicenseID: "10000042",
			UntilDay: models.NewDate(2026, 6, 13), UntilTime: "12:05", Link: "https://example.jp/activation/42/abc",
		},
		ActivationIssued{
			Subject: offlineKind, Name: offlineKind, Product: same("Trend Micro Safe Lock"), Number: "AR7001234", LicenseID: "10000042",
			Code: "SO-7KQ2-M9XHT-6B1RW-8Z3PD-5CV0J-4N8YA", Quantity: 10, From: models.NewDate(2026, 7, 1), To: models.NewDate(2027, 6, 30),
			Link: "https://example.jp/portal/contracts/10000042",
		},
	}
}

var offlineKind = models.Text{JA: "オフライン環境用", EN: "Offline environment"}

// A rejection says why, and names no day.
func TestReviewResultThatIsNone(t *testing.T) {
	r := newTestRenderer(t)
	for _, lang := range languages {
		c, err := r.Render(lang, ReviewResult{
			Number: "NC7001234", LicenseID: "10000042", OldName: "株式会社旧名", NewName: oddName, Reason: "別の法人への\n譲渡にあたります。",
			Link: "https://example.jp/portal/contracts/10000042/name-change",
		})
		if err != nil {
			t.Fatal(err)
		}
		page := html.UnescapeString(c.HTML)
		for _, want := range []string{"別の法人への", "譲渡にあたります。", "NC7001234", "株式会社旧名"} {
			if !strings.Contains(c.Text, want) || !strings.Contains(page, want) {
				t.Errorf("%s: %q is missing in\n%s", lang, want, c.Text)
			}
		}
		checkNothingLeftOver(t, KindReviewResult, lang, c)
		if strings.Contains(c.Text, "完了") || strings.Contains(c.Text, "has been changed") {
			t.Errorf("a rejection reads like an approval:\n%s", c.Text)
		}
	}
}

var languages = []models.Language{models.Japanese, models.English}

func TestEveryKindSaysAllItsDataInBothLanguages(t *testing.T) {
	r := newTestRenderer(t)
	var seen []Kind
	for _, data := range samples() {
		seen = append(seen, data.Kind())
		for _, lang := range languages {
			c, err := r.Render(lang, data)
			if err != nil {
				t.Fatalf("%s %s: %v", data.Kind(), lang, err)
			}
			page := html.UnescapeString(c.HTML)
			for _, want := range valuesOf(reflect.ValueOf(data), lang) {
				if slices.Contains([]string{"AB12CD34"}, want) {
					continue // the partner code stands in the subject alone
				}
				if !strings.Contains(c.Text, want) {
					t.Errorf("%s %s: text lacks %q", data.Kind(), lang, want)
				}
				if !strings.Contains(page, want) {
					t.Errorf("%s %s: HTML lacks %q", data.Kind(), lang, want)
				}
			}
			checkNothingLeftOver(t, data.Kind(), lang, c)
		}
	}
	if !slices.Equal(seen, Kinds()) {
		t.Errorf("samples are of %v, kinds are %v", seen, Kinds())
	}
}

// valuesOf collects what people are to read in a mail's data.
func valuesOf(v reflect.Value, lang models.Language) []string {
	if !v.CanInterface() {
		return nil
	}
	switch d := v.Interface().(type) {
	case models.Text:
		return []string{d.In(lang)}
	case models.Date:
		return []string{dayIn(lang, d)}
	}
	switch v.Kind() {
	case reflect.String:
		return splitLines(v.String())
	case reflect.Struct:
		var all []string
		for i := range v.NumField() {
			all = append(all, valuesOf(v.Field(i), lang)...)
		}
		return all
	case reflect.Slice:
		var all []string
		for i := range v.Len() {
			all = append(all, valuesOf(v.Index(i), lang)...)
		}
		return all
	}
	return nil
}

var (
	leftOver = regexp.MustCompile(`\{\{|\}\}|<no value>|%!|ZgotmplZ|\{[a-z]+\}`)
	japanese = regexp.MustCompile(`[\p{Hiragana}\p{Katakana}]`)
)

func checkNothingLeftOver(t *testing.T, kind Kind, lang models.Language, c Content) {
	t.Helper()
	for part, content := range map[string]string{"subject": c.Subject, "text": c.Text, "html": c.HTML} {
		if found := leftOver.FindString(content); found != "" {
			t.Errorf("%s %s: %s holds %q", kind, lang, part, found)
		}
	}
	if lang == models.Japanese && !japanese.MatchString(c.Subject+c.Text) {
		t.Errorf("%s: the Japanese mail is not Japanese", kind)
	}
	if !strings.Contains(c.HTML, `<html lang="`+string(lang)+`">`) {
		t.Errorf("%s %s: HTML does not name its language", kind, lang)
	}
	for _, outside := range []string{"<img", "<script", "url(", "<link", "@import"} {
		if strings.Contains(c.HTML, outside) {
			t.Errorf("%s %s: HTML holds %s", kind, lang, outside)
		}
	}
}

func TestEnglishMailsHoldNoJapaneseOfOurs(t *testing.T) {
	r := newTestRenderer(t)
	for _, data := range samples() {
		c, err := r.Render(models.English, data)
		if err != nil {
			t.Fatal(err)
		}
		text := c.Subject + c.Text
		for _, value := range valuesOf(reflect.ValueOf(data), models.English) {
			text = strings.ReplaceAll(text, value, "")
		}
		if found := regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]+`).FindString(text); found != "" {
			t.Errorf("%s: %q", data.Kind(), found)
		}
	}
}

func TestSubjectsAreThoseOfTheDomain(t *testing.T) {
	r := newTestRenderer(t)
	order := "ORDC4830217"
	tests := []struct {
		data Data
		want string
	}{
		{ReceiptNumber{}, "【トレンドマイクロ】Trend Micro Business Center 受付番号のお知らせ"},
		{OrderAccepted{OrderNumber: order, PartnerCode: "AB12CD34"}, "Trend Micro ご購入受付 ORDC4830217 [AB12CD34]"},
		{OrderAccepted{OrderNumber: order}, "Trend Micro ご購入受付 ORDC4830217"},
		{DeliveryID{OrderNumber: order, PartnerCode: "AB12CD34"}, "重要:納品 Trend Micro ORDC4830217 ID [AB12CD34]"},
		{DeliveryID{OrderNumber: order}, "重要:納品 Trend Micro ORDC4830217 ID"},
		{DeliveryPassword{OrderNumber: order, PartnerCode: "AB12CD34"}, "重要:納品 Trend Micro ORDC4830217 PW [AB12CD34]"},
		{DeliveryPassword{OrderNumber: order}, "重要:納品 Trend Micro ORDC4830217 PW"},
		{InquiryAnswer{InquiryNumber: "IQ4830217"}, "【トレンドマイクロ】お問い合わせへのご回答 [IQ4830217]"},
		{DeliveryID{OrderNumber: order, PartnerCode: "AB12CD34", Resent: true}, "再送:重要:納品 Trend Micro ORDC4830217 ID [AB12CD34]"},
		{DeliveryPassword{OrderNumber: order, Resent: true}, "再送:重要:納品 Trend Micro ORDC4830217 PW"},
		{ResendReceived{}, "電子納品再送受付"},
	}
	for _, test := range tests {
		c, err := r.Render(models.Japanese, test.data)
		if err != nil {
			t.Fatal(err)
		}
		if c.Subject != test.want {
			t.Errorf("%s: %q, want %q", test.data.Kind(), c.Subject, test.want)
		}
	}
}

func TestSubjectsOfTheProfile(t *testing.T) {
	r, err := NewRenderer(testBrand, Subjects{KindOrderAccepted: {JA: "{company}より {order}{partner} {brand}"}})
	if err != nil {
		t.Fatal(err)
	}
	data := OrderAccepted{OrderNumber: "{brand}", PartnerCode: "P{order}"}
	ja, err := r.Render(models.Japanese, data)
	if err != nil {
		t.Fatal(err)
	}
	if want := "トレンドマイクロより {brand} [P{order}] Trend Micro"; ja.Subject != want {
		t.Errorf("%q, want %q", ja.Subject, want)
	}
	en, err := r.Render(models.English, OrderAccepted{OrderNumber: "ORDC1"})
	if err != nil || en.Subject != "Trend Micro order accepted ORDC1" {
		t.Errorf("English falls back to %q, %v", en.Subject, err)
	}
	for _, wrong := range []Subjects{
		{KindSendBack: {JA: "{oder}"}}, {"delivery_fax": {JA: "x"}}, {KindSendBack: {EN: "a\r\nBcc: b"}},
	} {
		if _, err := NewRenderer(testBrand, wrong); err == nil {
			t.Errorf("%v was accepted", wrong)
		}
	}
	if _, err := NewRenderer(Brand{Name: "x"}, nil); err == nil {
		t.Error("a brand without a company was accepted")
	}
}

func TestTheTwoDeliveryMailsNeverHoldBothSecrets(t *testing.T) {
	id, password := reflect.TypeFor[DeliveryID](), reflect.TypeFor[DeliveryPassword]()
	if _, found := id.FieldByName("Password"); found {
		t.Error("the ID mail could hold a password")
	}
	if _, found := password.FieldByName("DeliveryNumber"); found {
		t.Error("the PW mail could hold the delivery number")
	}
	for _, data := range samples() {
		if _, ofAnOrder := reflect.TypeOf(data).FieldByName("OrderNumber"); !ofAnOrder {
			continue // people who manage a contract know it by its license ID
		}
		for _, field := range []string{"LicenseID", "Period", "StartDate", "EndDate"} {
			if _, found := reflect.TypeOf(data).FieldByName(field); found {
				t.Errorf("%s could hold %s", data.Kind(), field)
			}
		}
	}
}

// Every text of every kind, but subjects of the profile, is replaced by one that tries to break out: into a
// line of its own in the text mail, into markup in the HTML mail.
func TestValuesCannotBreakOut(t *testing.T) {
	r := newTestRenderer(t)
	for _, data := range samples() {
		hostile := reflect.New(reflect.TypeOf(data)).Elem()
		hostile.Set(reflect.ValueOf(data))
		fillHostile(hostile)
		mail, ok := hostile.Interface().(Data)
		if !ok {
			t.Fatalf("%s is no Data", data.Kind())
		}
		for _, lang := range languages {
			c, err := r.Render(lang, mail)
			if err != nil {
				t.Fatalf("%s: %v", data.Kind(), err)
			}
			if strings.Contains(c.HTML, "<script>") || strings.Contains(c.HTML, `href="javascript:`) {
				t.Errorf("%s %s: markup in HTML", data.Kind(), lang)
			}
			for line := range strings.Lines(c.Text) {
				if strings.HasPrefix(line, "BREAKOUT") {
					t.Errorf("%s %s: a value began a line", data.Kind(), lang)
				}
			}
		}
	}
}

func fillHostile(v reflect.Value) {
	const hostile = "javascript:x\r\nBREAKOUT <script>alert(1)</script>\nBREAKOUT\u2028BREAKOUT"
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Slice:
		filled := reflect.MakeSlice(v.Type(), 1, 1)
		fillHostile(filled.Index(0))
		v.Set(filled)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() == reflect.TypeFor[News]() && v.Type().Field(i).Name == "Title" {
				continue // all of a subject: with a line break in it, it is refused
			}
			if name := v.Type().Field(i).Name; v.Field(i).CanSet() && name != "OrderNumber" && name != "PartnerCode" && name != "InquiryNumber" && name != "Subject" {
				fillHostile(v.Field(i))
			}
		}
	}
}

func TestAControlCharacterInTheSubjectIsRefused(t *testing.T) {
	r := newTestRenderer(t)
	for _, code := range []string{"A\r\nBcc: x@example.jp", "A\n", "\x00", "A\u2028B"} {
		_, err := r.Render(models.Japanese, OrderAccepted{OrderNumber: "ORDC1", PartnerCode: code})
		if !models.IsKind(err, models.KindInvalid) {
			t.Errorf("%q gave %v", code, err)
		}
	}
}

func TestEmptyOptionalValuesLeaveNoTrace(t *testing.T) {
	r := newTestRenderer(t)
	for _, lang := range languages {
		bare, err := r.Render(lang, SendBack{Reasons: []Reason{{Title: same("自由記述")}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, absent := range []string{"記載なし", "not given", "<a href", "0001", "January 1"} {
			if strings.Contains(bare.HTML+bare.Text, absent) {
				t.Errorf("%s: a bare send-back holds %q", lang, absent)
			}
		}
		half, err := r.Render(lang, SendBack{Reasons: []Reason{{Title: same("x"), OrderValue: same("y")}}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(half.Text, "記載なし") && !strings.Contains(half.Text, "not given") {
			t.Errorf("%s: a missing value is not marked", lang)
		}
	}
}
