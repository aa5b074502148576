// Package mailbox is a mail server for development and tests: it really
// receives SMTP, keeps what arrives, and shows it on a page as a mail program
// would. Nothing leaves it. Tests can make it misbehave on purpose.
package mailbox

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Options say how a mailbox behaves. The zero value keeps the last 1000 mails
// in memory and accepts everything.
type Options struct {
	Keep int    // how many mails are kept, the newest; 1000 when zero
	Dir  string // where mails are written so that a restart finds them; empty: memory only

	TLS      *tls.Config // offers STARTTLS when set
	User     string      // asks for AUTH PLAIN with this name when set, after STARTTLS if that is offered
	Password string

	Behaviour func(stage Stage, from, to string) Behaviour // nil: accepts everything
	Log       *slog.Logger                                 // connection trouble; nil: not logged
}

// Stage is the step at which Behaviour is asked.
type Stage string

// The stages. At StageMail there is no recipient yet; from StageBody on it is
// the first one.
const (
	StageMail Stage = "mail" // MAIL FROM
	StageRcpt Stage = "rcpt" // RCPT TO
	StageBody Stage = "body" // after DATA was allowed, before the content is read
	StageEnd  Stage = "end"  // the final dot has arrived
)

// Fault is a way to misbehave.
type Fault int

// The faults. The two cuts at StageEnd leave the client without an answer:
// before recording the mail is lost, after recording it has arrived.
const (
	Accept    Fault = iota
	Refuse          // 550 5.1.1
	Defer           // 451 4.3.0
	CutBefore       // hang up without doing the step
	CutAfter        // do the step, then hang up without an answer
)

// Behaviour is what happens at one stage.
type Behaviour struct {
	Fault Fault
	Delay time.Duration // before anything else
}

// Mailbox receives mails by SMTP and keeps them. It may be used by many
// goroutines at once.
type Mailbox struct {
	options Options
	server  *smtp.Server

	mu        sync.Mutex
	behaviour func(stage Stage, from, to string) Behaviour
	handOver  handOver
	messages  []Message // oldest first
	cut       []string
	changed   chan struct{} // closed at every arrival
}

const (
	defaultKeep     = 1000
	maxMessageBytes = 25 << 20
)

// New opens a mailbox and reads what Dir holds from before.
func New(options Options) (*Mailbox, error) {
	if options.Keep <= 0 {
		options.Keep = defaultKeep
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	m := &Mailbox{options: options, behaviour: options.Behaviour, changed: make(chan struct{})}
	if options.Dir != "" {
		messages, err := readDir(options.Dir, options.Keep)
		if err != nil {
			return nil, err
		}
		m.messages = messages
	}
	m.server = m.newServer()
	return m, nil
}

func (m *Mailbox) newServer() *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(m.newSession))
	server.Domain = "mailbox.localhost"
	server.MaxMessageBytes = maxMessageBytes
	server.MaxRecipients = 100
	server.ReadTimeout = 5 * time.Minute
	server.WriteTimeout = time.Minute
	server.EnableSMTPUTF8 = true
	server.TLSConfig = m.options.TLS
	server.AllowInsecureAuth = m.options.TLS == nil
	server.ErrorLog = connectionLog{m.options.Log}
	return server
}

// ServeSMTP receives mails until Close; it gives nil then.
func (m *Mailbox) ServeSMTP(listener net.Listener) error {
	if err := m.server.Serve(listener); err != nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	return nil
}

// Close hangs up on everybody and stops receiving. Kept mails can still be read.
func (m *Mailbox) Close() error { return m.server.Close() }

// SetBehaviour changes how the mailbox treats mails from now on; nil accepts everything.
func (m *Mailbox) SetBehaviour(behaviour func(stage Stage, from, to string) Behaviour) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.behaviour = behaviour
}

// Messages gives the kept mails, newest last.
func (m *Mailbox) Messages() []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Message(nil), m.messages...)
}

// Cut gives the Message-IDs of mails whose content had arrived completely when
// the mailbox hung up on purpose: those that a sender may rightly call unknown.
func (m *Mailbox) Cut() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.cut...)
}

// Changed gives a channel that is closed when the next mail arrives or all are
// deleted, for waiting without polling.
func (m *Mailbox) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// Clear deletes all mails.
func (m *Mailbox) Clear() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.messages) > 0 {
		if err := m.remove(m.messages[0]); err != nil {
			return err
		}
		m.messages = m.messages[1:]
	}
	m.announce()
	return nil
}

// record keeps a mail. When it returns without an error the mail survives the
// end of the process, so the server may answer 250.
func (m *Mailbox) record(from string, to []string, raw []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	received := time.Now().UTC()
	if n := len(m.messages); n > 0 && !received.After(m.messages[n-1].ReceivedAt) {
		// Two mails within one tick still have an order, also after a restart.
		received = m.messages[n-1].ReceivedAt.Add(time.Microsecond)
	}
	message := newMessage(strings.ToLower(rand.Text()[:12]), from, to, received, raw)
	if err := m.write(message); err != nil {
		return err
	}
	m.messages = append(m.messages, message)
	for len(m.messages) > m.options.Keep {
		if err := m.remove(m.messages[0]); err != nil {
			// The new mail is kept all the same: refusing it now would have it sent twice.
			m.options.Log.Warn("mailbox: an old mail cannot be deleted", "error", err)
		}
		m.messages = m.messages[1:]
	}
	m.announce()
	return nil
}

func (m *Mailbox) announce() {
	close(m.changed)
	m.changed = make(chan struct{})
}

func (m *Mailbox) find(id string) (Message, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.messages {
		if message.ID == id {
			return message, true
		}
	}
	return Message{}, false
}

func (m *Mailbox) noteCut(raw []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut = append(m.cut, newMessage("", "", nil, time.Time{}, raw).MessageID)
}

func (m *Mailbox) behaviourAt(stage Stage, from, to string) Behaviour {
	m.mu.Lock()
	ask := m.behaviour
	m.mu.Unlock()
	if ask == nil {
		return Behaviour{}
	}
	return ask(stage, from, to)
}

// connectionLog hands what the SMTP server has to say to slog.
type connectionLog struct{ log *slog.Logger }

func (l connectionLog) Printf(format string, v ...any) {
	l.log.Debug("mailbox: " + fmt.Sprintf(format, v...))
}

func (l connectionLog) Println(v ...any) { l.log.Debug("mailbox: " + fmt.Sprint(v...)) }
