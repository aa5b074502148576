//go:build record

package workflows_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/api/enums/v1"
)

// ask has an order delivered and its delivery asked for once more; when it returns
// the resend's process is started.
func (s *story) ask(changes ...func(*models.ResendRequest)) models.Resend {
	s.t.Helper()
	o := s.enter()
	s.over(o.WorkflowID())
	r, _ := s.House.Ask(s.Wish(o, changes...))
	_, err := s.Outbox.Drain(s.t.Context(), 10)
	house.Must(s.t, err)
	return r
}

// timers waits until a resend's process has begun so many timers.
func (s *story) timers(r models.Resend, n int) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		history, err := histories.Fetch(s.t.Context(), s.client, r.WorkflowID(), "")
		house.Must(s.t, err)
		seen := 0
		for _, event := range history.Events {
			if event.GetEventType() == enums.EVENT_TYPE_TIMER_STARTED {
				seen++
			}
		}
		if seen >= n {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the process has no %d timers", n)
		}
	}
}

func recordResend(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	r := s.ask()
	s.over(r.WorkflowID())
	s.keep("resend-by-itself", r.WorkflowID(), "")
}

// recordResendReviewed lets staff be warned and late, refuses a mail of the first
// approval, and approves again.
func recordResendReviewed(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: func(r *models.Rules) {
		r.Grace, r.Resends.DueDays, r.Resends.WarningDays = 0, 0, 1
	}})
	refuse := true
	s.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if refuse && stage == mailbox.StageRcpt && to == "atarashii@customer.example.jp" {
			return mailbox.Behaviour{Fault: mailbox.Refuse}
		}
		return mailbox.Behaviour{}
	})
	r := s.ask(house.To("atarashii@customer.example.jp"))
	s.timers(r, 2)
	for deadline := time.Now().Add(time.Minute); s.Resend(r.ResendNumber).Resend.EscalatedAt == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody was told that it is late")
		}
	}
	d, err := s.ApproveResend(t.Context(), s.Staff, house.DecideResend(r, ""))
	s.ToldResend(t, d, err)
	s.AwaitResend(t, r.ResendNumber, models.ResendReviewing)
	refuse = false
	d, err = s.ApproveResend(t.Context(), s.Staff, house.DecideResend(r, ""))
	s.ToldResend(t, d, err)
	s.over(r.WorkflowID())
	s.keep("resend-reviewed", r.WorkflowID(), "")
}

// recordResendAskedBack is kept twice: while it waits for the answer, and at its end.
func recordResendAskedBack(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	r := s.ask(house.To(house.AskerAddress))
	s.AwaitResend(t, r.ResendNumber, models.ResendReviewing)
	s.timers(r, 1)
	d, err := s.AskBackResend(t.Context(), s.Staff, house.DecideResend(r, "recorded"))
	s.ToldResend(t, d, err)
	s.toldQuestion(r)
	s.keep("resend-asked-back", r.WorkflowID(), "")
	d, err = s.AnswerResend(t.Context(), r.ResendNumber, "recorded")
	s.ToldResend(t, d, err)
	s.timers(r, 2)
	d, err = s.ApproveResend(t.Context(), s.Staff, house.DecideResend(r, ""))
	s.ToldResend(t, d, err)
	s.over(r.WorkflowID())
	s.keep("resend-asked-back", r.WorkflowID(), "")
}

// toldQuestion waits until the question was mailed.
func (s *story) toldQuestion(r models.Resend) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		for _, m := range s.Resend(r.ResendNumber).Mails {
			if m.Kind == models.MailResendQuestion && m.Status == models.MailSent {
				return
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the question is not mailed")
		}
	}
}

func recordResendRefused(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	r := s.ask(house.To(house.AskerAddress))
	s.AwaitResend(t, r.ResendNumber, models.ResendReviewing)
	s.timers(r, 1)
	d, err := s.RefuseResend(t.Context(), s.Staff, house.DecideResend(r, "recorded"))
	s.ToldResend(t, d, err)
	s.over(r.WorkflowID())
	s.keep("resend-refused", r.WorkflowID(), "")
}
