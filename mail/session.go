package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// answerGrace is how long a cancelled caller still waits for the answer to the
// final dot. Without it every shutdown would leave mails unknown that the server
// was about to confirm.
const answerGrace = 5 * time.Second

// session is one connection to the server. It speaks go-mail's SMTP client
// directly: the library's own Send reports a mail that was delivered as failed
// when the RSET after it fails, and does not say whether the final dot went out.
type session struct {
	config SMTPConfig
	conn   net.Conn
	client *smtp.Client
	used   bool      // has carried a transaction, so RSET comes first
	since  time.Time // idle since

	mu        sync.Mutex
	answering bool // the final dot is out
	cancelled bool
}

// errTLS marks what went wrong while the connection was being protected.
var errTLS = errors.New("TLS")

// connect dials, greets, protects and signs in, all within ConnectTimeout.
func connect(ctx context.Context, config SMTPConfig) (*session, error) {
	dialCtx, cancel := context.WithTimeout(ctx, config.ConnectTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(dialCtx, "tcp", config.address())
	if err != nil {
		return nil, at(StageConnect, err)
	}
	s := &session{config: config, conn: conn}
	release := s.watch(ctx)
	defer release()
	if err := s.open(dialCtx); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func (s *session) open(ctx context.Context) error {
	if err := s.within(s.config.ConnectTimeout); err != nil {
		return at(StageConnect, err)
	}
	wire := s.conn
	if s.config.TLS == TLSImplicit {
		secure := tls.Client(s.conn, s.config.tlsConfig())
		if err := secure.HandshakeContext(ctx); err != nil {
			return at(StageConnect, fmt.Errorf("%w: %w", errTLS, err))
		}
		wire = secure
	}
	client, err := smtp.NewClient(wire, s.config.Host)
	if err != nil {
		return at(StageConnect, err)
	}
	s.client = client
	if err := client.Hello(s.config.Helo); err != nil {
		return at(StageConnect, err)
	}
	if s.config.TLS == TLSStart {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return at(StageConnect, fmt.Errorf("%w: the server does not offer STARTTLS", errTLS))
		}
		if err := client.StartTLS(s.config.tlsConfig()); err != nil {
			return at(StageConnect, fmt.Errorf("%w: %w", errTLS, err))
		}
	}
	return at(StageAuth, s.signIn())
}

// signIn authenticates with the strongest mechanism both sides know. The
// mechanisms that show the password themselves refuse to run without TLS,
// except on the machine itself.
func (s *session) signIn() error {
	if s.config.User == "" {
		return nil
	}
	_, offered := s.client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	known := []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(s.config.User, s.config.Password)},
		{"PLAIN", smtp.PlainAuth("", s.config.User, s.config.Password, s.config.Host, false)},
		{"LOGIN", smtp.LoginAuth(s.config.User, s.config.Password, s.config.Host, false)},
	}
	for _, k := range known {
		if slices.Contains(mechanisms, k.name) {
			return s.client.Auth(k.auth)
		}
	}
	return errors.New("the server offers none of SCRAM-SHA-256, PLAIN, LOGIN")
}

// watch ends the conversation when ctx does, by way of the deadline: a blocked
// read or write returns at once. After the final dot it grants answerGrace.
func (s *session) watch(ctx context.Context) (release func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.cancelled = true
		deadline := time.Now()
		if s.answering {
			deadline = deadline.Add(answerGrace)
		}
		// The only failure is a closed connection, which ends the wait as well.
		_ = s.conn.SetDeadline(deadline)
	})
	return func() {
		// One that has begun must end first, or it could cut short the next mail
		// on this connection.
		if !stop() {
			<-done
		}
	}
}

// within sets the time for the next step, unless the caller has given up.
func (s *session) within(d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cancelled {
		return context.Canceled
	}
	return s.conn.SetDeadline(time.Now().Add(d))
}

// awaitAnswer sets the time for the answer to the final dot. From here on a
// cancelled caller no longer cuts the connection.
func (s *session) awaitAnswer() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answering = true
	wait := s.config.AnswerTimeout
	if s.cancelled {
		wait = answerGrace
	}
	return s.conn.SetDeadline(time.Now().Add(wait))
}

// begin opens the transaction: RSET on a used connection, then MAIL. While it
// fails nothing of the mail has left, so the caller may begin again elsewhere.
func (s *session) begin(from string, utf8Addresses bool) error {
	if err := s.within(s.config.CommandTimeout); err != nil {
		return at(StageMail, err)
	}
	if s.used {
		if err := s.client.Reset(); err != nil {
			// Hidden on purpose: whatever a server answers to RSET, the connection
			// is of no more use, and the answer is not about this mail.
			return at(StageConnect, fmt.Errorf("RSET: %v", err)) //nolint:errorlint // hidden on purpose, see above
		}
	}
	s.used = true
	if utf8Addresses {
		if offered, _ := s.client.Extension("SMTPUTF8"); !offered {
			return at(StageRcpt, &textproto.Error{Code: 553, Msg: "5.6.7 the mail server takes no addresses beyond ASCII"})
		}
	}
	// A relay may pass a mail on only to servers with SMTPUTF8 once it was asked
	// for, so it is asked for only where an address needs it.
	s.client.SkipSMTPUTF8(!utf8Addresses)
	return at(StageMail, s.client.Mail("<"+from+">"))
}

// transfer names the recipient and hands over the content. Every error before
// the final dot has left completely carries StageRcpt or StageData, every later
// one StageAnswer.
func (s *session) transfer(to string, raw []byte) (code int, reply string, err error) {
	if err := s.within(s.config.CommandTimeout); err != nil {
		return 0, "", at(StageRcpt, err)
	}
	if err := s.client.Rcpt("<" + to + ">"); err != nil {
		return 0, "", at(StageRcpt, err)
	}
	if err := s.within(s.config.CommandTimeout); err != nil {
		return 0, "", at(StageData, err)
	}
	writer, err := s.client.Data()
	if err != nil {
		return 0, "", at(StageData, err)
	}
	if err := s.writeContent(writer, raw); err != nil {
		return 0, "", at(StageData, err)
	}
	if err := s.awaitAnswer(); err != nil {
		return 0, "", at(StageAnswer, err)
	}
	code, reply, err = s.client.Text.ReadResponse(2)
	return code, reply, at(StageAnswer, err)
}

// writeContent writes content and final dot. The closer that go-mail hands out
// drops the error of the last write and reads the answer at once; the writer
// inside it does not. The dot is the last thing written, so any error here
// means that the server cannot have all of it.
func (s *session) writeContent(writer io.WriteCloser, raw []byte) error {
	closer, ok := writer.(*smtp.DataCloser)
	if !ok {
		return fmt.Errorf("DATA gave a %T", writer)
	}
	if err := s.within(s.config.CommandTimeout); err != nil {
		return err
	}
	if _, err := closer.WriteCloser.Write(raw); err != nil {
		return err
	}
	if err := s.within(s.config.CommandTimeout); err != nil {
		return err
	}
	return closer.WriteCloser.Close()
}

// reusable says whether the connection can carry another mail after err: only
// when the server answered every command and did not announce that it hangs up.
func reusable(err error) bool {
	if err == nil {
		return true
	}
	reply, answered := errors.AsType[*textproto.Error](err)
	return answered && reply.Code != 421
}

// cancelledByCaller says whether the deadline may have been cut short, in which
// case the connection is of no further use.
func (s *session) cancelledByCaller() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cancelled
}

// rest readies the session for the pool.
func (s *session) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answering = false
	s.since = time.Now()
}

// quit says goodbye; drop hangs up.
func (s *session) quit() error {
	defer s.drop()
	if err := s.within(s.config.CommandTimeout); err != nil {
		return err
	}
	return s.client.Quit()
}

// drop closes the connection. Its error says nothing about any mail.
func (s *session) drop() { _ = s.conn.Close() }
