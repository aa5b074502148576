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

// asksCode asks for a code of a kind and tells its process.
func (s *story) asksCode(kind string) models.ActivationRequest {
	s.t.Helper()
	done := s.RequestCode(s.ActivationOf(s.Delivered(), kind))
	_, err := s.Outbox.Drain(s.t.Context(), 20)
	house.Must(s.t, err)
	return done.Request
}

// waitsForLink waits until a request's process has begun so many timers, and its
// mails are out.
func (s *story) waitsForLink(r models.ActivationRequest, timers int) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		seen, sent := 0, true
		if history, err := histories.Fetch(s.t.Context(), s.client, r.WorkflowID(), ""); err == nil {
			for _, event := range history.Events {
				if event.GetEventType() == enums.EVENT_TYPE_TIMER_STARTED {
					seen++
				}
			}
		}
		for _, m := range s.Activation(r.Number).Mails {
			sent = sent && m.Status.Final()
		}
		if seen >= timers && sent {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the process has no %d timers", timers)
		}
	}
}

func atOnce(r *models.Rules) { r.Grace, r.ValidAfterDays = 0, 0 }

// recordActivation is kept while it waits, after its link was sent again, and at its end.
func recordActivation(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: atOnce})
	r := s.asksCode("apex_one")
	s.waitsForLink(r, 1)
	s.keep("activation-open", r.WorkflowID(), "")
	d, err := s.ResendActivationLink(t.Context(), s.Staff, house.DecideActivation(r, "recorded"))
	s.ToldActivation(t, d, err)
	s.waitsForLink(r, 2)
	d, err = s.ConfirmActivation(t.Context(), house.Confirmation(d.Request, models.MailboxContact), s.Ring)
	s.ToldActivation(t, d, err)
	s.over(r.WorkflowID())
	s.keep("activation-issued", r.WorkflowID(), "")
}

func recordActivationCancelled(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: atOnce})
	r := s.asksCode("apex_one")
	s.waitsForLink(r, 1)
	d, err := s.CancelActivation(t.Context(), house.Requester, house.DecideActivation(r, ""))
	s.ToldActivation(t, d, err)
	s.over(r.WorkflowID())
	s.keep("activation-cancelled", r.WorkflowID(), "")
}

func recordActivationExpired(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: func(r *models.Rules) {
		atOnce(r)
		r.Activation.LinkLifetime = 2 * time.Second
	}})
	r := s.asksCode("apex_one")
	s.over(r.WorkflowID())
	s.keep("activation-expired", r.WorkflowID(), "")
}

func recordActivationConsented(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: atOnce})
	r := s.asksCode("apex_central")
	s.over(r.WorkflowID())
	s.keep("activation-consented", r.WorkflowID(), "")
}
