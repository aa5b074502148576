//go:build record

package workflows_test

import (
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/api/enums/v1"
)

// name asks for another name; when it returns the change's process waits for staff.
func (s *story) name() models.NameChange {
	s.t.Helper()
	c, _ := s.AskName()
	_, err := s.Outbox.Drain(s.t.Context(), 20)
	house.Must(s.t, err)
	s.AwaitName(s.t, c.Number, models.NameChangeReviewing)
	s.nameTimers(c, 1)
	return c
}

// nameTimers waits until a change's process has begun so many timers, and its mails are out.
func (s *story) nameTimers(c models.NameChange, n int) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		history, err := histories.Fetch(s.t.Context(), s.client, c.WorkflowID(), "")
		house.Must(s.t, err)
		seen, sent := 0, true
		for _, event := range history.Events {
			if event.GetEventType() == enums.EVENT_TYPE_TIMER_STARTED {
				seen++
			}
		}
		for _, m := range s.NameChange(c.Number).Mails {
			sent = sent && m.Status.Final()
		}
		if seen >= n && sent {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the process has no %d timers", n)
		}
	}
}

func recordNameChangeOpen(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	c := s.name()
	s.keep("name-change-open", c.WorkflowID(), "")
	d, err := s.ApproveNameChange(t.Context(), s.Staff, house.DecideName(c, ""))
	s.ToldName(t, d, err)
	s.over(c.WorkflowID())
	s.keep("name-change-approved", c.WorkflowID(), "")
}

// recordNameChangeAskedBack is kept twice: while it waits for the answer, and at its end.
func recordNameChangeAskedBack(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	c := s.name()
	d, err := s.AskBackNameChange(t.Context(), s.Staff, house.DecideName(c, "recorded"))
	s.ToldName(t, d, err)
	s.nameTimers(c, 1)
	s.keep("name-change-asked-back", c.WorkflowID(), "")
	d, err = s.AnswerNameChange(t.Context(), house.Requester, house.DecideName(c, "recorded"), nil)
	s.ToldName(t, d, err)
	s.nameTimers(c, 2)
	d, err = s.RejectNameChange(t.Context(), s.Staff, house.DecideName(c, "recorded"))
	s.ToldName(t, d, err)
	s.over(c.WorkflowID())
	s.keep("name-change-rejected", c.WorkflowID(), "")
}

func recordNameChangeWithdrawn(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	c := s.name()
	d, err := s.WithdrawNameChange(t.Context(), house.Requester, house.DecideName(c, ""))
	s.ToldName(t, d, err)
	s.over(c.WorkflowID())
	s.keep("name-change-withdrawn", c.WorkflowID(), "")
}

// recordNameChangeOverdue is kept while staff are late, and when they decide at last.
func recordNameChangeOverdue(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: func(r *models.Rules) {
		r.Grace, r.NameChanges.DueDays, r.NameChanges.WarningDays = 0, 0, 1
	}})
	c := s.name()
	for deadline := time.Now().Add(time.Minute); s.NameChange(c.Number).Change.EscalatedAt == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody was told that it is late")
		}
	}
	s.keep("name-change-overdue", c.WorkflowID(), "")
	d, err := s.ApproveNameChange(t.Context(), s.Staff, house.DecideName(c, ""))
	s.ToldName(t, d, err)
	s.over(c.WorkflowID())
	s.keep("name-change-overdue", c.WorkflowID(), "")
}
