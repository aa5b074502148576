package portal_test

import (
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/ui"
)

type selection = goquery.Selection

// onSQLite runs a test whose queries other tests make on both databases.
func onSQLite(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	test(t, newHouse(t))
}

// withoutExpiry is the profile that ships, with passwords that do not expire.
func withoutExpiry(t testing.TB) *profile.Profile {
	t.Helper()
	ships, err := profile.Default()
	must(t, err)
	p := *ships
	p.Lifetimes.PortalPasswordDays = 0
	return &p
}

// mails counts the mails that something queues.
func (h *house) mails(fn func()) int {
	h.t.Helper()
	count := func() int {
		list, _, err := h.store.Mails(h.t.Context(), store.MailFilter{}, store.Page{Limit: 200})
		must(h.t, err)
		return len(list)
	}
	before := count()
	fn()
	return count() - before
}

// ofAddress is what failed sign-ins of an address are counted against.
func ofAddress(email string) models.AttemptLimit {
	return ui.Limit("portal-address", models.AddressKey(email), 0, 0)
}

// replaceContact puts an address in place of both contacts of a contract, as its contact may.
func (h *house) replaceContact(license, email string) {
	h.t.Helper()
	d, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	wish := store.ContactsWish{LicenseID: license, Version: d.Contract.Version, Contacts: d.Contract.Contacts(), Email: contact}
	wish.Contacts.Holder.Email, wish.Contacts.Support.Email = email, email
	a := h.account(contact)
	_, err = h.store.ChangeContacts(h.t.Context(), models.Actor{Kind: models.ActorAccount, ID: a.ID, Name: a.Email}, wish)
	must(h.t, err)
}

// account gives an address's account.
func (h *house) account(email string) models.Account {
	h.t.Helper()
	a, err := h.store.AccountByEmail(h.t.Context(), email)
	must(h.t, err)
	return a
}

// temporary asks for a temporary password and gives what is mailed.
func (h *house) temporary(email string) string {
	h.t.Helper()
	h.visitor().post("/portal/temporary-password", url.Values{"email": {email}}).leadsTo("/portal/temporary-password/sent")
	password, err := h.ring.TemporaryPassword(h.account(email))
	must(h.t, err)
	return password
}
