package bounce_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/todoke/todoke/mail/bounce"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
)

// outcome is what a mail to a bounce address has to come to.
type outcome struct {
	kind   bounce.Kind
	status string
	class  models.BounceClass // of failed and delayed ones
	marked bool               // the address is dead
}

func hard(status string) outcome { return outcome{bounce.Failed, status, models.BounceHard, true} }
func soft(status string) outcome { return outcome{bounce.Failed, status, models.BounceSoft, false} }
func late(status string) outcome { return outcome{bounce.Delayed, status, models.BounceDelayed, false} }

// corpus says where each mail of testdata/reports lands. Their shapes are those of
// servers in use, what they say is made up.
var corpus = map[string]outcome{
	"postfix-unknown-user":         hard("5.1.1"),
	"postfix-no-domain":            hard("5.4.4"),
	"postfix-mailbox-full":         soft("5.2.2"),
	"postfix-blocked":              soft("5.7.1"),
	"postfix-delayed":              late("4.4.1"),
	"postfix-expired":              soft("4.4.1"),
	"postfix-delivered":            {kind: bounce.Delivered, status: "2.0.0"},
	"postfix-without-message-id":   hard("5.1.1"),
	"postfix-list-member":          {bounce.Failed, "5.1.1", models.BounceHard, false},
	"postfix-one-of-two":           soft("5.2.2"),
	"exchange-online-unknown":      hard("5.1.10"),
	"exchange-access-denied":       hard("5.4.1"),
	"exchange-mailbox-full":        soft("5.2.2"),
	"exchange-only-a-general-code": hard("5.1.1"),
	"gmail-unknown-user":           hard("5.1.1"),
	"gmail-over-quota":             soft("5.2.2"),
	"gmail-delayed":                late("4.4.1"),
	"exim-old-unknown-user":        hard("5.1.1"),
	"exim-old-without-code":        soft(""),
	"exim-old-full":                soft(""),
	"exim-delayed-old":             {kind: bounce.NoReport},
	"exim-new":                     hard("5.1.1"),
	"sendmail-unknown-user":        hard("5.1.1"),
	"sendmail-warning":             late("4.4.2"),
	"bulk-service-bounce":          hard("5.1.1"),
	"internationalised":            hard("5.1.1"),
	"auto-reply-ja":                {kind: bounce.NoReport},
	"auto-reply-outlook":           {kind: bounce.NoReport},
	"read-receipt":                 {kind: bounce.NoReport},
	"old-report-forwarded":         {kind: bounce.NoReport},
	"answer-of-a-person":           {kind: bounce.NoReport},
	"broken-off":                   hard("5.1.1"),
	"broken-without-boundary":      {kind: bounce.NoReport},
	"broken-status":                soft(""),
	"empty":                        {kind: bounce.NoReport},
}

const reports = "testdata/reports"

// report gives a mail of the corpus about a mail of ours.
func report(t testing.TB, name, returnPath, recipient, messageID string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(reports, name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(
		"{{return_path}}", returnPath, "{{recipient}}", recipient, "{{message_id}}", messageID,
	).Replace(string(content))
}

func TestCorpusIsComplete(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(reports, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, known := corpus[strings.TrimSuffix(filepath.Base(f), ".eml")]; !known {
			t.Errorf("nothing is said about %s", f)
		}
	}
	if len(files) != len(corpus) {
		t.Errorf("%d files, %d outcomes", len(files), len(corpus))
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, want := range corpus {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, ends := range []string{"\n", "\r\n"} {
				text := strings.ReplaceAll(report(t, name, "bounce+1.x@example.jp", "nouhin@customer.example.jp", "m@example.jp"), "\n", ends)
				got := bounce.Parse([]byte(text))
				if got.Kind != want.kind || got.Status != want.status {
					t.Errorf("is %s %q, want %s %q", got.Kind, got.Status, want.kind, want.status)
				}
				if want.class != "" && got.Class() != want.class {
					t.Errorf("the bounce is %s, want %s", got.Class(), want.class)
				}
			}
		})
	}
}

// received is one house whose bounces come by SMTP.
type received struct {
	*house.House
	server   string
	registry *prometheus.Registry
}

func receiving(t *testing.T, dialect string) *received {
	t.Helper()
	r := &received{House: house.New(t, house.Options{Dialect: dialect}), registry: prometheus.NewRegistry()}
	server, err := inbound.New(inbound.Options{
		Domains: []string{house.MailDomain}, Registry: r.registry, MailsPerMinute: 10_000,
		Routes: []inbound.Route{bounce.Route(r.Ring, func(ctx context.Context, b models.BounceReport) (bool, error) {
			done, err := r.RecordBounce(ctx, b)
			return done.Repeated, err
		})},
	})
	house.Must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	house.Must(t, err)
	go func() { _ = server.Serve(listener) }() // ends with Shutdown
	t.Cleanup(func() { _ = server.Shutdown(context.WithoutCancel(t.Context())) })
	r.server = listener.Addr().String()
	return r
}

// accepted sends the order-accepted mail of a new order through the mailbox and
// gives it as the recipient's server saw it.
func (r *received) accepted(t *testing.T, address string) (o models.Order, m models.Mail, returnPath string) {
	t.Helper()
	o = r.NewOrder(func(a *models.Application) { a.DeliveryEmail = address })
	state, err := r.Advance(t.Context(), o.ID)
	house.Must(t, err)
	house.Must(t, r.SendMail(protocol.MailRef{MailID: state.Mails[0]}))
	m, err = r.MailByID(t.Context(), state.Mails[0])
	house.Must(t, err)
	for _, got := range r.Mailbox.Messages() {
		if got.MessageID == m.MessageID {
			return o, m, got.From
		}
	}
	t.Fatal("the mail did not arrive")
	return o, m, ""
}

func (r *received) report(t *testing.T, to, text string) {
	t.Helper()
	client, err := smtp.Dial(r.server)
	house.Must(t, err)
	defer client.Close() //nolint:errcheck // what counts was answered before
	house.Must(t, client.SendMail("", []string{to}, strings.NewReader(text)))
}

// TestCorpus has a server report each mail of the corpus about an order-accepted
// mail that went out by SMTP, and looks at what becomes of order, mail and address.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			r := receiving(t, dialect)
			for name, want := range corpus {
				address := name + "@customer.example.jp"
				o, m, returnPath := r.accepted(t, address)
				text := report(t, name, returnPath, address, m.MessageID)
				r.report(t, strings.ToUpper(returnPath), text) // as a server that folds case
				r.report(t, returnPath, text)                  // as one that lost our answer
				r.expect(t, name, o, m, want)
			}
			r.Sound()
		})
	}
}

func (r *received) expect(t *testing.T, name string, o models.Order, m models.Mail, want outcome) {
	t.Helper()
	ctx := t.Context()
	state, err := r.Advance(ctx, o.ID)
	house.Must(t, err)
	wantMail, wantOrder := models.MailSent, models.OrderChecking
	if want.kind == bounce.Failed {
		wantMail, wantOrder = models.MailFailed, models.OrderSentBack
	}
	m, err = r.MailByID(ctx, m.ID)
	house.Must(t, err)
	marked, err := r.MarkedAddresses(ctx, m.Recipient)
	house.Must(t, err)
	if m.Status != wantMail || state.Status != wantOrder || len(marked) == 1 != want.marked {
		t.Errorf("%s: the mail is %s (%s), the order %s, the address marked %v", name, m.Status, m.Reply, state.Status, len(marked) == 1)
	}
}

// TestReportsThatAreIgnored sends forged, unknown and repeated ones: the sender
// hears that they were taken, and nothing changes.
func TestReportsThatAreIgnored(t *testing.T) {
	t.Parallel()
	r := receiving(t, store.SQLite)
	o, m, returnPath := r.accepted(t, "nouhin@customer.example.jp")
	text := report(t, "postfix-unknown-user", returnPath, m.Recipient, m.MessageID)
	local, domain, _ := strings.Cut(returnPath, "@")
	unknown, err := r.Ring.Tag(bounce.TagPurpose, 99999)
	house.Must(t, err)
	for _, forged := range []string{
		local[:len(local)-1] + "1@" + domain, "bounce+1.@" + domain, "bounce+@" + domain, "bounce+x@" + domain, bounce.Address(unknown, domain),
	} {
		r.report(t, forged, text)
	}
	r.expect(t, "forged", o, m, outcome{kind: bounce.NoReport})
	counted := map[string]float64{}
	families, err := r.registry.Gather()
	house.Must(t, err)
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == "reason" {
					counted[label.GetValue()] += metric.GetCounter().GetValue()
				}
			}
		}
	}
	if counted["forged"] != 4 || counted["unknown_mail"] != 1 {
		t.Errorf("counted are %v", counted)
	}
}

// FuzzParse feeds anything to the parser: it has to come back soon, with one of
// its answers.
func FuzzParse(f *testing.F) {
	for name := range corpus {
		f.Add([]byte(report(f, name, "bounce+1.x@example.jp", "nouhin@customer.example.jp", "m@example.jp")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := bounce.Parse(data)
		switch got.Kind {
		case bounce.Failed, bounce.Delayed, bounce.Delivered, bounce.NoReport:
		default:
			t.Errorf("kind %q", got.Kind)
		}
		if len(got.Status) > 9 || len(got.Recipients) > 100 {
			t.Errorf("status %q, %d recipients", got.Status, len(got.Recipients))
		}
	})
}
