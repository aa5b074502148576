// Package house is a whole back office inside one test: a real database, a real
// mailbox that receives SMTP, a folder of files, the document renderer, the keys,
// and the activities that work with them. Processes are tested, recorded and
// counted in it.
package house

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/documents"
	"github.com/todoke/todoke/files"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/mail/bounce"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
	"github.com/todoke/todoke/worker"
	"go.temporal.io/sdk/client"
)

// Dialects are the databases that a test of activities runs on.
var Dialects = migrated.Dialects

// House is the back office. Its Store is the one that people and API would use;
// the activities have the same.
type House struct {
	*store.Store
	t testing.TB

	Clock      *Clock
	Ring       *keys.Ring
	Profile    *profile.Profile
	Mailbox    *mailbox.Mailbox
	Files      *files.Store
	Folder     string // where Files keeps them
	Outbox     *outbox.Outbox
	Activities worker.Activities

	Reseller models.Reseller
	Staff    models.Actor // a clerk
	API      models.Actor // a key of Reseller

	url     string
	rules   models.Rules
	numbers atomic.Int64

	subscribed int // addresses
}

// Options say what kind of house it is.
type Options struct {
	// Dialect is store.SQLite or store.Postgres.
	Dialect string
	// Start is the first moment of the clock; zero is Noon.
	Start time.Time
	// Rules changes the default profile's rules.
	Rules func(*models.Rules)
	// Temporal is whom the outbox tells; nil for tests that have none.
	Temporal client.Client
}

// Noon is a Wednesday without holidays around it, 12:00 in Japan.
var Noon = time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)

// MailDomain is where bounces and replies come to.
const MailDomain = "example.jp"

// Public is the address of the house's pages.
const Public = "https://todoke.example.jp"

// New builds a house with one reseller, its API key and one clerk. It is torn
// down when the test ends.
func New(t testing.TB, o Options) *House {
	t.Helper()
	if o.Start.IsZero() {
		o.Start = Noon
	}
	p, err := profile.Default()
	Must(t, err)
	h := &House{t: t, Clock: NewClock(o.Start), Profile: p, url: migrated.Database(t, o.Dialect), rules: p.Rules()}
	if o.Rules != nil {
		o.Rules(&h.rules)
	}
	key, err := keys.Generate(1)
	Must(t, err)
	h.Ring, err = keys.Parse(key)
	Must(t, err)
	h.Store = h.OpenStore(t)
	h.openFiles()
	port := h.openMailbox()
	h.Activities = h.activities(port, o.Temporal)
	h.people()
	return h
}

// OpenStore opens the house's database once more, as another process would.
func (h *House) OpenStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Options{
		URL: h.url, Rules: h.rules, Installation: Public, Clock: h.Clock.Now, MaxConnections: 24,
	})
	Must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

func (h *House) openFiles() {
	h.t.Helper()
	h.Folder = filepath.Join(h.t.TempDir(), "files")
	var err error
	h.Files, err = files.Open(context.Background(), "file://"+filepath.ToSlash(h.Folder))
	Must(h.t, err)
	h.t.Cleanup(func() {
		if err := h.Files.Close(); err != nil {
			h.t.Errorf("close the files: %v", err)
		}
	})
}

// openMailbox starts a mailbox that receives SMTP on a port of its own.
func (h *House) openMailbox() (port int) {
	h.t.Helper()
	var err error
	h.Mailbox, err = mailbox.New(mailbox.Options{})
	Must(h.t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(h.t, err)
	served := make(chan error, 1)
	go func() { served <- h.Mailbox.ServeSMTP(listener) }()
	h.t.Cleanup(func() {
		if err := h.Mailbox.Close(); err != nil {
			h.t.Errorf("close the mailbox: %v", err)
		}
		<-served
	})
	return listener.Addr().(*net.TCPAddr).Port
}

// activities gives the real ones, over this house's parts.
func (h *House) activities(smtpPort int, temporal client.Client) worker.Activities {
	h.t.Helper()
	renderer, err := mail.NewRenderer(h.brand(), activities.Subjects(h.Profile))
	Must(h.t, err)
	sender := mail.NewSender(mail.SMTPConfig{
		Host: "127.0.0.1", Port: smtpPort, TLS: mail.TLSNone, PoolSize: 8,
		ConnectTimeout: 10 * time.Second, CommandTimeout: 10 * time.Second, AnswerTimeout: 10 * time.Second,
	})
	h.t.Cleanup(sender.Close)
	links := activities.Links{Public: Public}
	all := worker.Activities{
		Orders: &activities.Orders{Store: h.Store, Sealer: h.Ring},
		Mails: &activities.Mails{
			Store: h.Store, Profile: h.Profile, Renderer: renderer, Sender: sender, Secrets: h.Ring, Links: links, ReplyDomain: MailDomain,
			ReturnPath: func(mailID int64) (string, error) {
				tag, err := h.Ring.Tag(bounce.TagPurpose, mailID)
				return bounce.Address(tag, MailDomain), err
			},
		},
		Documents: &activities.Documents{
			Store: h.Store, Files: h.Files, Profile: h.Profile, Links: links,
			Renderer: documents.New(documents.Options{Brand: h.Profile.Brand.LegalName}),
		},
		Outbox:      &activities.Outbox{},
		Resends:     &activities.Resends{Store: h.Store},
		NameChanges: &activities.NameChanges{Store: h.Store},
		Activation:  &activities.Activation{Store: h.Store},
		Renewals:    &activities.Renewals{Store: h.Store, Keys: h.Ring},
	}
	all.News = &activities.News{Store: h.Store, Mails: all.Mails}
	if temporal != nil {
		h.Outbox = outbox.New(h.Store, temporal, Quiet(), 2)
		h.t.Cleanup(h.Outbox.Close)
		all.Outbox.Outbox = h.Outbox
	}
	return all
}

// Quiet is a log that nobody reads.
func Quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func (h *House) brand() mail.Brand {
	contact := func(lang models.Language) string {
		return fmt.Sprintf("%s %s", h.Profile.Brand.Support.Name.In(lang), h.Profile.Brand.Support.URL)
	}
	return mail.Brand{
		Name: h.Profile.Brand.Name.JA, Company: h.Profile.Brand.Company,
		Contact: models.Text{JA: contact(models.Japanese), EN: contact(models.English)},
	}
}

func (h *House) people() {
	h.t.Helper()
	ctx := context.Background()
	clerk := models.Staff{Email: "clerk@backoffice.example.jp", Name: "受注 花子", Role: models.RoleClerk, PasswordHash: "$argon2id$x"}
	Must(h.t, h.CreateStaff(ctx, models.Process, &clerk))
	h.Staff = models.Actor{Kind: models.ActorStaff, ID: clerk.ID, Name: clerk.Name}
	h.Reseller = models.Reseller{PartnerCode: "AB12CD34", Name: "株式会社見本販売", Email: "orders@reseller.example.jp"}
	Must(h.t, h.CreateReseller(ctx, h.Staff, &h.Reseller))
	key := models.APIKey{
		ResellerID: h.Reseller.ID, Name: "main", Prefix: "tdk_test", Hash: models.HashAPIKey("house"),
		Scopes: "orders applications read", OwnerEmail: "owner@reseller.example.jp",
	}
	Must(h.t, h.CreateAPIKey(ctx, h.Staff, &key))
	h.API = models.Actor{Kind: models.ActorAPIKey, ID: key.ID, Name: key.Name, ResellerID: h.Reseller.ID}
}

// Must ends the test on an error, and says what is behind it.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%s)", err, causes(err))
	}
}

func causes(err error) string {
	var list []string
	for {
		wrapped, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		if err = wrapped.Unwrap(); err == nil {
			break
		}
		list = append(list, err.Error())
	}
	return strings.Join(list, ": ")
}
