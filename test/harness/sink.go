package harness

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
)

// Sink is the mail server of an installation: a mailbox in the test process that really receives SMTP, can be away
// for a while, and notes every connection that broke while a mail was on it.
type Sink struct {
	Mailbox *mailbox.Mailbox
	address string

	mu       sync.Mutex
	listener net.Listener
	wires    map[*wire]struct{}
	cuts     []Cut
}

// Cut is a connection that broke after the server had accepted MAIL FROM and before it had answered the final dot.
type Cut struct {
	At time.Time
	// MessageID is empty when not even the mail's header had come.
	MessageID string
	// Complete says that the final dot had come: the sender cannot know whether the mail arrived.
	Complete bool
}

// keptMails is more than any test sends: a mail that is dropped could not be counted.
const keptMails = 1 << 20

func newSink(t testing.TB) *Sink {
	t.Helper()
	box, err := mailbox.New(mailbox.Options{Keep: keptMails})
	if err != nil {
		t.Fatalf("mailbox: %v", err)
	}
	s := &Sink{Mailbox: box, address: "127.0.0.1:0", wires: map[*wire]struct{}{}}
	if err := s.Up(); err != nil {
		t.Fatalf("mailbox: %v", err)
	}
	t.Cleanup(func() {
		// The mailbox closes the listener, too, whichever comes second.
		if err := errors.Join(s.Down(), box.Close()); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("close the mailbox: %v", err)
		}
	})
	return s
}

// Up begins to receive, again on the same port after Down.
func (s *Sink) Up() error {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address, s.listener = listener.Addr().String(), listener
	go func() { _ = s.Mailbox.ServeSMTP(tap{listener, s}) }() // ends with Down, by an error that says so
	return nil
}

// Down refuses connections and cuts those that there are, as a mail server that crashes.
func (s *Sink) Down() error {
	s.mu.Lock()
	listener := s.listener
	s.listener = nil
	open := make([]*wire, 0, len(s.wires))
	for w := range s.wires {
		open = append(open, w)
	}
	s.mu.Unlock()
	if listener == nil {
		return nil
	}
	err := listener.Close()
	for _, w := range open {
		_ = w.Close() // the other side may have been faster
	}
	return err
}

// Port is the port that it receives on.
func (s *Sink) Port() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return portOf(s.address)
}

// Cuts lists the connections that broke in the middle of a mail, oldest first.
func (s *Sink) Cuts() []Cut {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Cut(nil), s.cuts...)
}

func (s *Sink) opened(w *wire) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wires[w] = struct{}{}
}

func (s *Sink) closed(w *wire, cut *Cut) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.wires, w)
	if cut != nil {
		s.cuts = append(s.cuts, *cut)
	}
}

// tap puts a wire around every connection.
type tap struct {
	net.Listener
	sink *Sink
}

// Accept waits for the next connection.
func (t tap) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: c, sink: t.sink}
	t.sink.opened(w)
	return w, nil
}
