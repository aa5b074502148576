package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
)

// edit gives the default file with one place changed, and the line of that place.
func edit(t *testing.T, old, changed string) (content string, line int) {
	t.Helper()
	text := string(profile.DefaultYAML())
	before, after, ok := strings.Cut(text, old)
	if !ok {
		t.Fatalf("the default profile does not hold %q", old)
	}
	return before + changed + after, strings.Count(before, "\n") + 1
}

func problemsOf(t *testing.T, content string) []profile.Problem {
	t.Helper()
	p, err := profile.Parse("own.yaml", []byte(content))
	problems, ok := errors.AsType[*profile.Problems](err)
	if !ok || p != nil {
		t.Fatalf("got %v, %v", p, err)
	}
	return problems.List
}

// slips are places of the default file with a mistake put in: what is found
// there: on the line that holds the text in on (the changed place when it is
// empty), under which field.
var slips = []struct {
	name, old, changed string
	on, field, code    string
}{
	{"no text in one language", "company: {ja: トレンドマイクロ, en: Trend Micro}", "company: {ja: トレンドマイクロ}", "", "brand.company.en", "missing"},
	{"empty text", "legal_name: {ja: トレンドマイクロ株式会社,", `legal_name: {ja: " ",`, "", "brand.legal_name.ja", "empty"},
	{"null", "order_digits: 7", "order_digits:", "", "numbers.order_digits", "empty"},
	{"key left out", "  order_prefix: ORDC\n", "", "numbers:", "numbers.order_prefix", "missing"},
	{"unknown key", "  order_prefix: ORDC", "  order_prefix: ORDC\n  order_suffix: X", "order_suffix", "numbers.order_suffix", "unknown_key"},
	{"unknown section", "numbers:", "lottery: {}\nnumbers:", "", "lottery", "unknown_key"},
	{"key given twice", "  order_digits: 7", "  order_digits: 7\n  order_digits: 8", "order_digits: 8", "numbers.order_digits", "given_twice"},
	{"key that is a list", "numbers:", "1: b\nnumbers:", "", "", "not_a_key"},
	{"anchor", "order_prefix: ORDC", "order_prefix: &p ORDC", "", "numbers.order_prefix", "no_anchors_or_tags"},
	{"tag", "order_prefix: ORDC", "order_prefix: !!str ORDC", "", "numbers.order_prefix", "no_anchors_or_tags"},
	{"mapping wanted", "certificate:\n", "certificate: 1\n  xcertificate:\n", "", "brand.certificate", "not_a_mapping"},
	{"list wanted", "closed_days: []", "closed_days: 2026-08-13", "", "calendar.closed_days", "not_a_list"},
	{"value wanted", "delivery_prefix: SHPC", "delivery_prefix: [SHPC]", "", "numbers.delivery_prefix", "not_a_value"},
	{"mapping for senders", "  senders:\n", "  senders: []\n  xsenders:\n", "", "mail.senders", "not_a_mapping"},
	{"number in letters", "delivery_digits: 7", "delivery_digits: seven", "", "numbers.delivery_digits", "not_a_number"},
	{"bool in letters", "credits: true", "credits: yes", "", "catalogue.products[11].credits", "not_a_bool"},
	{"day that does not exist", "date: 2026-02-11", "date: 2026-02-30", "", "calendar.holidays[21].date", "not_a_date"},
	{"day with a time behind it", "date: 2026-02-11", "date: 2026-02-11T00", "", "calendar.holidays[21].date", "not_a_date"},
	{"clock", `from: "09:00"`, `from: "9:00"`, "", "calendar.desk_hours[0].from", "malformed"},
	{"duration without a unit", "mail_give_up: 72h", "mail_give_up: 72", "", "process.mail_give_up", "malformed"},
	{"closing day", "from: 12-29", "from: 12-32", "", "calendar.closed_yearly[0].from", "malformed"},
	{"expression", "pattern: '[/／、]'", "pattern: '[/'", "", "corporate_names.patterns[10].pattern", "malformed"},
	{"line break in a subject", "ja: 電子納品再送受付,", `ja: "電子納品\r\nBcc: a@example.jp",`, "", "mail.kinds.resend_received.subject.ja", "control_characters"},
	{"direction mark", "name: {ja: Trend Micro,", `name: {ja: "Trend\u202eMicro",`, "", "brand.name.ja", "control_characters"},
	{"URL", "url: https://support.example.jp/", "url: support.example.jp", "", "brand.support.url", "not_a_url"},
	{"domain", "message_id_domain: example.jp", "message_id_domain: example jp", "", "mail.message_id_domain", "not_a_domain"},
	{"address", "address: sales@example.jp", "address: Sales <sales@example.jp>", "", "mail.senders.sales.address", "not_an_address"},
	{"unknown sender", "sender: sales\n", "sender: sails\n", "", "mail.kinds.apex_central_code.sender", "unknown_value"},
	{"mail left out", "    resend_received: #", "    resent_received: #", "", "mail.kinds.resent_received", "unknown_key"},
	{"mail without subject", "    resend_received: #", "    resent_received: #", "  kinds:", "mail.kinds.resend_received", "missing"},
	{"placeholder", "{brand} order accepted {order}{partner}", "{brand} {name} {order}{partner}", "", "mail.kinds.order_accepted.subject.en", "unknown_placeholder"},
	{"open brace", "{brand} order accepted {order}{partner}", "{brand {order}{partner}", "", "mail.kinds.order_accepted.subject.en", "unknown_placeholder"},
	{"subject without order", "重要:納品 {brand} {order} ID{partner}", "重要:納品 {brand} ID{partner}", "", "mail.kinds.delivery_id.subject.ja", "subject_needs"},
	{"subject without PW", "delivery {brand} {order} PW{partner}", "delivery {brand} {order} password{partner}", "", "mail.kinds.delivery_password.subject.en", "subject_needs"},
	{"ID and PW alike", "重要:納品 {brand} {order} PW{partner}", "重要:納品 {brand} {order} ID{partner}", "", "mail.kinds.delivery_password.subject.ja", "same_subject"},
	{"number prefix", "order_prefix: ORDC", "order_prefix: ordc", "", "numbers.order_prefix", "not_a_number_prefix"},
	{"prefix of another number", "resend_prefix: RS", "resend_prefix: SHPC", "", "numbers.resend_prefix", "prefix_taken"},
	{"prefix of a name change", "name_change_prefix: NC", "name_change_prefix: IQ", "", "numbers.name_change_prefix", "prefix_taken"},
	{"prefix of news", "news_prefix: NW", "news_prefix: NC", "", "numbers.news_prefix", "prefix_taken"},
	{"news without end", "news_per_second: 20", "news_per_second: 0", "", "process.news_per_second", "out_of_range"},
	{"attachments without end", "name_change_attachment_mb: 5", "name_change_attachment_mb: 50", "", "limits.name_change_attachment_mb", "out_of_range"},
	{"prefixes alike", "delivery_prefix: SHPC", "delivery_prefix: ORDC", "", "numbers.delivery_prefix", "same_prefix"},
	{"inquiry prefix alike", "inquiry_prefix: IQ", "inquiry_prefix: ORDC", "", "numbers.inquiry_prefix", "same_inquiry_prefix"},
	{"inquiry mail without its number", "Answer to your inquiry [{inquiry}]", "Answer to your inquiry", "", "mail.kinds.inquiry_answer.subject.en", "subject_needs"},
	{"too few digits", "order_digits: 7", "order_digits: 4", "", "numbers.order_digits", "out_of_range"},
	{"license IDs from nothing", "first_license_id: 10000001", "first_license_id: 0", "", "numbers.first_license_id", "out_of_range"},
	{"number too large", "first_license_id: 10000001", "first_license_id: 99999999999999999999", "", "numbers.first_license_id", "not_a_number"},
	{"negative expiry", "receipt_expiry_days: 0", "receipt_expiry_days: -1", "", "applications.receipt_expiry_days", "out_of_range"},
	{"multiple of nothing", "multiple: 12", "multiple: 0", "", "applications.months.multiple", "out_of_range"},
	{"length beyond the longest", "also: []", "also: [73]", "", "applications.months.also[0]", "out_of_range"},
	{"order type misspelt", "- code: trsl_new", "- code: tlsr_new", "", "applications.order_types[2].code", "unknown_value"},
	{"order type left out", "- code: trsl_new", "- code: renewal", "  order_types:", "applications.order_types", "lacks"},
	{"order type twice", "- code: trsl_new", "- code: renewal", "", "applications.order_types[2].code", "given_twice"},
	{"required field misspelt", "end_user: [company_name, company_name_kana,", "end_user: [company_name, company_kana,", "", "applications.order_types[0].required.end_user[1]", "unknown_value"},
	{"field that the type does not ask for", "end_user: [company_name, postal_code,", "end_user: [company_name, phone, postal_code,", "", "applications.order_types[1].required.end_user[1]", "unknown_value"},
	{"block that the type does not ask for", "        end_user: [company_name, postal_code,", "        support_contact: [email]\n        end_user: [company_name, postal_code,", "", "applications.order_types[1].required.support_contact", "block_not_asked"},
	{"distributor twice in other words", "    - 株式会社ネットワールド", "    - SB C&S(株)", "", "applications.distributors[2]", "given_twice"},
	{"code of a name rule", "code: several_names", "code: several names", "", "corporate_names.patterns[10].code", "not_a_code"},
	{"reserved code", "code: several_names", "code: excluded", "", "corporate_names.patterns[10].code", "not_a_code"},
	{"rule that fits all", "pattern: '[/／、]'", "pattern: '[/／、]*'", "", "corporate_names.patterns[10].pattern", "fits_everything"},
	{"action", "action: hold", "action: wait", "", "corporate_names.patterns[7].action", "unknown_value"},
	{"delivery session without end", "delivery_session_idle: 15m", "delivery_session_idle: 0s", "", "lifetimes.delivery_session_idle", "out_of_span"},
	{"session without end", "portal_session_idle: 20m", "portal_session_idle: 0s", "", "lifetimes.portal_session_idle", "out_of_span"},
	{"negative grace", "bounce_grace: 10m", "bounce_grace: -10m", "", "process.bounce_grace", "out_of_span"},
	{"reminders not rising", "[3, 7]", "[7, 3]", "", "process.send_back_reminder_business_days[1]", "not_rising"},
	{"warned after it is due", "name_change_warning_business_days: 1", "name_change_warning_business_days: 5", "", "process.name_change_warning_business_days", "out_of_range"},
	{"holiday that is not covered", "covered_until: 2028-12-31", "covered_until: 2028-11-22", "date: 2028-11-23", "calendar.holidays[69].date", "after_covered"},
	{"year without holidays", "covered_until: 2028-12-31", "covered_until: 2029-12-31", "  holidays:", "calendar.holidays", "year_without_holidays"},
	{"holiday twice", "date: 2026-02-11", "date: 2026-01-12", "", "calendar.holidays[21].date", "given_twice"},
	{"desk hours that overlap", `from: "13:00"`, `from: "11:00"`, "", "calendar.desk_hours[1]", "not_rising"},
	{"desk hours backwards", `to: "18:00"`, `to: "12:30"`, "", "calendar.desk_hours[1]", "not_rising"},
	{"never open", "{from: 12-29, to: 01-03}", "{from: 01-01, to: 12-31}", "  closed_yearly:", "calendar.closed_yearly", "never_open"},
	{"product code", "- code: V1CREM", "- code: v1crem", "", "catalogue.products[2].code", "not_a_catalogue_code"},
	{"product twice", "- code: V1CREM", "- code: V1ES-PRO", "", "catalogue.products[2].code", "given_twice"},
	{"family", "      family: V1\n", "      family: V2\n", "", "catalogue.products[0].family", "unknown_value"},
	{"no prefix", "      code_prefix: OS\n", "", "- code: V1ES-STD", "catalogue.products[0].code_prefix", "not_a_prefix"},
	{"kind of code", "      code_prefix: OS\n", "      code_kind: dongle\n", "", "catalogue.products[0].code_kind", "unknown_value"},
	{"prefix without code", "      code_kind: none\n", "      code_kind: none\n      code_prefix: OS\n", "", "catalogue.products[59].code_kind", "no_code_has_no_prefix"},
	{"least above most", "      minimum_quantity: 5\n", "      minimum_quantity: 5\n      maximum_quantity: 4\n", "maximum_quantity: 4", "catalogue.products[0].maximum_quantity", "out_of_range"},
	{"renewal target", "renews_to: [V1ES-STD, V1ES-PRO]", "renews_to: [V1ES-STD, V1ES-MAX]", "", "catalogue.products[0].renews_to[1]", "product_unknown"},
	{"bands not rising", "{rank: B, from: 25, unit_price: 2050}", "{rank: B, from: 5, unit_price: 2050}", "", "price_lists[0].prices.V1ES-STD.bands[1].from", "not_rising"},
	{"rank twice", "{rank: B, from: 25, unit_price: 2050}", "{rank: A, from: 25, unit_price: 2050}", "", "price_lists[0].prices.V1ES-STD.bands[1].rank", "given_twice"},
	{"price below nothing", "unit_price: 2050}", "unit_price: -1}", "", "price_lists[0].prices.V1ES-STD.bands[1].unit_price", "out_of_range"},
	{"quantity without a rank", "{rank: A, from: 5, unit_price: 2200}", "{rank: A, from: 6, unit_price: 2200}", "", "price_lists[0].prices.V1ES-STD.bands[0].from", "above_minimum"},
	{"tax that is not there", "      reference_price: false\n", "      reference_price: false\n      tax: reduced\n", "tax: reduced", "catalogue.products[51].tax", "unknown_value"},
	{"code of a tax", "  - code: standard\n", "  - code: Standard\n", "", "taxes[0].code", "not_a_code"},
	{"tax without rates", "    rates:\n      - {from: 2014-04-01, percent: 8}\n      - {from: 2019-10-01, percent: 10}\n", "    rates: []\n", "", "taxes[0].rates", "empty"},
	{"tax rates not rising", "{from: 2019-10-01, percent: 10}", "{from: 2013-10-01, percent: 10}", "", "taxes[0].rates[1].from", "not_rising"},
	{"tax above everything", "percent: 8}", "percent: 101}", "", "taxes[0].rates[0].percent", "out_of_range"},
	{"tax later than the first list", "{from: 2014-04-01, percent: 8}\n      - {from: 2019-10-01", "{from: 2021-04-01, percent: 8}\n      - {from: 2022-10-01", "", "taxes[0].rates[0].from", "after_first_list"},
	{"price list without end before another", "    valid_until: 2027-03-31\n", "", "    valid_from: 2027-04-01", "price_lists[1].valid_from", "not_rising"},
	{"price lists that overlap", "valid_from: 2027-04-01", "valid_from: 2027-03-31", "", "price_lists[1].valid_from", "not_rising"},
	{"a day without a price list", "valid_from: 2027-04-01", "valid_from: 2027-04-02", "", "price_lists[1].valid_from", "gap"},
	{"price list that ends before it begins", "valid_until: 2027-03-31", "valid_until: 2020-03-31", "", "price_lists[0].valid_until", "not_rising"},
	{"price list based on none", `based_on: "2020"`, `based_on: "2019"`, "", "price_lists[1].based_on", "unknown_value"},
	{"price list twice", `code: "2027"`, `code: "2020"`, "", "price_lists[1].code", "given_twice"},
	{"price of no product", "      V1ES-STD:\n", "      V1ES-STANDARD:\n", "", "price_lists[0].prices.V1ES-STANDARD", "product_unknown"},
	{"price without bands", "      TP-DV:\n        bands:\n          - {rank: A, from: 1, unit_price: 420000}\n", "      TP-DV:\n        bands: []\n", "        bands: []", "price_lists[0].prices.TP-DV.bands", "empty"},
	{"discounts not rising", "{years: 3, percent: 10}", "{years: 2, percent: 10}", "", "price_lists[0].prices.IWM.multi_year[1].years", "not_rising"},
	{"three years for less than two", "{years: 3, percent: 10}", "{years: 3, percent: 40}", "", "price_lists[0].prices.IWM.multi_year[1].percent", "cheaper_with_years"},
	{"notices not falling", "[90, 60, 30]", "[30, 60, 90]", "", "process.renewal_notice_days[1]", "not_falling"},
	{"notices at no time of the day", `renewal_notice_time: "09:00"`, `renewal_notice_time: "9 am"`, "", "process.renewal_notice_time", "malformed"},
	{"credits tick left out", "    - code: credits\n", "    - code: points\n", "  special_products:", "catalogue.special_products", "lacks"},
	{"contract field", "      same_support_contact: true\n", "      contract_fields: [price]\n", "", "catalogue.special_products[1].contract_fields[0]", "unknown_value"},
	{"half a notice", "        en: The migration needs further documents. Please contact the desk.\n", "", "      notice:", "catalogue.special_products[2].notice.en", "missing"},
	{"prefix of a request for a code", "activation_prefix: AR", "activation_prefix: NC", "", "numbers.activation_prefix", "prefix_taken"},
	{"no end of requests", "activation_requests_per_day: 30", "activation_requests_per_day: 0", "", "lifetimes.activation_requests_per_day", "out_of_range"},
	{"codes without end", "      prefix_optional: true\n", "      further_codes: 10001\n", "", "catalogue.products[37].further_codes", "out_of_range"},
	{"kind of a further code", "  - code: apex_one\n", "  - code: Apex One\n", "", "activation_kinds[0].code", "not_a_code"},
	{"kind twice", "  - code: virus_buster_business\n", "  - code: apex_one\n", "", "activation_kinds[1].code", "given_twice"},
	{"environment", "    environment: offline\n", "    environment: underwater\n", "", "activation_kinds[3].environment", "unknown_value"},
	{"way to confirm", "    confirmed_by: consent\n", "    confirmed_by: handshake\n", "", "activation_kinds[2].confirmed_by", "unknown_value"},
	{"who is mailed", "    mailed_to: account\n", "    mailed_to: everybody\n", "", "activation_kinds[2].mailed_to", "unknown_value"},
	{"kind of a code that comes out", "    asked_prefix: OS\n    link_mail: issue_url_serial_number\n", "    asked_prefix: OS\n    code_kind: none\n    link_mail: issue_url_serial_number\n", "    code_kind: none\n    link", "activation_kinds[1].code_kind", "unknown_value"},
	{"prefix asked of a code", "    asked_prefix: OS\n    link_mail: issue_url_apex_one\n", "    asked_prefix: os\n    link_mail: issue_url_apex_one\n", "", "activation_kinds[0].asked_prefix", "not_a_prefix"},
	{"prefix of another product", "    asked_prefix: OS\n    link_mail: issue_url_apex_one\n", "    asked_prefix: SO\n    link_mail: issue_url_apex_one\n", "      - {held: VBCORP-PLUS, gives: APX1}", "activation_kinds[0].products[0].held", "prefix_differs"},
	{"prefix of no code", "    code_asked: false\n", "    code_asked: false\n    asked_prefix: OS\n", "    asked_prefix: OS\n    confirmed_by", "activation_kinds[2].asked_prefix", "prefix_not_asked"},
	{"product that is not there", "{held: VBCORP-PLUS, gives: APX1}", "{held: VBCORP-PLUS, gives: APX2}", "", "activation_kinds[0].products[0].gives", "product_unknown"},
	{"product held twice", "{held: CSSP, gives: APX1}", "{held: VBCORP-PLUS, gives: APX1}", "", "activation_kinds[0].products[1].held", "given_twice"},
	{"product that has no code", "{held: CSSP, gives: APX1}", "{held: CSSP, gives: TMGS}", "", "activation_kinds[0].products[1].gives", "product_without_code"},
	{"consent without terms", "    confirmed_by: consent\n", "", "  - code: apex_central", "activation_kinds[2].link_mail", "link_needs_mail"},
	{"terms without consent", "    link_mail: issue_url_offline\n", "    confirmed_by: consent\n", "  - code: offline\n", "activation_kinds[3].terms", "consent_needs_terms"},
	{"link besides consent", "    issued_mail: apex_central_code\n", "    issued_mail: apex_central_code\n    link_mail: issue_url_offline\n", "    link_mail: issue_url_offline\n    mailed_to", "activation_kinds[2].link_mail", "consent_has_no_link"},
	{"mail of something else", "    issued_mail: issued_offline\n", "    issued_mail: password_changed\n", "", "activation_kinds[3].issued_mail", "mail_taken"},
	{"mail that no kind sends", "    issued_mail: issued_offline\n", "    issued_mail: issued_apex_one\n", "    issued_offline: #", "mail.kinds.issued_offline", "unknown_key"},
	{"YAML", "numbers:", "\tnumbers:", "", "", "syntax"},
	{"indented too little", "  order_digits: 7", " order_digits: 7", "", "", "syntax"},
	{"dash forgotten", "    - code: V1CREM", "    code: V1CREM", "", "", "syntax"},
	{"quote left open", "rank: B, from: 25, unit_price: 2050}", "rank: 'B, from: 25, unit_price: 2050}", "", "", "syntax"},
	{"brace too many", "en: XDR}}", "en: XDR}}}", "", "", "syntax"},
	{"Windows line ends", "order_prefix: ORDC\n", "order_prefix: ordc\r\n", "", "numbers.order_prefix", "not_a_number_prefix"},
	{"two documents", "numbers:", "---\nnumbers:", "numbers:", "", "one_document"},
}

func TestSlipsAreFoundWhereTheyAre(t *testing.T) {
	for _, tt := range slips {
		t.Run(tt.name, func(t *testing.T) {
			content, line := edit(t, tt.old, tt.changed)
			if tt.on != "" {
				before, _, ok := strings.Cut(content, tt.on)
				if !ok {
					t.Fatalf("the changed profile does not hold %q", tt.on)
				}
				line = strings.Count(before, "\n") + 1
			}
			problems := problemsOf(t, content)
			if !slices.ContainsFunc(problems, func(p profile.Problem) bool {
				return p.Line == line && p.Field == tt.field && p.Code == tt.code
			}) {
				t.Errorf("no %s on line %d at %s, but %+v", tt.code, line, tt.field, problems)
			}
			for _, p := range problems {
				if p.Message.JA == "" || p.Message.EN == "" || strings.ContainsAny(p.Message.EN, "{}") && tt.code != "unknown_placeholder" && tt.code != "subject_needs" {
					t.Errorf("%s reads %+v", p.Code, p.Message)
				}
			}
		})
	}
}

func TestEverythingIsReportedAtOnce(t *testing.T) {
	content, _ := edit(t, "order_digits: 7", "order_digits: 4")
	content = strings.Replace(content, "delivery_digits: 7", "delivery_digits: many", 1)
	content = strings.Replace(content, "family: XDR\n", "family: XDS\n", 1)
	content = strings.Replace(content, "trsl: true", "tlsr: true", 1)
	content = strings.Replace(content, "  mail_give_up: 72h\n", "", 1)
	var got []string
	line := 0
	for _, p := range problemsOf(t, content) {
		got = append(got, p.Code)
		if p.Line < line {
			t.Errorf("line %d stands behind line %d", p.Line, line)
		}
		line = p.Line
	}
	if want := []string{"out_of_range", "not_a_number", "missing", "unknown_value", "unknown_key"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestMessagesNameFileLineAndField(t *testing.T) {
	content, line := edit(t, "order_digits: 7", "order_digits: 4")
	_, err := profile.Parse("own.yaml", []byte(content))
	problems, ok := errors.AsType[*profile.Problems](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if want := "own.yaml:" + itoa(line) + ": numbers.order_digits: this must be from 5 to 12"; problems.Error() != want {
		t.Errorf("%q, want %q", problems.Error(), want)
	}
	if want := "own.yaml:" + itoa(line) + ": numbers.order_digits: 5から12までの値を書いてください。"; problems.In(models.Japanese) != want {
		t.Errorf("%q, want %q", problems.In(models.Japanese), want)
	}
}

func TestFilesThatAreNoProfile(t *testing.T) {
	for content, code := range map[string]string{
		"": "empty", "# nothing\n": "empty", "[]": "not_a_mapping", "text": "not_a_mapping", "null": "empty",
		"a: b: c": "syntax", "a: \xff": "not_utf8", "a: \x00": "control_characters", "a: b\rc": "control_characters",
		"? [a]\n: b": "syntax", "a: {": "syntax", "---\n---\n": "empty", strings.Repeat("#", 1<<20+1): "too_large",
		strings.Repeat("[\n", 101): "too_deep", strings.Repeat("- ", 101): "too_deep",
	} {
		problems := problemsOf(t, content)
		if problems[0].Code != code || problems[0].Line < 1 {
			t.Errorf("%.20q: %+v, want %s", content, problems[0], code)
		}
	}
}

// Windows editors write a byte-order mark and CR LF; both change nothing.
func TestWindowsFilesReadAlike(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(string(profile.DefaultYAML()), "\n", "\r\n")
	p, err := profile.Parse("own.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := defaultProfile(t)
	if p.Brand != want.Brand || !reflect.DeepEqual(p.Mail, want.Mail) || !reflect.DeepEqual(p.CatalogueSection, want.CatalogueSection) ||
		!reflect.DeepEqual(p.CalendarSection, want.CalendarSection) || !reflect.DeepEqual(p.Applications, want.Applications) {
		t.Error("the file says something else with CR LF")
	}
}

func TestLoad(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(own, profile.DefaultYAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", own} {
		p, err := profile.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := p.Product("V1ES-STD"); !ok || p.Brand.Name.EN != "Trend Micro" {
			t.Errorf("%q is loaded as %+v", path, p.Brand)
		}
	}
	if _, err := profile.Load(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there gives %v", err)
	}
	if err := os.WriteFile(own, []byte("brand: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Load(own); err == nil || !strings.Contains(err.Error(), own+":1: brand.name: ") {
		t.Errorf("a file of little gives %v", err)
	}
	if _, err := profile.Load(t.TempDir()); err == nil {
		t.Error("a folder is a profile")
	}
}

// A wording that nothing provokes would be dead, and a code without one mute.
func TestEveryWordingIsUsed(t *testing.T) {
	provoked := []string{"too_large", "too_deep", "not_utf8", "holidays_end_soon", "prices_end_soon"} // by the tests of files and of warnings
	for _, tt := range slips {
		provoked = append(provoked, tt.code)
	}
	for code, text := range profile.ProblemTexts {
		if text.JA == "" || text.EN == "" {
			t.Errorf("%s is %+v", code, text)
		}
		if !slices.Contains(provoked, code) {
			t.Errorf("no test provokes %s", code)
		}
	}
}
