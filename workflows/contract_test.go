package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// These tests hold the process to what the activities tell it, and to nothing
// else: the activities are mocks that speak protocol.

var (
	orders    *activities.Orders
	mails     *activities.Mails
	documents *activities.Documents
)

// script is what a look at the order gives, one after another; the last for ever.
func script(env *testsuite.TestWorkflowEnvironment, states ...protocol.OrderState) {
	for i, s := range states {
		call := env.OnActivity(orders.AdvanceOrder, mock.Anything, int64(7)).Return(s, nil)
		if i < len(states)-1 {
			call.Once()
		}
	}
}

func mocked() *testsuite.TestWorkflowEnvironment {
	env := newMocks()
	env.RegisterActivity(&activities.Orders{})
	env.RegisterActivity(&activities.Mails{})
	env.RegisterActivity(&activities.Documents{})
	env.RegisterActivity(&activities.Outbox{})
	env.SetStartTime(house.Noon)
	return env
}

func intake(t *testing.T, env *testsuite.TestWorkflowEnvironment) error {
	t.Helper()
	env.ExecuteWorkflow(workflows.OrderIntake, protocol.Started{SubjectID: 7})
	if !env.IsWorkflowCompleted() {
		t.Fatal("the process does not end")
	}
	return env.GetWorkflowError()
}

var done = protocol.OrderState{Next: models.NextDone, Status: string(models.OrderDelivered), Version: 9}

// TestDeadlinesComeFromTheActivity gives moments that no calendar would.
func TestDeadlinesComeFromTheActivity(t *testing.T) {
	t.Parallel()
	env := mocked()
	at := []time.Time{house.Noon.Add(90 * time.Second), house.Noon.Add(25 * time.Hour), house.Noon.Add(26 * time.Hour)}
	waiting := protocol.OrderState{
		Next: models.NextWait, Status: string(models.OrderSentBack), SendBackID: 3, Mails: []int64{11}, RemindAt: at,
	}
	script(env, waiting, done)
	env.OnActivity(mails.SendMail, mock.Anything, mock.Anything).Return(protocol.MailResult{Status: string(models.MailSent)}, nil)
	for n := range at {
		env.OnActivity(orders.QueueReminder, mock.Anything, protocol.Reminder{SendBackID: 3, Number: n + 1}).
			Return(func(context.Context, protocol.Reminder) (protocol.Mails, error) {
				if now := env.Now(); now.Before(at[n]) || now.After(at[n].Add(time.Minute)) {
					t.Errorf("reminder %d comes at %s, want %s", n+1, now, at[n])
				}
				return protocol.Mails{MailIDs: []int64{20 + int64(n)}}, nil
			}).Once()
	}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(protocol.DecidedSignal, protocol.Decided{}) }, 48*time.Hour)
	house.Must(t, intake(t, env))
	env.AssertExpectations(t)
	for _, id := range []int64{11, 20, 21, 22} {
		env.AssertActivityCalled(t, "SendMail", mock.Anything, protocol.MailRef{MailID: id})
	}
}

// TestChangedWhenRegistering answers that the order changed: the process looks
// again and registers the version that it finds then.
func TestChangedWhenRegistering(t *testing.T) {
	t.Parallel()
	env := mocked()
	script(env,
		protocol.OrderState{Next: models.NextRegister, Version: 2},
		protocol.OrderState{Next: models.NextRegister, Version: 5}, done)
	env.OnActivity(orders.RegisterOrder, mock.Anything, protocol.OrderRef{OrderID: 7, Version: 2}).
		Return(protocol.OrderState{Next: models.NextAccept}, nil).Once()
	env.OnActivity(orders.RegisterOrder, mock.Anything, protocol.OrderRef{OrderID: 7, Version: 5}).Return(done, nil).Once()
	house.Must(t, intake(t, env))
	env.AssertExpectations(t)
}

// TestMailsGoOutTogether sends ID and PW mail at the same time: while one is on
// its way the other has begun.
func TestMailsGoOutTogether(t *testing.T) {
	t.Parallel()
	env := mocked()
	script(env, protocol.OrderState{Next: models.NextDeliver, Mails: []int64{1, 2}})
	env.OnActivity(documents.RenderCertificate, mock.Anything, int64(7)).Return(nil).Once()
	both := make(chan struct{}, 2)
	env.OnActivity(mails.SendMail, mock.Anything, mock.Anything).Return(func(context.Context, protocol.MailRef) (protocol.MailResult, error) {
		both <- struct{}{}
		for deadline := time.Now().Add(10 * time.Second); len(both) < 2; {
			if time.Now().After(deadline) {
				return protocol.MailResult{}, errors.New("one mail waits for the other")
			}
			time.Sleep(time.Millisecond)
		}
		return protocol.MailResult{Status: string(models.MailSent)}, nil
	}).Twice()
	env.OnActivity(orders.FinishDelivery, mock.Anything, int64(7)).Return(done, nil).Once()
	house.Must(t, intake(t, env))
	env.AssertExpectations(t)
}

// TestStepsAreTriedUntilTheyWork fails each kind of step many times: what was
// accepted is never given up.
func TestStepsAreTriedUntilTheyWork(t *testing.T) {
	t.Parallel()
	env := mocked()
	// Of its own the test environment gives an activity ten tries, and a local one any number.
	const few, many = 9, 60
	away := temporal.NewApplicationError("database_unavailable", "database_unavailable")
	flaky := func(failures int, method any, input any, results ...any) {
		failed := make([]any, len(results))
		for i, r := range results {
			failed[i] = zero(r)
		}
		env.OnActivity(method, mock.Anything, input).Return(append(failed, away)...).Times(failures)
		env.OnActivity(method, mock.Anything, input).Return(append(results, nil)...).Once()
	}
	flaky(many, orders.AdvanceOrder, int64(7), protocol.OrderState{Next: models.NextRegister, Version: 2})
	flaky(many, orders.RegisterOrder, protocol.OrderRef{OrderID: 7, Version: 2}, protocol.OrderState{Next: models.NextDeliver, Mails: []int64{1}})
	flaky(few, documents.RenderCertificate, int64(7))
	flaky(few, mails.SendMail, protocol.MailRef{MailID: 1}, protocol.MailResult{Status: string(models.MailSent)})
	flaky(many, orders.FinishDelivery, int64(7), done)
	house.Must(t, intake(t, env))
	env.AssertExpectations(t)
}

func zero(v any) any {
	switch v.(type) {
	case protocol.OrderState:
		return protocol.OrderState{}
	case protocol.MailResult:
		return protocol.MailResult{}
	}
	return nil
}

// TestContinuesAsNewWhenSuggested goes over to a new run with the same input, and
// does so only between steps.
func TestContinuesAsNewWhenSuggested(t *testing.T) {
	t.Parallel()
	env := mocked()
	env.SetContinueAsNewSuggested(true)
	script(env, protocol.OrderState{Next: models.NextAccept, Mails: []int64{1}})
	env.OnActivity(mails.SendMail, mock.Anything, mock.Anything).Return(protocol.MailResult{Status: string(models.MailSent)}, nil).Once()
	next, ok := errors.AsType[*workflow.ContinueAsNewError](intake(t, env))
	if !ok {
		t.Fatalf("the process ends with %v", env.GetWorkflowError())
	}
	var input protocol.Started
	house.Must(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &input))
	if next.WorkflowType.Name != protocol.OrderIntakeWorkflow || input.SubjectID != 7 {
		t.Errorf("it goes on as %s with %+v", next.WorkflowType.Name, input)
	}
	env.AssertExpectations(t)
}

// TestEndsEvenWhenToldToContinue does not begin a new run for an order that is over.
func TestEndsEvenWhenToldToContinue(t *testing.T) {
	t.Parallel()
	env := mocked()
	env.SetContinueAsNewSuggested(true)
	script(env, done)
	house.Must(t, intake(t, env))
}

// TestContinuingLosesNothing runs an order that is told to continue as new after
// every step, run after run, with decisions on the way.
func TestContinuingLosesNothing(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon, house.Months(24))
	runs, confirmed := 0, false
	for now := house.Noon; ; now = j.env.Now() {
		if runs++; runs > 1 {
			j.begin(now)
		}
		j.env.SetContinueAsNewSuggested(true)
		if !confirmed {
			j.at(time.Hour, func() {
				confirmed = true
				j.confirm(models.ReasonTerm, "12")
			})
		}
		j.execute()
		err := j.env.GetWorkflowError()
		if err == nil {
			break
		}
		if !workflow.IsContinueAsNewError(err) || runs > 20 {
			t.Fatalf("run %d ends with %v", runs, err)
		}
	}
	if runs < 3 {
		t.Errorf("it took %d runs, want one for each step", runs)
	}
	if o := j.Order(j.order.OrderNumber); o.Status != models.OrderDelivered {
		t.Errorf("the order is %s", o.Status)
	}
	j.wantMails(delivery(map[models.MailKind]int{models.MailSendBack: 1}))
	j.Sound()
}

// TestCurrentDetailsNameNobody looks at what operations read in the UI while an
// order waits: state and version, and nobody's data.
func TestCurrentDetailsNameNobody(t *testing.T) {
	t.Parallel()
	j := newJourney(t, house.Noon, house.Months(24))
	looked := false
	j.at(day, func() {
		looked = true
		answer, err := j.env.QueryWorkflow("__temporal_workflow_metadata")
		if err != nil {
			t.Error(err)
			return
		}
		var metadata sdkpb.WorkflowMetadata
		if err := answer.Get(&metadata); err != nil {
			t.Error(err)
			return
		}
		want := "**sent_back** (version 2), waiting for reseller\n\nnext: wait"
		if metadata.GetCurrentDetails() != want {
			t.Errorf("the details say %q, want %q", metadata.GetCurrentDetails(), want)
		}
	})
	j.at(2*day, func() { j.cancel(j.Staff) })
	j.finish(models.OrderCancelled)
	if !looked {
		t.Error("nobody looked")
	}
}
