package inbound_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/mail/mailbox"
)

// box keeps what a route received.
type box struct {
	mu    sync.Mutex
	mails []inbound.Mail
	fail  error
}

func (b *box) receive(_ context.Context, m inbound.Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
	return b.fail
}

func (b *box) received() []inbound.Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]inbound.Mail(nil), b.mails...)
}

func (b *box) route(name, prefix string) inbound.Route {
	return inbound.Route{
		Name: name, Claims: func(l string) bool { return strings.HasPrefix(strings.ToLower(l), prefix) }, Receive: b.receive,
	}
}

func start(t *testing.T, o inbound.Options) (*inbound.Server, string) {
	t.Helper()
	o.Domains = []string{"mail.example.jp"}
	s, err := inbound.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, l.Addr().String()
}

func send(address, from string, to []string, data string) error {
	client, err := smtp.Dial(address)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // what counts was answered before
	return client.SendMail(from, to, strings.NewReader(data))
}

// code gives the reply code of a refusal, 0 when there was none.
func code(err error) int {
	if refused, ok := errors.AsType[*smtp.SMTPError](err); ok {
		return refused.Code
	}
	return 0
}

// TestOnlyClaimedAddresses sends to addresses of two routes and of none.
func TestOnlyClaimedAddresses(t *testing.T) {
	t.Parallel()
	var bounces, replies box
	registry := prometheus.NewRegistry()
	_, address := start(t, inbound.Options{
		Routes: []inbound.Route{bounces.route("bounce", "bounce+"), replies.route("reply", "inquiry+")}, Registry: registry,
	})
	for to, want := range map[string]int{
		"bounce+1.abc@mail.example.jp": 0, "BOUNCE+1.ABC@MAIL.EXAMPLE.JP": 0, "inquiry+7@mail.example.jp": 0,
		"postmaster@mail.example.jp": 550, "bounce+1.abc@other.example.jp": 550, "bounce@mail.example.jp": 550,
		"bounce+1.abc@mail.example.jp.evil.example": 550,
	} {
		if err := send(address, "", []string{to}, "Subject: x\r\n\r\nbody\r\n"); code(err) != want || (err == nil) != (want == 0) {
			t.Errorf("%s: %v, want %d", to, err, want)
		}
	}
	if b, r := bounces.received(), replies.received(); len(b) != 2 || len(r) != 1 || r[0].To != "inquiry+7@mail.example.jp" ||
		string(r[0].Data) != "Subject: x\r\n\r\nbody\r\n" || r[0].From != "" {
		t.Errorf("received: %v, %v", b, r)
	}
	want := `
# HELP todoke_inbound_mails_total Mails received by SMTP, by what they came for and what became of them: received, ignored or failed (sent again later).
# TYPE todoke_inbound_mails_total counter
todoke_inbound_mails_total{outcome="received",reason="",route="bounce"} 2
todoke_inbound_mails_total{outcome="received",reason="",route="reply"} 1
# HELP todoke_inbound_refused_total Connections and mails turned away: connections, rate, recipient or size.
# TYPE todoke_inbound_refused_total counter
todoke_inbound_refused_total{reason="recipient"} 4
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

// TestWhatBecomesOfAMail has receiving fail, ignore and panic.
func TestWhatBecomesOfAMail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		receive func(context.Context, inbound.Mail) error
		want    int
	}{
		"kept":     {func(context.Context, inbound.Mail) error { return nil }, 0},
		"ignored":  {func(context.Context, inbound.Mail) error { return inbound.Ignored{Reason: "forged"} }, 0},
		"failed":   {func(context.Context, inbound.Mail) error { return errors.New("the database is away") }, 451},
		"panicked": {func(context.Context, inbound.Mail) error { panic("?") }, 451},
		"hung": {func(ctx context.Context, _ inbound.Mail) error {
			<-ctx.Done()
			return ctx.Err()
		}, 451},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, address := start(t, inbound.Options{ReceiveTimeout: 100 * time.Millisecond, Routes: []inbound.Route{{
				Name: "x", Claims: func(string) bool { return true }, Receive: c.receive,
			}}})
			if err := send(address, "a@example.jp", []string{"x@mail.example.jp"}, "Subject: x\r\n\r\n"); code(err) != c.want || (err == nil) != (c.want == 0) {
				t.Errorf("%v, want %d", err, c.want)
			}
		})
	}
}

// TestSizes sends mails around the limits of two routes, announced and not.
func TestSizes(t *testing.T) {
	t.Parallel()
	var b, r box
	small, large := b.route("bounce", "bounce+"), r.route("reply", "reply+")
	small.MaxBytes, large.MaxBytes = 10_000, 40_000
	_, address := start(t, inbound.Options{Routes: []inbound.Route{small, large}})
	mail := func(bytes int) string {
		return "Subject: x\r\n\r\n" + strings.Repeat(strings.Repeat("x", 98)+"\r\n", bytes/100)
	}
	for _, c := range []struct {
		to   string
		size int
		want int
	}{{"bounce+1", 9_900, 0}, {"bounce+1", 10_100, 552}, {"reply+1", 39_900, 0}, {"reply+1", 40_100, 552}, {"reply+1", 5_000_000, 552}} {
		if err := send(address, "", []string{c.to + "@mail.example.jp"}, mail(c.size)); code(err) != c.want || (err == nil) != (c.want == 0) {
			t.Errorf("%s with %d bytes: %v, want %d", c.to, c.size, err, c.want)
		}
	}
	client, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close() //nolint:errcheck // the test ends
	if err := client.Mail("", &smtp.MailOptions{Size: 20_000}); err != nil {
		t.Fatal(err)
	}
	if err := client.Rcpt("bounce+1@mail.example.jp", nil); code(err) != 552 {
		t.Errorf("an announced size is refused when the recipient is known: %v", err)
	}
}

// TestManyConnectionsAndMails opens more connections and sends more mails than one client may.
func TestManyConnectionsAndMails(t *testing.T) {
	t.Parallel()
	var b box
	_, address := start(t, inbound.Options{Routes: []inbound.Route{b.route("bounce", "bounce+")}, ConnectionsPerClient: 3, MailsPerMinute: 5})
	var open []net.Conn
	turned := 0
	for range 5 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
		line := make([]byte, 4)
		if _, err := conn.Read(line); err != nil {
			t.Fatal(err)
		}
		if string(line) == "421 " {
			turned++
		}
	}
	if turned != 2 {
		t.Errorf("%d of 5 connections were turned away", turned)
	}
	for _, conn := range open {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	accepted := 0
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end) && accepted < 6; {
		err := send(address, "", []string{"bounce+1@mail.example.jp"}, "Subject: x\r\n\r\n")
		if code(err) == 450 {
			break
		}
		if err == nil {
			accepted++
		}
	}
	if accepted != 5 || len(b.received()) != 5 {
		t.Errorf("%d mails were taken, want 5", accepted)
	}
}

// TestSlowSenders trickles a mail: the connection ends all the same.
func TestSlowSenders(t *testing.T) {
	t.Parallel()
	var b box
	_, address := start(t, inbound.Options{
		Routes: []inbound.Route{b.route("bounce", "bounce+")}, CommandTimeout: 300 * time.Millisecond, SessionTimeout: 600 * time.Millisecond,
	})
	for name, begin := range map[string]string{
		"in a mail":     "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bounce+1@mail.example.jp>\r\nDATA\r\n",
		"with commands": "EHLO x\r\n",
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(begin)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for err == nil && time.Since(began) < 30*time.Second { // on a busy machine it ends later, but it ends
			_, err = conn.Write([]byte("NOOP\r\n"))
			time.Sleep(20 * time.Millisecond)
		}
		if err == nil {
			t.Errorf("%s: the connection lives on", name)
		}
	}
	if len(b.received()) != 0 {
		t.Error("half a mail was received")
	}
}

// TestStartTLS protects the connection where a certificate is given.
func TestStartTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	var b box
	_, address := start(t, inbound.Options{
		Routes: []inbound.Route{b.route("bounce", "bounce+")},
		TLS:    &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12},
	})
	client, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := client.Extension("STARTTLS"); !ok {
		t.Error("STARTTLS is not offered")
	}
	_ = client.Close()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} // as senders of mail do
	secure, err := smtp.NewClientStartTLS(conn, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := secure.SendMail("", []string{"bounce+1@mail.example.jp"}, strings.NewReader("Subject: x\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if len(b.received()) != 1 {
		t.Error("nothing was received")
	}
}

// TestShutdownWaits ends the server while a mail is being kept.
func TestShutdownWaits(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s, address := start(t, inbound.Options{Routes: []inbound.Route{{
		Name: "x", Claims: func(string) bool { return true },
		Receive: func(context.Context, inbound.Mail) error { close(begun); <-goOn; return nil },
	}}})
	sent := make(chan error, 1)
	go func() { sent <- send(address, "", []string{"x@mail.example.jp"}, "Subject: x\r\n\r\n") }()
	select {
	case <-begun:
	case err := <-sent:
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(t.Context()) }()
	select {
	case <-ended:
		t.Fatal("the server ended while a mail was being kept")
	case <-time.After(50 * time.Millisecond):
	}
	close(goOn)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-sent // answered or cut off: both are harmless
}

// TestTheMailboxHandsOver sends to a mailbox what the server claims, and what it does not.
func TestTheMailboxHandsOver(t *testing.T) {
	t.Parallel()
	var b box
	s, address := start(t, inbound.Options{Routes: []inbound.Route{b.route("bounce", "bounce+")}})
	post, err := mailbox.New(mailbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = post.ServeSMTP(l) }() // ends with Close
	t.Cleanup(func() { _ = post.Close() })
	post.HandOver(s.Claims, address)
	for _, to := range []string{"bounce+1@mail.example.jp", "somebody@mail.example.jp"} {
		if err := send(l.Addr().String(), "", []string{to}, "Subject: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	b.fail = errors.New("the database is away")
	if err := send(l.Addr().String(), "", []string{"bounce+2@mail.example.jp"}, "Subject: x\r\n\r\n"); code(err) != 451 {
		t.Errorf("the sender hears %v", err)
	}
	if len(b.received()) != 2 || len(post.Messages()) != 2 {
		t.Errorf("%d were handed over, %d kept", len(b.received()), len(post.Messages()))
	}
}
