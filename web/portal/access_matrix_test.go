package portal_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

// reach is whom an address of the portal answers.
type reach int

const (
	// everybody is for addresses that take no session.
	everybody reach = iota
	// account is for those that show and change what belongs to who is signed in.
	account
	// contract is for those about one contract: its contacts alone.
	contract
)

// accessMatrix has a row for every route of the portal. Whoever adds a route says
// here whom it answers.
var accessMatrix = map[string]reach{
	"GET /portal/":                        everybody,
	"GET /portal/sign-in":                 everybody,
	"POST /portal/sign-in":                everybody,
	"GET /portal/second-step":             everybody,
	"POST /portal/second-step":            everybody,
	"GET /portal/temporary-password":      everybody,
	"POST /portal/temporary-password":     everybody,
	"GET /portal/temporary-password/sent": everybody,
	"GET /portal/password":                everybody,
	"POST /portal/password":               everybody,

	"GET /portal":                              account,
	"POST /portal/sign-out":                    account,
	"GET /portal/account":                      account,
	"POST /portal/account/language":            account,
	"POST /portal/account/password":            account,
	"POST /portal/account/sessions/:id/end":    account,
	"POST /portal/account/sign-out-everywhere": account,
	"GET /portal/account/two-step":             account,
	"POST /portal/account/two-step":            account,
	"POST /portal/account/two-step/confirm":    account,
	"POST /portal/account/two-step/codes":      account,
	"POST /portal/account/two-step/off":        account,
	"GET /portal/contracts":                    account,
	"GET /portal/contracts.csv":                account,
	"GET /portal/contracts.xlsx":               account,
	"GET /portal/search":                       account,
	"POST /portal/search":                      account,
	"GET /portal/activation":                   account,
	"GET /portal/activation/:kind":             account,
	"POST /portal/activation/:kind":            account,
	"GET /portal/activation/requests":          account,
	"GET /portal/activation/requests/:number":  account,

	"POST /portal/activation/requests/:number/cancel": account,
	"GET /portal/news":               account,
	"POST /portal/news/subscription": account,
	"GET /portal/news/:number":       account,

	"GET /portal/downloads":                       account,
	"GET /portal/downloads/:file":                 account,
	"HEAD /portal/downloads/:file":                account,
	"GET /portal/downloads/:file/code":            account,
	"POST /portal/downloads/:file/code":           account,
	"GET /portal/pattern-files":                   account,
	"POST /portal/pattern-files/links":            account,
	"GET /portal/pattern-files/links/:id":         account,
	"POST /portal/pattern-files/links/:id/revoke": account,

	"GET /portal/contracts/:license":                        contract,
	"GET /portal/contracts/:license/holdings.pdf":           contract,
	"GET /portal/contracts/:license/holdings.csv":           contract,
	"GET /portal/contracts/:license/holdings.xlsx":          contract,
	"GET /portal/contracts/:license/name-change":            contract,
	"GET /portal/contracts/:license/name-change/new":        contract,
	"POST /portal/contracts/:license/name-change/new":       contract,
	"POST /portal/contracts/:license/name-change/answer":    contract,
	"POST /portal/contracts/:license/name-change/withdraw":  contract,
	"GET /portal/contracts/:license/contacts":               contract,
	"POST /portal/contracts/:license/contacts":              contract,
	"GET /portal/contracts/:license/contacts/done":          contract,
	"GET /portal/contracts/:license/changes":                contract,
	"GET /portal/contracts/:license/renewal":                contract,
	"GET /portal/contracts/:license/renewal.pdf":            contract,
	"GET /portal/contracts/:license/codes/:id/license-file": contract,
}

// passing are the routes whose answer to a contact depends on more than who asks:
// a request under way, something just done.
var passing = []string{
	"GET /portal/contracts/:license/name-change", "GET /portal/contracts/:license/name-change/new", "GET /portal/contracts/:license/contacts/done",
	"GET /portal/contracts/:license/codes/:id/license-file",
}

// matrix is a house with a contract that people of every kind try to reach. Each
// of them has a contract of their own besides, so that they can sign in.
type matrix struct {
	*house
	license string // the contract
	people  map[string]*visitor
}

func newMatrix(h *house) *matrix {
	h.t.Helper()
	m := &matrix{house: h, people: map[string]*visitor{"signed out": h.visitor()}}
	m.license = h.contractOf("old@customer.example.jp", "desk@support.example.jp")
	addresses := map[string]string{
		"contract contact, changed today": "old@customer.example.jp", "support contact": "desk@support.example.jp",
		"contract contact from tomorrow": "new@customer.example.jp", "another company's contact": "hanako@other.example.jp",
	}
	for _, email := range addresses {
		if email != "desk@support.example.jp" {
			h.contractOf(email, email)
		}
	}
	h.clock.pass(7 * 24 * time.Hour)
	clerk := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	must(h.t, h.store.CreateStaff(h.t.Context(), models.Process, &clerk))
	c := m.contract()
	contacts := c.Contacts()
	contacts.Holder.Email = "new@customer.example.jp"
	staff := models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name}
	_, err := h.store.ChangeContacts(h.t.Context(), staff, store.ContactsWish{LicenseID: m.license, Version: c.Version, Contacts: contacts, Reason: "電話でのご依頼"})
	must(h.t, err)
	for who, email := range addresses {
		m.people[who] = h.member(email, password)
		m.people[who].get("/portal/contracts").want(http.StatusOK) // says once that a password was set
	}
	return m
}

func (m *matrix) contract() models.Contract {
	m.t.Helper()
	d, err := m.store.ContractByLicense(m.t.Context(), models.Process, m.license)
	must(m.t, err)
	return d.Contract
}

// ask visits a route with a license ID; forms are sent empty.
func (m *matrix) ask(v *visitor, route, license string) answer {
	method, path, _ := strings.Cut(route, " ")
	path = strings.NewReplacer(":license", license, ":id", "1", ":file", "1", ":number", "NC0000001", ":token", "x", ":kind", "apex_central").Replace(path)
	if method == http.MethodPost {
		return v.post(path, url.Values{"by": {"license"}, "license": {license}, "action": {"find"}})
	}
	return v.get(path)
}

// toSignIn says whether an answer leads to the sign-in page.
func (a answer) toSignIn() bool {
	return a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/portal/sign-in")
}

func TestEveryRouteHasItsRowInTheAccessMatrix(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var routes []string
	for _, r := range h.engine.Routes() {
		if r.Path == "/portal" || strings.HasPrefix(r.Path, "/portal/") {
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	for _, r := range routes {
		rule, there := accessMatrix[r]
		if !there {
			t.Errorf("%s stands in no row of the access matrix", r)
		}
		if strings.Contains(r, ":license") != (rule == contract) {
			t.Errorf("%s names a contract, or does not, against its row", r)
		}
	}
	for r := range accessMatrix {
		if !slices.Contains(routes, r) {
			t.Errorf("the access matrix has %s, which does not answer", r)
		}
	}
}

func TestOnlyContactsReachTheirContract(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		m := newMatrix(h)
		before := m.contract()
		today := []string{"contract contact, changed today", "support contact"}
		m.check("on the day of the change", today)
		h.clock.set(h.store.Today().AddDays(1).Start().Add(-time.Second))
		for who := range m.people { // 20 minutes have passed
			m.again(who)
		}
		m.check("a second before midnight", today)
		h.clock.pass(time.Second)
		m.check("at midnight", []string{"contract contact from tomorrow", "support contact"})
		after := m.contract()
		equal(t, "version after all that", after.Version, before.Version)
	})
}

// again signs somebody in once more.
func (m *matrix) again(who string) {
	m.t.Helper()
	emails := map[string]string{
		"contract contact, changed today": "old@customer.example.jp", "support contact": "desk@support.example.jp",
		"contract contact from tomorrow": "new@customer.example.jp", "another company's contact": "hanako@other.example.jp",
	}
	if emails[who] != "" {
		m.people[who] = m.visitor()
		m.people[who].enter(emails[who], password)
	}
}

// check asks every route about the contract as everybody: those in are answered,
// and all others as if there were no such contract.
func (m *matrix) check(when string, in []string) {
	m.t.Helper()
	for route, rule := range accessMatrix {
		for who, v := range m.people {
			if route == "POST /portal/sign-out" || strings.HasPrefix(route, "POST /portal/account") || rule == everybody {
				continue // they end sessions, or answer everybody
			}
			what := when + ": " + route + " for " + who
			a := m.ask(v, route, m.license)
			switch {
			case who == "signed out":
				if !a.toSignIn() {
					m.t.Errorf("%s is answered with %d", what, a.status)
				}
			case a.toSignIn():
				m.t.Errorf("%s leads to the sign-in page", what)
			case rule == contract && slices.Contains(in, who):
				m.checkIn(what, route, a)
			case rule == contract:
				m.checkOut(what, v, route, a)
			default:
				m.checkOwn(what, route, a, slices.Contains(in, who))
			}
		}
	}
}

// checkIn is for contacts: pages show the contract, forms that are empty are refused at most.
func (m *matrix) checkIn(what, route string, a answer) {
	m.t.Helper()
	if strings.HasPrefix(route, "GET") && !slices.Contains(passing, route) && a.status != http.StatusOK {
		m.t.Errorf("%s is answered with %d", what, a.status)
	}
}

// checkOut is for all others: the answer is that of a contract which is not there.
func (m *matrix) checkOut(what string, v *visitor, route string, a answer) {
	m.t.Helper()
	const unknown = "99999999"
	if a.status != http.StatusNotFound || strings.Contains(a.body, "desk@support.example.jp") {
		m.t.Errorf("%s is answered with %d", what, a.status)
	}
	same := m.ask(v, route, unknown)
	mine, other := withoutRequest(a, m.license), withoutRequest(same, unknown)
	if same.status != a.status || mine != other {
		m.t.Errorf("%s is answered otherwise than for a contract that is not there:\n%s\n%s", what, mine, other)
	}
}

// withoutRequest is a page's text without what differs between requests.
func withoutRequest(a answer, license string) string {
	if a.doc == nil {
		return a.body
	}
	text := strings.ReplaceAll(a.text("main"), license, "…")
	text, _, _ = strings.Cut(text, "req_")
	return text
}

// checkOwn is for what belongs to the account: the contract is in it for its contacts alone.
func (m *matrix) checkOwn(what, route string, a answer, in bool) {
	m.t.Helper()
	if strings.HasSuffix(route, ".xlsx") {
		return // packed; the same rows as CSV
	}
	shows := strings.Contains(a.body, "desk@support.example.jp") || strings.HasSuffix(route, ".csv") && strings.Contains(a.body, m.license) ||
		strings.Contains(a.body, "/portal/contracts/"+m.license) || strings.Contains(a.header.Get("Location"), m.license)
	lists := strings.HasPrefix(route, "GET /portal/contracts") || route == "POST /portal/search"
	switch {
	case shows && !in:
		m.t.Errorf("%s shows the contract", what)
	case !shows && in && lists:
		m.t.Errorf("%s does not show the contract", what)
	}
}

// Who has nothing but the changed address signs in with it until midnight, and
// the new address from then on; a session ends with its address.
func TestSigningInFollowsTheAddress(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		license := h.contractOf("old@customer.example.jp", "desk@support.example.jp")
		h.clock.pass(7 * 24 * time.Hour)
		d, err := h.store.ContractByLicense(t.Context(), models.Process, license)
		must(t, err)
		clerk := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
		must(t, h.store.CreateStaff(t.Context(), models.Process, &clerk))
		old := h.member("old@customer.example.jp", password)
		contacts := d.Contract.Contacts()
		contacts.Holder.Email = "new@customer.example.jp"
		_, err = h.store.ChangeContacts(t.Context(), models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name},
			store.ContactsWish{LicenseID: license, Version: d.Contract.Version, Contacts: contacts, Reason: "電話でのご依頼"})
		must(t, err)
		old.get("/portal/contracts/" + license).want(http.StatusOK)
		h.clock.set(h.store.Today().AddDays(1).Start().Add(-time.Minute))
		old = h.visitor()
		old.enter("old@customer.example.jp", password)
		old.get("/portal/contracts/" + license).want(http.StatusOK)
		h.visitor().post("/portal/temporary-password", url.Values{"email": {"new@customer.example.jp"}})
		if _, err := h.store.AccountByEmail(t.Context(), "new@customer.example.jp"); !models.IsKind(err, models.KindNotFound) {
			t.Errorf("the new address has an account before midnight: %v", err)
		}
		h.clock.pass(time.Minute)
		if a := old.get("/portal/contracts/" + license); !a.toSignIn() {
			t.Errorf("the old address is answered with %d at midnight", a.status)
		}
		if h.visitor().signIn("old@customer.example.jp", password).in() {
			t.Error("the old address signs in after midnight")
		}
		h.member("new@customer.example.jp", another).get("/portal/contracts/" + license).want(http.StatusOK)
	})
}
