package mailbox

import (
	"crypto/subtle"
	"errors"
	"io"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one SMTP connection.
type session struct {
	mailbox *Mailbox
	conn    *smtp.Conn
	signed  bool
	from    string
	to      []string
	raw     []byte
}

var (
	errRefused = &smtp.SMTPError{
		Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here",
	}
	errDeferred = &smtp.SMTPError{
		Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later",
	}
	errSignIn = &smtp.SMTPError{
		Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required",
	}
	// Never reaches the client: the connection is closed by then.
	errHungUp = errors.New("hung up on purpose")
)

func (m *Mailbox) newSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{mailbox: m, conn: conn}, nil
}

// Reset forgets the mail in progress.
func (s *session) Reset() { s.from, s.to, s.raw = "", nil, nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// AuthMechanisms names what the mailbox offers.
func (s *session) AuthMechanisms() []string {
	if s.mailbox.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks name and password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		options := s.mailbox.options
		if subtle.ConstantTimeCompare([]byte(user), []byte(options.User)) != 1 ||
			subtle.ConstantTimeCompare([]byte(password), []byte(options.Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}

// Mail hears who sends.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.mailbox.options.User != "" && !s.signed {
		return errSignIn
	}
	return s.step(StageMail, from, "", func() error { s.from = from; return nil })
}

// Rcpt hears who is to receive.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	return s.step(StageRcpt, s.from, to, func() error { s.to = append(s.to, to); return nil })
}

// Data receives the mail and keeps it.
func (s *session) Data(r io.Reader) error {
	err := s.step(StageBody, s.from, s.to[0], func() (err error) {
		s.raw, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		return err
	}
	return s.step(StageEnd, s.from, s.to[0], func() error {
		// Before it is kept: a mail that is sent again must not be there twice.
		if err := s.mailbox.pass(s.from, s.to, s.raw); err != nil {
			return err
		}
		if err := s.mailbox.record(s.from, s.to, s.raw); err != nil {
			s.mailbox.options.Log.Error("mailbox: keeping a mail failed", "error", err)
			return errDeferred
		}
		return nil
	})
}

// step does one stage of the conversation the way Behaviour wants it.
func (s *session) step(stage Stage, from, to string, do func() error) error {
	b := s.mailbox.behaviourAt(stage, from, to)
	if b.Delay > 0 {
		time.Sleep(b.Delay)
	}
	switch b.Fault {
	case Refuse:
		return errRefused
	case Defer:
		return errDeferred
	case CutBefore:
		return s.hangUp(stage)
	case CutAfter:
		if err := do(); err != nil {
			return err
		}
		return s.hangUp(stage)
	default:
		return do()
	}
}

func (s *session) hangUp(stage Stage) error {
	if stage == StageEnd {
		// First the note, then the cut: whoever sees the cut finds the note.
		s.mailbox.noteCut(s.raw)
	}
	// Whether closing succeeded or the client was faster, the connection is gone.
	_ = s.conn.Conn().Close()
	return errHungUp
}
