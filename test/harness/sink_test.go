package harness

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/mail"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
)

// What chaos counts rests on these notes, so they are held against what a sender knows of the same mails.
func TestTheSinkNotesWhatWasUnderWayWhenAConnectionBroke(t *testing.T) {
	s := newSink(t)
	for name, c := range map[string]struct {
		stage    mailbox.Stage
		fault    mailbox.Fault
		cut      bool
		complete bool
		arrived  bool
		state    mail.State
	}{
		"nothing":                  {mailbox.StageEnd, mailbox.Accept, false, false, true, mail.Sent},
		"put off":                  {mailbox.StageRcpt, mailbox.Defer, false, false, false, mail.Temporary},
		"refused":                  {mailbox.StageRcpt, mailbox.Refuse, false, false, false, mail.Refused},
		"cut at the recipient":     {mailbox.StageRcpt, mailbox.CutBefore, true, false, false, mail.Temporary},
		"cut before it was kept":   {mailbox.StageEnd, mailbox.CutBefore, true, true, false, mail.Unknown},
		"cut after it was kept":    {mailbox.StageEnd, mailbox.CutAfter, true, true, true, mail.Unknown},
		"nothing, after all these": {mailbox.StageEnd, mailbox.Accept, false, false, true, mail.Sent},
	} {
		t.Run(name, func(t *testing.T) {
			s.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
				if stage != c.stage {
					return mailbox.Behaviour{}
				}
				return mailbox.Behaviour{Fault: c.fault}
			})
			before, kept := len(s.Cuts()), len(s.Mailbox.Messages())
			id := time.Now().Format("150405.000000000") + "@seller.example"
			if got := send(t, s, id); got.State != c.state {
				t.Errorf("the sender says %s: %v", got.State, got.Err)
			}
			cuts := s.Cuts()[before:]
			if len(cuts) == 1 != c.cut || len(cuts) > 1 {
				t.Fatalf("noted %+v", cuts)
			}
			if c.cut && (cuts[0].Complete != c.complete || (c.complete && cuts[0].MessageID != id)) {
				t.Errorf("noted %+v of %s", cuts[0], id)
			}
			if arrived := len(s.Mailbox.Messages()) > kept; arrived != c.arrived {
				t.Errorf("arrived: %v", arrived)
			}
		})
	}
}

func TestTheSinkGoesAwayAndComesBackOnTheSamePort(t *testing.T) {
	s := newSink(t)
	port := s.Port()
	if got := send(t, s, "one@seller.example"); got.State != mail.Sent {
		t.Fatalf("%+v", got)
	}
	if err := s.Down(); err != nil {
		t.Fatal(err)
	}
	if got := send(t, s, "two@seller.example"); got.State != mail.Temporary {
		t.Errorf("while it was away: %+v", got)
	}
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if got := send(t, s, "three@seller.example"); got.State != mail.Sent || s.Port() != port {
		t.Errorf("after it came back on port %d instead of %d: %+v", s.Port(), port, got)
	}
	if n := len(s.Mailbox.Messages()); n != 2 {
		t.Errorf("%d mails arrived", n)
	}
}

// send sends one mail over a connection of its own.
func send(t *testing.T, s *Sink, messageID string) mail.Outcome {
	t.Helper()
	sender := mail.NewSender(mail.SMTPConfig{Host: "127.0.0.1", Port: s.Port(), TLS: mail.TLSNone, AnswerTimeout: 5 * time.Second})
	defer sender.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return sender.Send(ctx, mail.Message{
		From: mail.Address{Name: "納品", Email: "ship@vendor.example"}, To: mail.Address{Email: "license@customer.example"},
		Subject: "重要:納品", Text: "text\n.\nwith a lonely dot\n", HTML: "<p>text</p>", MessageID: messageID, Language: models.Japanese,
	})
}
