package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/todoke/todoke/api"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/testenv"
)

// house is the API over a real database, with one reseller and its key.
type house struct {
	t        testing.TB
	store    *store.Store
	engine   *gin.Engine
	registry *prometheus.Registry
	log      *logBuffer
	told     *teller
	files    *fileShelf
	ring     *keys.Ring
	reseller models.Reseller
	key      string
	numbers  atomic.Int64
}

// teller counts what the API asked to be told.
type teller struct {
	mu  sync.Mutex
	ids []int64
}

func (t *teller) Tell(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids = append(t.ids, id)
}

func (t *teller) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ids)
}

// fileShelf keeps blobs in a folder of the test.
type fileShelf struct{ dir string }

func (f *fileShelf) Get(_ context.Context, key string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(f.dir, key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, models.NotFound("file")
	}
	return content, err
}

// logBuffer keeps the log for tests to read.
type logBuffer struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

var theProfile = sync.OnceValues(profile.Default)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newHouse opens a house on SQLite.
func newHouse(t testing.TB, change ...func(*api.Options)) *house {
	t.Helper()
	file, err := migratedFile()
	must(t, err)
	path := filepath.Join(t.TempDir(), "todoke.db")
	must(t, os.WriteFile(path, file, 0o600))
	return newHouseOn(t, "sqlite:"+path, change...)
}

// migratedFile is an empty migrated SQLite database, made once.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "todoke-api-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "migrated.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		return err
	}
	_, err = s.Migrate(ctx)
	return errors.Join(err, s.Close())
}

// eachDatabase runs a test on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { test(t, newHouse(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newHouseOn(t, testenv.PostgresFrom(t, "migrated", migrate))) })
}

const publicURL = "https://todoke.example"

func newHouseOn(t testing.TB, url string, change ...func(*api.Options)) *house {
	t.Helper()
	p, err := theProfile()
	must(t, err)
	ctx := context.Background()
	h := &house{t: t, told: &teller{}, files: &fileShelf{t.TempDir()}, log: &logBuffer{}, registry: prometheus.NewRegistry()}
	h.store, err = store.Open(ctx, store.Options{URL: url, Rules: p.WithDev().Rules(), Installation: "test"})
	must(t, err)
	t.Cleanup(func() { must(t, h.store.Close()) })
	generated, err := keys.Generate(1)
	must(t, err)
	h.ring, err = keys.Parse(generated)
	must(t, err)
	h.reseller, h.key = h.newReseller("AB12CD34", "北斗システム販売株式会社", "applications orders read", models.Japanese)
	o := api.Options{
		Store: h.store, Teller: h.told, Files: h.files, Logger: slog.New(slog.NewJSONHandler(h.log, nil)),
		Brand: p.Brand.Name, PublicURL: publicURL,
	}
	for _, c := range change {
		c(&o)
	}
	a, err := api.New(o)
	must(t, err)
	h.engine, err = api.NewEngine(api.EngineOptions{Logger: o.Logger, Registry: h.registry, Problem: a.WriteProblem})
	must(t, err)
	must(t, a.Mount(h.engine))
	return h
}

// newReseller makes a reseller and a key for it.
func (h *house) newReseller(code, name, scopes string, lang models.Language) (models.Reseller, string) {
	h.t.Helper()
	r := models.Reseller{PartnerCode: code, Name: name, Email: strings.ToLower(code) + "@reseller.example.jp", Language: lang}
	must(h.t, h.store.CreateReseller(context.Background(), models.Process, &r))
	key, _ := h.newKey(r, scopes, lang)
	return r, key
}

func (h *house) newKey(r models.Reseller, scopes string, lang models.Language) (string, models.APIKey) {
	h.t.Helper()
	secret := fmt.Sprintf("tdk_%s%040d", r.PartnerCode, h.numbers.Add(1))
	k := models.APIKey{
		ResellerID: r.ID, Name: "main", Prefix: secret[:10], Hash: models.HashAPIKey(secret), Scopes: scopes,
		OwnerEmail: "owner@" + strings.ToLower(r.PartnerCode) + ".example.jp", Language: lang,
	}
	must(h.t, h.store.CreateAPIKey(context.Background(), models.Process, &k))
	return secret, k
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// send makes a request with the house's key; headers are name, value, name, value.
func (h *house) send(method, path string, body any, headers ...string) answer {
	h.t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	case []byte:
		content = b
	default:
		var err error
		content, err = json.Marshal(b)
		must(h.t, err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(content))
	r.Header.Set("Authorization", "Bearer "+h.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	h.engine.ServeHTTP(w, r)
	return answer{h.t, w.Code, w.Header(), w.Body.Bytes()}
}

func (h *house) get(path string, headers ...string) answer {
	h.t.Helper()
	return h.send(http.MethodGet, path, nil, headers...)
}

// order enters an order under a key of its own.
func (h *house) order(body any, headers ...string) answer {
	h.t.Helper()
	key := fmt.Sprintf("key-%d", h.numbers.Add(1))
	return h.send(http.MethodPost, "/v1/orders", body, append([]string{"Idempotency-Key", key}, headers...)...)
}

// want fails the test unless the answer has the status, and reads it into each target.
func (a answer) want(status int, into ...any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d instead of %d: %s", a.status, status, a.body)
	}
	for _, target := range into {
		must(a.t, json.Unmarshal(a.body, target))
	}
	return a
}

// problem reads a problem and checks what all problems have in common.
func (a answer) problem(status int, code string) api.Problem {
	a.t.Helper()
	var p api.Problem
	a.want(status, &p)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("content type %q", got)
	}
	if p.Code != code {
		a.t.Errorf("code %q instead of %q: %s", p.Code, code, a.body)
	}
	if p.Type != publicURL+"/problems/"+p.Code || p.Status != status || p.Title == "" || p.Detail == "" {
		a.t.Errorf("incomplete problem: %s", a.body)
	}
	if p.RequestID == "" || p.RequestID != a.header.Get("X-Request-Id") {
		a.t.Errorf("request ID %q, header %q", p.RequestID, a.header.Get("X-Request-Id"))
	}
	if !api.Documented(p.Code) {
		a.t.Errorf("%s is not among the kinds of problems that are documented", p.Code)
	}
	for _, text := range []string{p.Title, p.Detail} {
		if strings.Contains(text, "<no value>") || strings.HasPrefix(text, "api.") || strings.HasPrefix(text, "error.") {
			a.t.Errorf("unfinished text %q", text)
		}
	}
	for _, f := range p.Errors {
		if f.Field == "" || f.Code == "" || f.Message == "" || strings.HasPrefix(f.Message, "field.") || strings.Contains(f.Message, "<no value>") {
			a.t.Errorf("unfinished field error %+v", f)
		}
	}
	return p
}

// fieldCodes gives a problem's wrong fields as "field: code".
func fieldCodes(p api.Problem) []string {
	var all []string
	for _, f := range p.Errors {
		all = append(all, f.Field+": "+f.Code)
	}
	return all
}

// object is JSON that tests change.
type object = map[string]any

func party(name string) object {
	return object{
		"company_name": name, "company_name_kana": "ミホン", "postal_code": "151-0053", "prefecture": "東京都", "city": "渋谷区",
		"street": "代々木2-1-1", "phone": "03-1234-5678", "person_name": "見本 太郎", "person_name_kana": "ミホン タロウ",
		"email": "taro@customer.example.jp",
	}
}

// application gives the body of an application that passes all checks.
func (h *house) application(changes ...func(object)) object {
	seller := party(h.reseller.Name)
	seller["partner_code"] = h.reseller.PartnerCode
	body := object{
		"order_type": "new", "end_user": party("株式会社みなと精機"), "support_contact": object{"same_as": "end_user"},
		"reseller": seller, "dealer": object{"same_as": "reseller"},
		"contract": object{"credits": false, "months": 12, "delivery_email": "delivery@customer.example.jp"},
		"consent":  true,
	}
	for _, change := range changes {
		change(body)
	}
	return body
}

// receipt files an application and gives its receipt number.
func (h *house) receipt(changes ...func(object)) string {
	h.t.Helper()
	var filed api.ApplicationFiled
	h.send(http.MethodPost, "/v1/applications", h.application(changes...)).want(http.StatusCreated, &filed)
	return filed.ReceiptNumber
}

// sheet gives the body of an order that passes all checks.
func (h *house) sheet(receipt string, changes ...func(object)) object {
	body := object{
		"receipt_number": receipt, "po_number": fmt.Sprintf("PO-%d", h.numbers.Add(1)), "order_type": "new",
		"order_date": h.store.Today().String(),
		"lines":      []any{object{"product_code": "V1ES-STD", "kind": "new", "quantity": 50, "months": 12, "unit_price": 4800}},
	}
	for _, change := range changes {
		change(body)
	}
	return body
}

func firstLine(body object) object { return body["lines"].([]any)[0].(object) }

// entered enters an order and gives its number.
func (h *house) entered(body object) string {
	h.t.Helper()
	var taken api.OrderTaken
	h.order(body).want(http.StatusAccepted, &taken)
	return taken.OrderNumber
}

// detail reads an order through the API.
func (h *house) detail(number string, headers ...string) api.OrderAnswer {
	h.t.Helper()
	var o api.OrderAnswer
	h.get("/v1/orders/"+number, headers...).want(http.StatusOK, &o)
	return o
}

// run does what an order's process does until somebody has to decide or it is
// over. Mails to the refused addresses fail, all others are sent.
func (h *house) run(number string, refused ...string) {
	h.t.Helper()
	ctx := context.Background()
	o, err := h.store.OrderByNumber(ctx, models.Process, number)
	must(h.t, err)
	for range 10 {
		state, err := h.store.Advance(ctx, o.ID)
		must(h.t, err)
		for _, id := range state.Mails {
			h.sendMail(id, refused)
		}
		switch state.Next {
		case protocol.NextWait, protocol.NextDone:
			return
		case protocol.NextRegister:
			_, err = h.store.RegisterOrder(ctx, protocol.OrderRef{OrderID: o.ID, Version: state.Version}, h.ring)
		case protocol.NextDeliver:
			h.keepDocument(models.DocumentCertificate, o.ID, models.Japanese, "%PDF-1.7 certificate ja")
			_, err = h.store.FinishDelivery(ctx, o.ID)
		}
		must(h.t, err)
	}
	h.t.Fatal("the order's process does not end")
}

func (h *house) sendMail(id int64, refused []string) {
	h.t.Helper()
	ctx := context.Background()
	mail, claimed, err := h.store.ClaimMail(ctx, id, time.Minute)
	must(h.t, err)
	if !claimed {
		return
	}
	status, reply := models.MailSent, "250 ok"
	if slices.Contains(refused, mail.Recipient) {
		status, reply = models.MailFailed, "550 no such user"
	}
	_, err = h.store.FinishMail(ctx, id, status, reply)
	must(h.t, err)
}

// keepDocument keeps a document as the worker does.
func (h *house) keepDocument(kind models.DocumentKind, subject int64, lang models.Language, content string) models.Document {
	h.t.Helper()
	sum := sha256.Sum256([]byte(content))
	d := models.Document{
		Kind: kind, SubjectID: subject, Token: fmt.Sprintf("token-%s-%d-%s", kind, subject, lang), Language: lang,
		BlobKey: fmt.Sprintf("%s-%d-%s.pdf", kind, subject, lang), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(content)),
	}
	must(h.t, os.WriteFile(filepath.Join(h.files.dir, d.BlobKey), []byte(content), 0o600))
	must(h.t, h.store.SaveDocument(context.Background(), &d))
	return d
}
