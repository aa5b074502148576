package profile_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
)

func defaultProfile(t testing.TB) *profile.Profile {
	t.Helper()
	p, err := profile.Default()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryTextIsInBothLanguages(t *testing.T) {
	texts := 0
	eachText(reflect.ValueOf(*defaultProfile(t)), "profile", func(path string, text models.Text) {
		texts++
		if strings.TrimSpace(text.JA) == "" || strings.TrimSpace(text.EN) == "" {
			// The texts that may be left out altogether.
			if !(strings.HasSuffix(path, ".Notice") || strings.HasSuffix(path, ".Terms")) || text != (models.Text{}) {
				t.Errorf("%s is %+v", path, text)
			}
		}
	})
	if texts < 200 {
		t.Errorf("only %d texts were looked at", texts)
	}
}

// eachText visits every text that exported fields, lists and maps of v hold.
func eachText(v reflect.Value, path string, visit func(string, models.Text)) {
	if text, ok := reflect.TypeAssert[models.Text](v); ok {
		visit(path, text)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				eachText(v.Field(i), path+"."+f.Name, visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), path, visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			eachText(v.MapIndex(key), path+"."+key.String(), visit)
		}
	}
}

func TestSubjectsAreThoseOfTheDomain(t *testing.T) {
	p := defaultProfile(t)
	tests := []struct {
		kind             models.MailKind
		subject, address string
	}{
		{models.MailReceiptNumber, "【{company}】{brand} Business Center 受付番号のお知らせ", "tbcservice@example.jp"},
		{models.MailOrderAccepted, "{brand} ご購入受付 {order}{partner}", "ship_confirmation@example.jp"},
		{models.MailDeliveryID, "重要:納品 {brand} {order} ID{partner}", "ship_confirmation@example.jp"},
		{models.MailDeliveryPassword, "重要:納品 {brand} {order} PW{partner}", "ship_confirmation@example.jp"},
		{models.MailResendReceived, "電子納品再送受付", "ship_confirmation@example.jp"},
		{models.MailTemporaryPassword, "【{company}】法人カスタマーサービス & サポート：仮パスワード発行", "eCustomer@example.jp"},
		{models.MailPasswordChanged, "【{company}】法人カスタマーサービス & サポート：パスワード変更完了のお知らせ", "eCustomer@example.jp"},
		{models.MailContactChangeDone, "契約内容変更完了", "eCustomer@example.jp"},
		{models.MailContactChangePartly, "契約内容変更受付＆一部変更処理完了", "eCustomer@example.jp"},
		{"issue_url_apex_one", "【{company}】Apex One/ウイルスバスターCorp. 用アクティベーションコード発行URLのご連絡", "operation_team@example.jp"},
		{"issued_apex_one", "【{company}】Apex One/ウイルスバスターCorp. 用アクティベーションコード発行完了のご連絡", "operation_team@example.jp"},
		{"issue_url_serial_number", "【{company}】法人用ウイルスバスターシリアル番号発行URLのご連絡", "operation_team@example.jp"},
		{"issued_serial_number", "【{company}】法人用ウイルスバスターシリアル番号発行完了のご連絡", "operation_team@example.jp"},
		{"apex_central_code", "{company}製品用アクティベーションコードのご案内", "sales@example.jp"},
		{"issue_url_offline", "【{company}】オフライン用アクティベーションコード発行URLのご連絡", "operation_team@example.jp"},
		{"issued_offline", "【{company}】オフライン用アクティベーションコード発行完了のご連絡", "operation_team@example.jp"},
		{profile.MailSupportAccount, "{company} ビジネスサポートポータル■アカウント作成完了のお知らせ", "support@example.jp"},
	}
	for _, tt := range tests {
		if got, ok := p.SubjectPattern(tt.kind); !ok || got.JA != tt.subject {
			t.Errorf("%s: %q, want %q", tt.kind, got.JA, tt.subject)
		}
		if sender, ok := p.Sender(tt.kind); !ok || sender.Address != tt.address {
			t.Errorf("%s: from %q, want %q", tt.kind, sender.Address, tt.address)
		}
	}
	if sender, _ := p.Sender(models.MailReceiptNumber); sender.Name.JA != "TBC Service" {
		t.Errorf("receipt numbers come from %q", sender.Name.JA)
	}
	resent, ok := p.ResentPattern(models.MailDeliveryID)
	if want := "再送:重要:納品 {brand} {order} ID{partner}"; !ok || resent.JA != want {
		t.Errorf("a resent ID mail is called %q, want %q", resent.JA, want)
	}
}

func TestUnknownMailsHaveNothing(t *testing.T) {
	p := defaultProfile(t)
	if s, ok := p.SubjectPattern("circular"); ok || s != (models.Text{}) {
		t.Errorf("an unknown mail is called %q", s.JA)
	}
	if _, ok := p.ResentPattern("circular"); ok {
		t.Error("an unknown mail can be resent")
	}
	if s, ok := p.Sender("circular"); ok {
		t.Errorf("an unknown mail comes from %q", s.Address)
	}
	if _, ok := p.OrderType("lease"); ok {
		t.Error("there is an order type lease")
	}
}

func TestDefaultRules(t *testing.T) {
	r := defaultProfile(t).Rules()
	if r.ReceiptLifetime != 0 || r.Grace != 10*time.Minute || r.ValidAfterDays != 3 || r.MailGiveUp != 72*time.Hour ||
		!slices.Equal(r.ReminderDays, []int{3, 7}) || r.MailDomain != "example.jp" {
		t.Errorf("rules are %+v", r)
	}
	want := models.NumberFormats{
		OrderPrefix: "ORDC", OrderDigits: 7, DeliveryPrefix: "SHPC", DeliveryDigits: 7, ResendPrefix: "RS", ResendDigits: 7,
		InquiryPrefix: "IQ", InquiryDigits: 7, NameChangePrefix: "NC", NameChangeDigits: 7,
		ActivationPrefix: "AR", ActivationDigits: 7, NewsPrefix: "NW", NewsDigits: 7,
		FirstLicenseID: 10000001,
	}
	if r.Numbers != want {
		t.Errorf("numbers are %+v", r.Numbers)
	}
	for months, allowed := range map[int]bool{0: false, 6: false, 12: true, 18: false, 72: true, 84: false} {
		if r.Applications.Months.Allows(months) != allowed {
			t.Errorf("%d months: allowed %v", months, !allowed)
		}
	}
	if r.Calendar == nil || r.Catalogue == nil {
		t.Error("rules without calendar or catalogue")
	}
}

func TestDevChangesOnlyTheCopy(t *testing.T) {
	p := defaultProfile(t)
	dev := p.WithDev()
	if r := dev.Rules(); r.Grace != 0 || r.ValidAfterDays != 0 || !slices.Equal(r.ReminderDays, []int{3, 7}) {
		t.Errorf("dev rules are %+v", r)
	}
	if p.Process.BounceGrace.Duration != 10*time.Minute || p.Process.ContractValidAfterBusinessDays != 3 {
		t.Errorf("dev changed the profile: %+v", p.Process)
	}
}

// What the profile requires must be just what models then asks for: a field name
// that models does not know would never be asked.
func TestRequiredFieldsAreAsked(t *testing.T) {
	p := defaultProfile(t)
	rules, today := p.ApplicationRules(), models.NewDate(2026, time.November, 20)
	for _, orderType := range models.OrderTypes {
		named, ok := p.OrderType(orderType)
		if !ok {
			t.Errorf("no order type %s", orderType)
		}
		var want, got []string
		for block, fields := range named.Required {
			for _, field := range fields {
				want = append(want, string(block)+"."+field)
			}
		}
		for _, e := range models.CheckApplication(&models.Application{OrderType: orderType}, rules, today) {
			if e.Code == "required" && !strings.HasPrefix(e.Field, "contract.") {
				got = append(got, e.Field)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s requires %v, models asks for %v", orderType, want, got)
		}
	}
}

func TestDistributorsAreNeitherResellerNorDealer(t *testing.T) {
	rules := defaultProfile(t).ApplicationRules()
	for _, name := range []string{"SB C&S株式会社", "ＳＢ　Ｃ＆Ｓ（株）", "ダイワボウ情報システム株式会社", "ﾀﾞｲﾜﾎﾞｳ情報システム㈱", "株式会社ネットワールド"} {
		a := models.Application{OrderType: models.OrderTypeRenewal, Reseller: models.Party{CompanyName: name}, DealerSame: true}
		errs := models.CheckApplication(&a, rules, models.NewDate(2026, time.November, 20))
		if !slices.ContainsFunc(errs, func(e models.FieldError) bool { return e.Code == "distributor_not_allowed" }) {
			t.Errorf("%s may be a reseller", name)
		}
	}
}
