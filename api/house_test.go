package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
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
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/logged"
	"github.com/todoke/todoke/test/migrated"
)

// house is the API over a real database, with one reseller and its key.
type house struct {
	t        testing.TB
	store    *store.Store
	engine   *gin.Engine
	registry *prometheus.Registry
	log      *logged.Log
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
	return newHouseOn(t, migrated.SQLite(t), change...)
}

// eachDatabase runs a test on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { test(t, newHouse(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newHouseOn(t, migrated.Postgres(t))) })
}

const publicURL = "https://todoke.example"

func newHouseOn(t testing.TB, url string, change ...func(*api.Options)) *house {
	t.Helper()
	p, err := theProfile()
	must(t, err)
	ctx := context.Background()
	h := &house{t: t, told: &teller{}, files: &fileShelf{t.TempDir()}, log: &logged.Log{}, registry: prometheus.NewRegistry()}
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
		Brand: p.Brand.Name, PublicURL: publicURL, LinkKey: h.ring.CurrentKey, CodeHash: h.ring.CodeHash,
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
		case models.NextWait, models.NextDone:
			return
		case models.NextRegister:
			_, err = h.store.RegisterOrder(ctx, models.OrderVersion{OrderID: o.ID, Version: state.Version}, h.ring)
		case models.NextDeliver:
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
