package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// register puts records of corporations into the house's directory, oldest first.
func (h *house) register(records ...models.CorporateRecord) {
	h.t.Helper()
	lines := func(yield func(store.CorporateLine, error) bool) {
		for _, r := range records {
			r.Kind, r.UpdatedOn = "301", r.ChangedOn.AddDays(3)
			if !yield(store.CorporateLine{Record: r, Latest: true}, nil) {
				return
			}
		}
	}
	_, err := h.ImportCorporations(h.t.Context(), store.CorporationImport{Lines: lines})
	must(h.t, err)
}

func TestCorporationsAreLookedUp(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleViewer)
		b.get("/console/corporations").want(http.StatusOK, "まだ取り込まれていません")
		o := busy(h)["delivered"]
		aoba, merged := directory.SampleNumber(0), directory.SampleNumber(1)
		h.register(
			models.CorporateRecord{
				Number: aoba, Name: "医療法人社団あおば会", Kana: "アオバカイ", Process: models.ProcessRegistered, ChangedOn: models.NewDate(2018, 1, 1),
				PrefectureCode: 13, PostalCode: "1080023", City: "港区", Street: "芝浦３丁目４番１号",
			},
			models.CorporateRecord{
				Number: aoba, Name: "医療法人社団新あおば会", Process: models.ProcessNameChanged, ChangedOn: models.NewDate(2026, 4, 1),
				PrefectureCode: 13, PostalCode: "1080023", City: "港区", Street: "芝浦３丁目４番１号",
			},
			models.CorporateRecord{
				Number: merged, Name: "大阪あおば会", Process: models.ProcessClosed, ChangedOn: models.NewDate(2025, 10, 1), ClosedOn: models.NewDate(2025, 10, 1),
				CloseCause: models.CloseMerged, Successor: aoba, PrefectureCode: 27, PostalCode: "5300001", City: "大阪市北区",
			},
		)
		found := b.get("/console/corporations?q="+url.QueryEscape("あおば会")).want(http.StatusOK, "医療法人社団新あおば会", "大阪あおば会", "閉鎖")
		if strings.Contains(b.get("/console/corporations?q="+url.QueryEscape("あおば会")+"&prefecture="+url.QueryEscape("大阪府")).body, "新あおば会") {
			t.Error("a prefecture narrows nothing")
		}
		b.get("/console/corporations?q="+url.QueryEscape("あおば会")+"&postal_code=530-0001").want(http.StatusOK, "大阪あおば会")
		b.get("/console/corporations?q="+aoba.String()).want(http.StatusOK, "医療法人社団新あおば会")
		b.get("/console/corporations?q="+url.QueryEscape("存在しない名称")).want(http.StatusOK, "該当する法人が見つかりません")
		b.get("/console/corporations?q="+url.QueryEscape("株式会社あ")+"&postal_code=12").want(http.StatusUnprocessableEntity, "2文字以上", "郵便番号")

		page := b.get(found.Find("tbody a").First().AttrOr("href", ""))
		page.want(http.StatusOK, aoba.String(), "旧名称", "商号または名称の変更", "2026年4月1日", "この法人が承継した法人", "大阪あおば会", h.detail(o.OrderNumber).Licenses[0])
		b.get("/console/corporations/"+merged.String()).want(http.StatusOK, "2025年10月1日", "合併による解散など", "承継先の法人", "医療法人社団新あおば会")
		b.get("/console/corporations/1234567890123").want(http.StatusNotFound)
		b.get("/console/corporations/" + directory.SampleNumber(9).String()).want(http.StatusNotFound)
	})
}

func TestAContractIsHiddenAtItsHoldersWish(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		license := h.detail(busy(h)["delivered"].OrderNumber).Licenses[0]
		path := "/console/contracts/" + license
		viewer := h.signedIn(models.RoleViewer)
		if viewer.get(path).want(http.StatusOK, "契約ポータルでの表示", "契約窓口", "サポート窓口").Find("#portal form").Length() != 0 {
			t.Error("a viewer is offered to hide it")
		}
		viewer.post(path+"/hide", url.Values{"reason": {"x"}}).want(http.StatusForbidden)
		b := h.signedIn(models.RoleClerk)
		b.post(path+"/hide", url.Values{"reason": {" "}}).want(http.StatusUnprocessableEntity, "理由")
		hide := b.get(path).Find("#portal form").AttrOr("action", "")
		b.follow(b.post(hide, url.Values{"reason": {"契約者のご希望（電話）"}})).want(http.StatusOK, "非表示にしました", "再び表示する")
		b.post(path+"/hide", url.Values{"reason": {"もう一度"}}).want(http.StatusConflict, "すでに非表示")
		b.get("/console/audit?action=contract_hidden").want(http.StatusOK, "契約ポータルで非表示に変更", "契約者のご希望（電話）", license)
		b.follow(b.post(path+"/unhide", url.Values{"reason": {"取り下げ"}})).want(http.StatusOK, "再び表示します")
		b.post("/console/contracts/99999999/hide", url.Values{"reason": {"x"}}).want(http.StatusNotFound)
	})
}
