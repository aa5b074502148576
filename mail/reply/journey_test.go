package reply_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	gomessage "github.com/emersion/go-message"
	"github.com/emersion/go-smtp"
	"github.com/todoke/todoke/mail/inbound"
	"github.com/todoke/todoke/mail/reply"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
)

// correspondence is one house whose mails go out by SMTP and whose replies come in by it.
type correspondence struct {
	*house.House
	t      *testing.T
	server string
}

func corresponding(t *testing.T, dialect string) *correspondence {
	t.Helper()
	c := &correspondence{House: house.New(t, house.Options{Dialect: dialect}), t: t}
	server, err := inbound.New(inbound.Options{
		Domains: []string{house.MailDomain}, MailsPerMinute: 10_000,
		Routes: []inbound.Route{reply.Route(c.Profile.NumberFormats(), func(ctx context.Context, r models.InquiryReply) (string, error) {
			landed, err := c.ReceiveInquiryReply(ctx, r, c.Ring.InquirySigned)
			if landed == store.LandingKept {
				return "", err
			}
			return string(landed), err
		})},
	})
	house.Must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	house.Must(t, err)
	go func() { _ = server.Serve(listener) }() // ends with Shutdown
	t.Cleanup(func() { _ = server.Shutdown(context.WithoutCancel(t.Context())) })
	c.server = listener.Addr().String()
	return c
}

// sent sends a mail of the ledger and gives its header as the person's server saw it.
func (c *correspondence) sent(m models.Mail) gomessage.Header {
	c.t.Helper()
	house.Must(c.t, c.SendMail(protocol.MailRef{MailID: m.ID}))
	for _, got := range c.Mailbox.Messages() {
		if got.MessageID == m.MessageID {
			entity, err := gomessage.Read(bytes.NewReader(got.Raw))
			house.Must(c.t, err)
			return entity.Header
		}
	}
	c.t.Fatal("the mail did not arrive")
	return gomessage.Header{}
}

// write sends what a mail program makes of a reply.
func (c *correspondence) write(from, to, subject, id, answers, text string) {
	c.t.Helper()
	mail := fmt.Sprintf("From: Taro <%s>\r\nTo: <%s>\r\nSubject: Re: %s\r\nMessage-ID: %s\r\nIn-Reply-To: %s\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n\r\n> quoted\r\n", from, to, subject, id, answers, text)
	client, err := smtp.Dial(c.server)
	house.Must(c.t, err)
	defer client.Close() //nolint:errcheck // what counts was answered before
	house.Must(c.t, client.SendMail(from, []string{to}, strings.NewReader(mail)))
}

// TestCorrespondence goes the whole way over SMTP: the acknowledgement, staff's
// answer, the person's replies to both, and what others make up.
func TestCorrespondence(t *testing.T) {
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			c := corresponding(t, dialect)
			d := c.Inquire()
			received := c.sent(d.Mails[0])
			to := strings.Trim(received.Get("Reply-To"), "<>")
			if !strings.HasPrefix(to, "inquiry+"+strings.ToLower(d.Inquiry.Number)+".") || !strings.HasSuffix(to, "@"+house.MailDomain) {
				t.Fatalf("replies go to %q", to)
			}
			c.write(house.AskerAddress, to, received.Get("Subject"), "<one@customer.example.jp>", received.Get("Message-Id"), "補足します。")
			c.write(house.AskerAddress, to, received.Get("Subject"), "<one@customer.example.jp>", received.Get("Message-Id"), "補足します。")
			d = c.Answer(c.Inquiry(d.Inquiry.Number), "お答えします。")
			answer := c.sent(d.Mails[1])
			if answer.Get("In-Reply-To") != "<one@customer.example.jp>" || !strings.Contains(answer.Get("References"), received.Get("Message-Id")) {
				t.Errorf("the answer stands in another thread: %q %q", answer.Get("In-Reply-To"), answer.Get("References"))
			}
			// A colleague answers, by a server that folds case.
			c.write("colleague@elsewhere.example", strings.ToUpper(strings.Trim(answer.Get("Reply-To"), "<>")), "no number", "<two@elsewhere.example>",
				answer.Get("Message-Id"), "承知しました。")
			d = c.Inquiry(d.Inquiry.Number)
			house.Must(t, c.CloseInquiry(t.Context(), c.Staff, store.DecideInquiry{Number: d.Inquiry.Number, Version: d.Inquiry.Version, Text: "完了"}))

			local, domain, _ := strings.Cut(to, "@")
			forged := local[:len(local)-1] + map[bool]string{true: "b", false: "a"}[strings.HasSuffix(local, "a")] + "@" + domain
			c.write("stranger@elsewhere.example", forged, "["+d.Inquiry.Number+"]", "<three@elsewhere.example>", "<x@y.example>", "偽物です。")
			c.write(house.AskerAddress, forged, "no number", "<four@elsewhere.example>", "<x@y.example>", "偽物です。")
			d = c.Inquiry(d.Inquiry.Number)
			if d.Inquiry.Status != models.InquiryClosed {
				t.Error("a forged address reopens an inquiry")
			}
			var thread []string
			for _, m := range d.Messages {
				thread = append(thread, string(m.Kind)+" "+m.Text)
			}
			if got := strings.Join(thread, ", "); got != "asked 納品先を変更したい。, reply 補足します。, answer お答えします。, reply 承知しました。, closed 完了" {
				t.Errorf("the thread is %s", got)
			}
			c.Sound()
		})
	}
}
