// Package inbound receives mails by SMTP: reports about mails that could not be
// delivered, and replies. It takes only what one of its routes claims and
// belongs behind no mailbox: whoever receives a mail here keeps what it says.
package inbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/prometheus/client_golang/prometheus"
)

// Mail is one mail for one recipient. All of it is the sender's word.
type Mail struct {
	From string // of the envelope; empty for reports, which must never be answered
	To   string // of the envelope, as the sender wrote it: case may have been folded on the way
	Data []byte // header and body
}

// Route receives the mails of some addresses.
type Route struct {
	// Name counts the route's mails.
	Name string
	// MaxBytes is the largest mail it takes; 0 is 1 MB, and 10 MB is the most.
	MaxBytes int64
	// Claims says whether the local part of an address is one of its own. It is
	// asked before a mail is sent, so it must answer from what it knows: by a
	// prefix or a signature, not from the database. Case may have been folded.
	Claims func(localPart string) bool
	// Receive keeps a mail. It may come again, also while it is being received:
	// doing it twice must be harmless. An error has the sender try again later,
	// but for Ignored, which has the mail counted and forgotten.
	Receive func(ctx context.Context, m Mail) error
}

// Ignored is what Receive gives for a mail that means nothing: it was taken and
// is not to be sent again.
type Ignored struct {
	Reason string // a word for the counter, never anything out of the mail
}

func (i Ignored) Error() string { return "ignored: " + i.Reason }

// Sizes of mails.
const (
	defaultMaxBytes = 1 << 20
	mostBytes       = 10 << 20
)

// Options say how a listener works. Zero values take the defaults named.
type Options struct {
	Domains  []string // recipients at other domains are refused
	Hostname string   // what the greeting says, the first domain
	Routes   []Route  // the first that claims an address has it
	TLS      *tls.Config
	Log      *slog.Logger          // nil: not logged
	Registry prometheus.Registerer // nil: not counted

	Connections          int           // at once, 50
	ConnectionsPerClient int           // at once, 10
	MailsPerMinute       int           // from one client, 300
	CommandTimeout       time.Duration // for a command, and for all of a mail's content, 2 minutes
	SessionTimeout       time.Duration // for a whole connection, 15 minutes
	ReceiveTimeout       time.Duration // for Receive, 30 s
}

func (o Options) withDefaults() Options {
	if o.Hostname == "" && len(o.Domains) > 0 {
		o.Hostname = o.Domains[0]
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for value, otherwise := range map[*int]int{&o.Connections: 50, &o.ConnectionsPerClient: 10, &o.MailsPerMinute: 300} {
		if *value <= 0 {
			*value = otherwise
		}
	}
	for value, otherwise := range map[*time.Duration]time.Duration{
		&o.CommandTimeout: 2 * time.Minute, &o.SessionTimeout: 15 * time.Minute, &o.ReceiveTimeout: 30 * time.Second,
	} {
		if *value <= 0 {
			*value = otherwise
		}
	}
	o.Routes = slices.Clone(o.Routes)
	for i := range o.Routes {
		if o.Routes[i].MaxBytes <= 0 {
			o.Routes[i].MaxBytes = defaultMaxBytes
		}
		o.Routes[i].MaxBytes = min(o.Routes[i].MaxBytes, mostBytes)
	}
	return o
}

// Server receives mails.
type Server struct {
	options Options
	smtp    *smtp.Server
	counts  *counts
	clients *clients

	ctx  context.Context
	stop context.CancelFunc

	mu        sync.Mutex
	closed    bool
	receiving sync.WaitGroup
}

// New makes a server; Serve has it listen.
func New(options Options) (*Server, error) {
	s := &Server{options: options.withDefaults()}
	var err error
	if s.counts, err = newCounts(s.options.Registry); err != nil {
		return nil, err
	}
	s.clients = newClients(s.options)
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.smtp = s.newSMTP()
	return s, nil
}

func (s *Server) newSMTP() *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(s.newSession))
	server.Domain = s.options.Hostname
	for _, r := range s.options.Routes {
		server.MaxMessageBytes = max(server.MaxMessageBytes, r.MaxBytes)
	}
	server.MaxRecipients = 20
	server.ReadTimeout = s.options.CommandTimeout
	server.WriteTimeout = s.options.CommandTimeout
	server.EnableSMTPUTF8 = true
	server.TLSConfig = s.options.TLS
	server.ErrorLog = connectionLog{s.options.Log}
	return server
}

// Serve receives mails until Shutdown; it gives nil then.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.smtp.Serve(&limitedListener{Listener: listener, server: s}); err != nil {
		return fmt.Errorf("inbound mail: %w", err)
	}
	return nil
}

// Shutdown takes no more mails, lets those that are being kept end, and hangs
// up. A sender that got no answer sends again, which is harmless.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	kept := make(chan struct{})
	go func() {
		s.receiving.Wait()
		close(kept)
	}()
	select {
	case <-kept:
	case <-ctx.Done():
	}
	s.stop()
	if err := s.smtp.Close(); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
		return fmt.Errorf("inbound mail: %w", err)
	}
	return nil
}

// begin says whether a mail may still be received; end must follow.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.receiving.Add(1)
	return true
}

// routeOf gives the route that an address belongs to.
func (s *Server) routeOf(address string) *Route {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || !slices.ContainsFunc(s.options.Domains, func(d string) bool { return strings.EqualFold(d, address[at+1:]) }) {
		return nil
	}
	for i := range s.options.Routes {
		if s.options.Routes[i].Claims(address[:at]) {
			return &s.options.Routes[i]
		}
	}
	return nil
}

// Claims says whether a mail to the address would be taken.
func (s *Server) Claims(address string) bool { return s.routeOf(address) != nil }

// connectionLog hears of connections that broke off. What the SMTP library says
// about them names the other side's address, so only that it happened is kept.
type connectionLog struct{ log *slog.Logger }

func (l connectionLog) Printf(string, ...any) { l.log.Debug("inbound mail: a connection broke off") }
func (l connectionLog) Println(...any)        { l.log.Debug("inbound mail: a connection broke off") }
