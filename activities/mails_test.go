package activities_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories/house"
	"go.temporal.io/sdk/temporal"
)

// eachDatabase runs a test in a house on either database.
func eachDatabase(t *testing.T, test func(t *testing.T, h *house.House)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range house.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Dialect: dialect})
			test(t, h)
			h.Sound()
		})
	}
}

// at lets the mailbox misbehave at one stage.
func at(stage mailbox.Stage, fault mailbox.Fault) func(mailbox.Stage, string, string) mailbox.Behaviour {
	return func(s mailbox.Stage, _, _ string) mailbox.Behaviour {
		if s == stage {
			return mailbox.Behaviour{Fault: fault}
		}
		return mailbox.Behaviour{}
	}
}

// sending runs SendMail once for the order-accepted mail of a new order.
type sending struct {
	h     *house.House
	order models.Order
	ref   protocol.MailRef
}

func newSending(t *testing.T, h *house.House) *sending {
	t.Helper()
	o := h.NewOrder()
	state, err := h.Advance(t.Context(), o.ID)
	house.Must(t, err)
	return &sending{h: h, order: o, ref: protocol.MailRef{MailID: state.Mails[0]}}
}

func (s *sending) run() (status models.MailStatus, err error) {
	result, err := execute(s.h.Activities.Mails.SendMail, []any{s.ref})
	if err != nil {
		return "", err
	}
	return models.MailStatus(result.(protocol.MailResult).Status), nil
}

// wantEnd checks that a run of SendMail ends in a status, in answer and ledger.
func (s *sending) wantEnd(t *testing.T, want models.MailStatus) {
	t.Helper()
	got, err := s.run()
	house.Must(t, err)
	if got != want {
		t.Errorf("SendMail answers %s, want %s", got, want)
	}
	s.wantLedger(t, want)
}

// wantRetry checks that a run fails in a way that Temporal tries again.
func (s *sending) wantRetry(t *testing.T, code string) {
	t.Helper()
	_, err := s.run()
	failure, ok := errors.AsType[*temporal.ApplicationError](err)
	if !ok || failure.NonRetryable() || failure.Message() != code {
		t.Errorf("SendMail gives %v, want %s, to be tried again", err, code)
	}
}

func (s *sending) wantLedger(t *testing.T, want models.MailStatus) models.Mail {
	t.Helper()
	m, err := s.h.MailByID(t.Context(), s.ref.MailID)
	house.Must(t, err)
	if m.Status != want {
		t.Errorf("the ledger says %s, want %s", m.Status, want)
	}
	return m
}

func (s *sending) wantReceived(t *testing.T, want int) {
	t.Helper()
	if got := len(s.h.Mailbox.Messages()); got != want {
		t.Errorf("%d mails arrived, want %d", got, want)
	}
}

func (s *sending) wantTasks(t *testing.T, kind models.TaskKind, want int) {
	t.Helper()
	got := 0
	for _, task := range s.h.Detail(s.order.OrderNumber).Tasks {
		if task.Kind == kind {
			got++
		}
	}
	if got != want {
		t.Errorf("%d tasks of kind %s, want %d", got, kind, want)
	}
}

func TestMailToARefusedAddressSendsTheOrderBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		h.Mailbox.SetBehaviour(at(mailbox.StageRcpt, mailbox.Refuse))
		s.wantEnd(t, models.MailFailed)
		s.wantReceived(t, 0)
		if m := s.wantLedger(t, models.MailFailed); m.Reply == "" || m.FinishedAt == nil {
			t.Errorf("the ledger does not tell the server's answer: %+v", m)
		}

		state, err := h.Advance(t.Context(), s.order.ID)
		house.Must(t, err)
		d := h.Detail(s.order.OrderNumber)
		if state.Next != models.NextWait || d.Order.Status != models.OrderSentBack || len(d.SendBacks) != 1 ||
			len(d.SendBacks[0].Reasons) != 1 || d.SendBacks[0].Reasons[0].Code != models.ReasonDeliveryMail {
			t.Errorf("state is %+v and the order %s with send-backs %+v", state, d.Order.Status, d.SendBacks)
		}
		// The server goes on refusing or not: this mail is over.
		h.Mailbox.SetBehaviour(nil)
		s.wantEnd(t, models.MailFailed)
		s.wantReceived(t, 0)
	})
}

func TestMailRefusedForNowIsTriedAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		for _, stage := range []mailbox.Stage{mailbox.StageMail, mailbox.StageRcpt, mailbox.StageEnd} {
			h.Mailbox.SetBehaviour(at(stage, mailbox.Defer))
			s.wantRetry(t, "mail_refused_for_now")
			s.wantLedger(t, models.MailQueued)
		}
		// Cut before the final dot: the server cannot have the mail.
		h.Mailbox.SetBehaviour(at(mailbox.StageBody, mailbox.CutBefore))
		s.wantRetry(t, "mail_refused_for_now")
		s.wantLedger(t, models.MailQueued)

		h.Mailbox.SetBehaviour(nil)
		s.wantEnd(t, models.MailSent)
		s.wantReceived(t, 1)
		if m := s.wantLedger(t, models.MailSent); m.Attempts != 5 {
			t.Errorf("%d attempts are counted, want 5", m.Attempts)
		}
	})
}

func TestMailCutAfterTheFinalDotIsUnknown(t *testing.T) {
	for fault, received := range map[mailbox.Fault]int{mailbox.CutBefore: 0, mailbox.CutAfter: 1} {
		t.Run(map[mailbox.Fault]string{mailbox.CutBefore: "lost", mailbox.CutAfter: "arrived"}[fault], func(t *testing.T) {
			eachDatabase(t, func(t *testing.T, h *house.House) {
				s := newSending(t, h)
				h.Mailbox.SetBehaviour(at(mailbox.StageEnd, fault))
				s.wantEnd(t, models.MailUnknown)
				s.wantReceived(t, received)
				s.wantTasks(t, models.TaskMailUnknown, 1)

				h.Mailbox.SetBehaviour(nil)
				s.wantEnd(t, models.MailUnknown)
				s.wantReceived(t, received)
				s.wantTasks(t, models.TaskMailUnknown, 1)
				if m := s.wantLedger(t, models.MailUnknown); m.Attempts != 1 {
					t.Errorf("%d attempts, want 1: unknown is not sent again by itself", m.Attempts)
				}
			})
		})
	}
}

func TestRefusedSenderLeavesTheMailQueued(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		h.Mailbox.SetBehaviour(at(mailbox.StageMail, mailbox.Refuse))
		s.wantRetry(t, "mail_refused_for_now")
		s.wantLedger(t, models.MailQueued)
		h.Mailbox.SetBehaviour(nil)
		s.wantEnd(t, models.MailSent)
		s.wantReceived(t, 1)
	})
}

func TestMailIsGivenUpAfterItsTime(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		h.Mailbox.SetBehaviour(at(mailbox.StageRcpt, mailbox.Defer))
		h.Clock.Pass(h.Rules().MailGiveUp)
		s.wantRetry(t, "mail_refused_for_now") // the very moment still counts
		h.Clock.Pass(time.Second)
		s.wantEnd(t, models.MailFailed)
		s.wantReceived(t, 0)
	})
}

func TestRefusedDeliveryMailOpensATask(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := &sending{h: h, order: h.NewOrder()}
		s.ref.MailID = h.Register(s.order).Mails[0]
		h.Mailbox.SetBehaviour(at(mailbox.StageRcpt, mailbox.Refuse))
		s.wantEnd(t, models.MailFailed)
		s.wantTasks(t, models.TaskDeliveryFailed, 1)
		s.wantEnd(t, models.MailFailed)
		s.wantTasks(t, models.TaskDeliveryFailed, 1)
	})
}

// TestProcessDiesBetweenTheServersAnswerAndTheLedger takes the database away at
// the moment the server has the mail, as a crash would: nobody can note the
// answer, and nobody may send again.
func TestProcessDiesBetweenTheServersAnswerAndTheLedger(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		dying := *h.Activities.Mails
		dying.Store = h.OpenStore(t)
		var closing atomic.Pointer[error]
		h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
			if stage == mailbox.StageEnd {
				err := dying.Store.Close()
				closing.Store(&err)
			}
			return mailbox.Behaviour{}
		})
		if _, err := execute(dying.SendMail, []any{s.ref}); err == nil {
			t.Fatal("a process without its database notes an answer")
		}
		if err := closing.Load(); err == nil || *err != nil {
			t.Fatalf("the database was not taken away: %v", err)
		}
		h.Mailbox.SetBehaviour(nil)
		s.wantReceived(t, 1)
		s.wantLedger(t, models.MailSending)

		s.wantRetry(t, "mail_in_flight") // for all that others know it is still being sent
		h.Clock.Pass(time.Minute + time.Second)
		s.wantEnd(t, models.MailUnknown)
		s.wantEnd(t, models.MailUnknown)
		s.wantReceived(t, 1)
		s.wantTasks(t, models.TaskMailUnknown, 1)
	})
}

// TestStoppingWorkerStillNotesTheAnswer cancels the activity while the server is
// thinking about the final dot: its answer must reach the ledger.
func TestStoppingWorkerStillNotesTheAnswer(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := newSending(t, h)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, _ string) mailbox.Behaviour {
			if stage == mailbox.StageEnd {
				stop()
				return mailbox.Behaviour{Delay: 50 * time.Millisecond}
			}
			return mailbox.Behaviour{}
		})
		if _, err := executeIn(ctx, h.Activities.Mails.SendMail, []any{s.ref}); err != nil {
			t.Errorf("the activity fails with %v though the mail is sent", err)
		}
		s.wantLedger(t, models.MailSent)
		s.wantReceived(t, 1)
	})
}

// TestMailThatCannotBeRenderedIsGivenBack takes a key off the ring: the mail waits
// until the key is back.
func TestMailThatCannotBeRenderedIsGivenBack(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		s := &sending{h: h, order: h.NewOrder()}
		h.Register(s.order)
		s.ref.MailID = h.MailOf(s.order.OrderNumber, models.MailDeliveryPassword).ID
		without := *h.Activities.Mails
		without.Secrets = noKeys{}
		_, err := execute(without.SendMail, []any{s.ref})
		if failure, ok := errors.AsType[*temporal.ApplicationError](err); !ok || failure.NonRetryable() || failure.Message() != "key_missing" {
			t.Errorf("SendMail gives %v, want key_missing, to be tried again", err)
		}
		s.wantLedger(t, models.MailQueued)
		s.wantReceived(t, 0)
		s.wantEnd(t, models.MailSent)
		s.wantReceived(t, 1)
	})
}

type noKeys struct{}

func (noKeys) DeliveryPassword(models.Shipment) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) InquirySignature(models.Inquiry) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) ResendToken(models.Resend) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) TemporaryPassword(models.Account) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) ActivationToken(models.ActivationRequest, models.Mailbox) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) OpenIssued(models.IssuedCode) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

func (noKeys) UnsubscribeToken(models.MailSubscription) (string, error) {
	return "", models.NewError(models.KindInternal, "key_missing", "number", "1")
}

var _ activities.Secrets = noKeys{}
