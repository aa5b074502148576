package activities_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/testenv"
	"github.com/todoke/todoke/worker"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"
)

// step is one activity in one situation.
type step struct {
	activity string // the method's name
	when     string
	// prepare makes the situation and gives the activity with its input.
	prepare func(h *house.House) (method any, input []any)
	// counting says that the answer tells what this very run did, so that a second
	// run answers otherwise.
	counting bool
}

var steps = slices.Concat(newsSteps, []step{
	{activity: "AdvanceOrder", when: "the checks pass", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.AdvanceOrder, []any{h.NewOrder().ID}
	}},
	{activity: "AdvanceOrder", when: "the checks send back", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.AdvanceOrder, []any{h.NewOrder(house.Months(24)).ID}
	}},
	{activity: "RegisterOrder", when: "the order is as it was checked", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.RegisterOrder, []any{h.Accept(h.NewOrder())}
	}},
	{activity: "FinishDelivery", when: "both mails are out", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.FinishDelivery, []any{delivering(h, models.MailSent)}
	}},
	{activity: "FinishDelivery", when: "a mail was refused", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.FinishDelivery, []any{delivering(h, models.MailFailed)}
	}},
	{activity: "QueueReminder", when: "the send-back is open", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Orders.QueueReminder, []any{protocol.Reminder{SendBackID: sentBack(h).SendBackID, Number: 1}}
	}},
	{activity: "MailsOfApplication", when: "it is filed", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Mails.MailsOfApplication, []any{h.File().ID}
	}},
	{activity: "SendMail", when: "the address works", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Mails.SendMail, []any{acceptedMail(h)}
	}},
	{activity: "RenderCertificate", when: "the order is registered", prepare: func(h *house.House) (any, []any) {
		o := h.NewOrder()
		h.Register(o)
		return h.Activities.Documents.RenderCertificate, []any{o.ID}
	}},
	{activity: "RenderApplication", when: "it is filed", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Documents.RenderApplication, []any{h.File().ID}
	}},
	{activity: "AdvanceResend", when: "all fits", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Resends.AdvanceResend, []any{asked(h).ID}
	}},
	{activity: "AdvanceResend", when: "staff have to look", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Resends.AdvanceResend, []any{asked(h, house.To(house.AskerAddress)).ID}
	}},
	{activity: "NoteResendDue", when: "its day is near", prepare: func(h *house.House) (any, []any) {
		r := reviewing(h)
		return h.Activities.Resends.NoteResendDue, []any{protocol.ResendDue{ResendID: r.ID, DueAt: r.DueAt}}
	}},
	{activity: "NoteResendDue", when: "its day is over", prepare: func(h *house.House) (any, []any) {
		r := reviewing(h)
		return h.Activities.Resends.NoteResendDue, []any{protocol.ResendDue{ResendID: r.ID, DueAt: r.DueAt, Overdue: true}}
	}},
	{activity: "FinishResend", when: "both mails are out", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Resends.FinishResend, []any{resending(h, models.MailSent)}
	}},
	{activity: "FinishResend", when: "a mail was refused", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Resends.FinishResend, []any{resending(h, models.MailFailed)}
	}},
	{activity: "SendMail", when: "it is a resent PW mail", prepare: func(h *house.House) (any, []any) {
		state := advanced(h, asked(h))
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: state.Mails[1]}}
	}},
	{activity: "SendMail", when: "it acknowledges a resend", prepare: func(h *house.House) (any, []any) {
		state := advanced(h, asked(h))
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: state.Notices[0]}}
	}},
	{activity: "SendMail", when: "it acknowledges an inquiry", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Inquire().Mails[0].ID}}
	}},
	{activity: "SendMail", when: "it answers an inquiry", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Answer(h.Inquire(), "お答えします。").Mails[1].ID}}
	}},
	{activity: "SendMail", when: "its server refuses the answer to an inquiry", prepare: func(h *house.House) (any, []any) {
		h.Mailbox.SetBehaviour(at(mailbox.StageRcpt, mailbox.Refuse))
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Answer(h.Inquire(), "お答えします。").Mails[1].ID}}
	}},
	{activity: "AdvanceNameChange", when: "it came in", prepare: func(h *house.House) (any, []any) {
		c, _ := h.AskName()
		return h.Activities.NameChanges.AdvanceNameChange, []any{c.ID}
	}},
	{activity: "NoteNameChangeDue", when: "its day is near", prepare: func(h *house.House) (any, []any) {
		c := reviewedName(h)
		return h.Activities.NameChanges.NoteNameChangeDue, []any{protocol.NameChangeDue{NameChangeID: c.ID, DueAt: c.DueAt}}
	}},
	{activity: "NoteNameChangeDue", when: "its day is over", prepare: func(h *house.House) (any, []any) {
		c := reviewedName(h)
		return h.Activities.NameChanges.NoteNameChangeDue, []any{protocol.NameChangeDue{NameChangeID: c.ID, DueAt: c.DueAt, Overdue: true}}
	}},
	{activity: "SendMail", when: "it tells the result of a name change", prepare: func(h *house.House) (any, []any) {
		c := reviewedName(h)
		if _, err := h.ApproveNameChange(context.Background(), h.Staff, house.DecideName(c, "")); err != nil {
			panic(err)
		}
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.NameChange(c.Number).Mails[1].ID}}
	}},
	{activity: "LookAtActivation", when: "a code was asked for", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Activation.LookAtActivation, []any{h.AskActivation("apex_one").Request.ID}
	}},
	{activity: "ExpireActivation", when: "the link is over", prepare: func(h *house.House) (any, []any) {
		r := h.AskActivation("apex_one").Request
		h.Clock.Pass(72 * time.Hour)
		return h.Activities.Activation.ExpireActivation, []any{protocol.ActivationOver{RequestID: r.ID, Until: r.LinkUntil}}
	}},
	{activity: "ExpireActivation", when: "the code was issued in the last moment", prepare: func(h *house.House) (any, []any) {
		r := confirmed(h)
		return h.Activities.Activation.ExpireActivation, []any{protocol.ActivationOver{RequestID: r.ID, Until: r.LinkUntil}}
	}},
	{activity: "SendMail", when: "it brings the link of a code", prepare: func(h *house.House) (any, []any) {
		r := h.AskActivation("apex_one").Request
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Activation(r.Number).Mails[0].ID}}
	}},
	{activity: "SendMail", when: "it brings a further code", prepare: func(h *house.House) (any, []any) {
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Activation(confirmed(h).Number).Mails[3].ID}}
	}},
	{activity: "SendMail", when: "its server refuses the link of a code", prepare: func(h *house.House) (any, []any) {
		r := h.AskActivation("apex_one").Request
		h.Mailbox.SetBehaviour(at(mailbox.StageRcpt, mailbox.Refuse))
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.Activation(r.Number).Mails[0].ID}}
	}},
	{activity: "GatherRenewalNotices", when: "contracts are due", counting: true, prepare: func(h *house.House) (any, []any) {
		h.EndingIn(90)
		h.EndingIn(30)
		return h.Activities.Renewals.GatherRenewalNotices, []any{protocol.RenewalBatch{At: h.Now()}}
	}},
	{activity: "QueueRenewalNotices", when: "somebody is to be told", counting: true, prepare: func(h *house.House) (any, []any) {
		h.EndingIn(90)
		h.Gathered()
		return h.Activities.Renewals.QueueRenewalNotices, []any{protocol.RenewalBatch{At: h.Now()}}
	}},
	{activity: "UnsentRenewalNotices", when: "mails are queued", prepare: func(h *house.House) (any, []any) {
		h.EndingIn(60)
		h.QueuedNotices()
		return h.Activities.Renewals.UnsentRenewalNotices, []any{protocol.RenewalBatch{At: h.Now()}}
	}},
	{activity: "HandOverMails", when: "two mails have to wait", prepare: func(h *house.House) (any, []any) {
		h.EndingIn(30)
		return h.Activities.Renewals.HandOverMails, []any{protocol.Mails{MailIDs: h.QueuedNotices()}}
	}},
	{activity: "SendMail", when: "it is a renewal notice", prepare: func(h *house.House) (any, []any) {
		h.EndingIn(30)
		return h.Activities.Mails.SendMail, []any{protocol.MailRef{MailID: h.QueuedNotices()[0]}}
	}},
	{activity: "DrainOutbox", when: "two entries are due", counting: true, prepare: func(h *house.House) (any, []any) {
		h.NewOrder()
		return h.Activities.Outbox.DrainOutbox, nil
	}},
})

// delivering gives an order whose ID mail was sent and whose PW mail ended as told.
func delivering(h *house.House, password models.MailStatus) (orderID int64) {
	o := h.NewOrder()
	state := h.Register(o)
	h.Settle(state.Mails[0], models.MailSent)
	h.Settle(state.Mails[1], password)
	return o.ID
}

// asked gives a resend of a delivered order that was asked for and not looked at yet.
func asked(h *house.House, changes ...func(*models.ResendRequest)) models.Resend {
	r, _ := h.Ask(h.Wish(h.Delivered(), changes...))
	return r
}

func advanced(h *house.House, r models.Resend) models.ResendProgress {
	state, err := h.AdvanceResend(context.Background(), r.ID)
	if err != nil {
		panic(err)
	}
	return state
}

// reviewing gives a resend that waits for staff.
func reviewing(h *house.House) models.Resend {
	r := asked(h, house.To(house.AskerAddress))
	advanced(h, r)
	return r
}

// resending gives a resend whose ID mail was sent and whose PW mail ended as told.
func resending(h *house.House, password models.MailStatus) (resendID int64) {
	r := asked(h)
	state := advanced(h, r)
	h.Settle(state.Mails[0], models.MailSent)
	h.Settle(state.Mails[1], password)
	return r.ID
}

// confirmed is a request whose code was issued.
func confirmed(h *house.House) models.ActivationRequest {
	done, err := h.ConfirmActivation(context.Background(), house.Confirmation(h.AskActivation("apex_one").Request, models.MailboxContact), h.Ring)
	if err != nil {
		panic(err)
	}
	return done.Request
}

// reviewedName gives a name change that waits for staff.
func reviewedName(h *house.House) models.NameChange {
	c, _ := h.AskName()
	if _, err := h.AdvanceNameChange(context.Background(), c.ID); err != nil {
		panic(err)
	}
	return c
}

// sentBack gives the state of an order that was sent back.
func sentBack(h *house.House) models.OrderProgress {
	state, err := h.Advance(context.Background(), h.NewOrder(house.Months(24)).ID)
	if err != nil || state.SendBackID == 0 {
		panic(fmt.Sprintf("not sent back: %+v %v", state, err))
	}
	return state
}

// acceptedMail gives the order-accepted mail of a new order, ready to be sent.
func acceptedMail(h *house.House) protocol.MailRef {
	state, err := h.Advance(context.Background(), h.NewOrder().ID)
	if err != nil || len(state.Mails) != 1 {
		panic(fmt.Sprintf("no order-accepted mail: %+v %v", state, err))
	}
	return protocol.MailRef{MailID: state.Mails[0]}
}

// TestEveryActivityIsAStep keeps the table whole: a new activity needs its rows.
func TestEveryActivityIsAStep(t *testing.T) {
	t.Parallel()
	var want []string
	all := reflect.TypeFor[worker.Activities]()
	for i := range all.NumField() {
		for j := range all.Field(i).Type.NumMethod() {
			want = append(want, all.Field(i).Type.Method(j).Name)
		}
	}
	var have []string
	for _, s := range steps {
		have = append(have, s.activity)
	}
	slices.Sort(want)
	slices.Sort(have)
	if have = slices.Compact(have); !slices.Equal(have, want) {
		t.Errorf("the steps are about %v, the worker has %v", have, want)
	}
}

// TestAnswerLost runs every activity twice, because the answer to the first run
// got lost after its effect: there must be one effect, and the same answer.
func TestAnswerLost(t *testing.T) {
	t.Parallel()
	eachStep(t, func(t *testing.T, s step, h *house.House) {
		method, input := s.prepare(h)
		lost := &losing{}
		if _, err := execute(method, input, lost); err == nil || lost.lost == nil {
			t.Fatalf("the first answer was not lost: error %v", err)
		}
		second := untilDone(t, method, input)
		if !s.counting && !lost.sameAs(second) {
			t.Errorf("the second run does not answer as the first")
		}
	})
}

// TestAtOnce runs every activity by two and by twenty workers at the same moment.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 20} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			eachStep(t, func(t *testing.T, s step, h *house.House) {
				method, input := s.prepare(h)
				start := make(chan struct{})
				answers := make([]any, n)
				var running sync.WaitGroup
				for i := range n {
					running.Go(func() {
						<-start
						answers[i] = untilDone(t, method, input)
					})
				}
				close(start)
				running.Wait()
				for _, a := range answers {
					if !s.counting && !reflect.DeepEqual(a, answers[0]) {
						t.Errorf("one of %d answers %+v, another %+v", n, answers[0], a)
					}
				}
			})
		})
	}
}

// eachStep runs act for every step on both databases and compares what it left
// behind with what one undisturbed run leaves in a house of the same making.
func eachStep(t *testing.T, act func(*testing.T, step, *house.House)) {
	t.Helper()
	for _, dialect := range house.Dialects {
		for i, s := range steps {
			t.Run(fmt.Sprintf("%s/%s when %s", dialect, s.activity, s.when), func(t *testing.T) {
				t.Parallel()
				want := undisturbed[i].census(t, s)
				h := newHouse(t, dialect, s)
				act(t, s, h)
				for _, d := range house.Difference(h.Census(), want) {
					t.Error(d)
				}
				h.Sound()
			})
		}
	}
}

func newHouse(t *testing.T, dialect string, s step) *house.House {
	t.Helper()
	options := house.Options{Dialect: dialect}
	if s.activity == "DrainOutbox" {
		options.Temporal = dial(t)
	}
	return house.New(t, options)
}

// undisturbed keeps what one run of each step leaves behind. It is counted once,
// on SQLite: on PostgreSQL it has to be the same.
var undisturbed = make([]baseline, len(steps))

type baseline struct {
	once   sync.Once
	counts map[string]int
}

func (b *baseline) census(t *testing.T, s step) map[string]int {
	t.Helper()
	b.once.Do(func() {
		h := newHouse(t, store.SQLite, s)
		method, input := s.prepare(h)
		untilDone(t, method, input)
		b.counts = h.Census()
	})
	if b.counts == nil {
		t.Fatal("there is nothing to compare with: the undisturbed run failed")
	}
	return b.counts
}

func dial(t *testing.T) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: testenv.Temporal(t), Logger: quiet()})
	house.Must(t, err)
	t.Cleanup(c.Close)
	return c
}

func quiet() log.Logger { return log.NewStructuredLogger(house.Quiet()) }

// execute runs an activity as a worker does: input and answer go over the wire's
// form, and the project's interceptor stands around it.
func execute(method any, input []any, outer ...interceptor.WorkerInterceptor) (any, error) {
	return executeIn(context.Background(), method, input, outer...)
}

// executeIn is execute on a worker whose activities end with ctx.
func executeIn(ctx context.Context, method any, input []any, outer ...interceptor.WorkerInterceptor) (any, error) {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet())
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(sdkworker.Options{
		BackgroundActivityContext: ctx,
		Interceptors:              append(outer, &activities.Interceptor{Log: house.Quiet()}),
	})
	env.SetTestTimeout(time.Minute)
	env.RegisterActivity(method)
	encoded, err := env.ExecuteActivity(method, input...)
	if err != nil {
		return nil, err
	}
	return decode(method, encoded)
}

// decode gives the answer as the type that the activity returns, or nil for none.
func decode(method any, encoded converter.EncodedValue) (any, error) {
	signature := reflect.TypeOf(method)
	if signature.NumOut() == 1 {
		return nil, nil
	}
	answer := reflect.New(signature.Out(0))
	if err := encoded.Get(answer.Interface()); err != nil {
		return nil, err
	}
	return answer.Elem().Interface(), nil
}

// untilDone runs an activity until it answers, as Temporal does.
func untilDone(t *testing.T, method any, input []any) any {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		answer, err := execute(method, input)
		if err == nil {
			return answer
		}
		failure, ok := errors.AsType[*temporal.ApplicationError](err)
		if !ok || failure.NonRetryable() || time.Now().After(deadline) {
			t.Errorf("the activity does not get done: %v", err)
			return nil
		}
		time.Sleep(20 * time.Millisecond) // Temporal's back-off, not a wait for something
	}
}

// losing loses the answer to the activity's first run after it had its effect.
type losing struct {
	interceptor.WorkerInterceptorBase
	runs atomic.Int64
	lost *answer
}

type answer struct{ value any }

func (l *losing) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &losingInbound{outer: l}
	in.Next = next
	return in
}

func (l *losing) sameAs(second any) bool { return reflect.DeepEqual(l.lost.value, second) }

type losingInbound struct {
	interceptor.ActivityInboundInterceptorBase
	outer *losing
}

var errWorkerDied = errors.New("the worker died before its answer was heard")

func (in *losingInbound) ExecuteActivity(ctx context.Context, input *interceptor.ExecuteActivityInput) (any, error) {
	result, err := in.Next.ExecuteActivity(ctx, input)
	if err == nil && in.outer.runs.Add(1) == 1 {
		in.outer.lost = &answer{result}
		return nil, errWorkerDied
	}
	return result, err
}
