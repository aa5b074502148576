//go:build record

package workflows_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/temporalcli"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/testenv"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/client"
)

// The recorder runs stories on a real server and keeps their histories:
//
//	go test -tags record -run TestRecord -count 1 ./workflows
//
// Each run adds files under new numbers; none that is there is touched.

// story is one process, told as far as its history is to be kept.
type story struct {
	*house.House
	t      *testing.T
	client client.Client
}

func tell(t *testing.T, c client.Client, o house.Options) *story {
	t.Helper()
	o.Dialect, o.Temporal, o.Start = store.SQLite, c, time.Now()
	h := house.New(t, o)
	// Two seconds ahead of Temporal: a deadline of "now" then lies in its future.
	h.Clock.Follow(func() time.Time { return time.Now().Add(2 * time.Second) })
	h.Work(t, c, 5*time.Second)
	return &story{House: h, t: t, client: c}
}

// enter enters an order; when it returns its process is started.
func (s *story) enter(changes ...func(*models.Application)) models.Order {
	s.t.Helper()
	o := s.NewOrder(changes...)
	_, err := s.Outbox.Drain(s.t.Context(), 10)
	house.Must(s.t, err)
	return o
}

// over waits until a process has ended.
func (s *story) over(workflowID string) {
	s.t.Helper()
	house.Must(s.t, s.client.GetWorkflow(s.t.Context(), workflowID, "").Get(s.t.Context(), nil))
}

// keep writes a run's history under the story's next number.
func (s *story) keep(name, workflowID, runID string) {
	s.t.Helper()
	history, err := histories.Fetch(s.t.Context(), s.client, workflowID, runID)
	house.Must(s.t, err)
	for _, found := range histories.Scan([]histories.History{history}, s.PersonalData()) {
		s.t.Error(found)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(&historypb.History{Events: history.Events})
	house.Must(s.t, err)
	for n := 1; ; n++ {
		path := filepath.Join(kept, fmt.Sprintf("%s.%d.json", name, n))
		file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if os.IsExist(err) {
			continue
		}
		house.Must(s.t, err)
		_, err = file.Write(text)
		house.Must(s.t, err)
		house.Must(s.t, file.Close())
		s.list(path, text)
		return
	}
}

// list adds a line to the checksums.
func (s *story) list(path string, text []byte) {
	s.t.Helper()
	file, err := os.OpenFile(filepath.Join(kept, checksums), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	house.Must(s.t, err)
	_, err = fmt.Fprintf(file, "%x  %s\n", sha256.Sum256(text), filepath.Base(path))
	house.Must(s.t, err)
	house.Must(s.t, file.Close())
}

func grace(d time.Duration) func(*models.Rules) { return func(r *models.Rules) { r.Grace = d } }

func TestRecord(t *testing.T) {
	for name, tale := range map[string]func(*testing.T){
		"open": recordOpen, "sent back then delivered": recordSentBack, "closed straight": recordStraight,
		"cancelled": recordCancelled, "redirected": recordRedirected, "refused address": recordRefused,
		"held": recordHeld, "application": recordApplication, "drain": recordDrain, "mail": recordMail,
		"continued": recordContinued, "resend by itself": recordResend, "resend reviewed": recordResendReviewed,
		"resend asked back": recordResendAskedBack, "resend refused": recordResendRefused,
		"name change open": recordNameChangeOpen, "name change asked back": recordNameChangeAskedBack,
		"name change withdrawn": recordNameChangeWithdrawn, "name change overdue": recordNameChangeOverdue,
		"renewal notices": recordRenewalNotices,
		"activation":      recordActivation, "activation cancelled": recordActivationCancelled, "activation expired": recordActivationExpired,
		"activation consented": recordActivationConsented,
		"news":                 recordNews, "news waiting": recordNewsWaiting,
	} {
		t.Run(name, tale)
	}
}

// recordOpen leaves an order waiting for its first reminder.
func recordOpen(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	o := s.enter(house.Months(24))
	s.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
	s.timerStarted(o)
	s.keep("order-open", o.WorkflowID(), "")
}

func (s *story) timerStarted(o models.Order) { s.awaitEvent(o, enums.EVENT_TYPE_TIMER_STARTED, 1) }

// awaitEvent waits until the process has so many events of a type.
func (s *story) awaitEvent(o models.Order, kind enums.EventType, n int) {
	s.t.Helper()
	s.awaitIn(o.WorkflowID(), kind, n)
}

func (s *story) awaitIn(workflowID string, kind enums.EventType, n int) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		history, err := histories.Fetch(s.t.Context(), s.client, workflowID, "")
		house.Must(s.t, err)
		seen := 0
		for _, event := range history.Events {
			if event.GetEventType() == kind {
				seen++
			}
		}
		if seen >= n {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the process has no %d events %s", n, kind)
		}
	}
}

// recordSentBack has a reminder that goes out, one that is not needed any more,
// and a grace time that is waited for.
func recordSentBack(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: func(r *models.Rules) {
		r.Grace, r.ReminderDays = time.Second, []int{0, 3}
	}})
	o := s.enter(house.Months(24))
	s.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
	s.awaitEvent(o, enums.EVENT_TYPE_TIMER_STARTED, 2)
	d, err := s.ConfirmOrder(t.Context(), s.Staff, house.Decide(o), []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
	s.Told(t, d, err)
	s.over(o.WorkflowID())
	s.keep("order-sent-back-then-delivered", o.WorkflowID(), "")
}

func recordStraight(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	o := s.enter()
	s.over(o.WorkflowID())
	s.keep("order-closed-straight", o.WorkflowID(), "")
}

// recordCancelled cancels inside the grace time.
func recordCancelled(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(time.Hour)})
	o := s.enter()
	s.timerStarted(o)
	d, err := s.CancelOrder(t.Context(), s.Staff, house.Decide(o), "recorded")
	s.Told(t, d, err)
	s.over(o.WorkflowID())
	s.keep("order-cancelled", o.WorkflowID(), "")
}

// recordRedirected refuses one delivery mail and then redirects.
func recordRedirected(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	var mails atomic.Int64
	s.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == house.DeliveryAddress && mails.Add(1) == 2 {
			return mailbox.Behaviour{Fault: mailbox.Refuse}
		}
		return mailbox.Behaviour{}
	})
	o := s.enter()
	s.AwaitWaiting(t, o.OrderNumber, models.WaitingForStaff)
	d, err := s.RedirectDelivery(t.Context(), s.Staff, house.Decide(o), "nouhin2@customer.example.jp")
	s.Told(t, d, err)
	s.over(o.WorkflowID())
	s.keep("order-redirected", o.WorkflowID(), "")
}

// recordRefused has the order-accepted mail refused and the address confirmed anew.
func recordRefused(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	s.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == house.DeliveryAddress {
			return mailbox.Behaviour{Fault: mailbox.Refuse}
		}
		return mailbox.Behaviour{}
	})
	o := s.enter()
	s.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
	d, err := s.ConfirmOrder(t.Context(), s.Staff, house.Decide(o),
		[]store.Confirm{{Code: models.ReasonDeliveryMail, Value: "nouhin2@customer.example.jp"}})
	s.Told(t, d, err)
	s.over(o.WorkflowID())
	s.keep("order-refused-address", o.WorkflowID(), "")
}

// recordHeld has staff hold an order and pass it.
func recordHeld(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(time.Hour)})
	o := s.enter()
	s.timerStarted(o)
	d, err := s.HoldOrder(t.Context(), s.Staff, house.Decide(o))
	s.Told(t, d, err)
	s.awaitEvent(o, enums.EVENT_TYPE_TIMER_CANCELED, 1)
	s.keep("order-held", o.WorkflowID(), "")
}

func recordApplication(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{})
	a := s.File()
	_, err := s.Outbox.Drain(t.Context(), 10)
	house.Must(t, err)
	s.over(models.Application{ID: a.ID}.WorkflowID())
	s.keep("application-filed", models.Application{ID: a.ID}.WorkflowID(), "")
}

func recordDrain(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{})
	s.File()
	run, err := s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: protocol.OutboxDrainScheduleID, TaskQueue: protocol.TaskQueue,
	}, protocol.OutboxDrainWorkflow)
	house.Must(t, err)
	s.over(run.GetID())
	s.keep("outbox-drain", run.GetID(), "")
}

// recordMail asks for the password of a delivered order once more.
func recordMail(t *testing.T) {
	s := tell(t, house.Dial(t), house.Options{Rules: grace(0)})
	o := s.enter()
	s.AwaitStatus(t, o.OrderNumber, models.OrderDelivered)
	outboxID, err := s.RequestPassword(t.Context(), models.Process, s.Detail(o.OrderNumber).Shipment.DeliveryNumber)
	house.Must(t, err)
	entry, err := s.OutboxEntry(t.Context(), outboxID)
	house.Must(t, err)
	s.Outbox.Tell(outboxID)
	for deadline := time.Now().Add(time.Minute); entry.SentAt == nil; time.Sleep(20 * time.Millisecond) {
		entry, err = s.OutboxEntry(t.Context(), outboxID)
		house.Must(t, err)
		if time.Now().After(deadline) {
			t.Fatal("the mail is not told of")
		}
	}
	s.over(entry.WorkflowID)
	s.keep("mail-queued", entry.WorkflowID, "")
}

// recordContinued runs on a server that suggests to continue as new early on.
func recordContinued(t *testing.T) {
	s := tell(t, house.DialTo(t, hastyServer(t), "default"), house.Options{Rules: grace(0)})
	o := s.enter(house.Months(24))
	s.AwaitWaiting(t, o.OrderNumber, models.WaitingForReseller)
	s.awaitEvent(o, enums.EVENT_TYPE_TIMER_STARTED, 1)
	first, err := histories.Fetch(t.Context(), s.client, o.WorkflowID(), "")
	house.Must(t, err)
	d, err := s.ConfirmOrder(t.Context(), s.Staff, house.Decide(o), []store.Confirm{{Code: models.ReasonTerm, Value: "12"}})
	s.Told(t, d, err)
	s.over(o.WorkflowID())
	for run := first.RunID; run != ""; {
		s.keep("order-continued", o.WorkflowID(), run)
		history, err := histories.Fetch(t.Context(), s.client, o.WorkflowID(), run)
		house.Must(t, err)
		last := history.Events[len(history.Events)-1]
		run = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
}

// hastyServer starts a development server whose histories count as long after
// few events.
func hastyServer(t *testing.T) (hostPort string) {
	t.Helper()
	bin, err := testenv.BinDir()
	house.Must(t, err)
	cli, err := temporalcli.Build(t.Context(), bin, os.Stderr)
	house.Must(t, err)
	port, err := temporalcli.FreePort()
	house.Must(t, err)
	hostPort = "127.0.0.1:" + strconv.Itoa(port)
	server := exec.Command(cli, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", strconv.Itoa(port),
		"--log-level", "error", "--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=25")
	server.Env = append(os.Environ(), "HOME=", "TEMPORAL_VERSION_CHECK_DISABLED=1")
	house.Must(t, server.Start())
	t.Cleanup(func() {
		if err := server.Process.Kill(); err != nil {
			t.Errorf("end the hasty server: %v", err)
		}
		_ = server.Wait() // it was killed
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := temporalcli.Healthy(t.Context(), hostPort, "default")
		if err == nil {
			return hostPort
		}
		if time.Now().After(deadline) {
			t.Fatalf("the hasty server does not answer: %v", err)
		}
	}
}
