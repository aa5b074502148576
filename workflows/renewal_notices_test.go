package workflows_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/mail/mailbox"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// aDay runs a day's notices to their end and gives what they came to.
func aDay(t *testing.T, h *house.House) protocol.RenewalRun {
	t.Helper()
	env := newEnvironment(h)
	env.SetStartTime(h.Clock.Now())
	env.ExecuteWorkflow(workflows.RenewalNotices, protocol.RenewalRun{})
	if !env.IsWorkflowCompleted() {
		t.Fatal("the day does not end")
	}
	house.Must(t, env.GetWorkflowError())
	var run protocol.RenewalRun
	house.Must(t, env.GetWorkflowResult(&run))
	return run
}

// A contract's last hundred days, day by day, skipping over the time between: six
// mails, each with the link to the price for the contact alone and one click to end them.
func TestRenewalNoticesOverMonths(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Dialect: store.SQLite})
	c, end := h.EndingIn(91), h.Today().AddDays(91)
	var sent []string
	for range 92 {
		run := aDay(t, h)
		if run.Sent != run.Queued || run.Noticed != run.Queued || run.HandedOver != 0 {
			t.Errorf("a day came to %+v", run)
		}
		for _, m := range h.Mailbox.Messages()[len(sent):] {
			sent = append(sent, fmt.Sprintf("%d %s", h.Today().DaysUntil(end), m.To))
			checkNotice(t, h, c, m)
		}
		h.Clock.Pass(24 * time.Hour)
	}
	slices.Sort(sent)
	var want []string
	for _, days := range []string{"30", "60", "90"} {
		want = append(want, days+" [kaoru@customer.example.jp]", days+" ["+house.SellerAddress+"]")
	}
	if !slices.Equal(sent, want) {
		t.Errorf("sent are %q, want %q", sent, want)
	}
}

func checkNotice(t *testing.T, h *house.House, c models.Contract, m mailbox.Message) {
	t.Helper()
	link := house.Public + "/portal/contracts/" + c.LicenseID + "/renewal"
	body, err := m.Body()
	house.Must(t, err)
	head, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	house.Must(t, err)
	if !strings.Contains(body.Text, c.LicenseID) || !strings.Contains(body.Text, c.Holder.CompanyName) || strings.Contains(body.Text, link) != strings.Contains(m.To[0], "kaoru@") {
		t.Errorf("a notice says\n%s", body.Text)
	}
	unsubscribe := head.Header.Get("List-Unsubscribe")
	if !strings.HasPrefix(unsubscribe, "<"+house.Public+"/unsubscribe/") || head.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" ||
		!strings.Contains(body.Text, strings.Trim(unsubscribe, "<>")) {
		t.Errorf("headers are %v", head.Header)
	}
}

// A server that has a notice wait keeps no other from being sent: that one goes on by itself.
func TestANoticeThatHasToWaitGoesOnByItself(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Dialect: store.SQLite})
	h.EndingIn(60)
	h.Mailbox.SetBehaviour(func(stage mailbox.Stage, _, to string) mailbox.Behaviour {
		if stage == mailbox.StageRcpt && to == house.SellerAddress {
			return mailbox.Behaviour{Fault: mailbox.Defer}
		}
		return mailbox.Behaviour{}
	})
	run := aDay(t, h)
	if run.Sent != 1 || run.HandedOver != 1 || len(h.Mailbox.Messages()) != 1 {
		t.Errorf("the day came to %+v", run)
	}
	open, err := h.OpenProcesses(t.Context())
	house.Must(t, err)
	due, err := h.OutboxDue(t.Context(), 10)
	house.Must(t, err)
	waiting := slices.ContainsFunc(due, func(e models.OutboxEntry) bool { return e.Workflow == models.ProcessMailQueued })
	if !waiting || slices.ContainsFunc(open, func(p models.OpenProcess) bool { return p.Workflow == models.ProcessMailQueued }) {
		t.Errorf("nobody is told to send it: %v, open %v", due, open)
	}
	if again := aDay(t, h); again.Sent+again.HandedOver != 0 {
		t.Errorf("it is sent from here too: %+v", again)
	}
}

var renewals *activities.Renewals

// However many contracts are due, a run's history is bounded: what is left goes on in the next.
func TestManyNoticesGoOnInTheNextRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		begin protocol.RenewalRun
		want  protocol.RenewalRun
	}{
		{"gathering", protocol.RenewalRun{}, protocol.RenewalRun{At: house.Noon, After: 200, Noticed: 200 * 400}},
		{"sending", protocol.RenewalRun{Stage: protocol.RenewalSending, At: house.Noon}, protocol.RenewalRun{Stage: protocol.RenewalSending, At: house.Noon, After: 40, Sent: 40}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := mocked()
			env.RegisterActivity(&activities.Renewals{})
			env.OnActivity(renewals.GatherRenewalNotices, mock.Anything, mock.Anything).Return(
				func(_ context.Context, b protocol.RenewalBatch) (protocol.RenewalBatch, error) {
					return protocol.RenewalBatch{At: house.Noon, After: b.After + 1, Count: 400}, nil
				})
			env.OnActivity(renewals.UnsentRenewalNotices, mock.Anything, mock.Anything).Return(
				func(_ context.Context, b protocol.RenewalBatch) (protocol.Mails, error) {
					return protocol.Mails{MailIDs: []int64{b.After + 1, b.After + 2}}, nil
				})
			env.OnActivity(mails.SendMail, mock.Anything, mock.Anything).Return(protocol.MailResult{Status: "sent"}, nil)
			env.ExecuteWorkflow(workflows.RenewalNotices, tt.begin)
			next, ok := errors.AsType[*workflow.ContinueAsNewError](env.GetWorkflowError())
			if !ok {
				t.Fatalf("it ends with %v", env.GetWorkflowError())
			}
			var run protocol.RenewalRun
			house.Must(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &run))
			if !run.At.Equal(tt.want.At) {
				t.Errorf("the day moved to %s", run.At)
			}
			run.At = tt.want.At
			if run != tt.want {
				t.Errorf("it goes on with %+v, want %+v", run, tt.want)
			}
		})
	}
}
