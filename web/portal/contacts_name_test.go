package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// approve approves a request for another name as staff do.
func (h *house) approve(number string) {
	h.t.Helper()
	staff := models.Staff{Email: "reviewer@example.jp", Name: "審査 一郎", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	must(h.t, h.store.CreateStaff(h.t.Context(), models.Process, &staff))
	d, err := h.store.NameChangeDetail(h.t.Context(), number)
	must(h.t, err)
	_, err = h.store.ApproveNameChange(h.t.Context(), models.Actor{Kind: models.ActorStaff, ID: staff.ID, Name: staff.Name},
		store.DecideNameChange{Number: number, Version: d.Change.Version, Note: "登記を確認した"})
	must(h.t, err)
}

// One form for everything: the name is searched for, chosen and proven, the rest is
// done at once, and page and mail say which was done and which waits.
func TestContactsAndNameInOneForm(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contracted()
		h.corporations(corporation(1, "見本ホールディングス株式会社", "ミホンホールディングス"), corporation(2, "別商会株式会社", "ベツショウカイ"))
		at := "/portal/contracts/" + license + "/contacts"
		v := h.member(contact, password)
		// Searching keeps what was typed elsewhere.
		page := v.post(at, v.get(at).fields(form, "holder.phone", "03-9999-0000", "privacy", "1", "name.find.name", "見本ホールディングス", "action", "name.find")).want(http.StatusOK)
		contains(t, "hits", page.text(".found"), "見本ホールディングス株式会社", "千代田区")
		choose := page.doc.Find(".found button").First().AttrOr("value", "")
		page = v.post(at, page.fields(form, "action", choose)).want(http.StatusOK)
		typed := page.fields(form)
		equal(t, "name taken over", typed.Get("name.company_name"), "見本ホールディングス株式会社")
		equal(t, "phone kept", typed.Get("holder.phone"), "03-9999-0000")

		// What is missing for the name is told together with the rest.
		wrong := v.post(at, page.fields(form, "action", "check", "support.email", "a@b")).want(http.StatusUnprocessableEntity)
		equal(t, "marked fields", wrong.doc.Find("[aria-invalid]").Length(), 3)
		equal(t, "one focus", wrong.doc.Find("[autofocus]").Length(), 1)
		contains(t, "errors", wrong.text(".notice.bad"), "変更理由", "メールアドレス")
		check := v.post(at, wrong.fields(form, "action", "check", "support.email", contact, "name.reason", "rename", "name.understood", "1", "name.note", "6月1日付")).want(http.StatusOK)
		contains(t, "check page", check.text("main"), "すぐに変更する項目", "03-9999-0000", "確認後に変更する項目", "見本ホールディングス株式会社", "商号・名称の変更", "6月1日付", "5営業日")
		back := v.post(at, check.fields("main form", "action", "back")).want(http.StatusOK).fields(form)
		for name, want := range map[string]string{"name.reason": "rename", "name.understood": "1", "name.note": "6月1日付", "name.company_name": "見本ホールディングス株式会社", "holder.phone": "03-9999-0000"} {
			equal(t, name+" after going back", back.Get(name), want)
		}
		// A file of the wrong kind is told where it is chosen, and nothing is done.
		do := check.fields("main form", "action", "do")
		do.Del("name.attachments")
		bad := v.upload(at, do, "name.attachments", map[string]string{"登記.txt": "text"}).want(http.StatusUnprocessableEntity)
		contains(t, "wrong file", bad.text("main"), "PDF・JPEG・PNG", "変更内容の確認")
		equal(t, "mails before", len(h.mailed()), 0)
		done := v.upload(at, do, "name.attachments", map[string]string{"登記.pdf": "%PDF-1.7 extract"}).want(http.StatusSeeOther)
		end := v.get(done.header.Get("Location")).want(http.StatusOK)
		contains(t, "done page", end.text("main"), "変更を受け付け、一部の変更が完了しました", "変更が完了した項目", "03-9999-0000", "確認を待っている項目", "見本ホールディングス株式会社", "NC")
		equal(t, "mails", strings.Join(h.mailed(), ", "), "contact_change_partly_done "+contact)
		contains(t, "form meanwhile", v.get(at).text(".nameof"), "確認中です")
		request := openRequest(h, license)
		d, err := h.store.NameChangeDetail(t.Context(), request)
		must(t, err)
		equal(t, "files", len(d.Attachments), 1)

		// Somebody who began before the approval does not ask for the old name back.
		stale := v.get(at)
		h.approve(request)
		clash := v.post(at, stale.fields(form, "holder.fax", "03-2222-2222", "privacy", "1", "action", "check")).want(http.StatusConflict)
		contains(t, "clash", clash.text(".changed"), "見本商事株式会社", "見本ホールディングス株式会社")
		last := v.post(at, clash.fields(form, "action", "check")).want(http.StatusOK)
		if strings.Contains(last.text("main"), "確認後に変更する項目") {
			t.Error("the old name is asked for again")
		}
		v.post(at, last.fields("main form", "action", "do")).want(http.StatusSeeOther)
		contains(t, "history", v.get("/portal/contracts/"+license+"/changes").text("main"), "会社名・支店名の変更（確認済み）", request, "見本ホールディングス株式会社", "03-2222-2222")
		c, err := h.store.ContractByLicense(t.Context(), models.Process, license)
		must(t, err)
		equal(t, "name in the end", c.Contract.Holder.CompanyName, "見本ホールディングス株式会社")
	})
}

// openRequest gives the number of a contract's open request.
func openRequest(h *house, license string) string {
	h.t.Helper()
	id := h.contractID(license)
	open, err := h.store.OpenNameChanges(h.t.Context(), id)
	must(h.t, err)
	return open[id].Number
}
