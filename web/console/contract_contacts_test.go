package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// contract gives the license ID of a contract that was delivered.
func (h *house) contract() string {
	h.t.Helper()
	o := h.order(h.application(), "", line("CSSP", 10, 12))
	h.run(o, nil)
	return h.detail(o.OrderNumber).Licenses[0]
}

func TestStaffChangeAContractsContacts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		license := h.contract()
		at := "/console/contracts/" + license
		h.signedIn(models.RoleViewer).get(at).want(http.StatusOK, "変更はありません。")
		b := h.signedIn(models.RoleClerk)
		page := b.get(at+"/contacts").want(http.StatusOK, "連絡先の変更", "契約窓口", "サポート窓口")

		// All that is wrong is told at once, at its field, and what was typed stays.
		form := page.form("form.contacts", url.Values{
			"holder.phone": {""}, "support.email": {"a@b"}, "holder.company_name": {"髙﨑電機㈱ <b>𠮷</b>"}, "reason": {" "},
		})
		again := b.post(at+"/contacts", form).want(http.StatusUnprocessableEntity, "入力してください。", "メールアドレスの形式が正しくありません。")
		if id, _ := again.Find("[autofocus]").Attr("id"); id != "holder.phone" {
			t.Errorf("the focus is on %q", id)
		}
		if again.Find("[aria-invalid]").Length() != 3 {
			t.Errorf("%d fields are marked", again.Find("[aria-invalid]").Length())
		}
		name, _ := again.Find(`[name="holder.company_name"]`).Attr("value")
		if name != "髙﨑電機㈱ <b>𠮷</b>" {
			t.Errorf("the name typed became %q", name)
		}

		// Somebody else is faster: the difference is shown, and nothing typed is lost.
		d, err := h.ContractByLicense(t.Context(), h.clerk(), license)
		must(t, err)
		theirs := d.Contract.Contacts()
		theirs.Holder.Phone, theirs.Support.Fax = "03-7777-7777", "03-8888-8888"
		_, err = h.ChangeContacts(t.Context(), h.clerk(), store.ContactsWish{LicenseID: license, Version: d.Contract.Version, Contacts: theirs, Reason: "先の依頼"})
		must(t, err)
		form = again.form("form.contacts", url.Values{
			"holder.phone": {"03-5555-5555"}, "support.email": {d.Contract.Support.Email}, "reason": {"登記の写しを確認した"},
		})
		clash := b.post(at+"/contacts", form).want(http.StatusConflict, "ほかの方が先に変更しました", "03-7777-7777", "03-5555-5555", "03-8888-8888", "両方で変更")
		form = clash.form("form.contacts", nil)
		if form.Get("support.fax") != "03-8888-8888" || form.Get("holder.phone") != "03-5555-5555" || form.Get("reason") != "登記の写しを確認した" {
			t.Errorf("the form holds %v", form)
		}
		done := b.post(at+"/contacts", form)
		done.want(http.StatusSeeOther)
		b.follow(done).want(http.StatusOK, "連絡先を変更しました。", "登記の写しを確認した", "契約窓口：会社名", "髙﨑電機㈱ <b>𠮷</b>", "03-7777-7777")
		b.get("/console/audit?subject=contract").want(http.StatusOK, "連絡先を変更", license)
	})
}

// A postal code gives the address, without any script.
func TestThePostalCodeGivesTheAddress(t *testing.T) {
	h := newHouse(t, store.SQLite)
	license := h.contract()
	at := "/console/contracts/" + license + "/contacts"
	_, err := h.ImportPostalCodes(t.Context(), func(yield func(models.PostalCode, error) bool) {
		for _, p := range []models.PostalCode{
			{Code: "5300001", PrefectureCode: 27, City: "大阪市北区", Town: "梅田"}, {Code: "6008216", PrefectureCode: 26, City: "京都市下京区", Town: "東塩小路町"},
			{Code: "6008216", PrefectureCode: 26, City: "京都市下京区", Town: "西酢屋町"},
		} {
			if !yield(p, nil) {
				return
			}
		}
	})
	must(t, err)
	b := h.signedIn(models.RoleClerk)
	ask := func(r *reply, changes url.Values) *reply {
		return b.post(at, r.form("form.contacts", changes))
	}
	page := ask(b.get(at), url.Values{"holder.postal_code": {"〒５３０ー０００１"}, "action": {"postal.holder"}, "reason": {"途中"}})
	form := page.want(http.StatusOK, "住所を入力しました").form("form.contacts", nil)
	for name, want := range map[string]string{
		"holder.postal_code": "530-0001", "holder.prefecture": "大阪府", "holder.city": "大阪市北区", "holder.street": "梅田", "reason": "途中",
	} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, form.Get(name), want)
		}
	}
	page = ask(page, url.Values{"support.postal_code": {"600-8216"}, "action": {"postal.support"}})
	page.want(http.StatusOK, "複数の町名", "西酢屋町")
	page = ask(page, url.Values{"place.support": {"西酢屋町"}, "action": {"postal.support"}})
	if street := page.form("form.contacts", nil).Get("support.street"); street != "西酢屋町" {
		t.Errorf("the street is %q", street)
	}
	ask(page, url.Values{"support.postal_code": {"000"}, "action": {"postal.support"}}).want(http.StatusOK, "この郵便番号の住所は見つかりません")
}

// Whoever was not told of a change is a task on the contract's page, and nothing
// goes to an address that is dead.
func TestAContactWhoWasNotToldIsATask(t *testing.T) {
	eachDatabase(t, func(t *testing.T, dialect string) {
		h := newHouse(t, dialect)
		license := h.contract()
		d, err := h.ContractByLicense(t.Context(), h.clerk(), license)
		must(t, err)
		to := d.Contract.Contacts()
		to.Support.Email = "typo@customer.example.jp"
		done, err := h.ChangeContacts(t.Context(), h.clerk(), store.ContactsWish{LicenseID: license, Version: d.Contract.Version, Contacts: to, Reason: "依頼"})
		must(t, err)
		for _, outbox := range done.Outbox {
			entry, err := h.OutboxEntry(t.Context(), outbox)
			must(t, err)
			h.send(entry.SubjectID, map[string]models.MailStatus{"typo@customer.example.jp": models.MailFailed})
		}
		b := h.signedIn(models.RoleClerk)
		lines := b.get(views.NoticesFailedURL).want(http.StatusOK, license, "typo@customer.example.jp")
		link := lines.Find("main td a").First().AttrOr("href", "")
		at, _, _ := strings.Cut(link, "#")
		page := b.get(at).want(http.StatusOK, "変更後アドレスへのお知らせ", "typo@customer.example.jp")
		b.get("/console/mails").want(http.StatusOK, license)
		at = page.Find("form[action^='/console/tasks/']").AttrOr("action", "")
		form := page.form("form[action^='/console/tasks/']", url.Values{"note": {strings.Repeat("長", models.MaxFreeText+1)}})
		b.post(at, form).want(http.StatusUnprocessableEntity, license)
		form.Set("note", "電話で正しいアドレスを確認した")
		closed := b.post(at, form)
		closed.want(http.StatusSeeOther)
		if r := b.follow(closed).want(http.StatusOK); r.Find("form[action^='/console/tasks/']").Length() != 0 {
			t.Error("the task is still open")
		}
	})
}
