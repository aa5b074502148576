package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-smtp"
	"github.com/todoke/todoke/models"
)

// session is one connection's conversation.
type session struct {
	server *Server
	conn   *smtp.Conn
	client string

	from string
	size int64 // as announced, 0 without
	to   []recipient
}

type recipient struct {
	address string
	route   *Route
}

var (
	errNoMailbox = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	errTooLarge  = &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: "The mail is too large"}
	errTooMany   = &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Too many mails, try again later"}
	errLater     = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
)

func (s *Server) newSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: conn, client: clientOf(conn.Conn().RemoteAddr())}, nil
}

// Reset forgets the mail in progress.
func (s *session) Reset() { s.from, s.size, s.to = "", 0, nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// Mail hears who sends. That is anybody's word, so nothing depends on it.
func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if !s.server.clients.mail(s.client) {
		s.server.counts.refused("rate")
		return errTooMany
	}
	s.from = from
	if options != nil {
		s.size = options.Size
	}
	return nil
}

// Rcpt takes only addresses that a route claims.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	route := s.server.routeOf(to)
	if route == nil {
		s.server.counts.refused("recipient")
		return errNoMailbox
	}
	if s.size > route.MaxBytes {
		s.server.counts.refused("size")
		return errTooLarge
	}
	s.to = append(s.to, recipient{to, route})
	return nil
}

// Data receives the mail and hands it to the route of each recipient. When one
// fails, the sender tries again with all of them.
func (s *session) Data(r io.Reader) error {
	most := int64(mostBytes)
	for _, to := range s.to {
		most = min(most, to.route.MaxBytes)
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if errors.Is(err, smtp.ErrDataTooLarge) || int64(len(data)) > most {
		s.server.counts.refused("size")
		return errTooLarge
	}
	if err != nil {
		// Gone, or too slow: what still comes would be taken for commands.
		_ = s.conn.Conn().Close()
		return errLater
	}
	if !s.server.begin() {
		return errLater
	}
	defer s.server.receiving.Done()
	var failed error
	for _, to := range s.to {
		if err := s.receive(to, data); err != nil {
			failed = errLater
		}
	}
	return failed
}

// receive hands the mail to one route. A route that panics has failed like any
// other, and what the panic says is not logged, since it may quote the mail.
func (s *session) receive(to recipient, data []byte) (err error) {
	ctx, cancel := context.WithTimeout(s.server.ctx, s.server.options.ReceiveTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T", p)
		}
		ignored, isIgnored := errors.AsType[Ignored](err)
		switch {
		case isIgnored:
			s.server.counts.mail(to.route.Name, "ignored", ignored.Reason)
			err = nil
		case err != nil:
			s.server.counts.mail(to.route.Name, "failed", "")
			s.server.options.Log.Error("inbound mail: receiving failed, the sender tries again", "route", to.route.Name, "error", models.AsError(err).Code)
		default:
			s.server.counts.mail(to.route.Name, "received", "")
		}
	}()
	return to.route.Receive(ctx, Mail{From: s.from, To: to.address, Data: data})
}
