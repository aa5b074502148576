package console_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/web/console"
	"github.com/todoke/todoke/web/public"
)

// noon is a Wednesday without holidays around it, 12:00 in Japan.
var noon = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

const password = "correct horse battery"

// passwordHash is made once: hashing is slow by design.
var passwordHash = sync.OnceValues(func() (string, error) { return console.HashPassword(password) })

var theProfile = sync.OnceValues(profile.Default)

// house is the console over a real store, with a clock that tests move, people
// of every role, and a reseller. The process that Temporal would run is run by hand.
type house struct {
	*store.Store
	t        *testing.T
	console  *console.Console
	engine   *gin.Engine
	server   *httptest.Server
	files    *files.Store
	ring     *keys.Ring
	reseller models.Reseller
	api      models.Actor
	people   map[models.Role]models.Staff
	told     []int64
	numbers  int
	mu       sync.Mutex
	now      time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// pass moves the clock forward.
func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// Tell notes what the process would have been told.
func (h *house) Tell(outboxID int64) { h.told = append(h.told, outboxID) }

// eachDatabase runs a test on SQLite and on PostgreSQL at the same time.
func eachDatabase(t *testing.T, test func(t *testing.T, dialect string)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range migrated.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			test(t, dialect)
		})
	}
}

func newHouse(t *testing.T, dialect string) *house {
	t.Helper()
	h := &house{t: t, now: noon, people: map[models.Role]models.Staff{}}
	p, err := theProfile()
	must(t, err)
	h.Store, err = store.Open(t.Context(), store.Options{URL: migrated.Database(t, dialect), Rules: p.Rules(), Installation: "test", Clock: h.clock})
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	h.files, err = files.Open(t.Context(), "file://"+t.TempDir())
	must(t, err)
	h.makeKeys()
	h.makePeople()
	h.mount(p)
	return h
}

func (h *house) makeKeys() {
	key, err := keys.Generate(1)
	must(h.t, err)
	h.ring, err = keys.Parse(key)
	must(h.t, err)
}

func (h *house) makePeople() {
	h.t.Helper()
	hash, err := passwordHash()
	must(h.t, err)
	for role, name := range map[models.Role]string{models.RoleViewer: "佐伯 みなみ", models.RoleClerk: "山本 彩", models.RoleLead: "高橋 亮"} {
		m := models.Staff{Email: string(role) + "@todoke.example", Name: name, Role: role, PasswordHash: hash, Language: models.Japanese}
		must(h.t, h.CreateStaff(h.t.Context(), models.Process, &m))
		h.people[role] = m
	}
	h.reseller = models.Reseller{PartnerCode: "HK20815A", Name: "北斗システム販売株式会社", Email: "orders@hokuto.example", Language: models.Japanese}
	must(h.t, h.CreateReseller(h.t.Context(), h.clerk(), &h.reseller))
	k := models.APIKey{
		ResellerID: h.reseller.ID, Name: "北斗基幹システム", Prefix: "tdk_abcdef", Hash: models.HashAPIKey("one"),
		Scopes: "orders applications read", OwnerEmail: "owner@hokuto.example",
	}
	must(h.t, h.CreateAPIKey(h.t.Context(), h.clerk(), &k))
	h.api = models.Actor{Kind: models.ActorAPIKey, ID: k.ID, Name: k.Name, ResellerID: h.reseller.ID, RequestID: "req_01JCAPI"}
}

func (h *house) clerk() models.Actor {
	m := h.people[models.RoleClerk]
	return models.Actor{Kind: models.ActorStaff, ID: m.ID, Name: m.Name}
}

func (h *house) mount(p *profile.Profile) {
	h.t.Helper()
	gin.SetMode(gin.ReleaseMode)
	h.engine = gin.New()
	var err error
	h.console, err = console.New(console.Options{
		Store: h.Store, Rules: p.Rules(), Brand: p.Brand, Teller: h, Sessions: h.SessionStore(), Files: h.files,
		Logger: slog.New(slog.DiscardHandler), Clock: h.clock, TemporalUIURL: "http://temporal.example:8233/",
		FurtherCode: h.ring.OpenIssued, Sealer: h.ring, LicenseFile: signedFor,
		Reveal:   func(_ context.Context, holding models.Holding) (string, error) { return h.ring.OpenCode(holding) },
		CodeHash: h.ring.CodeHash, PortalKey: h.ring.CurrentKey(), PortalIdle: 20 * time.Minute,
	})
	must(h.t, err)
	h.console.Mount(h.engine)
	public.New(public.Options{Store: h.Store, Rules: p.Rules(), Brand: p.Brand, Clock: h.clock, Places: []public.Place{
		{Kind: "console", URL: "/console"}, {Kind: "api", URL: "/v1/docs"},
		{Kind: "mailbox", URL: "http://localhost:8025"}, {Kind: "temporal", URL: "http://localhost:8233"},
	}}).Mount(h.engine)
	h.server = httptest.NewServer(h.engine)
	h.t.Cleanup(h.server.Close)
}

func party(name string) models.Party {
	return models.Party{
		CompanyName: name, CompanyKana: "ミナトセイキ", Department: "情報システム部", PostalCode: "108-0023", Prefecture: "東京都",
		City: "港区", Street: "芝浦3-4-1", Phone: "03-1234-5678", PersonName: "中村 遥", PersonKana: "ナカムラ ハルカ",
		Email: "nakamura@minato-seiki.example",
	}
}

// application files an application that passes all checks, but for the changes.
func (h *house) application(changes ...func(*models.Application)) models.Application {
	h.t.Helper()
	reseller := party(h.reseller.Name)
	reseller.PartnerCode = h.reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("株式会社みなと精機"), SupportSame: true, Reseller: reseller, DealerSame: true,
		StartMonth: models.NewDate(2026, time.July, 1), Months: 12, DeliveryEmail: "license@minato-seiki.example",
		ApplicantEmail: "owner@hokuto.example", ApplicantLanguage: models.Japanese,
	}
	for _, change := range changes {
		change(&a)
	}
	_, err := h.FileApplication(h.t.Context(), h.api, &a)
	must(h.t, err)
	return a
}

func line(product string, quantity, months int) models.OrderLine {
	return models.OrderLine{ProductCode: product, Kind: models.LineNew, Quantity: quantity, Months: months, UnitPrice: 4800}
}

// order enters an order for the application through the API's door.
func (h *house) order(a models.Application, communication string, lines ...models.OrderLine) models.Order {
	h.t.Helper()
	h.numbers++
	entered, err := h.EnterOrder(h.t.Context(), h.api, store.Entry{ReceiptNumber: a.ReceiptNumber, Order: models.Order{
		PONumber: fmt.Sprintf("PO-2026-%05d", 11872+h.numbers), OrderDate: h.Today(), OrderType: a.OrderType,
		Communication: communication, Lines: lines,
	}})
	must(h.t, err)
	return entered.Order
}

// run does what an order's process does, until somebody has to decide or it is
// over. Mails to the addresses given end as said there, all others are sent.
func (h *house) run(o models.Order, outcomes map[string]models.MailStatus) {
	h.t.Helper()
	state, err := h.Advance(h.t.Context(), o.ID)
	must(h.t, err)
	for range 20 {
		for _, id := range state.Mails {
			h.send(id, outcomes)
		}
		switch state.Next {
		case models.NextAccept:
			state, err = h.Advance(h.t.Context(), o.ID)
		case models.NextRegister:
			state, err = h.RegisterOrder(h.t.Context(), models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		case models.NextDeliver:
			state, err = h.FinishDelivery(h.t.Context(), o.ID)
		default:
			return
		}
		must(h.t, err)
	}
	h.t.Fatal("the order's process does not come to an end")
}

func (h *house) send(id int64, outcomes map[string]models.MailStatus) {
	h.t.Helper()
	m, claimed, err := h.ClaimMail(h.t.Context(), id, time.Minute)
	must(h.t, err)
	if !claimed {
		return
	}
	status, reply := models.MailSent, "250 2.0.0 Ok: queued as 4Xk2Lm1Q"
	if wanted, ok := outcomes[m.Recipient]; ok {
		status, reply = wanted, map[models.MailStatus]string{
			models.MailFailed: "550 5.1.1 User unknown", models.MailUnknown: "connection lost after the final dot",
		}[wanted]
	}
	_, err = h.FinishMail(h.t.Context(), id, status, reply)
	must(h.t, err)
}

// certificate keeps a document for a registered order, as the process does.
func (h *house) certificate(o models.Order, lang models.Language) models.Document {
	h.t.Helper()
	token, err := models.NewToken(strings.NewReader(strings.Repeat(fmt.Sprint(lang, o.ID, "x"), 500)))
	must(h.t, err)
	key := fmt.Sprintf("certificates/%s-%s.pdf", o.OrderNumber, lang)
	sum, size, err := h.files.Put(h.t.Context(), key, strings.NewReader("%PDF-1.7 certificate"), "application/pdf")
	must(h.t, err)
	d := models.Document{
		Kind: models.DocumentCertificate, SubjectID: o.ID, Token: token, Language: lang, BlobKey: key, SHA256: sum, Size: size,
	}
	must(h.t, h.SaveDocument(h.t.Context(), &d))
	return d
}

func (h *house) detail(number string) store.OrderDetail {
	h.t.Helper()
	d, err := h.OrderDetail(h.t.Context(), h.clerk(), number)
	must(h.t, err)
	return d
}

// browser is somebody at the console: cookies are kept, redirects are not followed.
type browser struct {
	t      *testing.T
	house  *house
	client *http.Client
	host   string
}

func (h *house) stranger() *browser {
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	return &browser{t: h.t, house: h, host: h.server.URL, client: &http.Client{
		Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn is a browser signed in under a role.
func (h *house) signedIn(role models.Role) *browser {
	h.t.Helper()
	b := h.stranger()
	r := b.post("/console/sign-in", url.Values{"email": {h.people[role].Email}, "password": {password}})
	if r.status != http.StatusSeeOther {
		h.t.Fatalf("signing in gave %d: %s", r.status, r.text())
	}
	return b
}

// reply is an answer, with its page parsed.
type reply struct {
	t        *testing.T
	status   int
	header   http.Header
	body     string
	location string
	*goquery.Document
}

func (b *browser) get(path string) *reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.host+path, nil)
	must(b.t, err)
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) *reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.host+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.host)
	return b.do(r)
}

func (b *browser) do(r *http.Request) *reply {
	b.t.Helper()
	resp, err := b.client.Do(r)
	must(b.t, err)
	defer func() { must(b.t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	must(b.t, err)
	out := &reply{t: b.t, status: resp.StatusCode, header: resp.Header, body: string(body), location: resp.Header.Get("Location")}
	out.Document, err = goquery.NewDocumentFromReader(strings.NewReader(out.body))
	must(b.t, err)
	return out
}

// follow gets where the answer leads.
func (b *browser) follow(r *reply) *reply {
	b.t.Helper()
	if r.location == "" {
		b.t.Fatalf("%d leads nowhere: %s", r.status, r.text())
	}
	return b.get(r.location)
}

func (r *reply) text() string { return strings.Join(strings.Fields(r.Find("body").Text()), " ") }

// want fails unless the answer has the status and the page holds the texts.
func (r *reply) want(status int, texts ...string) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("got %d, want %d: %s", r.status, status, r.text())
	}
	for _, text := range texts {
		if !strings.Contains(r.text(), text) {
			r.t.Errorf("the page does not say %q: %s", text, r.text())
		}
	}
	return r
}

// form gives the fields of a form as a browser would send them, with changes
// made; a change to nothing takes the field out.
func (r *reply) form(selector string, changes url.Values) url.Values {
	r.t.Helper()
	f := r.Find(selector)
	if f.Length() != 1 {
		r.t.Fatalf("%d forms %s on the page: %s", f.Length(), selector, r.text())
	}
	values := url.Values{}
	f.Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		if s.Closest("template").Length() > 0 {
			return
		}
		name, _ := s.Attr("name")
		kind, _ := s.Attr("type")
		value, _ := s.Attr("value")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "select":
			value, _ = s.Find("option[selected]").First().Attr("value")
		case goquery.NodeName(s) == "textarea":
			value = s.Text()
		case (kind == "checkbox" || kind == "radio") && !checked:
			return
		}
		values.Add(name, value)
	})
	for name, v := range changes {
		values[name] = slices.Clone(v)
	}
	return values
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
