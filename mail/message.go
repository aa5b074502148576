package mail

import (
	"bytes"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/todoke/todoke/models"
)

// Message is one mail to one recipient. There is no list of recipients on
// purpose: every mail is a row of the ledger with an outcome of its own.
type Message struct {
	From         Address
	To           Address
	ReplyTo      string // where answers go; empty for mails that nobody is to answer
	EnvelopeFrom string // where bounces go; empty means From
	Subject      string
	Text         string
	HTML         string
	MessageID    string // id@domain, without the angle brackets; the same on every attempt
	Language     models.Language
	Headers      map[string]string // further headers; those that todoke sets itself are refused
}

var (
	messageID  = regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,120}@[A-Za-z0-9.-]{1,120}$`)
	headerName = regexp.MustCompile(`^[A-Za-z0-9-]{1,60}$`)
)

// PlainMessageID says whether an ID in its brackets may stand in a header of ours.
func PlainMessageID(id string) bool {
	inner, ok := strings.CutPrefix(id, "<")
	inner, closed := strings.CutSuffix(inner, ">")
	return ok && closed && messageID.MatchString(inner)
}

// ownHeaders are set from a Message's fields or name further recipients, so
// none of them may come in by way of Headers.
var ownHeaders = []string{
	"From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version",
	"Auto-Submitted", "Return-Path", "Received", "Dkim-Signature",
	"Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-From", "Resent-Sender",
}

// check gives everything that is wrong with the message, recipient first.
func (m Message) check() []models.FieldError {
	wrong := m.To.check("to")
	wrong = append(wrong, m.From.check("from")...)
	if m.EnvelopeFrom != "" && !plainAddress(m.EnvelopeFrom) {
		wrong = append(wrong, models.Field("envelope_from", "email_invalid"))
	}
	if m.ReplyTo != "" && !plainAddress(m.ReplyTo) {
		wrong = append(wrong, models.Field("reply_to", "email_invalid"))
	}
	if strings.TrimSpace(m.Subject) == "" {
		wrong = append(wrong, models.Field("subject", "required"))
	}
	wrong = append(wrong, checkHeaderText("subject", m.Subject)...)
	if !messageID.MatchString(m.MessageID) {
		wrong = append(wrong, models.Field("message_id", "message_id_invalid"))
	}
	if m.Text == "" || m.HTML == "" {
		wrong = append(wrong, models.Field("body", "required"))
	}
	if m.Language != models.Japanese && m.Language != models.English {
		wrong = append(wrong, models.Field("language", "language_unknown"))
	}
	return append(wrong, m.checkHeaders()...)
}

func (m Message) checkHeaders() []models.FieldError {
	var wrong []models.FieldError
	for name, value := range m.Headers {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if !headerName.MatchString(name) || slices.Contains(ownHeaders, canonical) ||
			strings.HasPrefix(canonical, "Content-") {
			wrong = append(wrong, models.Field("headers", "header_not_allowed"))
			continue
		}
		wrong = append(wrong, checkHeaderText("headers."+strings.ToLower(name), value)...)
	}
	return wrong
}

func (m Message) sender() string {
	if m.EnvelopeFrom != "" {
		return m.EnvelopeFrom
	}
	return m.From.Email
}

// compose writes the whole mail as it goes over the wire. All of it is in
// memory before a server is asked for anything, so that nothing but the
// connection can fail between DATA and the final dot.
func (m Message) compose(now time.Time) ([]byte, error) {
	// base64 keeps Japanese text as it is written: no line is folded inside a
	// word, and no relay on the way has a reason to touch it.
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingB64),
		gomail.WithNoDefaultUserAgent())
	msg.SetGenHeaderPreformatted("From", m.From.header())
	msg.SetGenHeaderPreformatted("To", m.To.header())
	if m.ReplyTo != "" {
		msg.SetGenHeaderPreformatted("Reply-To", "<"+m.ReplyTo+">")
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(now.In(models.Tokyo))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", string(m.Language))
	for name, value := range m.Headers {
		msg.SetGenHeader(gomail.Header(textproto.CanonicalMIMEHeaderKey(name)), value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("composing a mail: %w", err)
	}
	return raw.Bytes(), nil
}
