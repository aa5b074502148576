package reply

import (
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	gomessage "github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"

	"github.com/todoke/todoke/models"
)

// Bounds of what is read and kept.
const (
	mostText        = 20_000 // characters
	mostBytes       = 1 << 20
	deepest         = 10
	mostParts       = 200
	mostAttachments = 30
	longestName     = 120
)

// contents gathers the parts of a mail.
type contents struct {
	text, html  []string
	attachments []string
	parts       int
	cut         bool
}

// body is what the person wrote: the plain text, or else the HTML as text.
func (c *contents) body() string {
	if plain := strings.Join(c.text, "\n"); strings.TrimSpace(plain) != "" {
		return plain
	}
	var b strings.Builder
	for _, page := range c.html {
		b.WriteString(textOf(page) + "\n")
	}
	return b.String()
}

func (c *contents) read(entity *gomessage.Entity, depth int) {
	c.parts++
	if depth > deepest || c.parts > mostParts {
		c.cut = true
		return
	}
	kind, _, err := entity.Header.ContentType()
	if err != nil {
		kind = "text/plain"
	}
	if parts := entity.MultipartReader(); parts != nil {
		for {
			part, err := parts.NextPart()
			if part == nil || err != nil && !gomessage.IsUnknownCharset(err) && !gomessage.IsUnknownEncoding(err) {
				return // the end, or a mail that breaks off: what was read so far counts
			}
			c.read(part, depth+1)
			if c.parts > mostParts {
				return
			}
		}
	}
	if name, attached := attachment(entity.Header, kind); attached {
		c.attach(name)
		return
	}
	content, err := io.ReadAll(io.LimitReader(entity.Body, mostBytes))
	c.cut = c.cut || len(content) == mostBytes || err != nil
	if kind == "text/html" {
		c.html = append(c.html, string(content))
		return
	}
	c.text = append(c.text, string(content))
}

// attachment gives the file's name where a part is a file rather than text to read.
func attachment(h gomessage.Header, kind string) (name string, attached bool) {
	disposition, _, err := h.ContentDisposition()
	name, nameErr := (&gomail.AttachmentHeader{Header: h}).Filename()
	if nameErr != nil {
		name = ""
	}
	readable := kind == "text/plain" || kind == "text/html"
	if readable && name == "" && (err != nil || disposition != "attachment") {
		return "", false
	}
	if name == "" {
		name = strings.ReplaceAll(kind, "/", ".")
	}
	return name, true
}

// attach notes a file's name, which may be anything: one line without folders.
func (c *contents) attach(name string) {
	if len(c.attachments) == mostAttachments {
		c.cut = true
		return
	}
	name = strings.ToValidUTF8(path.Base(strings.ReplaceAll(name, `\`, "/")), "�")
	name = strings.Map(func(r rune) rune {
		if forbidden(r) || r == '\n' || r == '\t' {
			return '_'
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName])
	}
	c.attachments = append(c.attachments, models.HideCodes(name))
}

// clean gives a text with plain line ends, without what is not to be shown, and
// says whether it had to be cut.
func clean(s string) (text string, cut bool) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u00a0", " ").Replace(strings.ToValidUTF8(s, "�"))
	var b strings.Builder
	n := 0
	for _, r := range s {
		if forbidden(r) {
			continue
		}
		if n++; n > mostText {
			return strings.TrimSpace(b.String()), true
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String()), false
}

// forbidden says whether a character may not be kept: control characters, and
// direction marks, which forge what is shown.
func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
		r == '\ufeff' || !utf8.ValidRune(r)
}
