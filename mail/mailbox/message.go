package mailbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	gomessage "github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mails of other programs come in other encodings
	gomail "github.com/emersion/go-message/mail"
)

// Message is one mail as it was received. From and To are those of the SMTP
// envelope; the rest is read out of Raw.
type Message struct {
	ID         string
	From       string
	To         []string
	ReceivedAt time.Time
	Raw        []byte

	Subject   string
	MessageID string // without the angle brackets
	FromName  string // as the mail shows it, for the list
}

// Body is the part of a mail that people read.
type Body struct {
	Text string
	HTML string
}

func newMessage(id, from string, to []string, received time.Time, raw []byte) Message {
	m := Message{ID: id, From: from, To: slices.Clone(to), ReceivedAt: received, Raw: raw}
	reader, err := gomail.CreateReader(bytes.NewReader(raw))
	if reader == nil || (err != nil && !gomessage.IsUnknownCharset(err)) {
		return m // unreadable, but received: the raw view still shows it
	}
	if subject, err := reader.Header.Subject(); err == nil {
		m.Subject = subject
	}
	if id, err := reader.Header.MessageID(); err == nil {
		m.MessageID = id
	}
	if list, err := reader.Header.AddressList("From"); err == nil && len(list) > 0 {
		m.FromName = list[0].Name
	}
	return m
}

// Body decodes the text and the HTML part. A mail without structure is text.
func (m Message) Body() (Body, error) {
	var body Body
	reader, err := gomail.CreateReader(bytes.NewReader(m.Raw))
	if reader == nil || (err != nil && !gomessage.IsUnknownCharset(err)) {
		return Body{Text: string(m.Raw)}, nil
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil && !gomessage.IsUnknownCharset(err) {
			return body, fmt.Errorf("reading a mail's part: %w", err)
		}
		header, inline := part.Header.(*gomail.InlineHeader)
		if !inline {
			continue
		}
		content, err := io.ReadAll(part.Body)
		if err != nil {
			return body, fmt.Errorf("reading a mail's part: %w", err)
		}
		kind, _, err := header.ContentType()
		if err != nil || kind == "text/plain" || kind == "" {
			body.Text += string(content)
		} else if kind == "text/html" {
			body.HTML += string(content)
		}
	}
}

// concerns says whether the mail went to the address and speaks of the order;
// an empty filter fits all.
func (m Message) concerns(to, order string) bool {
	fits := to == "" || slices.ContainsFunc(m.To, func(a string) bool { return strings.EqualFold(a, to) })
	if !fits || order == "" || strings.Contains(m.Subject, order) {
		return fits
	}
	body, err := m.Body()
	return err == nil && strings.Contains(body.Text, order)
}

// matches says whether the query stands in what the list shows of the mail.
func (m Message) matches(query string) bool {
	query = strings.ToLower(strings.TrimSpace(query))
	shown := strings.ToLower(strings.Join(append([]string{m.Subject, m.From, m.FromName}, m.To...), "\n"))
	return query == "" || strings.Contains(shown, query)
}

// envelope is a mail as it lies in a folder: one file, so that it is there
// whole or not at all.
type envelope struct {
	ID         string    `json:"id"`
	From       string    `json:"from"`
	To         []string  `json:"to"`
	ReceivedAt time.Time `json:"received_at"`
	Raw        []byte    `json:"raw"`
}

const suffix = ".mail.json"

func (m *Mailbox) path(message Message) string {
	return filepath.Join(m.options.Dir, message.ID+suffix)
}

func (m *Mailbox) write(message Message) error {
	if m.options.Dir == "" {
		return nil
	}
	content, err := json.Marshal(envelope{message.ID, message.From, message.To, message.ReceivedAt, message.Raw})
	if err != nil {
		return err
	}
	path := m.path(message)
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (m *Mailbox) remove(message Message) error {
	if m.options.Dir == "" {
		return nil
	}
	if err := os.Remove(m.path(message)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// readDir gives the newest mails of a folder, oldest first.
func readDir(dir string, keep int) ([]Message, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	messages := make([]Message, 0, len(files))
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("mailbox: %w", err)
		}
		var e envelope
		if err := json.Unmarshal(content, &e); err != nil {
			return nil, fmt.Errorf("mailbox: %s: %w", file, err)
		}
		messages = append(messages, newMessage(e.ID, e.From, e.To, e.ReceivedAt, e.Raw))
	}
	slices.SortFunc(messages, func(a, b Message) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	if len(messages) > keep {
		messages = messages[len(messages)-keep:]
	}
	return messages, nil
}
