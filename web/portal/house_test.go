package portal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/gin-gonic/gin"

	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/logged"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/web/portal"
	"github.com/todoke/todoke/web/public"
)

// house is the contract portal over a real database and real files, with a clock
// that tests move and a reseller whose orders are carried to their end.
type house struct {
	t        testing.TB
	store    *store.Store
	files    *files.Store
	ring     *keys.Ring
	profile  *profile.Profile
	clock    *clock
	server   *httptest.Server
	engine   *gin.Engine
	reseller models.Reseller
	api      models.Actor
	told     atomic.Int64
	log      *logged.Log
	numbers  atomic.Int64
}

// Tell stands in for the outbox: the mails themselves are sent by mailAll.
func (h *house) Tell(int64) { h.told.Add(1) }

// noon is a Wednesday without holidays around it, 12:00 in Japan.
var noon = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) pass(d time.Duration) { c.set(c.Now().Add(d)) }

// newHouse opens a house on SQLite; change may alter the site's options.
func newHouse(t testing.TB, change ...func(*portal.Options)) *house {
	t.Helper()
	return newHouseOn(t, migrated.SQLite(t), change...)
}

// eachDatabase runs a test on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { test(t, newHouse(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newHouseOn(t, migrated.Postgres(t))) })
}

func newHouseOn(t testing.TB, database string, change ...func(*portal.Options)) *house {
	t.Helper()
	ships, err := profile.Default()
	must(t, err)
	return newHouseBy(t, database, ships, change...)
}

// newHouseBy opens a house with a profile of its own.
func newHouseBy(t testing.TB, database string, by *profile.Profile, change ...func(*portal.Options)) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{now: noon}, log: &logged.Log{}, profile: by}
	var err error
	h.store, err = store.Open(t.Context(), store.Options{URL: database, Rules: h.profile.Rules(), Installation: "test", Clock: h.clock.Now})
	must(t, err)
	t.Cleanup(func() { must(t, h.store.Close()) })
	h.files, err = files.Open(t.Context(), "file://"+t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, h.files.Close()) })
	key, err := keys.Generate(3) // no site may count on a key 1
	must(t, err)
	h.ring, err = keys.Parse(key)
	must(t, err)
	h.reseller = models.Reseller{PartnerCode: "AB12CD34", Name: "株式会社見本販売", Email: "ab12cd34@reseller.example.jp"}
	must(t, h.store.CreateReseller(t.Context(), models.Process, &h.reseller))
	k := models.APIKey{
		ResellerID: h.reseller.ID, Name: "main", Prefix: "tdk_test", Hash: models.HashAPIKey("x"),
		Scopes: "orders applications read", OwnerEmail: "owner@reseller.example.jp",
	}
	must(t, h.store.CreateAPIKey(t.Context(), models.Process, &k))
	h.api = models.Actor{Kind: models.ActorAPIKey, ID: k.ID, Name: k.Name, ResellerID: h.reseller.ID}
	h.open(change...)
	return h
}

// open serves the site.
func (h *house) open(change ...func(*portal.Options)) {
	h.t.Helper()
	o := portal.Options{
		Store: h.store, Rules: h.profile.Rules(), Brand: h.profile.Brand, Teller: h, Sessions: memstore.New(),
		Secrets: h.ring, Codes: h.ring, Files: h.files, Logger: slog.New(slog.NewJSONHandler(h.log, nil)),
		Documents: documents.New(documents.Options{Brand: h.profile.Brand.LegalName}),
		PublicURL: "https://license.example.jp", Clock: h.clock.Now, Floor: time.Nanosecond,
	}
	for _, c := range change {
		c(&o)
	}
	site, err := portal.New(o)
	must(h.t, err)
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.RedirectTrailingSlash = false
	h.engine = engine
	must(h.t, engine.SetTrustedProxies([]string{"127.0.0.1"}))
	site.Mount(engine)
	public.New(public.Options{ // its pages lead there
		Store: h.store, Rules: o.Rules, Brand: o.Brand, Logger: o.Logger, Clock: o.Clock,
		Inquiries:  &public.Inquiries{Teller: h, CodeHash: h.ring.CodeHash, Key: h.ring.CurrentKey()},
		Activation: &public.Activation{Ring: h.ring, Teller: h},
	}).Mount(engine)
	h.server = httptest.NewServer(engine)
	h.t.Cleanup(h.server.Close)
}

// contact is the address of both contacts of the contracts that this house makes.
const contact = "taro@customer.example.jp"

func party(name string) models.Party {
	return models.Party{
		CompanyName: name, CompanyKana: "ミホン", Department: "総務部", PostalCode: "100-0001", Prefecture: "東京都",
		City: "千代田区", Street: "千代田1-1", Phone: "03-1234-5678", PersonName: "見本 太郎", PersonKana: "ミホン タロウ",
		Email: contact,
	}
}

func line(kind models.LineKind, product string, quantity int) models.OrderLine {
	return models.OrderLine{ProductCode: product, Kind: kind, Quantity: quantity, Months: 12, UnitPrice: 3000}
}

// entered enters an order for the company; license is the contract's that it renews, or nothing.
func (h *house) entered(company, license string, lines ...models.OrderLine) models.Order {
	h.t.Helper()
	reseller := party(h.reseller.Name)
	reseller.PartnerCode = h.reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party(company), SupportSame: true, Reseller: reseller, DealerSame: true,
		Months: 12, DeliveryEmail: "delivery@customer.example.jp", ApplicantEmail: "applicant@example.jp", ApplicantLanguage: models.Japanese,
	}
	if license != "" {
		a.OrderType, a.LicenseID = models.OrderTypeRenewal, license
	}
	_, err := h.store.FileApplication(h.t.Context(), h.api, &a)
	must(h.t, err)
	sheet := models.Order{
		PONumber: fmt.Sprintf("PO-%d", h.numbers.Add(1)), OrderDate: h.store.Today(), OrderType: a.OrderType, Lines: lines,
	}
	e, err := h.store.EnterOrder(h.t.Context(), h.api, store.Entry{Order: sheet, ReceiptNumber: a.ReceiptNumber})
	must(h.t, err)
	return e.Order
}

// run carries an order as far as its process goes by itself; sent says whether
// mails that it wants sent are sent.
func (h *house) run(o models.Order, sent bool) {
	h.t.Helper()
	ctx := h.t.Context()
	state, err := h.store.Advance(ctx, o.ID)
	must(h.t, err)
	for range 20 {
		if !sent && state.Next == models.NextDeliver {
			return
		}
		for _, id := range state.Mails {
			h.mail(id)
		}
		switch state.Next {
		case models.NextAccept:
			state, err = h.store.Advance(ctx, o.ID)
		case models.NextRegister:
			state, err = h.store.RegisterOrder(ctx, models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		case models.NextDeliver:
			state, err = h.store.FinishDelivery(ctx, o.ID)
		default:
			return
		}
		must(h.t, err)
	}
	h.t.Fatal("the order's process does not come to an end")
}

// mail sends one mail of the ledger.
func (h *house) mail(id int64) {
	h.t.Helper()
	_, claimed, err := h.store.ClaimMail(h.t.Context(), id, time.Minute)
	must(h.t, err)
	if !claimed {
		h.t.Fatalf("mail %d could not be claimed", id)
	}
	_, err = h.store.FinishMail(h.t.Context(), id, models.MailSent, "250 ok")
	must(h.t, err)
}

// delivered enters an order, carries it to its end and gives the license ID of the
// contract, which is valid at once.
func (h *house) delivered(company, license string, lines ...models.OrderLine) string {
	h.t.Helper()
	o := h.entered(company, license, lines...)
	h.run(o, true)
	d, err := h.store.OrderDetail(h.t.Context(), models.Process, o.OrderNumber)
	must(h.t, err)
	if d.Order.Status != models.OrderDelivered {
		h.t.Fatalf("the order is %s: %+v", d.Order.Status, d.SendBacks)
	}
	return d.Licenses[0]
}

// visitor is a browser of its own, without scripts, at an address of its own.
type visitor struct {
	h       *house
	t       testing.TB
	address string
	lang    string
	client  *http.Client
}

func (h *house) visitor(address ...string) *visitor {
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	v := &visitor{h: h, t: h.t, address: "192.0.2.1", lang: "ja"}
	if len(address) > 0 {
		v.address = address[0]
	}
	v.client = &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return v
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	doc    *goquery.Document
}

func (v *visitor) get(path string, headers ...string) answer {
	v.t.Helper()
	return v.send(http.MethodGet, path, nil, headers...)
}

func (v *visitor) post(path string, form url.Values, headers ...string) answer {
	v.t.Helper()
	return v.send(http.MethodPost, path, form, append([]string{"Sec-Fetch-Site", "same-origin"}, headers...)...)
}

func (v *visitor) send(method, path string, form url.Values, headers ...string) answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.h.server.URL+path, strings.NewReader(form.Encode()))
	must(v.t, err)
	r.Header.Set("Accept-Language", v.lang)
	r.Header.Set("X-Forwarded-For", v.address)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := v.client.Do(r)
	must(v.t, err)
	return answerOf(v.t, response)
}

func answerOf(t testing.TB, response *http.Response) answer {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	must(t, errors.Join(err, response.Body.Close()))
	a := answer{t: t, status: response.StatusCode, header: response.Header, body: string(body)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		a.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(body))
		must(t, err)
	}
	return a
}

// signIn tries to sign in.
func (v *visitor) signIn(email, password string) answer {
	v.t.Helper()
	return v.post("/portal/sign-in", url.Values{"email": {email}, "password": {password}})
}

// in says whether an answer to signing in let the visitor in.
func (a answer) in() bool {
	return a.status == http.StatusSeeOther && a.header.Get("Location") == "/portal"
}

// enter signs in and fails the test when that is refused.
func (v *visitor) enter(email, password string) {
	v.t.Helper()
	if a := v.signIn(email, password); !a.in() {
		v.t.Fatalf("signing in is answered with %d: %s", a.status, a.text(".notice"))
	}
}

// text is the text under a selector with white space as a browser shows it.
func (a answer) text(selector string) string {
	a.t.Helper()
	if a.doc == nil {
		a.t.Fatalf("no page, but %d %s", a.status, a.body)
	}
	return strings.Join(strings.Fields(a.doc.Find(selector).Text()), " ")
}

// texts is the text of each element under a selector.
func (a answer) texts(selector string) []string {
	a.t.Helper()
	var all []string
	for _, n := range a.doc.Find(selector).EachIter() {
		all = append(all, strings.Join(strings.Fields(n.Text()), " "))
	}
	return all
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d instead of %d: %.600s", a.status, status, a.body)
	}
	return a
}

// leadsTo checks a redirect.
func (a answer) leadsTo(target string) answer {
	a.t.Helper()
	a.want(http.StatusSeeOther)
	equal(a.t, "location", a.header.Get("Location"), target)
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%v)", err, errors.Unwrap(err))
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func contains(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q: %.800s", what, part, text)
		}
	}
}

// contracted makes the house a contract with both contacts at the address contact.
func (h *house) contracted() string {
	h.t.Helper()
	license := h.delivered("見本商事株式会社", "", line(models.LineNew, "V1ES-STD", 50))
	h.clock.set(h.validFrom(license).Add(time.Minute))
	return license
}

// validFrom is the moment a contract turns valid.
func (h *house) validFrom(license string) time.Time {
	h.t.Helper()
	c, err := h.store.ContractByLicense(h.t.Context(), models.Process, license)
	must(h.t, err)
	return *c.Contract.ValidAt
}

// The passwords that people of these tests set.
const (
	password = "四角い窓から見える 富士山"
	another  = "a quiet river under snow"
)

// member has set a password by a temporary one and is signed in.
func (h *house) member(email, password string) *visitor {
	h.t.Helper()
	v := h.visitor()
	v.signIn(email, h.temporary(email)).leadsTo("/portal/password")
	v.set(password).leadsTo("/portal")
	return v
}

// set sets a password where one may be set.
func (v *visitor) set(password string) answer {
	v.t.Helper()
	return v.post("/portal/password", url.Values{"new_password": {password}, "repeated": {password}})
}
