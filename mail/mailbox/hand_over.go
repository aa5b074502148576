package mailbox

import (
	"bytes"
	"slices"

	"github.com/emersion/go-smtp"
)

// handOver is where mails for some addresses go besides.
type handOver struct {
	claims func(to string) bool
	server string
}

// HandOver passes mails for the addresses claimed on to an SMTP server, whose
// answer the sender gets. They are kept and shown like all others.
func (m *Mailbox) HandOver(claims func(to string) bool, server string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handOver = handOver{claims, server}
}

// pass passes a mail on for those of its recipients who are claimed.
func (m *Mailbox) pass(from string, to []string, raw []byte) error {
	m.mu.Lock()
	next := m.handOver
	m.mu.Unlock()
	if next.claims == nil {
		return nil
	}
	claimed := slices.DeleteFunc(slices.Clone(to), func(address string) bool { return !next.claims(address) })
	if len(claimed) == 0 {
		return nil
	}
	client, err := smtp.Dial(next.server)
	if err != nil {
		return errDeferred
	}
	defer client.Close() //nolint:errcheck // what counts was answered before
	return client.SendMail(from, claimed, bytes.NewReader(raw))
}
