package public_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/web/public"
)

// house is the public pages over a real store, with a clock that tests move.
type house struct {
	*store.Store
	t      *testing.T
	engine *gin.Engine
	ring   *keys.Ring
	api    models.Actor
	now    time.Time
	orders int
	told   []int64
}

// floor is how long taking an inquiry lasts at least.
const floor = 20 * time.Millisecond

// Tell notes what the process would have been told.
func (h *house) Tell(outboxID int64) { h.told = append(h.told, outboxID) }

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)}
	p, err := profile.Default()
	must(t, err)
	clock := func() time.Time { return h.now }
	h.Store, err = store.Open(t.Context(), store.Options{
		URL: migrated.SQLite(t), Rules: p.Rules(), Installation: "test", Clock: clock,
	})
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	key, err := keys.Generate(1)
	must(t, err)
	h.ring, err = keys.Parse(key)
	must(t, err)
	r := models.Reseller{PartnerCode: "HK20815A", Name: "北斗システム販売株式会社", Email: "orders@hokuto.example"}
	must(t, h.CreateReseller(t.Context(), models.Process, &r))
	k := models.APIKey{ResellerID: r.ID, Name: "main", Prefix: "tdk_x", Hash: "x", Scopes: "orders", OwnerEmail: "owner@hokuto.example"}
	must(t, h.CreateAPIKey(t.Context(), models.Process, &k))
	h.api = models.Actor{Kind: models.ActorAPIKey, ID: k.ID, Name: k.Name, ResellerID: r.ID}
	gin.SetMode(gin.ReleaseMode)
	h.engine = gin.New()
	public.New(public.Options{
		Store: h.Store, Rules: p.Rules(), Brand: p.Brand, Logger: slog.New(slog.DiscardHandler), Clock: clock,
		Places:      []public.Place{{Kind: "console", URL: "/console"}, {Kind: "api", URL: "/v1/docs"}},
		Unsubscribe: h.ring.UnsubscribeAllowed, Activation: &public.Activation{Ring: h.ring, Teller: h},
		Inquiries: &public.Inquiries{Teller: h, CodeHash: h.ring.CodeHash, Key: h.ring.CurrentKey(), Floor: floor},
	}).Mount(h.engine)
	return h
}

func party(name string) models.Party {
	return models.Party{
		CompanyName: name, CompanyKana: "ミナト", PostalCode: "108-0023", Prefecture: "東京都", City: "港区", Street: "芝浦3-4-1",
		Phone: "03-1234-5678", PersonName: "中村 遥", PersonKana: "ナカムラ ハルカ", Email: "secret@minato.example",
	}
}

// certified enters an order, runs it to its end, and gives its certificate.
func (h *house) certified(license string, lines ...models.OrderLine) models.Document {
	h.t.Helper()
	ctx := h.t.Context()
	reseller := party("北斗システム販売株式会社")
	reseller.PartnerCode = "HK20815A"
	a := models.Application{
		OrderType: models.OrderTypeNew, EndUser: party("株式会社みなと精機"), SupportSame: true, Reseller: reseller, DealerSame: true,
		Months: 12, DeliveryEmail: "license@minato.example", ApplicantEmail: "owner@hokuto.example", ApplicantLanguage: models.Japanese,
	}
	if license != "" {
		a.OrderType, a.LicenseID = models.OrderTypeRenewal, license
	}
	_, err := h.FileApplication(ctx, h.api, &a)
	must(h.t, err)
	h.orders++
	entered, err := h.EnterOrder(ctx, h.api, store.Entry{ReceiptNumber: a.ReceiptNumber, Order: models.Order{
		PONumber: strings.Repeat("P", h.orders), OrderDate: h.Today(), OrderType: a.OrderType, Lines: lines,
	}})
	must(h.t, err)
	h.run(ctx, entered.Order)
	d := models.Document{
		Kind: models.DocumentCertificate, SubjectID: entered.Order.ID, Token: strings.Repeat("t", 20+h.orders), Language: models.Japanese,
		BlobKey: "x", SHA256: "x", Size: 1,
	}
	must(h.t, h.SaveDocument(ctx, &d))
	return d
}

func (h *house) run(ctx context.Context, o models.Order) {
	h.t.Helper()
	state, err := h.Advance(ctx, o.ID)
	must(h.t, err)
	for state.Next != models.NextDone {
		for _, id := range state.Mails {
			_, _, err := h.ClaimMail(ctx, id, time.Minute)
			must(h.t, err)
			_, err = h.FinishMail(ctx, id, models.MailSent, "250 ok")
			must(h.t, err)
		}
		switch state.Next {
		case models.NextAccept:
			state, err = h.Advance(ctx, o.ID)
		case models.NextRegister:
			state, err = h.RegisterOrder(ctx, models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		case models.NextDeliver:
			state, err = h.FinishDelivery(ctx, o.ID)
		default:
			h.t.Fatalf("the order waits: %+v", state)
		}
		must(h.t, err)
	}
}

func (h *house) get(path, accept string) (*httptest.ResponseRecorder, *goquery.Document) {
	h.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", accept)
	h.engine.ServeHTTP(w, r)
	page, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	must(h.t, err)
	return w, page
}

func line(kind models.LineKind, product string, quantity int) models.OrderLine {
	return models.OrderLine{ProductCode: product, Kind: kind, Quantity: quantity, Months: 12, UnitPrice: 3000}
}

// standings gives what the page says of the certificate and of each line.
func (h *house) standings(d models.Document) string {
	h.t.Helper()
	w, page := h.get("/certificates/"+d.Token, "ja")
	if w.Code != http.StatusOK {
		h.t.Fatalf("got %d", w.Code)
	}
	lines := page.Find("tbody .pill").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	return page.Find("[data-standing]").AttrOr("data-standing", "") + ": " + strings.Join(lines, ", ")
}

func TestACertificateThroughItsLife(t *testing.T) {
	h := newHouse(t)
	first := h.certified("", line(models.LineNew, "CSSP", 85), line(models.LineNew, "APX1", 20))
	if got := h.standings(first); got != "ahead: 開始前, 開始前" {
		t.Errorf("before it begins: %s", got)
	}
	h.now = h.now.AddDate(0, 2, 0)
	if got := h.standings(first); got != "current: 契約期間中, 契約期間中" {
		t.Errorf("in its period: %s", got)
	}
	facts, err := h.CertificateFacts(t.Context(), first.SubjectID)
	must(t, err)
	added := h.certified(facts.Contracts[0].LicenseID, line(models.LineAddition, "CSSP", 15))
	if got := h.standings(first); got != "current: 変更あり, 契約期間中" {
		t.Errorf("after an addition: %s", got)
	}
	w, _ := h.get("/certificates/"+added.Token, "ja")
	if !strings.Contains(w.Body.String(), ">15<") {
		t.Error("the addition's certificate does not state what was added")
	}
	h.now = h.now.AddDate(0, 10, 0)
	renewed := h.certified(facts.Contracts[0].LicenseID, line(models.LineRenewal, "CSSP", 60), line(models.LineRenewal, "APX1", 20))
	if got := h.standings(added); got != "current: 契約期間中" {
		t.Errorf("renewed ahead of time: %s", got)
	}
	h.now = h.now.AddDate(0, 2, 0)
	if got := h.standings(first); got != "over: 終了, 終了" {
		t.Errorf("after its period: %s", got)
	}
	if got := h.standings(renewed); got != "current: 契約期間中, 契約期間中" {
		t.Errorf("the renewal: %s", got)
	}
}

func TestThePageShowsWhatStandsOnTheCertificate(t *testing.T) {
	h := newHouse(t)
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	facts, err := h.CertificateFacts(t.Context(), d.SubjectID)
	must(t, err)
	w, page := h.get("/certificates/"+d.Token, "ja")
	text := page.Find("main").Text()
	for _, want := range []string{"株式会社みなと精機 御中", "Client/Server Suite Premium", "85", "2026年7月1日 – 2027年6月30日", "C-" + facts.Order.OrderNumber[4:], "トレンドマイクロ株式会社"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	for _, secret := range []string{facts.Contracts[0].LicenseID, facts.Shipment.DeliveryNumber, "secret@minato.example", "中村", facts.Application.ReceiptNumber, facts.Order.PONumber + "<"} {
		if strings.Contains(w.Body.String(), secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	if !strings.Contains(text, facts.Contracts[0].LicenseID[4:]) || page.Find("meta[name=robots]").Length() != 1 {
		t.Error("the license ID's end is missing, or robots may list the page")
	}
	_, english := h.get("/certificates/"+d.Token, "en-GB,en;q=0.8")
	if text := english.Find("main").Text(); !strings.Contains(text, "genuine") || !strings.Contains(text, "1 July 2026") {
		t.Errorf("in English: %s", text)
	}
}

func TestUnknownTokensAreAnsweredPolitely(t *testing.T) {
	h := newHouse(t)
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	record := models.Document{Kind: models.DocumentApplication, SubjectID: 1, Token: strings.Repeat("r", 28), Language: models.Japanese, BlobKey: "x", SHA256: "x", Size: 1}
	must(t, h.SaveDocument(t.Context(), &record))
	for _, token := range []string{"nope", d.Token + "x", "%00", record.Token} {
		w, page := h.get("/certificates/"+token, "ja")
		if w.Code != http.StatusNotFound || page.Find("h1").Text() != "この証書は確認できませんでした" {
			t.Errorf("%s: %d %s", token, w.Code, page.Find("h1").Text())
		}
	}
}

func TestTheFrontPageLeadsToTheSites(t *testing.T) {
	h := newHouse(t)
	w, page := h.get("/", "fr, en;q=0.5")
	links := page.Find(".places a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
	if w.Code != http.StatusOK || strings.Join(links, " ") != "/console /v1/docs" || !strings.Contains(page.Text(), "Reseller API") {
		t.Errorf("%d %v %s", w.Code, links, page.Find("main").Text())
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the content policy is %q", csp)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A certificate stays as it was issued when its holder's name changes, and the page
// says what the holder is called now.
func TestACertificateOfAHolderWithAnotherName(t *testing.T) {
	h := newHouse(t)
	d := h.certified("", line(models.LineNew, "CSSP", 85))
	facts, err := h.CertificateFacts(t.Context(), d.SubjectID)
	must(t, err)
	_, before := h.get("/certificates/"+d.Token, "ja")
	if before.Find("#holder-now").Length() != 0 {
		t.Error("the page tells of a new name when there is none")
	}
	h.now = h.now.AddDate(0, 0, 1)
	asked, err := h.RequestNameChange(t.Context(), models.Actor{Kind: models.ActorAccount, ID: 1}, store.AskNameChange{
		ContractID: facts.Contracts[0].ID, Requester: "a@example.jp", Request: models.NameChangeRequest{
			New: models.HolderName{CompanyName: "株式会社みらい商事", CompanyKana: "ミライショウジ"}, Reason: models.NameChangeRename, Understood: true,
		},
	})
	must(t, err)
	_, err = h.ApproveNameChange(t.Context(), models.Actor{Kind: models.ActorStaff, ID: 1, Name: "x"}, store.DecideNameChange{Number: asked.Change.Number})
	must(t, err)
	for lang, want := range map[string]string{"ja": "現在の契約者名: 株式会社みらい商事", "en": "Holder now: 株式会社みらい商事"} {
		_, page := h.get("/certificates/"+d.Token, lang)
		if got := page.Find("#holder-now").Text(); !strings.Contains(got, want) {
			t.Errorf("%s: the page says %q", lang, got)
		}
		if got := page.Find(".holder").Text(); !strings.Contains(got, "株式会社みなと精機") {
			t.Errorf("%s: the certificate is for %q", lang, got)
		}
	}
}
