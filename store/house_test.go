package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

// house is a store with everything that tests of order intake need around it:
// a clock that tests move, a key ring, a reseller and people.
type house struct {
	*store.Store
	t        *testing.T
	clock    *clock
	ring     *keys.Ring
	reseller models.Reseller
	staff    models.Actor // a clerk
	api      models.Actor // a key of reseller
	numbers  *atomic.Int64
}

// noon is a Wednesday without holidays around it, 12:00 in Japan.
var noon = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

type clock struct {
	sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.now
}

// pass moves the clock forward.
func (c *clock) pass(d time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.now = c.now.Add(d)
}

var theProfile = sync.OnceValues(profile.Default)

func rules(t *testing.T) models.Rules {
	t.Helper()
	p, err := theProfile()
	must(t, err)
	return p.Rules()
}

// eachDatabase runs a test on SQLite and on PostgreSQL, each with a migrated
// database of its own, one reseller, one clerk and one API key.
func eachDatabase(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	eachDatabaseBy(t, func(*models.Rules) {}, test)
}

// eachDatabaseBy is eachDatabase with rules that differ from the default profile's.
func eachDatabaseBy(t *testing.T, change func(*models.Rules), test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range migrated.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			r := rules(t)
			change(&r)
			test(t, newHouse(t, migrated.Database(t, dialect), r))
		})
	}
}

func newHouse(t *testing.T, url string, r models.Rules) *house {
	t.Helper()
	h := &house{t: t, clock: &clock{now: noon}, numbers: &atomic.Int64{}}
	var err error
	h.Store, err = store.Open(t.Context(), store.Options{URL: url, Rules: r, Installation: "test", Clock: h.clock.Now, MaxConnections: 24})
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	key, err := keys.Generate(1)
	must(t, err)
	h.ring, err = keys.Parse(key)
	must(t, err)
	clerk := models.Staff{Email: "clerk@example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	must(t, h.CreateStaff(t.Context(), models.Process, &clerk))
	h.staff = models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name}
	h.reseller, h.api = h.newReseller("AB12CD34", "株式会社見本販売")
	return h
}

// newReseller makes a reseller with an API key.
func (h *house) newReseller(code, name string) (models.Reseller, models.Actor) {
	h.t.Helper()
	r := models.Reseller{PartnerCode: code, Name: name, Email: strings.ToLower(code) + "@reseller.example.jp"}
	must(h.t, h.CreateReseller(h.t.Context(), h.staff, &r))
	return r, h.newKey(r)
}

func (h *house) newKey(r models.Reseller) models.Actor {
	h.t.Helper()
	k := models.APIKey{
		ResellerID: r.ID, Name: "main", Prefix: "tdk_test", Hash: models.HashAPIKey(fmt.Sprint(r.ID, h.numbers.Add(1))),
		Scopes: "orders applications read", OwnerEmail: "owner@reseller.example.jp",
	}
	must(h.t, h.CreateAPIKey(h.t.Context(), h.staff, &k))
	return models.Actor{Kind: models.ActorAPIKey, ID: k.ID, Name: k.Name, ResellerID: r.ID}
}

func party(name string) models.Party {
	return models.Party{
		CompanyName: name, CompanyKana: "ミホン", Department: "総務部", PostalCode: "100-0001", Prefecture: "東京都",
		City: "千代田区", Street: "千代田1-1", Phone: "03-1234-5678", PersonName: "見本 太郎", PersonKana: "ミホン タロウ",
		Email: "taro@customer.example.jp",
	}
}

// application gives an application of the house's reseller that passes all
// checks; changes are made before it is filed.
func (h *house) application(changes ...func(*models.Application)) models.Application {
	h.t.Helper()
	return h.applicationBy(h.api, changes...)
}

func (h *house) applicationBy(actor models.Actor, changes ...func(*models.Application)) models.Application {
	h.t.Helper()
	reseller := party(h.reseller.Name)
	reseller.PartnerCode = h.reseller.PartnerCode
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("見本商事株式会社"), SupportSame: true, Reseller: reseller, DealerSame: true,
		Months: 12, DeliveryEmail: "delivery@customer.example.jp", ApplicantEmail: "applicant@example.jp", ApplicantLanguage: models.Japanese,
	}
	for _, change := range changes {
		change(&a)
	}
	_, err := h.FileApplication(h.t.Context(), actor, &a)
	must(h.t, err)
	return a
}

// forLicense makes an application one about a contract that exists.
func forLicense(t models.OrderType, license string) func(*models.Application) {
	return func(a *models.Application) { a.OrderType, a.LicenseID = t, license }
}

func endUser(name string) func(*models.Application) {
	return func(a *models.Application) { a.EndUser = party(name) }
}

// sheet gives an order sheet with a PO number of its own.
func (h *house) sheet(lines ...models.OrderLine) models.Order {
	if len(lines) == 0 {
		lines = []models.OrderLine{line("CSSP", 10)}
	}
	return models.Order{
		PONumber: fmt.Sprintf("PO-%d", h.numbers.Add(1)), OrderDate: h.Today(), OrderType: models.OrderTypeNew, Lines: lines,
	}
}

func line(product string, quantity int) models.OrderLine {
	return models.OrderLine{ProductCode: product, Kind: models.LineNew, Quantity: quantity, Months: 12, UnitPrice: 3000}
}

func lineOf(kind models.LineKind, product string, quantity int) models.OrderLine {
	l := line(product, quantity)
	l.Kind = kind
	return l
}

func (h *house) enter(receipt string, sheet models.Order) models.Order {
	h.t.Helper()
	entered, err := h.EnterOrder(h.t.Context(), h.api, store.Entry{Order: sheet, ReceiptNumber: receipt})
	must(h.t, err)
	return entered.Order
}

// order gives the order as it is now.
func (h *house) order(number string) models.Order {
	h.t.Helper()
	o, err := h.OrderByNumber(h.t.Context(), h.staff, number)
	must(h.t, err)
	return o
}

// detail gives all about the order as it is now.
func (h *house) detail(number string) store.OrderDetail {
	h.t.Helper()
	d, err := h.OrderDetail(h.t.Context(), h.staff, number)
	must(h.t, err)
	return d
}

// send sends a mail of the ledger with that outcome.
func (h *house) send(mailID int64, outcome models.MailStatus) {
	h.t.Helper()
	_, claimed, err := h.ClaimMail(h.t.Context(), mailID, time.Minute)
	must(h.t, err)
	if !claimed {
		h.t.Fatalf("mail %d could not be claimed", mailID)
	}
	_, err = h.FinishMail(h.t.Context(), mailID, outcome, "250 ok")
	must(h.t, err)
}

// run does what an order's process does, until somebody has to decide or it is
// over. Mails to the refused addresses fail, all others are sent.
func (h *house) run(o models.Order, refused ...string) models.OrderProgress {
	h.t.Helper()
	state, err := h.Advance(h.t.Context(), o.ID)
	must(h.t, err)
	for range 20 {
		for _, id := range state.Mails {
			m, err := h.MailByID(h.t.Context(), id)
			must(h.t, err)
			outcome := models.MailSent
			if slices.Contains(refused, m.Recipient) {
				outcome = models.MailFailed
			}
			h.send(id, outcome)
		}
		switch state.Next {
		case models.NextAccept:
			state, err = h.Advance(h.t.Context(), o.ID)
		case models.NextRegister:
			state, err = h.RegisterOrder(h.t.Context(), models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		case models.NextDeliver:
			state, err = h.FinishDelivery(h.t.Context(), o.ID)
		default:
			return state
		}
		must(h.t, err)
	}
	h.t.Fatal("the order's process does not come to an end")
	return state
}

// delivered enters an order for the application, runs it to its end, and gives it with the contract's license ID.
func (h *house) delivered(a models.Application, sheet models.Order) (models.Order, string) {
	h.t.Helper()
	o := h.enter(a.ReceiptNumber, sheet)
	h.run(o)
	d := h.detail(o.OrderNumber)
	if d.Order.Status != models.OrderDelivered || len(d.Licenses) == 0 {
		h.t.Fatalf("the order is %s with %d licenses and reasons %v", d.Order.Status, len(d.Licenses), reasonsOf(d))
	}
	return d.Order, d.Licenses[0]
}

// reasonsOf gives the codes of the newest send-back.
func reasonsOf(d store.OrderDetail) []models.ReasonCode {
	var codes []models.ReasonCode
	if len(d.SendBacks) > 0 {
		for _, r := range d.SendBacks[0].Reasons {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// sound fails the test when the database breaks a rule.
func (h *house) sound() {
	h.t.Helper()
	broken, err := h.Invariants(h.t.Context())
	must(h.t, err)
	for _, v := range broken {
		h.t.Errorf("invariant %s is broken %d times, for example %s", v.Name, v.Count, v.Example)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%v)", err, causes(err))
	}
}

// causes tells what is behind an error.
func causes(err error) string {
	var list []string
	for e, ok := err.(interface{ Unwrap() error }); ok; e, ok = err.(interface{ Unwrap() error }) {
		if err = e.Unwrap(); err == nil {
			break
		}
		list = append(list, err.Error())
	}
	return strings.Join(list, ": ")
}

// wantCode checks that err is a domain error of that kind and code, and gives it.
func wantCode(t *testing.T, err error, kind models.Kind, code string) *models.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error where %s was expected", code)
	}
	e := models.AsError(err)
	if e.Kind != kind || e.Code != code {
		t.Fatalf("error is %v (%s) where %s %s was expected", err, causes(err), kind, code)
	}
	return e
}

// wantField checks that err refuses the field for that reason, and gives the field's error.
func wantField(t *testing.T, err error, field, code string) models.FieldError {
	t.Helper()
	e := wantCode(t, err, models.KindInvalid, "invalid_input")
	for _, f := range e.Fields {
		if f.Field == field && f.Code == code {
			return f
		}
	}
	t.Fatalf("fields are %+v where %s: %s was expected", e.Fields, field, code)
	return models.FieldError{}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func sameList[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

const day = 24 * time.Hour
