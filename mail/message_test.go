package mail

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gomail "github.com/emersion/go-message/mail"
	"pgregory.net/rapid"

	"github.com/todoke/todoke/models"
)

func validMessage() Message {
	return Message{
		From:      Address{Name: "トレンドマイクロ 電子納品", Email: "ship_confirmation@example.jp"},
		To:        Address{Name: oddName, Email: "license@minato-seiki.example"},
		Subject:   "重要:納品 Trend Micro ORDC4830217 ID [AB12CD34]",
		Text:      "本文 " + oddName + "\n",
		HTML:      "<p>本文 " + oddName + "</p>",
		MessageID: "ml-42.1@example.jp",
		Language:  models.Japanese,
	}
}

// parsed is a mail as a mail program reads it.
type parsed struct {
	header gomail.Header
	parts  map[string]string
}

// reporter is what a test, a fuzz test and a property test have in common.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func parse(t reporter, raw []byte) parsed {
	t.Helper()
	reader, err := gomail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("parsing: %v", err)
	}
	p := parsed{header: reader.Header, parts: map[string]string{}}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return p
		}
		if err != nil {
			t.Fatalf("next part: %v", err)
		}
		header, ok := part.Header.(*gomail.InlineHeader)
		if !ok {
			t.Fatalf("a part of type %T", part.Header)
		}
		kind, params, err := header.ContentType()
		if err != nil || !strings.EqualFold(params["charset"], "utf-8") {
			t.Fatalf("part %q with %v: %v", kind, params, err)
		}
		content, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatalf("content: %v", err)
		}
		p.parts[kind] = strings.ReplaceAll(string(content), "\r\n", "\n")
	}
}

func TestComposedMailReadsBackAsWritten(t *testing.T) {
	m := validMessage()
	m.Headers = map[string]string{"X-Todoke-Kind": "delivery_id"}
	now := time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)
	raw, err := m.compose(now)
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, raw)
	checkHeaders(t, p, m)
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "ja", "X-Todoke-Kind": "delivery_id",
		"Date": "Tue, 01 Dec 2026 01:00:00 +0900", "Mime-Version": "1.0",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if kind, _, err := p.header.ContentType(); kind != "multipart/alternative" {
		t.Errorf("content type %q, %v", kind, err)
	}
	if p.parts["text/plain"] != m.Text || p.parts["text/html"] != m.HTML || len(p.parts) != 2 {
		t.Errorf("parts %q", p.parts)
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func checkHeaders(t reporter, p parsed, m Message) {
	t.Helper()
	if subject, err := p.header.Subject(); subject != m.Subject || err != nil {
		t.Errorf("subject %q, want %q (%v)", subject, m.Subject, err)
	}
	if id, err := p.header.MessageID(); id != m.MessageID || err != nil {
		t.Errorf("message ID %q, want %q (%v)", id, m.MessageID, err)
	}
	for field, want := range map[string]Address{"From": m.From, "To": m.To} {
		list, err := p.header.AddressList(field)
		if err != nil || len(list) != 1 || list[0].Name != want.Name || list[0].Address != want.Email {
			t.Errorf("%s is %v, want %v (%v)", field, list, want, err)
		}
	}
}

func TestLongNamesStayWhole(t *testing.T) {
	for _, name := range []string{
		strings.Repeat("髙﨑", 150), strings.Repeat("🏢", 300), strings.Repeat("a", 300), strings.Repeat("a b", 100),
		strings.Repeat("株式会社 ", 60) + "末", `quote " and \ slash`, `日本\支店 "東京"`, "comma, inc. (Tokyo)", "㈱ｱｲｳ",
	} {
		m := validMessage()
		m.To.Name, m.Subject = name, name
		if wrong := m.check(); len(wrong) > 0 {
			t.Errorf("%.20s: %v", name, wrong)
			continue
		}
		raw, err := m.compose(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		checkHeaders(t, parse(t, raw), m)
	}
}

func TestWhatIsNoMailIsRefusedWithItsField(t *testing.T) {
	tests := map[string]func(*Message){
		"to":            func(m *Message) { m.To.Email = "a@b.example, c@d.example" },
		"to.name":       func(m *Message) { m.To.Name = "x\r\nBcc: y@z.example" },
		"from":          func(m *Message) { m.From.Email = "" },
		"from.name":     func(m *Message) { m.From.Name = "x\ny" },
		"envelope_from": func(m *Message) { m.EnvelopeFrom = "a@b> ORCPT=x@y" },
		"subject":       func(m *Message) { m.Subject = "x\nBcc: y@z.example" },
		"message_id":    func(m *Message) { m.MessageID = "a@b>\r\nX: y" },
		"body":          func(m *Message) { m.HTML = "" },
		"language":      func(m *Message) { m.Language = "fr" },
		"headers":       func(m *Message) { m.Headers = map[string]string{"bcc": "x@y.example"} },
		"headers.x-a":   func(m *Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: c@d.example"} },
	}
	for field, spoil := range tests {
		m := validMessage()
		spoil(&m)
		wrong := m.check()
		if len(wrong) != 1 || wrong[0].Field != field {
			t.Errorf("%s: %v", field, wrong)
		}
		o := NewSender(SMTPConfig{Host: "127.0.0.1", Port: 1}).Send(t.Context(), m)
		if o.State != Refused || o.Stage != StageCompose || !models.IsKind(o.Err, models.KindInvalid) {
			t.Errorf("%s: %+v", field, o)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{
		"a@b.example", "first.last+tag@sub.example.co.jp", "user@日本語.example", "部署@例え.example", "o'brien@example.com",
	} {
		if _, err := ParseAddress("delivery_email", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "a", "a@", "@b", "a@b, c@d", "a@b;c@d", "Name <a@b.example>", "<a@b.example>", `"a> ORCPT=x@y"@z.example`,
		`"a b"@c.example`, "a@b.example\r\n", "a@b\n.example", "a@b.example (x)", " a@b.example", "a@b.example\u2028",
		"a@[127.0.0.1]", "a\x00@b.example", strings.Repeat("a", 250) + "@b.example", "a@b@c.example",
	} {
		_, err := ParseAddress("delivery_email", bad)
		if !models.IsKind(err, models.KindInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever stands in the fields: the message is refused, or the mail that goes
// out has exactly the headers it should have, with what was given.
func FuzzHeaderFields(f *testing.F) {
	f.Add("件名", "名前", "X-A", "値", "a@b.example")
	f.Add("x\r\nBcc: y@z.example", "a\nb", "X-A\r\nBcc", "c\rd", `"a> ORCPT=x@y"@z.example`)
	f.Add(strings.Repeat("長", 300), `"q" <x@y>`, "X-B", "=?utf-8?b?44GC?=", "ü@ö.example")
	f.Fuzz(func(t *testing.T, subject, name, header, value, email string) {
		m := validMessage()
		m.Subject, m.To.Name, m.To.Email = subject, name, email
		m.Headers = map[string]string{header: value}
		if len(m.check()) > 0 {
			return
		}
		raw, err := m.compose(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		checkOnlyOurHeaders(t, raw, header)
	})
}

func TestHeadersHoldNothingElse(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := validMessage()
		// Space at either end of a line is not the header's (RFC 5322, 2.2).
		m.Subject = strings.TrimSpace(rapid.StringN(1, 300, -1).Draw(rt, "subject"))
		m.To.Name = rapid.StringN(0, 300, -1).Draw(rt, "name")
		if len(m.check()) > 0 {
			if !hasControl(m.Subject+m.To.Name) && utf8.ValidString(m.Subject+m.To.Name) && strings.TrimSpace(m.Subject) != "" {
				rt.Fatalf("refused for no reason: %v", m.check())
			}
			return
		}
		raw, err := m.compose(time.Now())
		if err != nil {
			rt.Fatal(err)
		}
		checkOnlyOurHeaders(rt, raw, "")
		checkHeaders(rt, parse(rt, raw), m)
	})
}

func checkOnlyOurHeaders(t reporter, raw []byte, extra string) {
	t.Helper()
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	allowed := []string{
		"auto-submitted", "content-language", "content-type", "date", "from", "message-id", "mime-version", "subject",
		"to", strings.ToLower(extra),
	}
	count := map[string]int{}
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		name = strings.ToLower(name)
		count[name]++
		known := false
		for _, a := range allowed {
			known = known || (a != "" && a == name)
		}
		if !known || count[name] > 1 {
			t.Fatalf("header %q appears %d times in\n%s", name, count[name], head)
		}
	}
	mail := parse(t, raw)
	if list, err := mail.header.AddressList("To"); err != nil || len(list) != 1 {
		t.Fatalf("To is %v: %v", list, err)
	}
}
