package delivery_test

import (
	"net/http"
	"testing"

	"github.com/todoke/todoke/models"
)

func TestNewPurchaseShowsCodesAndSteps(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		p := h.delivered("見本商事株式会社", "", line(models.LineNew, "CSSP", 1200), line(models.LineNew, "VBBIZ", 5), line(models.LineNew, "SVC1-COMP", 1))
		v := h.visitor()
		v.enter(p)
		a := v.get("/delivery").want(http.StatusOK)
		contains(t, "the head", a.text("main"), p.order.OrderNumber, p.number, "見本商事株式会社 様", "2026年9月8日 24時")
		sameList(t, "steps", a.texts(".steps strong"), []string{"内容を確認する", "プログラムとコードを用意する", "インストールする"})
		sameList(t, "labels of codes", a.texts(".secret .label"), []string{"アクティベーションコード", "シリアル番号"})
		sameList(t, "codes", a.texts(".secret code"), h.codes(p))
		contains(t, "the first product", a.texts(".product")[0], "CSSP", "1,200", "2026年7月1日 〜 2027年6月30日", "（12か月）", "新規")
	})
}
