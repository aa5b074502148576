package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
)

// renewable makes a contract of three products on a day of its last year.
func (h *house) renewable() (license string, v *visitor, ids []int64) {
	h.t.Helper()
	license = h.contractOf(contact, contact, line(models.LineNew, "CSSP", 1250), line(models.LineNew, "VBBIZ", 5), line(models.LineNew, "IWM", 20))
	h.clock.set(time.Date(2027, time.May, 10, 3, 0, 0, 0, time.UTC))
	v = h.member(contact, password)
	d, err := h.store.PortalContract(h.t.Context(), contact, license)
	must(h.t, err)
	for _, code := range []string{"CSSP", "VBBIZ", "IWM"} {
		for _, held := range d.Holdings {
			if held.ProductCode == code {
				ids = append(ids, held.ID)
			}
		}
	}
	return license, v, ids
}

const disclaimer = "定価での参考更新価格です。実際の購入価格とは異なる 場合があります。"

// 1,250 of CSSP are the largest TRSL product: rank G for VBBIZ too. 1,250 × 4,080 =
// 5,100,000; 5 × 2,400 = 12,000; 20 × 1,800 = 36,000 outside TRSL in rank A. Together
// 5,148,000, tax 514,800, in all 5,662,800.
func TestTheRenewalPriceIsExplained(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license, v, _ := h.renewable()
		contains(t, "contract", v.get("/portal/contracts/"+license).want(http.StatusOK).text("main"), "参考更新価格")
		page := v.get("/portal/contracts/" + license + "/renewal").want(http.StatusOK)
		contains(t, "price", page.text("main"), disclaimer, "1,250×4,080円×1年", "5,100,000円", "ランクG：1,250（TRSL製品のうち最も多い製品の合計数量）",
			"ランクG：Client/Server Suite Premium 1,250", "5×2,400円×1年", "ランクA：20（この製品の合計数量）", "36,000円",
			"5,148,000円", "消費税（10%対象 5,148,000円）", "514,800円", "5,662,800円", "価格表 2027", "2027年5月10日")
		v.get("/language?to=en&back=/portal").want(http.StatusSeeOther)
		contains(t, "price in English", v.get("/portal/contracts/"+license+"/renewal").want(http.StatusOK).text("main"),
			"reference renewal price at list price", "Rank G: 1,250 (the TRSL product with the largest quantity)", "¥5,662,800", "1 year")
	})
}

// 200 of V1ES-PRO in place of CSSP are rank D outside TRSL: 200 × 3,840 × 2 =
// 1,536,000. VBBIZ is then the largest with 5: rank A, 5 × 4,000 = 20,000. 20 of IWM
// for 3 years are 20 × 1,800 × 3 = 108,000 less 10% = 97,200. Together 1,653,200,
// tax 165,320, in all 1,818,520.
func TestSuccessorYearsAndFewerAreChosen(t *testing.T) {
	h := newHouse(t)
	license, v, ids := h.renewable()
	q := url.Values{}
	for i, choice := range []map[string]string{{"into": "V1ES-PRO", "years": "2", "quantity": "２００"}, {}, {"years": "3"}} {
		for name, value := range choice {
			q.Set(fmt.Sprintf("%s-%d", name, ids[i]), value)
		}
	}
	page := v.get("/portal/contracts/" + license + "/renewal?" + q.Encode()).want(http.StatusOK)
	contains(t, "price", page.text("main"), "Trend Vision One - Endpoint Security Pro", "200×3,840円×2年", "1,536,000円", "ランクD：200（この製品の合計数量、減数後の数量）",
		"減数更新（1,250→200）", "5×4,000円×1年", "複数年割引 10%：−10,800円", "97,200円", "1,818,520円")
	file := v.get("/portal/contracts/" + license + "/renewal.pdf?" + q.Encode()).want(http.StatusOK)
	equal(t, "type", file.header.Get("Content-Type"), "application/pdf")
	equal(t, "name", file.header.Get("Content-Disposition"), fmt.Sprintf(`attachment; filename="renewal-%s-2027-05-10.pdf"`, license))
	if !strings.HasPrefix(file.body, "%PDF-") {
		t.Error("that is no PDF")
	}
}

func TestWhatCannotBeChosenIsToldAtItsField(t *testing.T) {
	h := newHouse(t)
	license, v, ids := h.renewable()
	at := "/portal/contracts/" + license + "/renewal"
	for _, tt := range []struct{ name, value, says string }{
		{"quantity", "1251", "数量は5～1250で入力してください。"}, {"quantity", "4", "数量は5～1250で入力してください。"},
		{"quantity", "many", "数字で入力してください。"}, {"quantity", "0", "数字で入力してください。"},
		{"years", "7", "1～6の数値を入力してください。"}, {"into", "DS", "選択肢からお選びください。"},
	} {
		field := fmt.Sprintf("%s-%d", tt.name, ids[0])
		query := "?" + url.Values{field: {tt.value}}.Encode()
		page := v.get(at + query).want(http.StatusUnprocessableEntity)
		contains(t, "at the field", page.text("#"+field+"-wrong"), tt.says)
		if strings.Contains(page.text("main"), "5,662,800") {
			t.Error("a price is shown for something else than what was asked")
		}
		v.get(at + ".pdf" + query).want(http.StatusUnprocessableEntity)
	}
}

// What has no price says why and whom to ask; the others are priced.
func TestRefusalsHaveTheirReasons(t *testing.T) {
	h := newHouse(t)
	license, v, ids := h.renewable()
	at := "/portal/contracts/" + license + "/renewal"
	change := func(i int, product string, quantity int, end models.Date) {
		h.exec(fmt.Sprintf("UPDATE holdings SET product_code = '%s', quantity = %d, ends_on = '%s' WHERE id = %d", product, quantity, end, ids[i]))
	}
	today := h.store.Today()
	change(0, "APX1-MIG", 10, today.AddDays(40))
	change(1, "TMGS", 1, today.AddDays(40))
	contains(t, "excluded and not needed", v.get(at).want(http.StatusOK).text("main"), "個別にご案内しています", "更新の必要がない製品です", "窓口", "36,000円", "39,600円")
	change(0, "CSSP", 10, today.AddMonths(12))
	change(1, "CSSP", 4, today)
	change(2, "IWM", 20, today.AddDays(-1))
	page := v.get(at).want(http.StatusOK).text("main")
	contains(t, "time and number", page, "1年以上残っています", "2027年5月11日から", "最小数量に達していません", "最小数量は5です", "契約期間が終了しています", "参考更新価格をご案内できる製品がありません")
	v.get(at + ".pdf").want(http.StatusOK)
}
