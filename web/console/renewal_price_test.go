package console_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

// 30 of V1ES-STD with 20 more are 50 of the product: rank C, 30 × 1,920 = 57,600 and
// 20 × 1,920 = 38,400. 10 of the migration kit become 10 × 4,140 = 41,400, which
// holders are not told. Together 137,400, tax 13,740, in all 151,140.
func TestTheCalculatorTakesAnyQuantities(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleViewer)
		q := url.Values{
			"day": {"2026-11-20"}, "product-0": {"V1ES-STD"}, "quantity-0": {"３０"}, "added-0": {"20"}, "years-0": {"1"},
			"product-1": {"APX1-MIG"}, "held-1": {"10"}, "years-1": {"1"}, "product-2": {""},
		}
		b.get("/console/renewal-price?"+q.Encode()).want(http.StatusOK, "30×1,920円×1年", "57,600円", "38,400円", "追加分を合算", "41,400円", "個別にご案内", "137,400円", "151,140円")
		for field, value := range map[string]string{"quantity-0": "many", "years-0": "9", "product-0": "NONE", "day": "2026-02-30"} {
			wrong := maps.Clone(q)
			wrong.Set(field, value)
			page := b.get("/console/renewal-price?" + wrong.Encode()).want(http.StatusUnprocessableEntity)
			if page.Find("#"+field+"-wrong").Text() == "" || strings.Contains(page.text(), "151,140") {
				t.Errorf("%s of %s is not answered at its field", value, field)
			}
		}
		b.get("/console/renewal-price").want(http.StatusOK, "更新価格の計算")
		b.get("/console/renewal-price?license=99999999").want(http.StatusNotFound)
	})
}

// Begun with a contract, its holdings stand in the form; the notices stand on its page.
func TestTheCalculatorBeginsWithAContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		license := h.contract()
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console/contracts/"+license).want(http.StatusOK, "更新価格の計算")
		link, _ := page.Find(`a[href^="/console/renewal-price"]`).Attr("href")
		page = b.get(link).want(http.StatusOK, license)
		form := page.form(`form[action="/console/renewal-price"]`, nil)
		if form.Get("product-0") != "CSSP" || form.Get("held-0") != "10" || form.Get("years-0") != "0" {
			t.Errorf("the form holds %v", form)
		}
		form.Set("years-0", "2")
		// 10 × 6,800 × 2 = 136,000; tax 13,600. A year or more is left, which staff are told.
		b.get("/console/renewal-price?"+form.Encode()).want(http.StatusOK, "136,000円", "149,600円", "1年以上残っています")
	})
}
