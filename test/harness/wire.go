package harness

import (
	"bytes"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"
)

// wire listens in on one SMTP connection, so as to know what was under way when it broke. The sink offers neither
// TLS nor other ways to hand content over than DATA to senders that do not ask for them, so that can be read.
type wire struct {
	net.Conn
	sink *Sink

	mu    sync.Mutex
	state smtpState
	line  []byte // of a command, as far as it has come
	mail  []byte // the content so far
	ended bool
}

type smtpState int

const (
	idle     smtpState = iota // between mails
	asked                     // MAIL FROM was said
	begun                     // the server accepted it
	invited                   // DATA was said, the server has not answered yet
	content                   // the content is coming
	complete                  // the final dot has come, the server has not answered yet
)

// Read hands on what the client says.
func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	for _, c := range b[:n] {
		w.heard(c)
	}
	w.mu.Unlock()
	if err != nil && !isTimeout(err) {
		w.end()
	}
	return n, err
}

// Write hands on what the server answers.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	w.answered(b)
	w.mu.Unlock()
	return w.Conn.Write(b)
}

// Close ends the connection from the server's side.
func (w *wire) Close() error {
	w.end()
	return w.Conn.Close()
}

func (w *wire) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	var cut *Cut
	if w.state >= begun {
		cut = &Cut{At: time.Now(), MessageID: messageID(w.mail), Complete: w.state == complete}
	}
	w.sink.closed(w, cut)
}

var finalDot = []byte("\r\n.\r\n")

func (w *wire) heard(c byte) {
	if w.state == content {
		w.mail = append(w.mail, c)
		if c == '\n' && bytes.HasSuffix(w.mail, finalDot) {
			w.state = complete
		}
		return
	}
	w.line = append(w.line, c)
	if c != '\n' {
		return
	}
	command := strings.ToUpper(string(w.line))
	w.line = w.line[:0]
	switch {
	case strings.HasPrefix(command, "MAIL FROM"):
		w.state, w.mail = asked, nil
	case strings.HasPrefix(command, "DATA"):
		w.state = invited
	case strings.HasPrefix(command, "RSET"), strings.HasPrefix(command, "QUIT"), strings.HasPrefix(command, "EHLO"):
		w.state = idle
	}
}

func (w *wire) answered(b []byte) {
	accepted := len(b) > 0 && b[0] < '4'
	switch {
	case w.state == asked && accepted:
		w.state = begun
	case w.state == invited && accepted:
		w.state, w.mail = content, []byte("\r\n")
	case w.state == asked, w.state == invited, w.state == complete:
		w.state = idle
	}
}

// messageID reads the Message-ID out of a mail that may be cut off.
func messageID(mail []byte) string {
	for line := range strings.Lines(string(mail)) {
		name, value, ok := strings.Cut(line, ":")
		if ok && textproto.CanonicalMIMEHeaderKey(name) == "Message-Id" && strings.Contains(value, ">") {
			return strings.Trim(strings.TrimSpace(value), "<>")
		}
	}
	return ""
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // the connection's own error, not one that wraps it
	return ok && timeout.Timeout()
}
