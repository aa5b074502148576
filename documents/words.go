package documents

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

// wording is what documents say around their content, in one language.
type wording struct {
	lang models.Language

	certificate, certificateSub, continued string
	certificateNumber, issuedOn            string
	licenseID, orderNumber, deliveryNumber string
	seller, honorific, statement           string
	product, quantity, period, months      string
	reduced, end, terms                    string
	verify, issuer                         string
	substituted                            string

	application, applicationSub, applicationNote string
	receiptNumber, createdAt, orderType          string
	endUser, supportContact, reseller, dealer    string
	contract                                     string
	sameAsEndUser, sameAsReseller, keptContact   string
	partnerCode, companyName, companyKana        string
	department, postalCode, address, phone, fax  string
	personName, personKana, email                string
	credits, yes, no                             string
	startMonth, noStartMonth, term               string
	deliveryEmail, consent, consented, none      string

	kinds      map[models.LineKind]string
	orderTypes map[models.OrderType]string
}

var japanese = &wording{ //nolint:gosec // labels, no credentials
	lang:        models.Japanese,
	certificate: "ライセンス証書", certificateSub: "LICENSE CERTIFICATE", continued: "（続き）",
	certificateNumber: "証書番号", issuedOn: "発行日",
	licenseID: "ライセンスID", orderNumber: "受注番号", deliveryNumber: "納品番号",
	seller: "販売店", honorific: "御中",
	statement: "下記のソフトウェア製品について、使用許諾条件に基づき使用を許諾したことを証します。",
	product:   "製品", quantity: "数量", period: "契約期間", months: "%dか月",
	reduced: "減数更新（%s → %s）", end: "以上", terms: "使用許諾条件",
	verify:      "この証書が真正であり、現在も有効であることは、次のページで確認できます。",
	issuer:      "発行者",
	substituted: "この書面では、書体にない文字を 〓 に置き換え、書体にない異体字には ※ を付しています。正式な表記は登録内容によります。",

	application: "申請内容控え", applicationSub: "APPLICATION RECORD",
	applicationNote: "この控えは注文書ではありません。ご注文の際は、上記の受付番号をお知らせください。受付番号は一つのご注文にのみ使えます。",
	receiptNumber:   "受付番号", createdAt: "申請日時", orderType: "注文タイプ",
	endUser: "エンドユーザー", supportContact: "サポート窓口", reseller: "販売店", dealer: "代理店",
	contract:      "契約内容",
	sameAsEndUser: "エンドユーザーと同じ", sameAsReseller: "販売店と同じ", keptContact: "ご契約に登録済みのサポート窓口のまま変わりません",
	partnerCode: "パートナーコード", companyName: "会社名", companyKana: "会社名（カナ）",
	department: "支店・部署", postalCode: "郵便番号", address: "住所", phone: "電話番号", fax: "FAX番号",
	personName: "担当者名", personKana: "担当者名（カナ）", email: "メールアドレス",
	credits: "クレジット製品", yes: "該当する", no: "該当しない",
	startMonth: "開始希望月", noStartMonth: "指定なし（受注登録の翌月から）", term: "契約月数",
	deliveryEmail: "納品先メールアドレス", consent: "個人情報の提供",
	consented: "記載された方々の同意を得ています", none: "―",

	kinds: map[models.LineKind]string{
		models.LineNew: "新規", models.LineNewPreferential: "新規優待", models.LineRenewal: "更新",
		models.LineMigrationRenewal: "移行更新", models.LineAddition: "追加",
	},
	orderTypes: map[models.OrderType]string{
		models.OrderTypeNew: "新規または新規優待", models.OrderTypeRenewal: "更新または追加",
		models.OrderTypeTRSLNew: "ライセンスID指定のTRSL新規またはTRSL新規優待",
	},
}

var english = &wording{
	lang:        models.English,
	certificate: "License Certificate", certificateSub: "ライセンス証書", continued: " (continued)",
	certificateNumber: "Certificate no.", issuedOn: "Issued on",
	licenseID: "License ID", orderNumber: "Order number", deliveryNumber: "Delivery number",
	seller:    "Reseller",
	statement: "This certifies that the holder named above is licensed to use the software products listed below under the license terms.",
	product:   "Product", quantity: "Quantity", period: "License period", months: "%d months",
	reduced: "Renewed with reduced quantity (%s → %s)", terms: "License terms",
	verify: "Whether this certificate is genuine and still current is shown on this page:",
	issuer: "Issued by",
	substituted: "〓 stands for a character that this document's typeface lacks, ※ for a variant of the character before it. " +
		"The registered spelling is the authoritative one.",

	application: "Application Record", applicationSub: "申請内容控え",
	applicationNote: "This record is not a purchase order. Quote the receipt number when ordering; it is good for one order only.",
	receiptNumber:   "Receipt number", createdAt: "Filed at", orderType: "Order type",
	endUser: "End user", supportContact: "Support contact", reseller: "Reseller", dealer: "Dealer",
	contract:      "Contract",
	sameAsEndUser: "Same as end user", sameAsReseller: "Same as reseller", keptContact: "Stays as registered with the contract",
	partnerCode: "Partner code", companyName: "Company", companyKana: "Company (kana)",
	department: "Branch, department", postalCode: "Postal code", address: "Address", phone: "Phone", fax: "Fax",
	personName: "Person", personKana: "Person (kana)", email: "Mail address",
	credits: "Credits product", yes: "Yes", no: "No",
	startMonth: "Wished start month", noStartMonth: "None given (the month after registration)", term: "Months",
	deliveryEmail: "Delivery mail", consent: "Personal data",
	consented: "The people named here have consented", none: "—",

	kinds: map[models.LineKind]string{
		models.LineNew: "New", models.LineNewPreferential: "New (preferential)", models.LineRenewal: "Renewal",
		models.LineMigrationRenewal: "Migration renewal", models.LineAddition: "Addition",
	},
	orderTypes: map[models.OrderType]string{
		models.OrderTypeNew: "New or new preferential", models.OrderTypeRenewal: "Renewal or addition",
		models.OrderTypeTRSLNew: "TRSL new or TRSL new preferential under a license ID",
	},
}

func wordsIn(lang models.Language) *wording {
	if lang == models.English {
		return english
	}
	return japanese
}

// date writes a day out, or nothing for none.
func (w *wording) date(d models.Date) string {
	switch {
	case d.IsZero():
		return w.none
	case w.lang == models.English:
		return d.String()
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

// startingMonth writes the month of a day, or that none was wished for.
func (w *wording) startingMonth(d models.Date) string {
	switch {
	case d.IsZero():
		return w.noStartMonth
	case w.lang == models.English:
		return d.String()[:len("2006-01")]
	}
	return fmt.Sprintf("%d年%d月", d.Year(), int(d.Month()))
}

// moment writes a time in Japan.
func (w *wording) moment(t time.Time) string {
	t = t.In(models.Tokyo)
	if w.lang == models.English {
		return t.Format("2006-01-02 15:04 JST")
	}
	return w.date(models.DateOf(t)) + t.Format(" 15:04")
}

// from writes a period's first day.
func (w *wording) from(d models.Date) string {
	if w.lang == models.English {
		return w.date(d) + " –"
	}
	return w.date(d) + " ～"
}

// until writes a period's last day and its months.
// until leaves the months out where a line has none: an addition ends with its holding.
func (w *wording) until(d models.Date, months int) string {
	if months == 0 {
		return w.date(d)
	}
	if w.lang == models.English {
		return w.date(d) + " (" + w.monthCount(months) + ")"
	}
	return w.date(d) + "（" + w.monthCount(months) + "）"
}

func (w *wording) monthCount(n int) string {
	if w.lang == models.English && n == 1 {
		return "1 month"
	}
	return fmt.Sprintf(w.months, n)
}

func (w *wording) kind(k models.LineKind) string {
	if s, ok := w.kinds[k]; ok {
		return s
	}
	return string(k)
}

func (w *wording) typeOfOrder(o models.OrderType) string {
	if s, ok := w.orderTypes[o]; ok {
		return s
	}
	return string(o)
}

// number writes a quantity with its thousands apart.
func number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
