package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
)

// Every fault at every stage, against what the mailbox really kept.
func TestOutcomeOfEveryFault(t *testing.T) {
	tests := []struct {
		stage     mailbox.Stage
		fault     mailbox.Fault
		want      State
		wantStage Stage
		arrived   int
	}{
		{mailbox.StageMail, mailbox.Refuse, Refused, StageMail, 0},
		{mailbox.StageMail, mailbox.Defer, Temporary, StageMail, 0},
		{mailbox.StageMail, mailbox.CutBefore, Temporary, StageMail, 0},
		{mailbox.StageRcpt, mailbox.Refuse, Refused, StageRcpt, 0},
		{mailbox.StageRcpt, mailbox.Defer, Temporary, StageRcpt, 0},
		{mailbox.StageRcpt, mailbox.CutAfter, Temporary, StageRcpt, 0},
		{mailbox.StageBody, mailbox.Refuse, Refused, StageAnswer, 0},
		{mailbox.StageEnd, mailbox.Refuse, Refused, StageAnswer, 0},
		{mailbox.StageEnd, mailbox.Defer, Temporary, StageAnswer, 0},
		{mailbox.StageEnd, mailbox.CutBefore, Unknown, StageAnswer, 0},
		{mailbox.StageEnd, mailbox.CutAfter, Unknown, StageAnswer, 1},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s/%d", test.stage, test.fault), func(t *testing.T) {
			listener := listen(t)
			box := serveMailbox(t, mailbox.Options{Behaviour: func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
				if stage == test.stage {
					return mailbox.Behaviour{Fault: test.fault}
				}
				return mailbox.Behaviour{}
			}}, listener)
			s := senderFor(t, configFor(listener))
			o := s.Send(t.Context(), validMessage())
			if o.State != test.want || o.Stage != test.wantStage {
				t.Errorf("outcome %+v, want %s at %s", o, test.want, test.wantStage)
			}
			if n := len(box.Messages()); n != test.arrived {
				t.Errorf("%d mails arrived", n)
			}
			if cut := box.Cut(); (test.want == Unknown) != (len(cut) == 1 && cut[0] == validMessage().MessageID) {
				t.Errorf("cut %v", cut)
			}
			box.SetBehaviour(nil)
			mustSend(t, s, validMessage())
		})
	}
}

// The content is larger than what the sockets buffer, so the final dot cannot
// have left when the connection is cut: safe to send again.
func TestACutInTheMiddleOfTheContentIsTemporary(t *testing.T) {
	listener := listen(t)
	box := serveMailbox(t, mailbox.Options{Behaviour: func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageBody {
			return mailbox.Behaviour{Fault: mailbox.CutBefore}
		}
		return mailbox.Behaviour{}
	}}, listener)
	m := validMessage()
	m.Text = strings.Repeat("長い本文です。\n", 1<<20)
	o := senderFor(t, configFor(listener)).Send(t.Context(), m)
	if o.State != Temporary || o.Stage != StageData || len(box.Messages())+len(box.Cut()) != 0 {
		t.Errorf("outcome %+v", o)
	}
}

func TestNoAnswerInTimeIsUnknown(t *testing.T) {
	listener := listen(t)
	release := make(chan struct{})
	serveMailbox(t, mailbox.Options{Behaviour: func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageEnd {
			<-release
		}
		return mailbox.Behaviour{}
	}}, listener)
	t.Cleanup(func() { close(release) })
	config := configFor(listener)
	config.AnswerTimeout = 50 * time.Millisecond
	if o := senderFor(t, config).Send(t.Context(), validMessage()); o.State != Unknown {
		t.Errorf("outcome %+v", o)
	}
}

// A caller who gives up after the final dot still hears the answer.
func TestCancellingAfterTheFinalDotHearsTheAnswer(t *testing.T) {
	listener := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	box := serveMailbox(t, mailbox.Options{Behaviour: func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageEnd {
			cancel()
		}
		return mailbox.Behaviour{}
	}}, listener)
	o := senderFor(t, configFor(listener)).Send(ctx, validMessage())
	if o.State != Sent || len(box.Messages()) != 1 {
		t.Errorf("outcome %+v, %d mails", o, len(box.Messages()))
	}
}

func TestCancellingBeforeTheFinalDotIsTemporary(t *testing.T) {
	listener := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	box := serveMailbox(t, mailbox.Options{Behaviour: func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt {
			cancel()
			<-release
		}
		return mailbox.Behaviour{}
	}}, listener)
	s := senderFor(t, configFor(listener))
	if o := s.Send(ctx, validMessage()); o.State != Temporary {
		t.Errorf("outcome %+v", o)
	}
	close(release)
	if o := s.Send(ctx, validMessage()); o.State != Temporary {
		t.Errorf("outcome of a send that was cancelled before: %+v", o)
	}
	if len(box.Messages()) != 0 {
		t.Error("a mail arrived")
	}
}

// script is a server that answers each command with what stands in the table;
// "-" hangs up instead. The final dot is the command ".".
func script(t *testing.T, answers map[string]string) SMTPConfig {
	t.Helper()
	listener := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			converse(conn, answers)
		}
	}()
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	config := configFor(listener)
	config.PoolSize = 1
	return config
}

func converse(conn net.Conn, answers map[string]string) {
	defer func() { _ = conn.Close() }() // the client may have hung up first
	standard := map[string]string{
		"220": "220 ready", "EHLO": "250 here", "HELO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go",
		".": "250 2.0.0 kept", "RSET": "250 ok", "QUIT": "221 bye",
	}
	reader, inData := bufio.NewReader(conn), false
	verb := "220"
	for {
		answer, ok := answers[verb]
		if !ok {
			answer = standard[verb]
		}
		if answer == "-" {
			return
		}
		if _, err := fmt.Fprintf(conn, "%s\r\n", answer); err != nil || verb == "QUIT" {
			return
		}
		inData = verb == "DATA" && strings.HasPrefix(answer, "354")
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			verb = strings.ToUpper(strings.TrimSpace(strings.SplitN(strings.TrimSpace(line), " ", 2)[0]))
			if !inData || verb == "." {
				break
			}
		}
	}
}

func TestOutcomeOfEveryReply(t *testing.T) {
	tests := []struct {
		verb, answer string
		want         State
		stage        Stage
		code         int
	}{
		{"220", "554 no service", Temporary, StageConnect, 554},
		{"220", "-", Temporary, StageConnect, 0},
		{"220", "hello?", Temporary, StageConnect, 0},
		{"EHLO", "-", Temporary, StageConnect, 0},
		{"MAIL", "550 5.7.1 sender refused", Refused, StageMail, 550},
		{"MAIL", "530 5.7.0 sign in first", Temporary, StageMail, 530},
		{"MAIL", "502 5.7.0 Please authenticate first", Temporary, StageMail, 502},
		{"MAIL", "421 4.3.2 going down", Temporary, StageMail, 421},
		{"MAIL", "-", Temporary, StageMail, 0},
		{"RCPT", "550 5.1.1 unknown", Refused, StageRcpt, 550},
		{"RCPT", "553 5.1.3 bad address", Refused, StageRcpt, 553},
		{"RCPT", "552 5.2.2 full", Refused, StageRcpt, 552},
		{"RCPT", "450 4.2.1 greylisted", Temporary, StageRcpt, 450},
		{"RCPT", "251 will forward", Sent, StageAnswer, 250},
		{"RCPT", "-", Temporary, StageRcpt, 0},
		{"DATA", "554 5.5.1 no valid recipients", Refused, StageData, 554},
		{"DATA", "451 4.3.0 later", Temporary, StageData, 451},
		{"DATA", "-", Temporary, StageData, 0},
		{".", "250 2.0.0 kept", Sent, StageAnswer, 250},
		{".", "251 kept", Sent, StageAnswer, 251},
		{".", "550 5.7.1 spam", Refused, StageAnswer, 550},
		{".", "451 4.3.0 disk full", Temporary, StageAnswer, 451},
		{".", "421 4.3.2 going down", Temporary, StageAnswer, 421},
		{".", "354 what?", Unknown, StageAnswer, 354},
		{".", "nonsense", Unknown, StageAnswer, 0},
		{".", "-", Unknown, StageAnswer, 0},
	}
	for _, test := range tests {
		t.Run(test.verb+" "+test.answer, func(t *testing.T) {
			s := senderFor(t, script(t, map[string]string{test.verb: test.answer}))
			o := s.Send(t.Context(), validMessage())
			if o.State != test.want || o.Stage != test.stage || o.Code != test.code {
				t.Errorf("outcome %+v", o)
			}
			if (o.Err == nil) != (o.State == Sent) {
				t.Errorf("%s with error %v", o.State, o.Err)
			}
			if _, ok := errors.AsType[*models.Error](o.Err); o.Err != nil && !ok {
				t.Errorf("error of type %T", o.Err)
			}
		})
	}
}

// A server that takes the mail and then fails the RSET or hangs up has the mail.
func TestTroubleAfterTheAnswerDoesNotChangeIt(t *testing.T) {
	for _, answer := range []string{"-", "421 4.3.2 going down", "500 what?"} {
		s := senderFor(t, script(t, map[string]string{"RSET": answer}))
		for range 3 {
			mustSend(t, s, validMessage())
		}
	}
}

// A server with a limit of mails per connection says 421 at the next MAIL.
func TestAFarewellOnReuseIsFollowedByANewConnection(t *testing.T) {
	listener := listen(t)
	serveMailbox(t, mailbox.Options{}, listener)
	s := senderFor(t, configFor(listener))
	mustSend(t, s, validMessage())
	idle := s.pool.take()
	if idle == nil {
		t.Fatal("no idle connection")
	}
	goodbye, err := connect(t.Context(), script(t, map[string]string{"MAIL": "421 4.7.0 too many"}))
	if err != nil {
		t.Fatal(err)
	}
	idle.drop()
	s.pool.give(goodbye)
	mustSend(t, s, validMessage())
}

func TestRepliesNameNobody(t *testing.T) {
	tests := []struct{ reply, enhanced, want string }{
		{"5.1.1 <license@minato-seiki.example>: no such user", "5.1.1", "<…>: no such user"},
		{"5.1.1 User license unknown", "5.1.1", "User … unknown"},
		{"LICENSE is not here", "", "… is not here"},
		{"licenses differ", "", "licenses differ"},
		{"髙﨑 太郎 様は不在です", "", "… 様は不在です"},
		{"5.1.1 The account\n5.1.1 license＠minato does not exist\x00", "5.1.1", "The account … does not exist"},
	}
	m := validMessage()
	m.To.Name = "髙﨑 太郎"
	for _, test := range tests {
		enhanced, text := splitReply(test.reply, secretsOf(m))
		if enhanced != test.enhanced || text != test.want {
			t.Errorf("%q gave %q %q, want %q", test.reply, enhanced, text, test.want)
		}
	}
	if _, long := splitReply(strings.Repeat("長", 5000), nil); len([]rune(long)) != maxReplyRunes {
		t.Errorf("%d characters", len([]rune(long)))
	}
}

func TestErrorsNameNobody(t *testing.T) {
	reply := "550 5.1.1 <license@minato-seiki.example> license: unknown " + oddName
	for _, verb := range []string{"MAIL", "RCPT", "DATA", "."} {
		o := senderFor(t, script(t, map[string]string{verb: reply})).Send(t.Context(), validMessage())
		everything := o.Reply
		for err := o.Err; err != nil; err = errors.Unwrap(err) {
			everything += "\n" + err.Error()
		}
		for _, secret := range []string{"license", "minato", "𠮷野家"} {
			if strings.Contains(everything, secret) {
				t.Errorf("%s: %q in %q", verb, secret, everything)
			}
		}
	}
}

func FuzzReplies(f *testing.F) {
	f.Add("5.1.1 <a@b.example>: no such user", "a")
	f.Add("4.2.2\n\x00＠＠", "+")
	f.Add("0", "\xff")
	f.Fuzz(func(t *testing.T, reply, secret string) {
		_, text := splitReply(reply, []string{secret})
		if strings.ContainsAny(text, "@＠\r\n") || len([]rune(text)) > maxReplyRunes {
			t.Errorf("%q", text)
		}
	})
}
