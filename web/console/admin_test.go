package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

func TestAKeyIsShownOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleLead)
		path := fmt.Sprintf("/console/resellers/%d", h.reseller.ID)
		page := b.get(path).want(http.StatusOK, "北斗基幹システム", "tdk_abcdef…")
		form := page.form("form[action='"+path+"/keys']", url.Values{"name": {"新システム"}, "scope": {"orders", "read"}})
		made := b.post(path+"/keys", form).want(http.StatusOK, "二度と表示できません", "新システム")
		key := made.Find("#new-key").Text()
		k, reseller, err := h.APIKeyByHash(t.Context(), models.HashAPIKey(key))
		must(t, err)
		if reseller.ID != h.reseller.ID || k.Scopes != "orders read" || !strings.HasPrefix(key, "tdk_") {
			t.Errorf("the key %q is %+v", key, k)
		}
		again := b.get(path)
		if strings.Contains(again.body, key) {
			t.Error("the key is shown again")
		}
		revoke := fmt.Sprintf("%s/keys/%d/revoke", path, k.ID)
		b.follow(b.post(revoke, url.Values{})).want(http.StatusOK, "失効させました")
		if _, _, err := h.APIKeyByHash(t.Context(), models.HashAPIKey(key)); !models.IsKind(err, models.KindNotFound) {
			t.Error("the revoked key still works")
		}
		b.post(path+"/keys/999/revoke", url.Values{}).want(http.StatusNotFound)
	})
}

func TestAKeyNeedsANameAndAScope(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleLead)
		path := fmt.Sprintf("/console/resellers/%d", h.reseller.ID)
		form := b.get(path).form("form[action='"+path+"/keys']", url.Values{"name": {""}, "scope": nil, "owner_email": {"nobody"}})
		delete(form, "scope")
		r := b.post(path+"/keys", form).want(http.StatusUnprocessableEntity)
		if r.Find("#key-name-wrong, #key-scopes-wrong, #key-owner_email-wrong").Length() != 3 {
			t.Errorf("not all errors are there: %s", r.Find(".wrong").Text())
		}
		if r.Find("#key-owner_email").AttrOr("value", "") != "nobody" || r.Find("input[name=scope][checked]").Length() != 0 {
			t.Error("what was typed is gone")
		}
	})
}

func TestResellersAreAddedAndChanged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleLead)
		page := b.get("/console/resellers").want(http.StatusOK, "北斗システム販売株式会社")
		wrong := b.post("/console/resellers", page.form("form[action='/console/resellers']", url.Values{"partner_code": {"HK20815A"}, "name": {"別会社"}, "email": {"a@b.example"}}))
		wrong.want(http.StatusConflict, "すでに登録されています")
		r := b.post("/console/resellers", wrong.form("form[action='/console/resellers']", url.Values{"partner_code": {"ｋｎ30441b"}}))
		added := b.follow(r).want(http.StatusOK, "追加しました", "KN30441B", "別会社")
		form := added.form("form[action='"+r.location+"']", url.Values{"name": {"関西ネット商事株式会社"}, "language": {"en"}})
		b.follow(b.post(r.location, form)).want(http.StatusOK, "保存しました", "関西ネット商事株式会社")
		b.post(r.location, url.Values{"name": {""}}).want(http.StatusUnprocessableEntity)
		b.get("/console/resellers/999").want(http.StatusNotFound)
	})
}

func TestStaffAreAddedChangedAndDisabled(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleLead)
		page := b.get("/console/staff").want(http.StatusOK, "山本 彩", "審査")
		create := "form[action='/console/staff']"
		weak := b.post("/console/staff", page.form(create, url.Values{"email": {"new@todoke.example"}, "name": {"新人"}, "password": {"short"}}))
		weak.want(http.StatusUnprocessableEntity, "12文字以上")
		if weak.Find("#create-password").AttrOr("value", "") != "" || weak.Find("#create-email").AttrOr("value", "") != "new@todoke.example" {
			t.Error("the password came back, or the address did not")
		}
		b.follow(b.post("/console/staff", weak.form(create, url.Values{"password": {password}}))).want(http.StatusOK, "追加しました", "新人")
		m, err := h.StaffByEmail(t.Context(), "new@todoke.example")
		must(t, err)
		newcomer := h.stranger()
		in := newcomer.post("/console/sign-in", url.Values{"email": {m.Email}, "password": {password}})
		newcomer.follow(in).want(http.StatusOK, "新人")

		path := fmt.Sprintf("/console/staff/%d", m.ID)
		person := b.get(path).want(http.StatusOK, "新人")
		b.follow(b.post(path+"/password", url.Values{"password": {"another long phrase"}})).want(http.StatusOK, "パスワードを変更しました")
		if newcomer.get("/console").status != http.StatusSeeOther {
			t.Error("the session outlived the password")
		}
		b.follow(b.post(path, person.form("form[action='"+path+"']", url.Values{"role": {"viewer"}, "disabled": {"1"}}))).want(http.StatusOK, "保存しました", "無効")
		if r := newcomer.post("/console/sign-in", url.Values{"email": {m.Email}, "password": {"another long phrase"}}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("a disabled account signs in with %d", r.status)
		}
	})
}

func TestTheLastLeadStays(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b := h.signedIn(models.RoleLead)
		lead := h.people[models.RoleLead]
		path := fmt.Sprintf("/console/staff/%d", lead.ID)
		form := b.get(path).want(http.StatusOK, "自分のアカウントは無効にできません").form("form[action='"+path+"']", url.Values{"role": {"clerk"}, "disabled": {"1"}})
		b.post(path, form).want(http.StatusConflict, "1名以上")
	})
}

func TestOnesOwnPageChangesLanguageAndPassword(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		b, elsewhere := h.signedIn(models.RoleClerk), h.signedIn(models.RoleClerk)
		page := b.get("/console/me").want(http.StatusOK, "山本 彩")
		change := "form[action='/console/me/password']"
		b.post("/console/me/password", page.form(change, url.Values{"current": {"wrong"}, "password": {"a new long phrase"}})).want(http.StatusUnprocessableEntity, "現在のパスワードが正しくありません")
		b.post("/console/me/password", page.form(change, url.Values{"current": {password}, "password": {"short"}})).want(http.StatusUnprocessableEntity, "12文字以上")
		b.follow(b.post("/console/me/password", page.form(change, url.Values{"current": {password}, "password": {"a new long phrase"}}))).want(http.StatusOK, "パスワードを変更しました")
		if elsewhere.get("/console").status != http.StatusSeeOther {
			t.Error("the other session goes on")
		}
		r := b.post("/console/me", url.Values{"language": {"en"}})
		b.follow(b.follow(r)).want(http.StatusOK, "Saved.", "Change your password")
	})
}
