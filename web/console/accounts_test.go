package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestPortalAccountsAreLookedUp(t *testing.T) {
	eachDatabase(t, accountsAreLookedUp)
}

func accountsAreLookedUp(t *testing.T, dialect string) {
	t.Helper()
	h := newHouse(t, dialect)
	o := busy(h)["delivered"]
	contract, err := h.ContractByLicense(t.Context(), models.Process, h.detail(o.OrderNumber).Licenses[0])
	must(t, err)
	email := contract.Contract.Holder.Email
	h.pass(contract.Contract.ValidAt.Sub(h.clock()) + time.Hour)
	page := "/console/accounts?q=" + url.QueryEscape(email)

	viewer, clerk := h.signedIn(models.RoleViewer), h.signedIn(models.RoleClerk)
	viewer.get("/console/accounts?q=half").want(http.StatusOK, "メールアドレスを最後まで入力してください。")
	viewer.get("/console/accounts?q=nobody@example.jp").want(http.StatusOK, "現在、有効な契約の窓口ではありません", "まだ仮パスワードを請求したことがない")
	if r := viewer.get(page).want(http.StatusOK, "サインインできます"); r.Find("main form[method=post]").Length() != 0 {
		t.Error("a viewer is offered to act")
	}
	ask := url.Values{"email": {email}}
	viewer.post("/console/accounts/temporary-password", ask).want(http.StatusForbidden)
	told := len(h.told)
	clerk.follow(clerk.post("/console/accounts/temporary-password", ask)).want(http.StatusOK, "仮パスワードをメールで送りました。", "パスワード未設定", "仮パスワード期限")
	if len(h.told) != told+1 {
		t.Error("nobody is told of the mail")
	}
	clerk.follow(clerk.post("/console/accounts/temporary-password", url.Values{"email": {"nobody@example.jp"}})).want(http.StatusOK, "送りませんでした。")
	viewer.get("/console/mails?kind=temporary_password").want(http.StatusOK, email, "ポータルのアカウント")

	a := h.portalMember(email)
	clerk.get(page).want(http.StatusOK, "利用中", "すべての端末をサインアウトする", "2段階認証を解除する")
	at := fmt.Sprintf("/console/accounts/%d", a.ID)
	clerk.follow(clerk.post(at+"/end-sessions", nil)).want(http.StatusOK, "すべての端末をサインアウトしました。")
	open, err := h.AccountSessions(t.Context(), a.ID, h.clock().Add(-time.Hour))
	must(t, err)
	if len(open) != 0 {
		t.Errorf("%d sessions go on", len(open))
	}
	clerk.follow(clerk.post(at+"/two-step-off", nil)).want(http.StatusOK, "2段階認証を解除しました。")
	clerk.post(at+"/two-step-off", nil).want(http.StatusConflict)
	clerk.post("/console/accounts/999/end-sessions", nil).want(http.StatusNotFound)
	viewer.get(fmt.Sprintf("/console/audit?subject=account&id=%d", a.ID)).
		want(http.StatusOK, "仮パスワードを発行", "パスワードを設定", "すべての端末からサインアウト", "2段階認証を有効化", "2段階認証を解除", "ポータル利用者")
}

// portalMember has set a password by the temporary one, has two steps, and is signed in.
func (h *house) portalMember(email string) models.Account {
	h.t.Helper()
	ctx := h.t.Context()
	a, err := h.AccountByEmail(ctx, email)
	must(h.t, err)
	self := models.Actor{Kind: models.ActorAccount, ID: a.ID, Name: a.Email}
	a, _, err = h.SetAccountPassword(ctx, self, store.NewPassword{AccountID: a.ID, Hash: "$argon2id$x", TemporaryVersion: a.TemporaryVersion})
	must(h.t, err)
	_, err = h.OpenAccountSession(ctx, self, a, "Firefox/Linux")
	must(h.t, err)
	must(h.t, h.PrepareSecondStep(ctx, a.ID, []byte("sealed"), 1))
	must(h.t, h.ConfirmSecondStep(ctx, self, a, 1, []string{"x"}))
	return a
}
