package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// fields gives a form's fields as a browser would send them, with changes made; a
// change to nothing takes the field out.
func (a answer) fields(selector string, changes ...string) url.Values {
	a.t.Helper()
	f := a.doc.Find(selector)
	if f.Length() != 1 {
		a.t.Fatalf("%d forms %s on the page: %.600s", f.Length(), selector, a.text("body"))
	}
	values := url.Values{}
	f.Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		kind, value := s.AttrOr("type", ""), s.AttrOr("value", "")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "select":
			value = s.Find("option[selected]").First().AttrOr("value", "")
		case goquery.NodeName(s) == "textarea":
			value = s.Text()
		case (kind == "checkbox" || kind == "radio") && !checked:
			return
		}
		values.Add(s.AttrOr("name", ""), value)
	})
	for i := 0; i+1 < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values
}

// mailed gives kinds and recipients of what waits to be mailed about contacts.
func (h *house) mailed() []string {
	h.t.Helper()
	mails, _, err := h.store.Mails(h.t.Context(), store.MailFilter{Statuses: []models.MailStatus{models.MailQueued}}, store.Page{Limit: 100})
	must(h.t, err)
	var list []string
	for i := len(mails) - 1; i >= 0; i-- {
		if mails[i].ContractChangeID != nil {
			list = append(list, string(mails[i].Kind)+" "+mails[i].Recipient)
		}
	}
	return list
}

const form = "form.contacts"

func TestContactsAreEditedCheckedAndChanged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contracted()
		at := "/portal/contracts/" + license + "/contacts"
		h.visitor().get(at).want(http.StatusSeeOther)
		v := h.member(contact, password)
		page := v.get(at).want(http.StatusOK)
		contains(t, "form", page.text("main"), "契約内容の変更", "契約窓口", "サポート窓口", "必須", "個人情報の取り扱い")

		// Wrong values and the missing tick are told at once; what was typed stays.
		long := strings.Repeat("長", models.MaxNameLength+1)
		wrong := v.post(at, page.fields(form,
			"holder.phone", "", "holder.email", "a@b", "support.city", long, "support.person_name", "髙﨑 <b>𠮷</b>", "action", "check")).want(http.StatusUnprocessableEntity)
		equal(t, "marked fields", wrong.doc.Find("[aria-invalid]").Length(), 4)
		equal(t, "focus", wrong.doc.Find("[autofocus]").AttrOr("id", ""), "holder.phone")
		equal(t, "list of errors", len(wrong.texts(".notice.bad li")), 4)
		equal(t, "what was typed", wrong.fields(form).Get("support.person_name"), "髙﨑 <b>𠮷</b>")
		if strings.Contains(wrong.body, "<b>𠮷</b>") {
			t.Error("what was typed is markup on the page")
		}

		// Nothing different is said so.
		same := v.post(at, page.fields(form, "privacy", "1", "action", "check")).want(http.StatusUnprocessableEntity)
		contains(t, "nothing changed", same.text("main"), "変更された項目がありません")

		// The check page shows what changes and nothing else, and leads back with all of it.
		typed := page.fields(form, "privacy", "1", "action", "check", "holder.phone", "03-9999-0000", "support.person_name", "髙﨑 𠮷野",
			"support.company_name", "㈱ｱｲｳ", "holder.email", "new@customer.example.jp")
		check := v.post(at, typed).want(http.StatusOK)
		equal(t, "rows", len(check.texts("table.diff tbody tr")), 4)
		contains(t, "check page", check.text("main"), "03-1234-5678", "03-9999-0000", "髙﨑 𠮷野", "㈱ｱｲｳ", "午前0時")
		equal(t, "changes before they are made", len(h.mailed()), 0)
		back := v.post(at, check.fields("main form", "action", "back")).want(http.StatusOK)
		for name, want := range typed {
			if name != "action" && back.fields(form).Get(name) != want[0] {
				t.Errorf("%s comes back as %q, not %q", name, back.fields(form).Get(name), want[0])
			}
		}
		done := v.post(at, check.fields("main form", "action", "do")).want(http.StatusSeeOther)
		end := v.get(done.header.Get("Location")).want(http.StatusOK)
		contains(t, "done page", end.text("main"), "変更が完了しました", contact, "03-9999-0000")
		equal(t, "mails", strings.Join(h.mailed(), ", "), "contact_change_done "+contact+", contact_address_new new@customer.example.jp")
		// Sent twice it is done once.
		again := v.post(at, check.fields("main form", "action", "do")).want(http.StatusSeeOther)
		equal(t, "the same change", again.header.Get("Location"), done.header.Get("Location"))
		equal(t, "mails of the second time", len(h.mailed()), 2)

		v.post("/portal/account/language", url.Values{"language": {"en"}}).want(http.StatusSeeOther)
		history := v.get("/portal/contracts/" + license + "/changes").want(http.StatusOK)
		contains(t, "history", history.text("main"), "History of changes", "You", "Contract contact: Phone", "03-9999-0000")
		contains(t, "English form", v.get(at).text("main"), "Change contract details", "required")
	})
}

// The second of two who edit sees what the first did, and loses nothing.
func TestTwoEditTheSameContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contracted()
		at := "/portal/contracts/" + license + "/contacts"
		v := h.member(contact, password)
		first := v.get(at)
		c, err := h.store.ContractByLicense(t.Context(), models.Process, license)
		must(t, err)
		theirs := c.Contract.Contacts()
		theirs.Holder.Phone, theirs.Support.Fax = "03-7777-7777", "03-8888-8888"
		staff := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
		must(t, h.store.CreateStaff(t.Context(), models.Process, &staff))
		_, err = h.store.ChangeContacts(t.Context(), models.Actor{Kind: models.ActorStaff, ID: staff.ID, Name: staff.Name}, store.ContactsWish{
			LicenseID: license, Version: c.Contract.Version, Contacts: theirs, Reason: "秘密の理由",
		})
		must(t, err)
		clash := v.post(at, first.fields(form, "privacy", "1", "action", "check", "holder.phone", "03-9999-9999", "support.person_name", "別の 人")).want(http.StatusConflict)
		contains(t, "difference", clash.text(".changed"), "ほかの方が先に変更しました", "03-1234-5678", "03-7777-7777", "03-9999-9999", "03-8888-8888", "両方で変更")
		again := clash.fields(form, "action", "check")
		for name, want := range map[string]string{"holder.phone": "03-9999-9999", "support.fax": "03-8888-8888", "support.person_name": "別の 人", "privacy": "1"} {
			equal(t, name, again.Get(name), want)
		}
		check := v.post(at, again).want(http.StatusOK)
		equal(t, "rows", len(check.texts("table.diff tbody tr")), 2)
		v.post(at, check.fields("main form", "action", "do")).want(http.StatusSeeOther)
		history := v.get("/portal/contracts/" + license + "/changes").want(http.StatusOK)
		contains(t, "history", history.text("main"), "あなた", "トレンドマイクロ")
		for _, secret := range []string{"秘密の理由", "受注 花子"} {
			if strings.Contains(history.body, secret) {
				t.Errorf("the portal shows %s", secret)
			}
		}
	})
}

// What is not theirs is not there, whatever is sent; and who loses the contract at
// midnight loses the form too.
func TestContactsOfOthersAreNotThere(t *testing.T) {
	h := newHouse(t)
	license := h.contracted()
	at := "/portal/contracts/" + license + "/contacts"
	v := h.member(contact, password)
	page := v.get(at)
	for _, path := range []string{"/portal/contracts/99999999/contacts", "/portal/contracts/x/contacts", at + "/done?change=1", at + "/done?change=x"} {
		v.get(path).want(http.StatusNotFound)
	}
	v.post("/portal/contracts/99999999/contacts", page.fields(form, "action", "do", "privacy", "1")).want(http.StatusNotFound)
	v.post(at, page.fields(form, "version", "x")).want(http.StatusUnprocessableEntity)
	v.post(at, page.fields(form, "holder.phone", "03-9999-0001", "privacy", "1", "action", "do"), "Sec-Fetch-Site", "cross-site").want(http.StatusForbidden)
	// The name cannot be slipped into what is done at once.
	sly := v.post(at, page.fields(form, "holder.company_name", "乗っ取り株式会社", "holder.phone", "03-9999-0002", "privacy", "1", "action", "do")).want(http.StatusSeeOther)
	v.get(sly.header.Get("Location")).want(http.StatusOK)
	c, err := h.store.ContractByLicense(t.Context(), models.Process, license)
	must(t, err)
	equal(t, "name", c.Contract.Holder.CompanyName, "見本商事株式会社")
	equal(t, "phone", c.Contract.Holder.Phone, "03-9999-0002")
	moved := v.post(at, v.get(at).fields(form, "holder.email", "x@customer.example.jp", "support.email", "x@customer.example.jp", "privacy", "1", "action", "do")).want(http.StatusSeeOther)
	v.get(moved.header.Get("Location")).want(http.StatusOK)
	h.clock.pass(24 * time.Hour)
	v = h.visitor()
	if v.signIn(contact, password).in() {
		t.Error("the old address signs in on the next day")
	}
}
