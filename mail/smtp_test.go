package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
)

// certificate makes a certificate for 127.0.0.1 and the pool that trusts it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}

// counting counts connections and can cut those that are open.
type counting struct {
	net.Listener
	accepted atomic.Int64
	mu       sync.Mutex
	open     []net.Conn
}

func (c *counting) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.accepted.Add(1)
		c.mu.Lock()
		c.open = append(c.open, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *counting) cutAll(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		if err := conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
	}
	c.open = nil
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func serveMailbox(t testing.TB, options mailbox.Options, listener net.Listener) *mailbox.Mailbox {
	t.Helper()
	box, err := mailbox.New(options)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- box.ServeSMTP(listener) }()
	t.Cleanup(func() {
		if err := box.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return box
}

func configFor(listener net.Listener) SMTPConfig {
	port := 0
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		port = address.Port
	}
	return SMTPConfig{
		Host: "127.0.0.1", Port: port, TLS: TLSNone, Helo: "todoke.example", ConnectTimeout: 5 * time.Second,
		CommandTimeout: 5 * time.Second, AnswerTimeout: 5 * time.Second,
	}
}

func senderFor(t testing.TB, config SMTPConfig) *Sender {
	t.Helper()
	s := NewSender(config)
	t.Cleanup(s.Close)
	return s
}

func mustSend(t *testing.T, s *Sender, m Message) {
	t.Helper()
	if o := s.Send(t.Context(), m); o.State != Sent || o.Err != nil || o.Code != 250 {
		t.Fatalf("outcome %+v", o)
	}
}

func TestSTARTTLSAndAUTH(t *testing.T) {
	serverTLS, roots := certificate(t)
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{TLS: serverTLS, User: "todoke", Password: "pässwörd"}, listener)
	good := configFor(listener)
	good.TLS, good.RootCAs, good.User, good.Password = TLSStart, roots, "todoke", "pässwörd"
	s := senderFor(t, good)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustSend(t, s, validMessage())
	if len(box.Messages()) != 1 {
		t.Fatalf("%d mails arrived", len(box.Messages()))
	}
	tests := map[string]struct {
		spoil func(*SMTPConfig)
		code  string
		stage Stage
	}{
		"wrong password":      {func(c *SMTPConfig) { c.Password = "x" }, "smtp_auth", StageAuth},
		"untrusted":           {func(c *SMTPConfig) { c.RootCAs = x509.NewCertPool() }, "smtp_tls", StageConnect},
		"another name":        {func(c *SMTPConfig) { c.Host = "localhost" }, "smtp_tls", StageConnect},
		"not signed in":       {func(c *SMTPConfig) { c.User = "" }, "", StageMail},
		"TLS without TLS":     {func(c *SMTPConfig) { c.TLS = TLSImplicit }, "smtp_tls", StageConnect},
		"nobody there":        {func(c *SMTPConfig) { c.Port = 1 }, "smtp_unreachable", StageConnect},
		"no AUTH without TLS": {func(c *SMTPConfig) { c.TLS = TLSNone }, "smtp_auth", StageAuth},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := good
			test.spoil(&config)
			s := senderFor(t, config)
			if o := s.Send(t.Context(), validMessage()); o.State != Temporary || o.Stage != test.stage {
				t.Errorf("outcome %+v", o)
			}
			err := s.Check(t.Context())
			if e, ok := errors.AsType[*models.Error](err); test.code != "" && (!ok || e.Code != test.code) {
				t.Errorf("check gave %v", err)
			}
		})
	}
	if len(box.Messages()) != 1 {
		t.Errorf("%d mails arrived", len(box.Messages()))
	}
}

func TestSTARTTLSIsNeverDoneWithout(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{User: "todoke", Password: "secret"}, listener)
	config := configFor(listener)
	config.TLS, config.User, config.Password = TLSStart, "todoke", "secret"
	s := senderFor(t, config)
	if o := s.Send(t.Context(), validMessage()); o.State != Temporary || o.Stage != StageConnect {
		t.Errorf("outcome %+v", o)
	}
	if len(box.Messages()) != 0 {
		t.Error("a mail went out in the clear")
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	serverTLS, roots := certificate(t)
	plain := listen(t)
	serveMailbox(t, mailbox.Options{TLS: serverTLS, User: "u", Password: "p"}, tls.NewListener(plain, serverTLS))
	config := configFor(plain)
	config.TLS, config.RootCAs, config.User, config.Password = TLSImplicit, roots, "u", "p"
	s := senderFor(t, config)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustSend(t, s, validMessage())
}

func TestOddNamesArriveIntact(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{}, listener)
	s := senderFor(t, configFor(listener))
	r := newTestRenderer(t)
	names := []string{
		"𠮷野家", "髙﨑電機㈱", "ｱｲｳ商事", "🏢ビル管理👨‍👩‍👧", "葛󠄀城市", strings.Repeat("𠮷", 300), strings.Repeat("long name ", 30),
		".", "..始まりが点\n", `<b>&amp;"'`, "e\u0301", "العربية",
	}
	for i, name := range names {
		content, err := r.Render(models.Japanese, OrderAccepted{OrderNumber: "ORDC4830217", EndUserName: name, Communication: name})
		if err != nil {
			t.Fatal(err)
		}
		m := validMessage()
		m.Subject, m.Text, m.HTML = content.Subject, content.Text, content.HTML
		m.To.Name = oneLine(name)
		mustSend(t, s, m)
		received := box.Messages()[i]
		p := parse(t, received.Raw)
		checkHeaders(t, p, m)
		if p.parts["text/plain"] != m.Text || p.parts["text/html"] != m.HTML {
			t.Errorf("%.20q: the parts changed on the way", name)
		}
		if !strings.Contains(p.parts["text/plain"], oneLine(name)) {
			t.Errorf("%.20q is not in the text", name)
		}
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{}, listener)
	s := senderFor(t, configFor(listener))
	m := validMessage()
	m.To.Email = "部署@例え.example"
	mustSend(t, s, m)
	if got := box.Messages()[0].To; len(got) != 1 || got[0] != m.To.Email {
		t.Errorf("received for %v", got)
	}
}

func TestEnvelopeFromIsWhereBouncesGo(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{}, listener)
	s := senderFor(t, configFor(listener))
	m := validMessage()
	m.EnvelopeFrom = "bounces@example.jp"
	mustSend(t, s, m)
	if got := box.Messages()[0]; got.From != "bounces@example.jp" || len(got.To) != 1 || got.To[0] != m.To.Email {
		t.Errorf("envelope %s to %v", got.From, got.To)
	}
}

func TestConnectionsAreReusedAndReplaced(t *testing.T) {
	counter := &counting{Listener: listen(t)}
	box := serveMailbox(t, mailbox.Options{}, counter)
	s := senderFor(t, configFor(counter))
	for range 5 {
		mustSend(t, s, validMessage())
	}
	if n := counter.accepted.Load(); n != 1 {
		t.Errorf("%d connections for five mails", n)
	}
	counter.cutAll(t)
	mustSend(t, s, validMessage())
	if n := counter.accepted.Load(); n != 2 {
		t.Errorf("%d connections after a cut", n)
	}
	if n := len(box.Messages()); n != 6 {
		t.Errorf("%d mails arrived", n)
	}
}

func TestAnOldConnectionIsNotUsedAgain(t *testing.T) {
	counter := &counting{Listener: listen(t)}
	serveMailbox(t, mailbox.Options{}, counter)
	config := configFor(counter)
	config.MaxIdle = time.Nanosecond
	s := senderFor(t, config)
	mustSend(t, s, validMessage())
	mustSend(t, s, validMessage())
	if n := counter.accepted.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

func TestARefusalLeavesTheConnectionUsable(t *testing.T) {
	counter := &counting{Listener: listen(t)}
	box := serveMailbox(t, mailbox.Options{Behaviour: refuseAddress("nobody@x.example")}, counter)
	s := senderFor(t, configFor(counter))
	refused := validMessage()
	refused.To.Email = "nobody@x.example"
	for range 3 {
		if o := s.Send(t.Context(), refused); o.State != Refused || o.Code != 550 || o.Enhanced != "5.1.1" || o.Stage != StageRcpt {
			t.Fatalf("outcome %+v", o)
		}
		mustSend(t, s, validMessage())
	}
	if n, arrived := counter.accepted.Load(), len(box.Messages()); n != 1 || arrived != 3 {
		t.Errorf("%d connections, %d mails", n, arrived)
	}
}

func refuseAddress(address string) func(stage mailbox.Stage, from, to string) mailbox.Behaviour {
	return func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == address {
			return mailbox.Behaviour{Fault: mailbox.Refuse}
		}
		return mailbox.Behaviour{}
	}
}

func TestManyAtOnceUseNoMoreThanThePool(t *testing.T) {
	counter := &counting{Listener: listen(t)}
	box := serveMailbox(t, mailbox.Options{}, counter)
	config := configFor(counter)
	config.PoolSize = 3
	s := senderFor(t, config)
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() {
			if o := s.Send(context.Background(), validMessage()); o.State != Sent {
				t.Errorf("outcome %+v", o)
			}
		})
	}
	wg.Wait()
	if n := len(box.Messages()); n != 60 {
		t.Errorf("%d mails arrived", n)
	}
	if n := counter.accepted.Load(); n > 3 {
		t.Errorf("%d connections", n)
	}
}

func TestAClosedSenderSendsNothing(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{}, listener)
	s := NewSender(configFor(listener))
	mustSend(t, s, validMessage())
	s.Close()
	if o := s.Send(t.Context(), validMessage()); o.State != Temporary {
		t.Errorf("outcome %+v", o)
	}
	if n := len(box.Messages()); n != 1 {
		t.Errorf("%d mails", n)
	}
}
