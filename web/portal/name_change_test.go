package portal_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// upload posts a form with files, as the browsers' forms for files do.
func (v *visitor) upload(path string, form url.Values, field string, files map[string]string) answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			must(v.t, w.WriteField(name, value))
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile(field, name)
		must(v.t, err)
		_, err = part.Write([]byte(content))
		must(v.t, err)
	}
	must(v.t, w.Close())
	return v.sendBody(path, w.FormDataContentType(), &body)
}

func (v *visitor) sendBody(path, kind string, body *bytes.Buffer) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.h.server.URL+path, body)
	must(v.t, err)
	for name, value := range map[string]string{
		"Content-Type": kind, "Accept-Language": v.lang, "X-Forwarded-For": v.address, "Sec-Fetch-Site": "same-origin",
	} {
		r.Header.Set(name, value)
	}
	response, err := v.client.Do(r)
	must(v.t, err)
	return answerOf(v.t, response)
}

// hidden gives what a page's form carries on.
func (a answer) hidden() url.Values {
	form := url.Values{}
	for _, n := range a.doc.Find("main form input[type=hidden]").EachIter() {
		form.Add(n.AttrOr("name", ""), n.AttrOr("value", ""))
	}
	return form
}

// corporations fills the directory.
func (h *house) corporations(records ...models.CorporateRecord) {
	h.t.Helper()
	lines := func(yield func(store.CorporateLine, error) bool) {
		for _, r := range records {
			if !yield(store.CorporateLine{Record: r, Latest: true}, nil) {
				return
			}
		}
	}
	_, err := h.store.ImportCorporations(h.t.Context(), store.CorporationImport{Lines: lines})
	must(h.t, err)
}

func corporation(n int, name, kana string) models.CorporateRecord {
	day := models.NewDate(2020, 4, 1)
	return models.CorporateRecord{
		Number: directory.SampleNumber(n), Name: name, Kana: kana, Kind: "301", Process: models.ProcessRegistered, ChangedOn: day, UpdatedOn: day,
		PrefectureCode: 13, PostalCode: "1000001", City: "千代田区", Street: "千代田1-1", AssignedOn: day,
	}
}

const extract = "%PDF-1.7\n履歴事項全部証明書"

// A name is searched for, chosen, checked and sent with a document; the question is
// answered with another, and the request withdrawn.
func TestNameChangeFromSearchToWithdrawal(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contracted()
		h.corporations(corporation(1, "株式会社みらい商事", "ミライショウジ"), corporation(2, "みらい商事運輸株式会社", "ミライショウジウンユ"))
		v := h.member(contact, password)
		at := "/portal/contracts/" + license + "/name-change"
		contains(t, "without one", v.get(at).want(http.StatusOK).text("main"), "お申し込みがありません")

		page := v.get(at + "/new").want(http.StatusOK)
		contains(t, "the form", page.text("main"), "見本商事株式会社", "5営業日ほどかかることを確認しました")
		page = v.post(at+"/new", url.Values{"action": {"name.find"}, "name.find.name": {"みらい商事"}, "name.note": {"よろしく"}}).want(http.StatusOK)
		contains(t, "found", page.text("ul.found"), "株式会社みらい商事", "〒100-0001 東京都千代田区千代田1-1", "みらい商事運輸株式会社")
		equal(t, "kept", page.doc.Find("textarea[name='name.note']").Text(), "よろしく")
		page = v.post(at+"/new", url.Values{"action": {"name.find"}, "name.find.name": {"みらい"}, "name.find.postal_code": {"12"}}).want(http.StatusOK)
		equal(t, "postal code", page.doc.Find("[name='name.find.postal_code'][aria-invalid=true]").Length(), 1)

		number := directory.SampleNumber(1).String()
		page = v.post(at+"/new", url.Values{"action": {"name.choose." + number}, "name.department": {"総務部"}}).want(http.StatusOK)
		equal(t, "name taken over", page.doc.Find("[name='name.company_name']").AttrOr("value", ""), "株式会社みらい商事")
		equal(t, "kana taken over", page.doc.Find("[name='name.company_kana']").AttrOr("value", ""), "ミライショウジ")

		form := url.Values{
			"action": {"check"}, "name.corporate_number": {number}, "name.company_name": {"株式会社みらい商事"}, "name.company_kana": {"ミライショウジ"},
			"name.department": {"総務部"},
		}
		page = v.post(at+"/new", form).want(http.StatusUnprocessableEntity)
		equal(t, "errors at once", page.doc.Find("p.wrong").Length(), 2)
		form.Set("name.reason", "rename")
		form.Set("name.understood", "1")
		page = v.post(at+"/new", form).want(http.StatusOK)
		contains(t, "the check", page.text("main"), "見本商事株式会社", "株式会社みらい商事", "商号・名称の変更", number)
		if strings.Contains(page.text("table.compare"), "総務部") {
			t.Error("what stays is among the changes")
		}
		carried := page.hidden()
		carried.Set("action", "do")
		page = v.upload(at+"/new", carried, "name.attachments", map[string]string{"tohon.pdf": "<html><script>alert(1)</script>"}).want(http.StatusUnprocessableEntity)
		contains(t, "a wrong file", page.text("#name\\.attachments-wrong"), "PDF・JPEG・PNG")
		v.upload(at+"/new", carried, "name.attachments", map[string]string{"登記.txt": extract}).leadsTo(at)
		page = v.get(at).want(http.StatusOK)
		contains(t, "where it stands", page.text("main"), "お申し込みを受け付けました", "受付済み", "登記.pdf", "NC", "2026年6月22日")
		contains(t, "a second", v.get(at+"/new").want(http.StatusOK).text("main"), "確認中の名義変更")
		v.post(at+"/new", carried).want(http.StatusConflict)

		f, err := h.store.NameChangeOf(t.Context(), h.contractID(license))
		must(t, err)
		content, err := h.files.Get(t.Context(), f.Attachments[0].BlobKey)
		must(t, err)
		equal(t, "kept as it came", string(content), extract)
		staff := models.Actor{Kind: models.ActorStaff, ID: 1, Name: "審査 花子"}
		_, err = h.store.AskBackNameChange(t.Context(), staff, store.DecideNameChange{Number: f.Change.Number, Note: "変更日を\nお知らせください"})
		must(t, err)
		page = v.get(at).want(http.StatusOK)
		contains(t, "the question", page.text("blockquote"), "変更日を お知らせください")
		if strings.Contains(page.body, "審査 花子") {
			t.Error("the page names staff")
		}
		answer := page.hidden()
		v.upload(at+"/answer", answer, "attachments", nil).want(http.StatusUnprocessableEntity)
		answer.Set("answer", "4月1日です")
		v.upload(at+"/answer", answer, "attachments", map[string]string{"a.png": "\x89PNG\r\n\x1a\n…"}).leadsTo(at)
		late := v.upload(at+"/answer", answer, "attachments", nil).want(http.StatusConflict)
		contains(t, "answered twice", late.text("[role=alert]"), "操作は行われませんでした", "4月1日です")
		v.post(at+"/withdraw", nil).leadsTo(at)
		contains(t, "withdrawn", v.get(at).want(http.StatusOK).text("main"), "お申し込みを取り下げました", "取り下げ済み")
		v.post(at+"/withdraw", nil).want(http.StatusConflict)
	})
}

func (h *house) contractID(license string) int64 {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	return d.Contract.ID
}

// A stranger's contract is not there, whatever is typed and sent.
func TestNameChangesOfStrangersAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	license := h.contracted()
	mine := h.member(contact, password)
	foreign := h.delivered("別の会社", "", line(models.LineNew, "V1ES-STD", 50))
	h.clock.set(h.validFrom(foreign).Add(time.Minute))
	_, err := h.store.ChangeContacts(t.Context(), models.Actor{Kind: models.ActorStaff, ID: 1, Name: "x"}, h.movedTo(foreign, "other@example.jp"))
	must(t, err)
	h.clock.pass(48 * time.Hour)
	mine.enter(contact, password)
	for _, path := range []string{"", "/new"} {
		mine.get("/portal/contracts/" + license + "/name-change" + path).want(http.StatusOK)
		mine.get("/portal/contracts/" + foreign + "/name-change" + path).want(http.StatusNotFound)
		mine.get("/portal/contracts/x/name-change" + path).want(http.StatusNotFound)
	}
	for _, path := range []string{"/new", "/answer", "/withdraw"} {
		mine.post("/portal/contracts/"+foreign+"/name-change"+path, url.Values{"action": {"do"}, "answer": {"x"}}).want(http.StatusNotFound)
		h.visitor().post("/portal/contracts/"+license+"/name-change"+path, nil).want(http.StatusSeeOther)
	}
	mine.post("/portal/contracts/"+license+"/name-change/withdraw", nil).want(http.StatusNotFound) // none was asked for
}

// movedTo is staff's wish that both contacts of a contract have another address.
func (h *house) movedTo(license, email string) store.ContactsWish {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	to := d.Contract.Contacts()
	to.Holder.Email, to.Support.Email = email, email
	return store.ContactsWish{LicenseID: license, Version: d.Contract.Version, Contacts: to, Reason: "x"}
}
