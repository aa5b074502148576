package portal_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/xuri/excelize/v2"
)

// contractOf makes a contract of two contacts' addresses; it turns valid after three business days.
func (h *house) contractOf(holder, support string, lines ...models.OrderLine) string {
	h.t.Helper()
	if len(lines) == 0 {
		lines = []models.OrderLine{line(models.LineNew, "CSSP", 1250)}
	}
	reseller := party(h.reseller.Name)
	reseller.PartnerCode = h.reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("見本商事株式会社"), SupportContact: party("見本サポート株式会社"), Reseller: reseller,
		DealerSame: true, Months: 12, DeliveryEmail: "delivery@customer.example.jp", ApplicantEmail: "applicant@example.jp",
		ApplicantLanguage: models.Japanese,
	}
	a.EndUser.Email, a.SupportContact.Email = holder, support
	_, err := h.store.FileApplication(h.t.Context(), h.api, &a)
	must(h.t, err)
	sheet := models.Order{
		PONumber: fmt.Sprintf("PO-%d", h.numbers.Add(1)), OrderDate: h.store.Today(), OrderType: a.OrderType, Lines: lines,
	}
	e, err := h.store.EnterOrder(h.t.Context(), h.api, store.Entry{Order: sheet, ReceiptNumber: a.ReceiptNumber})
	must(h.t, err)
	h.run(e.Order, true)
	d, err := h.store.OrderDetail(h.t.Context(), models.Process, e.Order.OrderNumber)
	must(h.t, err)
	return d.Licenses[0]
}

// code gives the activation code of a contract's holding of a product.
func (h *house) code(license, product string) string {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	for _, holding := range d.Holdings {
		if holding.ProductCode == product {
			code, err := h.ring.OpenCode(holding)
			must(h.t, err)
			return code
		}
	}
	h.t.Fatalf("no %s on %s", product, license)
	return ""
}

func TestTheListAndTheContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contractOf(contact, "desk@support.example.jp", line(models.LineNew, "CSSP", 1250), line(models.LineNew, "VBBIZ", 5))
		other := h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
		h.clock.pass(7 * 24 * time.Hour)
		v := h.member(contact, password)
		list := v.get("/portal/contracts").want(http.StatusOK)
		contains(t, "list", list.text("main"), license, "見本商事株式会社", "Client/Server Suite Premium", "法人用ウイルスバスター", "残り")
		if strings.Contains(list.body, other) {
			t.Error("another company's contract is listed")
		}
		contains(t, "empty list", v.get("/portal/contracts?license="+other).want(http.StatusOK).text("main"), "条件に合うご契約はありません")
		contains(t, "filtered list", v.get("/portal/contracts?state=current&license=１０００－０００１").want(http.StatusOK).text("main"), license, "条件を解除")
		contains(t, "ended ones", v.get("/portal/contracts?state=ended").want(http.StatusOK).text("main"), "条件に合うご契約はありません")
		wrong := v.get("/portal/contracts?license=abc&from=2026-02-30").want(http.StatusUnprocessableEntity)
		contains(t, "wrong filters", wrong.text("main"), "お客様のライセンスIDに数値以外の値は入力 できません。", "実在する日付")

		page := v.get("/portal/contracts/" + license).want(http.StatusOK)
		contains(t, "contract", page.text("main"), license, "1,250", "見本 太郎", "見本サポート株式会社", "desk@support.example.jp", "〒100-0001 東京都千代田区千代田1-1",
			h.code(license, "CSSP"), h.code(license, "VBBIZ"), "アクティベーションコード", "シリアル番号", "お客様の登録 契約窓口")
		equal(t, "caching", page.header.Get("Cache-Control"), "no-store")
		v.get("/language?to=en&back=/portal").want(http.StatusSeeOther)
		contains(t, "contract in English", v.get("/portal/contracts/"+license).want(http.StatusOK).text("main"), "Activation code", "days left", "Contract contact")
		desk := h.member("desk@support.example.jp", another)
		contains(t, "the support contact's page", desk.get("/portal/contracts/"+license).want(http.StatusOK).text("main"), "お客様の登録 サポート窓口")
	})
}

func TestHowLongAContractRuns(t *testing.T) {
	h := newHouse(t)
	license := h.contractOf(contact, contact)
	long := line(models.LineNew, "CSSP", 10)
	long.Months = 36
	h.clock.pass(7 * 24 * time.Hour)
	h.contracted36(long)
	v := h.member(contact, password)
	d, err := h.store.PortalContract(t.Context(), contact, license)
	must(t, err)
	for _, tt := range []struct {
		days int
		want string
	}{{-91, "残り91日"}, {-1, "残り1日"}, {0, "本日まで"}, {1, "終了"}, {400, "終了"}} {
		h.clock.set(d.EndsOn.AddDays(tt.days).Start().Add(9 * time.Hour))
		v.signIn(contact, password)
		if v.get("/portal/account").status != http.StatusOK { // passwords expire meanwhile
			v = h.member(contact, fmt.Sprintf("%s %d", password, tt.days))
		}
		contains(t, fmt.Sprintf("page %d days from the end", tt.days), v.get("/portal/contracts/"+license).want(http.StatusOK).text(".strip"), tt.want)
	}
}

// contracted36 keeps the contact a contact for three years.
func (h *house) contracted36(l models.OrderLine) {
	h.t.Helper()
	reseller := party(h.reseller.Name)
	reseller.PartnerCode = h.reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("見本商事株式会社"), SupportSame: true, Reseller: reseller, DealerSame: true, Months: 36,
		DeliveryEmail: "delivery@customer.example.jp", ApplicantEmail: "applicant@example.jp", ApplicantLanguage: models.Japanese,
	}
	_, err := h.store.FileApplication(h.t.Context(), h.api, &a)
	must(h.t, err)
	sheet := models.Order{PONumber: fmt.Sprintf("PO-%d", h.numbers.Add(1)), OrderDate: h.store.Today(), OrderType: a.OrderType, Lines: []models.OrderLine{l}}
	e, err := h.store.EnterOrder(h.t.Context(), h.api, store.Entry{Order: sheet, ReceiptNumber: a.ReceiptNumber})
	must(h.t, err)
	h.run(e.Order, true)
}

const (
	textByLicense = "ライセンスIDに対し、メールアドレスの登録が異なります。ライセンス情報をご確認の上、再度ご入力ください。"
	textByCode    = "ご指定の製品キーが属するライセンスIDに対し、メールアドレスの登録が異なります。ライセンス情報をご確認の上、再度ご入力ください。"
)

// textOf is the message for a reason why a contract is not shown, word by word.
func textOf(message string) string {
	return "Webで情報を公開するにあたり、確認が必要な製品が含まれております。恐れ入りますが、下記問い合わせ窓口までご連絡ください。(" + message + ")"
}

// searched searches by one of the two keys.
func (v *visitor) searched(by, key string, more ...string) answer {
	v.t.Helper()
	form := url.Values{"by": {by}, by: {key}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return v.post("/portal/search", form)
}

func TestSearchFindsOwnContractsInAnyWidth(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contractOf(contact, contact)
		h.clock.pass(7 * 24 * time.Hour)
		v := h.member(contact, password)
		code := h.code(license, "CSSP")
		for _, typed := range []string{license, "１００００００１", " 1000-0001 ", "１０００ー０００１"} {
			v.searched("license", typed).leadsTo("/portal/contracts/" + license)
		}
		wide := strings.Map(func(r rune) rune {
			if r == '-' {
				return 'ー'
			}
			return r - '!' + '！'
		}, code)
		for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "), wide, "　" + code} {
			v.searched("code", typed).leadsTo("/portal/contracts/" + license)
		}
		v.searched("license", license, "product", "CSSP").leadsTo("/portal/contracts/" + license)
		contains(t, "another product", v.searched("license", license, "product", "CAS").want(http.StatusUnprocessableEntity).text("main"), "選択された製品はありません")
		for _, tt := range []struct{ by, typed, want string }{
			{"license", "", "必須"}, {"code", "", "必須"},
			{"license", "1000a001", "お客様のライセンスIDに数値以外の値は入力 できません。"},
			{"license", "一〇〇", "お客様のライセンスIDに数値以外の値は入力 できません。"},
			{"code", "アクティベーション", "半角英数記号でご入力ください。"},
		} {
			contains(t, tt.by+" "+tt.typed, v.searched(tt.by, tt.typed).want(http.StatusUnprocessableEntity).text("main"), tt.want)
		}
		slip := code[:len(code)-1] + "!"
		for by, typed := range map[string]string{"license": "99999999", "code": slip} {
			want := textByLicense
			if by == "code" {
				want = textByCode
			}
			a := v.searched(by, typed).want(http.StatusOK)
			equal(t, "unknown "+by, a.text(".notice.warn"), want)
		}
	})
}

// Every row of the table in contracts.md, as a person reads it, by both ways of asking.
func TestEachReasonHasItsMessage(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		hidden, void, box := h.contractOf(contact, contact), h.contractOf(contact, contact), h.contractOf(contact, contact, line(models.LineNew, "TP-SMS", 2))
		mixed := h.contractOf(contact, contact, line(models.LineNew, "CSSP", 10), line(models.LineNew, "TP-SMS", 2))
		foreign := h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
		h.clock.pass(7 * 24 * time.Hour)
		fresh := h.contractOf(contact, contact)
		must(t, h.store.HideContract(t.Context(), models.Process, hidden, true, "契約者のご希望"))
		h.exec("UPDATE contracts SET void = TRUE WHERE license_id = '" + void + "'")
		v := h.member(contact, password)
		tests := []struct {
			what, license, product string
			asked                  bool // besides the license ID
			byLicense, byCode      string
		}{
			{"hidden", hidden, "CSSP", false, textOf("MSG01"), textOf("MSG06")},
			{"no product shown", box, "TP-SMS", false, textOf("MSG02"), textOf("MSG07")},
			{"this product not shown", mixed, "TP-SMS", true, textOf("MSG03"), textOf("MSG08")},
			{"void", void, "CSSP", false, textOf("MSG04"), textOf("MSG09")},
			{"registering", fresh, "CSSP", false, textOf("MSG04"), textOf("MSG09")},
			{"another company's", foreign, "CSSP", false, textByLicense, textByCode},
		}
		for _, tt := range tests {
			product := ""
			if tt.asked {
				product = tt.product
			}
			a := v.searched("license", tt.license, "product", product).want(http.StatusOK)
			equal(t, tt.what+", by license ID", strings.TrimSuffix(a.text(".notice.warn p:first-child"), " "), tt.byLicense)
			contains(t, "desk", a.text("#desk"), h.profile.Brand.Support.Phone)
			a = v.searched("code", h.code(tt.license, tt.product)).want(http.StatusOK)
			equal(t, tt.what+", by code", a.text(".notice.warn p:first-child"), tt.byCode)
			if !tt.asked {
				equal(t, tt.what+", by its address", v.get("/portal/contracts/"+tt.license).want(http.StatusNotFound).text(".notice.warn p:first-child"), tt.byLicense)
			}
		}
		page := v.get("/portal/contracts/" + mixed).want(http.StatusOK)
		contains(t, "contract with a product that is not shown", page.text("main"), "このサイトに掲載していない製品があります")
		if strings.Contains(page.body, h.code(mixed, "TP-SMS")) || strings.Contains(page.body, "TP-SMS") {
			t.Error("a product that is not shown is shown")
		}
	})
}

// What strangers are told does not depend on whether a key exists.
func TestSearchTellsStrangersNothing(t *testing.T) {
	h := newHouse(t)
	license := h.contractOf(contact, contact)
	h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
	h.clock.pass(7 * 24 * time.Hour)
	v := h.member("hanako@other.example.jp", password)
	v.get("/portal/search").want(http.StatusOK) // says that a password was set, once
	real := v.searched("license", license)
	unknown := v.searched("license", "99999999")
	equal(t, "page", strings.ReplaceAll(real.body, license, "99999999"), unknown.body)
	code := h.code(license, "CSSP")
	slip := "OS-0000-00000-00000-00000-00000-00000"
	equal(t, "page", strings.ReplaceAll(v.searched("code", code).body, code, slip), v.searched("code", slip).body)
	equal(t, "address", strings.ReplaceAll(v.get("/portal/contracts/"+license).body, license, "99999999"), v.get("/portal/contracts/99999999").body)
}

func TestHoldingsAreSentAsFiles(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contractOf(contact, contact, line(models.LineNew, "CSSP", 1250), line(models.LineNew, "VBBIZ", 5), line(models.LineNew, "TP-SMS", 2))
		second := h.contractOf(contact, contact)
		other := h.contractOf("hanako@other.example.jp", "hanako@other.example.jp")
		h.clock.pass(7 * 24 * time.Hour)
		v := h.member(contact, password)
		at := "/portal/contracts/" + license
		file := v.get(at + "/holdings.pdf").want(http.StatusOK)
		equal(t, "type", file.header.Get("Content-Type"), "application/pdf")
		equal(t, "name", file.header.Get("Content-Disposition"), fmt.Sprintf(`attachment; filename="holdings-%s-%s.pdf"`, license, h.store.Today()))
		equal(t, "caching", file.header.Get("Cache-Control"), "no-store")
		if !strings.HasPrefix(file.body, "%PDF-") {
			t.Error("that is no PDF")
		}
		rows := csvOf(t, v.get(at+"/holdings.csv").want(http.StatusOK))
		equal(t, "rows", len(rows), 3)
		for _, want := range []string{license, "見本商事株式会社", "CSSP", "1250", h.code(license, "CSSP")} {
			contains(t, "CSV", strings.Join(rows[1], "|")+strings.Join(rows[2], "|"), want)
		}
		excel := v.get(at + "/holdings.xlsx").want(http.StatusOK)
		book, err := excelize.OpenReader(strings.NewReader(excel.body))
		must(t, err)
		cells, err := book.GetRows(book.GetSheetName(0))
		must(t, err)
		equal(t, "rows in Excel", len(cells), 3)
		all := csvOf(t, v.get("/portal/contracts.csv").want(http.StatusOK))
		equal(t, "rows of all contracts", len(all), 4)
		text := fmt.Sprint(all)
		contains(t, "all contracts", text, license, second)
		if strings.Contains(text, other) || strings.Contains(text, "TP-SMS") {
			t.Error("more is sent than is shown")
		}
		equal(t, "rows of a filtered list", len(csvOf(t, v.get("/portal/contracts.csv?license="+second).want(http.StatusOK))), 2)
		v.get("/portal/contracts.xlsx").want(http.StatusOK)
		v.get("/portal/contracts.csv?license=abc").want(http.StatusUnprocessableEntity)
		for _, form := range []string{"pdf", "csv", "xlsx"} {
			v.get("/portal/contracts/" + other + "/holdings." + form).want(http.StatusNotFound)
		}
		v.get("/language?to=en&back=/portal").want(http.StatusSeeOther)
		contains(t, "titles in English", strings.Join(csvOf(t, v.get(at+"/holdings.csv"))[0], "|"), "License ID|Holder")
	})
}

func csvOf(t *testing.T, a answer) [][]string {
	t.Helper()
	text, marked := strings.CutPrefix(a.body, "\uFEFF")
	if !marked {
		t.Fatalf("no byte-order mark: %.80q", a.body)
	}
	equal(t, "caching", a.header.Get("Cache-Control"), "no-store")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(t, err)
	return rows
}

// exec changes what no page changes yet.
func (h *house) exec(statement string) {
	h.t.Helper()
	db, err := h.store.DB()
	must(h.t, err)
	_, err = db.ExecContext(h.t.Context(), statement)
	must(h.t, err)
}
