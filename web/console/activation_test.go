package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// signedFor stands for the signer: it writes what would be signed.
func signedFor(_ context.Context, f models.LicenseFileFacts, c models.IssuedCode) ([]byte, error) {
	return fmt.Appendf(nil, "%s %s %s %d %s %s %d", f.LicenseID, f.Holder, f.ProductCode, f.Quantity, f.StartsOn, f.EndsOn, c.ID), nil
}

// holder gives a valid contract of products.
func (h *house) holder(products ...string) (models.Contract, []models.Holding) {
	h.t.Helper()
	var lines []models.OrderLine
	for _, p := range products {
		lines = append(lines, line(p, 25, 12))
	}
	o := h.order(h.application(), "", lines...)
	h.run(o, nil)
	h.pass(10 * 24 * time.Hour)
	d, err := h.ContractByLicense(h.t.Context(), h.clerk(), h.detail(o.OrderNumber).Licenses[0])
	must(h.t, err)
	return d.Contract, d.Holdings
}

// further asks for a further code in the portal.
func (h *house) further(kind string, c models.Contract, of models.Holding) models.ActivationRequest {
	h.t.Helper()
	code, err := h.ring.OpenCode(of)
	must(h.t, err)
	done, err := h.RequestActivation(h.t.Context(), contact, store.AskActivation{
		Email: c.Holder.Email, Kind: kind, License: c.LicenseID, Code: code, CodeHash: h.ring.CodeHash, HoldingID: of.ID,
		Contact: "it@minato-seiki.example", Language: models.Japanese,
	}, h.ring)
	must(h.t, err)
	return done.Request
}

// pressed confirms a request by the link of its mail.
func (h *house) pressed(r models.ActivationRequest) models.IssuedCode {
	h.t.Helper()
	done, err := h.ConfirmActivation(h.t.Context(), store.ConfirmActivation{RequestID: r.ID, LinkVersion: r.LinkVersion, Mailbox: models.MailboxContact}, h.ring)
	must(h.t, err)
	return *done.Code
}

func activationAt(r models.ActivationRequest) string { return "/console/activation/" + r.Number }

func TestTheQueueOfRequestsForCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		c, holdings := h.holder("CSSP", "TXSL")
		issued := h.further("offline", c, holdings[1])
		h.pressed(issued)
		h.pass(5 * time.Hour)
		waiting := h.further("apex_one", c, holdings[0])
		h.pass(65 * time.Hour)
		b := h.signedIn(models.RoleViewer)
		page := b.get("/console").want(http.StatusOK, "コード発行依頼")
		counts := page.Find(`nav.menu a[href="/console/activation?status=waiting&oldest=1"] .counts`).Text()
		if got := strings.Join(strings.Fields(counts), " "); got != "1" {
			t.Errorf("the menu counts %q", got)
		}
		for query, want := range map[string]int{
			"": 2, "status=waiting&oldest=1": 1, "status=issued": 1, "status=cancelled": 0, "kind=offline": 1, "q=" + c.LicenseID: 2,
			"q=" + waiting.Number: 1, "q=" + url.QueryEscape(c.Holder.Email): 2, "q=it%40minato-seiki.example": 2, "q=nobody%40example.jp": 0,
			"from=2027-01-01": 0,
		} {
			list := b.get("/console/activation?" + query).want(http.StatusOK)
			if got := list.Find("table[data-rows] tbody tr").Length(); got != want || list.Find("#count").Text() != fmt.Sprintf("%d件", want) {
				t.Errorf("%s lists %d and says %s", query, got, list.Find("#count").Text())
			}
		}
		b.get("/console/activation?status=waiting").want(http.StatusOK, waiting.Number, "確認待ち", "2日", "URL 残り7時間", c.LicenseID, c.Holder.CompanyName)
		if r := b.get("/console/search?q=" + strings.ToLower(waiting.Number)); r.location != activationAt(waiting) {
			t.Errorf("searching for the number leads to %q", r.location)
		}
		h.pass(7 * time.Hour)
		b = h.signedIn(models.RoleClerk)
		over := b.get(activationAt(waiting)).want(http.StatusOK, "期限切れ")
		if over.Find("main form").Length() != 0 {
			t.Error("what is over is offered for a decision")
		}
		b.get("/console/activation/AR0000000").want(http.StatusNotFound)
	})
}

// Staff cancel with a reason or send the link again; what somebody did meanwhile is told.
func TestDecidingOnARequestForACode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		c, holdings := h.holder("CSSP", "TXSL")
		r := h.further("offline", c, holdings[1])
		viewer := h.signedIn(models.RoleViewer)
		if viewer.get(activationAt(r)).want(http.StatusOK, "it@minato-seiki.example", c.Holder.Email).Find("main form").Length() != 0 {
			t.Error("a viewer is offered decisions")
		}
		viewer.post(activationAt(r)+"/cancel", url.Values{"version": {"1"}, "reason": {"x"}}).want(http.StatusForbidden)
		b := h.signedIn(models.RoleClerk)
		page := b.get(activationAt(r)).want(http.StatusOK)
		told := len(h.told)
		again := b.post(activationAt(r)+"/link", page.form("#act-link form", nil))
		b.follow(again).want(http.StatusOK, "新しいURLを送信します", "URLを再送")
		if len(h.told) != told+1 {
			t.Errorf("%d processes were told", len(h.told)-told)
		}
		now, err := h.ActivationRequest(t.Context(), r.ID)
		must(t, err)
		if now.LinkVersion != 2 {
			t.Errorf("the link has version %d", now.LinkVersion)
		}
		late := b.post(activationAt(r)+"/cancel", page.form("#act-cancel form", url.Values{"reason": {"電話で取り消しの依頼"}}))
		late.want(http.StatusConflict, "この発行依頼はその間に変更されました", "電話で取り消しの依頼")
		page = b.get(activationAt(r))
		bare := b.post(activationAt(r)+"/cancel", page.form("#act-cancel form", nil)).want(http.StatusUnprocessableEntity)
		if bare.Find("#act-cancel[open] #cancel-reason[aria-invalid]").Length() != 1 {
			t.Errorf("nothing is said at the field: %s", bare.Find("#act-cancel").Text())
		}
		b.follow(b.post(activationAt(r)+"/cancel", page.form("#act-cancel form", url.Values{"reason": {"電話で取り消しの依頼"}}))).
			want(http.StatusOK, "発行依頼を取り消しました", "取り消し", "電話で取り消しの依頼")
		if _, err := h.ConfirmActivation(t.Context(), store.ConfirmActivation{RequestID: r.ID, LinkVersion: 2, Mailbox: models.MailboxContact}, h.ring); err == nil {
			t.Error("a cancelled request is confirmed")
		}
		b.get("/console/contracts/"+c.LicenseID).want(http.StatusOK, "発行依頼の履歴", r.Number, "電話で取り消しの依頼")
		b.get("/console/audit?id="+r.Number).want(http.StatusOK, r.Number)
	})
}

// Further codes stand on the contract's page: shown for the asking, revoked and replaced
// with a reason, and with a license file where they are for use offline.
func TestFurtherCodesOnTheContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		c, holdings := h.holder("CSSP", "TXSL")
		online, offline := h.pressed(h.further("apex_one", c, holdings[0])), h.pressed(h.further("offline", c, holdings[1]))
		code, err := h.ring.OpenIssued(offline)
		must(t, err)
		contractAt := "/console/contracts/" + c.LicenseID
		at := func(id int64, action string) string { return fmt.Sprintf("%s/codes/%d/%s", contractAt, id, action) }

		viewer := h.signedIn(models.RoleViewer)
		seen := viewer.get(contractAt).want(http.StatusOK, "追加発行コード", "有効")
		if seen.Find("#codes form").Length() != 0 || strings.Contains(seen.body, code) {
			t.Error("a viewer is offered decisions, or a code")
		}
		for _, action := range []string{"reveal", "revoke", "replace", "license-file"} {
			viewer.post(at(offline.ID, action), url.Values{"reason": {"x"}}).want(http.StatusForbidden)
		}

		b := h.signedIn(models.RoleClerk)
		if shown := b.post(at(offline.ID, "reveal"), nil).want(http.StatusOK, code); shown.Find(fmt.Sprintf("#further-%d", offline.ID)).Text() != code {
			t.Error("the code does not stand where it belongs")
		}
		b.get("/console/audit?subject=issued_code").want(http.StatusOK, "コードを表示", "追加発行コード")
		file := b.post(at(offline.ID, "license-file"), nil).want(http.StatusOK)
		h2 := holdings[1]
		want := fmt.Sprintf("%s %s %s 25 %s %s %d", c.LicenseID, c.Holder.CompanyName, offline.ProductCode, h2.StartsOn, h2.EndsOn, offline.ID)
		if file.body != want || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;") || !strings.Contains(file.header.Get("Cache-Control"), "no-store") {
			t.Errorf("the file says %q as %v", file.body, file.header)
		}
		b.post(at(online.ID, "license-file"), nil).want(http.StatusNotFound)

		page := b.get(contractAt).want(http.StatusOK, "この製品の発行数 1／")
		revoke, replace := fmt.Sprintf("#act-revoke-%d form", offline.ID), fmt.Sprintf("#act-replace-%d form", offline.ID)
		b.post(at(offline.ID, "revoke"), page.form(revoke, nil)).want(http.StatusUnprocessableEntity)
		b.follow(b.post(at(offline.ID, "revoke"), page.form(revoke, url.Values{"reason": {"流出の連絡"}}))).
			want(http.StatusOK, "コードを失効させました", "失効", "流出の連絡")
		b.post(at(offline.ID, "revoke"), page.form(revoke, url.Values{"reason": {"もう一度"}})).want(http.StatusConflict, "すでに失効")
		b.post(at(offline.ID, "license-file"), nil).want(http.StatusConflict, "失効")

		told := len(h.told)
		b.follow(b.post(at(offline.ID, "replace"), page.form(replace, url.Values{"reason": {"代わりのコード"}}))).
			want(http.StatusOK, "代わりのコードを発行し", "この製品の発行数 2／", "代わりのコード")
		if len(h.told) != told+2 {
			t.Errorf("%d processes were told, for two mailboxes", len(h.told)-told)
		}
		codes, err := h.IssuedCodes(t.Context(), c.ID)
		must(t, err)
		if len(codes) != 3 || codes[0].ReplacesID == nil || *codes[0].ReplacesID != offline.ID || codes[0].Revoked() {
			t.Errorf("the codes are %+v", codes)
		}
		b.post(at(offline.ID, "replace"), page.form(replace, url.Values{"reason": {"x"}})).want(http.StatusConflict, "置き換え")

		other, _ := h.holder("CSSP")
		b = h.signedIn(models.RoleClerk)
		strange := strings.Replace(at(codes[0].ID, "reveal"), c.LicenseID, other.LicenseID, 1)
		b.post(strange, nil).want(http.StatusNotFound)
	})
}
