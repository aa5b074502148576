package store_test

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// signedUp gives a valid contract whose two contacts have addresses of their own,
// with an actor for each.
func (h *house) signedUp() (c models.Contract, holder, support models.Actor) {
	h.t.Helper()
	license := h.heldBy("Holder@customer.example.jp", "support@customer.example.jp").LicenseID
	h.clock.pass(30 * day)
	return h.contract(license), h.account(1, "holder@customer.example.jp"), h.account(2, "support@customer.example.jp")
}

func (h *house) account(id int64, email string) models.Actor {
	return models.Actor{Kind: models.ActorAccount, ID: id, Name: email, Language: models.Japanese}
}

// wishOf is what somebody wishes who looked at the contract as it is given.
func wishOf(c models.Contract, actor models.Actor, changes ...func(*models.Contacts)) store.ContactsWish {
	w := store.ContactsWish{LicenseID: c.LicenseID, Version: c.Version, Contacts: c.Contacts()}
	if actor.Kind == models.ActorAccount {
		w.Email = actor.Name
	} else {
		w.Reason = "電話で依頼を受け、折り返して確認した"
	}
	for _, change := range changes {
		change(&w.Contacts)
	}
	return w
}

func phone(text string) func(*models.Contacts) {
	return func(c *models.Contacts) { c.Holder.Phone = text }
}

// mailsOfChange lists kinds and recipients of what was queued with a change.
func (h *house) mailsOfChange(done store.ContactsChanged) []string {
	h.t.Helper()
	var mails []models.Mail
	for _, id := range done.Outbox {
		entry, err := h.OutboxEntry(h.t.Context(), id)
		must(h.t, err)
		m, err := h.MailByID(h.t.Context(), entry.SubjectID)
		must(h.t, err)
		mails = append(mails, m)
	}
	return kindsOf(mails)
}

func (h *house) changes(c models.Contract) []models.ContractChange {
	h.t.Helper()
	list, err := h.ContractChanges(h.t.Context(), c.ID)
	must(h.t, err)
	return list
}

func TestContactsAreChangedAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holder, support := h.signedUp()
		wish := wishOf(c, holder, phone("03-9999-0000"), func(to *models.Contacts) {
			to.Holder.PersonName, to.Support.CompanyName, to.Support.Department = "髙﨑 𠮷野", "㈱ｱｲｳ", strings.Repeat("長", models.MaxNameLength)
		})
		fields, err := h.CheckContacts(t.Context(), wish)
		must(t, err)
		equal(t, "fields that would change", len(fields), 4)
		equal(t, "changed by looking", h.contract(c.LicenseID).Version, c.Version)
		done, err := h.ChangeContacts(t.Context(), holder, wish)
		must(t, err)
		sameList(t, "mails", h.mailsOfChange(done), []string{"contact_change_done holder@customer.example.jp"})
		now := h.contract(c.LicenseID)
		equal(t, "contacts", now.Contacts(), wish.Contacts)
		equal(t, "version", now.Version, c.Version+1)
		equal(t, "key of the name", now.HolderKey, c.HolderKey)
		list := h.changes(c)
		equal(t, "changes", len(list), 1)
		equal(t, "by", list[0].ActorName+" "+string(list[0].ActorRole), "holder@customer.example.jp holder")
		for i, want := range []string{"holder.phone", "holder.person_name", "support.company_name", "support.department"} {
			equal(t, "field", list[0].Fields[i].Field, want)
		}
		equal(t, "before", list[0].Fields[0].BeforeValue, "03-1234-5678")
		equal(t, "after", list[0].Fields[0].AfterValue, "03-9999-0000")

		// The other contact sees the same contract and changes it too.
		done, err = h.ChangeContacts(t.Context(), support, wishOf(now, support, phone("03-1111-2222")))
		must(t, err)
		equal(t, "role", done.Change.ActorRole, models.ContactSupport)
		h.audited("contract", c.ID, []string{"contacts_changed", "contacts_changed"}, "03-9999-0000", "髙﨑", "holder@customer.example.jp")
		h.sound()
	})
}

// What the form sends twice is done once, and whoever began before somebody else's
// change is told of it. An order in between is no such change.
func TestTwoPeopleChangeContactsAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holder, support := h.signedUp()
		mine := wishOf(c, holder, phone("03-9999-0001"))
		first, err := h.ChangeContacts(t.Context(), holder, mine)
		must(t, err)
		again, err := h.ChangeContacts(t.Context(), holder, mine)
		must(t, err)
		equal(t, "sent twice", again.Again && again.Change.ID == first.Change.ID && len(again.Outbox) == 0, true)
		theirs := wishOf(c, support, phone("03-9999-0002"), func(to *models.Contacts) { to.Support.Fax = "03-9999-0003" })
		_, err = h.CheckContacts(t.Context(), theirs)
		wantCode(t, err, models.KindConflict, "contacts_changed")
		_, err = h.ChangeContacts(t.Context(), support, theirs)
		wantCode(t, err, models.KindConflict, "contacts_changed")

		now := h.contract(c.LicenseID)
		was, since, err := h.ContactsSince(t.Context(), now, theirs.Version)
		must(t, err)
		equal(t, "what was", was, c.Contacts())
		equal(t, "changes since", len(since), 1)
		merged, clashes := models.MergeContacts(was, now.Contacts(), theirs.Contacts)
		equal(t, "kept", merged, theirs.Contacts)
		equal(t, "clashes", len(clashes), 1)
		equal(t, "clash", clashes[0], models.ContactClash{Field: "holder.phone", Was: "03-1234-5678", Theirs: "03-9999-0001", Mine: "03-9999-0002", Both: true})
		_, err = h.ChangeContacts(t.Context(), support, store.ContactsWish{LicenseID: c.LicenseID, Version: now.Version, Contacts: merged, Email: support.Name})
		must(t, err)
		equal(t, "changes", len(h.changes(c)), 2)

		before := h.contract(c.LicenseID)
		h.delivered(h.application(forLicense(models.OrderTypeRenewal, c.LicenseID)), func() models.Order {
			o := h.sheet(lineOf(models.LineAddition, "CSSP", 5))
			o.OrderType = models.OrderTypeRenewal
			return o
		}())
		if h.contract(c.LicenseID).Version == before.Version {
			t.Fatal("the order did not touch the contract")
		}
		_, err = h.ChangeContacts(t.Context(), holder, wishOf(before, holder, phone("03-9999-0004")))
		must(t, err)
		h.sound()
	})
}

// A new address signs in from the next day; the old one is told, and so is the new.
func TestAContactsAddressIsChanged(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holder, support := h.signedUp()
		email := func(role models.ContactRole, address string) func(*models.Contacts) {
			return func(to *models.Contacts) { to.Of(role).Email = address }
		}
		done, err := h.ChangeContacts(t.Context(), support, wishOf(c, support, email(models.ContactHolder, " New@customer.example.jp ")))
		must(t, err)
		sameList(t, "mails", h.mailsOfChange(done), []string{
			"contact_change_done support@customer.example.jp", "contact_address_replaced Holder@customer.example.jp",
			"contact_address_new New@customer.example.jp",
		})
		may := func(address string, want bool) {
			t.Helper()
			equal(t, address+" may sign in", h.maySignIn(address), want)
		}
		may("holder@customer.example.jp", true)
		may("new@customer.example.jp", false)
		newcomer := h.account(3, "new@customer.example.jp")
		now := h.contract(c.LicenseID)
		equal(t, "address", now.Holder.Email, "New@customer.example.jp")
		_, err = h.ChangeContacts(t.Context(), newcomer, wishOf(now, newcomer, phone("03-0000-0001")))
		wantCode(t, err, models.KindNotFound, "contract_not_found")
		h.clock.pass(day / 2) // from noon to midnight in Japan
		may("holder@customer.example.jp", false)
		may("new@customer.example.jp", true)
		_, err = h.ChangeContacts(t.Context(), holder, wishOf(now, holder, phone("03-0000-0002")))
		wantCode(t, err, models.KindNotFound, "contract_not_found")
		_, err = h.ChangeContacts(t.Context(), newcomer, wishOf(now, newcomer, phone("03-0000-0003")))
		must(t, err)
		// Who changes the own address hears of it once.
		now = h.contract(c.LicenseID)
		done, err = h.ChangeContacts(t.Context(), newcomer, wishOf(now, newcomer, email(models.ContactHolder, "support@customer.example.jp")))
		must(t, err)
		sameList(t, "mails", h.mailsOfChange(done), []string{
			"contact_change_done new@customer.example.jp", "contact_address_new support@customer.example.jp",
		})
		h.sound()
	})
}

func TestContactsThatAreRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, holder, _ := h.signedUp()
		_, mailID := h.accepted()
		h.bounce(mailID, models.BounceHard, "5.1.1", deliveryAddress)
		_, err := h.ChangeContacts(t.Context(), holder, wishOf(c, holder, func(to *models.Contacts) {
			to.Holder.Phone, to.Holder.Email, to.Holder.PersonName = "", "DELIVERY@customer.example.jp", "太郎\r\nBcc: x@example.jp"
			to.Support.PostalCode, to.Support.Prefecture, to.Support.City = "1", "東京", strings.Repeat("長", models.MaxNameLength+1)
			to.Support.PersonKana, to.Support.Email = "漢字", "a@b"
		}))
		for _, f := range [][2]string{
			{"holder.phone", "required"}, {"holder.email", "address_marked"}, {"holder.person_name", "control_characters"},
			{"support.postal_code", "postal_code_malformed"}, {"support.prefecture", "prefecture_unknown"}, {"support.city", "too_long"},
			{"support.person_name_kana", "kana_expected"}, {"support.email", "email_malformed"},
		} {
			wantField(t, err, f[0], f[1])
		}
		_, err = h.ChangeContacts(t.Context(), holder, wishOf(c, holder))
		wantCode(t, err, models.KindInvalid, "contacts_unchanged")
		stranger := h.account(9, "stranger@elsewhere.example.jp")
		_, err = h.ChangeContacts(t.Context(), stranger, wishOf(c, stranger, phone("03-0000-0001")))
		wantCode(t, err, models.KindNotFound, "contract_not_found")
		_, err = h.ChangeContacts(t.Context(), h.api, wishOf(c, h.api, phone("03-0000-0001")))
		wantCode(t, err, models.KindForbidden, "staff_only")
		equal(t, "changes", len(h.changes(c)), 0)
	})
}

// Staff change all of it, the name too, and say why.
func TestStaffChangeContacts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		c, _, _ := h.signedUp()
		rename := func(to *models.Contacts) {
			to.Holder.CompanyName, to.Holder.CompanyKana = "髙﨑電機㈱", "タカサキデンキ"
		}
		wish := wishOf(c, h.staff, rename)
		wish.Reason = ""
		_, err := h.ChangeContacts(t.Context(), h.staff, wish)
		wantField(t, err, "reason", "required")
		done, err := h.ChangeContacts(t.Context(), h.staff, wishOf(c, h.staff, rename))
		must(t, err)
		equal(t, "mails", len(done.Outbox), 0)
		now := h.contract(c.LicenseID)
		equal(t, "name", now.Holder.CompanyName, "髙﨑電機㈱")
		equal(t, "key", now.HolderKey, models.NameKey("髙﨑電機㈱"))
		equal(t, "reason", h.changes(c)[0].Reason, "電話で依頼を受け、折り返して確認した")
		h.audited("contract", c.ID, []string{"contacts_changed"}, "タカサキデンキ")
		h.sound()
	})
}

// The name waits for its review, and everything else is done at once.
func TestANameWaitsWhileTheRestIsDone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		c, holder, support := h.signedUp()
		wish := wishOf(c, holder, phone("03-9999-0000"))
		wish.Name = &models.NameChangeRequest{New: models.HolderName{CompanyName: "髙﨑電機㈱", CompanyKana: "タカサキデンキ", Department: "総務部"}}
		for _, try := range []func() error{
			func() error { _, err := h.CheckContacts(ctx, wish); return err },
			func() error { _, err := h.ChangeContacts(ctx, holder, wish); return err },
		} {
			wantField(t, try(), "name.reason", "required")
			wantField(t, try(), "name.understood", "tick_required")
		}
		wish.Name.Reason, wish.Name.Understood = models.NameChangeRename, true
		done, err := h.ChangeContacts(ctx, holder, wish)
		must(t, err)
		now := h.contract(c.LicenseID)
		equal(t, "phone", now.Holder.Phone, "03-9999-0000")
		equal(t, "name", now.Holder.CompanyName, c.Holder.CompanyName)
		equal(t, "request", done.NameChange.New.CompanyName, "髙﨑電機㈱")
		equal(t, "told", len(done.Outbox), 2) // the review and the mail
		facts := h.mailFacts(done.Outbox[1])
		equal(t, "mail", facts.Mail.Kind, models.MailContactChangePartly)
		equal(t, "of the request", facts.NameChange.Number, done.NameChange.Number)

		again, err := h.ChangeContacts(ctx, holder, wish)
		must(t, err)
		equal(t, "sent twice", again.Again && again.Change.ID == done.Change.ID, true)
		second := wishOf(now, support)
		second.Name = wish.Name
		_, err = h.CheckContacts(ctx, second)
		wantCode(t, err, models.KindConflict, "name_change_open")
		_, err = h.ChangeContacts(ctx, support, second)
		wantCode(t, err, models.KindConflict, "name_change_open")
		equal(t, "changes", len(h.changes(c)), 1)

		_, err = h.ApproveNameChange(ctx, h.staff, store.DecideNameChange{Number: done.NameChange.Number, Version: done.NameChange.Version, Note: "登記を確認した"})
		must(t, err)
		now = h.contract(c.LicenseID)
		equal(t, "name after the review", now.Holder.CompanyName, "髙﨑電機㈱")
		list := h.changes(c)
		equal(t, "changes", len(list), 2)
		equal(t, "kind", list[0].Kind, models.ChangeOfName)
		equal(t, "its request", *list[0].NameChangeID, done.NameChange.ID)

		// A name alone changes nothing at once, and its request stands in the history.
		alone := wishOf(now, support)
		alone.Name = &models.NameChangeRequest{
			New: models.HolderName{CompanyName: "別の名前㈱", CompanyKana: "ベツ", Department: ""}, Reason: models.NameChangeRename, Understood: true,
		}
		done, err = h.ChangeContacts(ctx, support, alone)
		must(t, err)
		equal(t, "fields", len(done.Change.Fields), 0)
		equal(t, "history", len(h.changes(c)), 3)
		h.sound()
	})
}

func (h *house) mailFacts(outbox int64) store.MailFacts {
	h.t.Helper()
	entry, err := h.OutboxEntry(h.t.Context(), outbox)
	must(h.t, err)
	facts, err := h.MailFacts(h.t.Context(), entry.SubjectID)
	must(h.t, err)
	return facts
}
