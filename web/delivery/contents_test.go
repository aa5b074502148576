package delivery_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func TestNewPurchaseShowsCodesAndSteps(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 1200), line(models.LineNew, "VBBIZ", 5), line(models.LineNew, "SVC1-COMP", 1))
		v := h.visitor()
		v.enter(p)
		a := v.get("/delivery").want(http.StatusOK)
		contains(t, "the head", a.text("main"), p.order.OrderNumber, p.number, "見本商事株式会社 様", "2026年9月8日 24時", "約3営業日後")
		sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "プログラムとコードを用意する", "インストールする"})
		sameList(t, "labels of codes", a.texts(".secret .label"), []string{"アクティベーションコード", "シリアル番号"})
		sameList(t, "codes", a.texts(".secret code"), h.codes(p))
		contains(t, "the first product", a.texts(".product")[0], "CSSP", "1,200", "2026年7月1日 〜 2027年6月30日", "（12か月）", "新規")

		v.lang = "en"
		a = v.get("/delivery").want(http.StatusOK)
		contains(t, "the page in English", a.text("main"), "Your delivery", "8 September 2026, 24:00 Japan time", "Activation code", "Serial number", "1 July 2026 – 30 June 2027", "about 3 business days after")
		sameList(t, "steps", a.texts(".steps strong"), []string{"Check the contents", "Take program and code", "Install"})
		if strings.Contains(a.text("main"), "様") {
			t.Error("the English page addresses people in Japanese")
		}
	})
}

// What was installed stays as it is, so renewals and additions show no codes.
func TestRenewalAndAdditionShowNoCodes(t *testing.T) {
	h := newHouse(t)
	first := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 50), line(models.LineNew, "VBBIZ", 5))
	h.clock.pass(10 * day)
	p := h.delivered("見本商事株式会社", first.license, line(models.LineRenewal, "CSSP", 30), line(models.LineAddition, "VBBIZ", 3))
	v := h.visitor()
	v.enter(p)
	a := v.get("/delivery").want(http.StatusOK)
	equal(t, "codes shown", a.doc.Find(".secret, [data-copy]").Length(), 0)
	for _, code := range h.codes(p) {
		if strings.Contains(a.body, code) {
			t.Error("a code stands on the page of a renewal")
		}
	}
	products := a.texts(".product")
	contains(t, "the renewal", products[0], "更新", "30", "減数更新（50 → 30）", "2027年7月1日 〜 2028年6月30日")
	contains(t, "the addition", products[1], "追加", "数量3 追加分。5 から 8 になりました。")
	sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "ほかに必要な作業はありません"})
	contains(t, "the portal's line", a.text("main"), "約3営業日後")

	h.clock.pass(10 * day)
	v.enter(p)
	contains(t, "the portal's line later", v.get("/delivery").text("main"), "「法人カスタマーサービス & サポート」でご覧いただけます")
}

// A product whose renewal makes a new code shows it in the renewal's delivery;
// the delivery before that may not show a code that came with a later order.
func TestNewCodeBelongsToItsOwnDelivery(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		first := h.delivered("見本商事株式会社", "", line(models.LineNew, "IWM", 20))
		before := h.codes(first)[0]
		v := h.visitor()
		v.enter(first)
		sameList(t, "codes of the first", v.get("/delivery").texts(".secret code"), []string{before})

		h.clock.pass(day)
		second := h.delivered("見本商事株式会社", first.license, line(models.LineRenewal, "IWM", 20))
		after := h.codes(second)[0]
		if after == before {
			t.Fatal("renewing made no new code")
		}
		v.enter(first)
		a := v.get("/delivery").want(http.StatusOK)
		if strings.Contains(a.body, after) || strings.Contains(a.body, before) {
			t.Error("the first delivery shows a code after a later order replaced it")
		}
		contains(t, "the first delivery", a.text(".product"), "その後のご注文で新しいコードに替わりました")

		v.enter(second)
		a = v.get("/delivery").want(http.StatusOK)
		sameList(t, "codes of the second", a.texts(".secret code"), []string{after})
		sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "コードを登録する"})

		// A renewal that leaves the code alone does not hide it from the delivery that brought it.
		h.clock.pass(day)
		kept := h.delivered("別の株式会社", "", line(models.LineNew, "CSSP", 10))
		code := h.codes(kept)
		h.clock.pass(day)
		h.delivered("別の株式会社", kept.license, line(models.LineRenewal, "CSSP", 10))
		v.enter(kept)
		sameList(t, "codes that stay", v.get("/delivery").texts(".secret code"), code)
	})
}

func TestProductsOutsideElectronicDeliveryShowNoCode(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 10), line(models.LineNew, "DDI", 1))
	v := h.visitor()
	v.enter(p)
	a := v.get("/delivery").want(http.StatusOK)
	codes := h.codes(p)
	sameList(t, "codes", a.texts(".secret code"), codes[:1])
	if strings.Contains(a.body, codes[1]) {
		t.Error("the code of an appliance stands on the page")
	}
	contains(t, "the appliance", a.texts(".product")[1], "電子納品の対象外です")
}

// One delivery's session shows that delivery and nothing of another.
func TestOneSessionShowsOneDelivery(t *testing.T) {
	h := newHouse(t)
	a := h.delivered("北の株式会社", "", line(models.LineNew, "CSSP", 10))
	b := h.delivered("南の株式会社", "", line(models.LineNew, "CSSP", 20))
	v := h.visitor()
	for _, step := range []struct{ mine, other parcel }{{a, b}, {b, a}} {
		v.enter(step.mine) // the second replaces the first
		for _, path := range []string{"/delivery", "/delivery/certificate"} {
			page := v.get(path).want(http.StatusOK)
			contains(t, path, page.body, step.mine.number, step.mine.order.OrderNumber)
			for _, secret := range []string{step.other.number, step.other.order.OrderNumber, h.codes(step.other)[0], step.other.license} {
				if strings.Contains(page.body, secret) {
					t.Errorf("%s shows what is another delivery's", path)
				}
			}
		}
	}
}

// No address of the site may name a page that is not there.
func TestNoLinkIsDead(t *testing.T) {
	h := newHouse(t)
	p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 10))
	h.render(p)
	v := h.visitor()
	seen := map[string]bool{"": true}
	visit := func(paths ...string) {
		for len(paths) > 0 {
			path := paths[0]
			paths = paths[1:]
			if seen[path] || strings.HasPrefix(path, "#") ||
				strings.HasPrefix(path, "https://license.example.jp/") {
				continue
			}
			seen[path] = true
			a := v.get(path)
			if a.status >= 400 {
				t.Errorf("%s is answered with %d", path, a.status)
			}
			if a.doc == nil {
				continue
			}
			for _, n := range a.doc.Find("[href], [src]").EachIter() {
				href, _ := n.Attr("href")
				src, _ := n.Attr("src")
				paths = append(paths, href, src)
			}
		}
	}
	visit("/delivery/sign-in", "/delivery/password", "/delivery/password/sent", "/delivery/")
	v.enter(p)
	delete(seen, "/delivery")
	delete(seen, "/delivery/sign-in")
	visit("/delivery", "/delivery/sign-in")
	for _, path := range []string{"/delivery/certificate", "/delivery/certificate.pdf"} {
		if !seen[path] {
			t.Errorf("no page leads to %s", path)
		}
	}
}
