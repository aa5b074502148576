package workflows_test

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	"github.com/todoke/todoke/worker"
	"github.com/todoke/todoke/workflows"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// kept is where histories are kept, and checksums the list of what is kept there.
// Both only ever grow: a process that began years ago has to go on.
const (
	kept      = "testdata/histories"
	checksums = "checksums.txt"
)

// TestKeptHistoriesAreUntouched compares every file with its line in the list.
func TestKeptHistoriesAreUntouched(t *testing.T) {
	t.Parallel()
	for _, wrong := range disagreements(t, kept) {
		t.Error(wrong)
	}
}

// disagreements tells what files and list of a folder do not agree on.
func disagreements(t *testing.T, folder string) (wrong []string) {
	t.Helper()
	list, err := os.Open(filepath.Join(folder, checksums))
	house.Must(t, err)
	defer list.Close() //nolint:errcheck // it is only read
	listed := map[string]bool{checksums: true}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || listed[name] {
			wrong = append(wrong, fmt.Sprintf("the list has the line %q", lines.Text()))
			continue
		}
		listed[name] = true
		content, err := os.ReadFile(filepath.Join(folder, name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			wrong = append(wrong, name+" has vanished")
		case err != nil:
			wrong = append(wrong, err.Error())
		case fmt.Sprintf("%x", sha256.Sum256(content)) != sum:
			wrong = append(wrong, name+" was changed")
		}
	}
	house.Must(t, lines.Err())
	files, err := os.ReadDir(folder)
	house.Must(t, err)
	for _, file := range files {
		if !listed[file.Name()] {
			wrong = append(wrong, file.Name()+" is not in the list")
		}
	}
	return wrong
}

// TestTouchingIsNoticed changes, removes and adds files in a copy.
func TestTouchingIsNoticed(t *testing.T) {
	t.Parallel()
	for name, touch := range map[string]func(t *testing.T, folder string, file string){
		"was changed": func(t *testing.T, _, file string) {
			content, err := os.ReadFile(file)
			house.Must(t, err)
			house.Must(t, os.WriteFile(file, append(content, '\n'), 0o600))
		},
		"has vanished": func(t *testing.T, _, file string) { house.Must(t, os.Remove(file)) },
		"is not in the list": func(t *testing.T, folder, _ string) {
			house.Must(t, os.WriteFile(filepath.Join(folder, "new.json"), []byte("{}"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			house.Must(t, os.CopyFS(folder, os.DirFS(kept)))
			touch(t, folder, filepath.Join(folder, filepath.Base(keptFiles(t)[0])))
			if wrong := disagreements(t, folder); len(wrong) != 1 || !strings.HasSuffix(wrong[0], name) {
				t.Errorf("noticed is %v", wrong)
			}
		})
	}
}

func keptFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(kept, "*.json"))
	house.Must(t, err)
	if len(files) == 0 {
		t.Fatal("no histories are kept")
	}
	return files
}

// replay plays a history through the workflows that register.
func replay(history *historypb.History, register func(sdkworker.WorkflowReplayer)) error {
	replayer := sdkworker.NewWorkflowReplayer()
	register(replayer)
	return replayer.ReplayWorkflowHistory(log.NewStructuredLogger(house.Quiet()), history)
}

func today(r sdkworker.WorkflowReplayer) { worker.RegisterWorkflows(r) }

// TestReplay plays every kept history through today's workflows.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, file := range keptFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			h, err := histories.ReadFile(file)
			house.Must(t, err)
			if err := replay(&historypb.History{Events: h.Events}, today); err != nil {
				t.Errorf("today's workflow does not fit: %v", err)
			}
		})
	}
}

// TestEveryKindIsKept asks for the stories that a change is most likely to break.
func TestEveryKindIsKept(t *testing.T) {
	t.Parallel()
	var have []string
	ends := map[enums.EventType]int{}
	for _, file := range keptFiles(t) {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		have = append(have, name)
		h, err := histories.ReadFile(file)
		house.Must(t, err)
		ends[h.Events[len(h.Events)-1].GetEventType()]++
	}
	for _, want := range []string{
		"order-open", "order-sent-back-then-delivered", "order-closed-straight", "order-cancelled", "order-redirected",
		"order-refused-address", "order-held", "order-continued",
		"application-filed", "outbox-drain", "mail-queued",
		"resend-by-itself", "resend-reviewed", "resend-asked-back", "resend-refused",
		"name-change-open", "name-change-asked-back", "name-change-approved", "name-change-rejected", "name-change-withdrawn", "name-change-overdue",
		"activation-open", "activation-issued", "activation-consented", "activation-cancelled", "activation-expired", "news-issue", "news-issue-waiting",
	} {
		if !slices.Contains(have, want) {
			t.Errorf("no history %s is kept", want)
		}
	}
	if ends[enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED] < 8 || ends[enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW] == 0 ||
		ends[enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]+ends[enums.EVENT_TYPE_TIMER_STARTED]+ends[enums.EVENT_TYPE_MARKER_RECORDED] == 0 {
		t.Errorf("the histories end with %v: some have to be open, some closed, one continued", ends)
	}
}

// mutants are changes to the intake that old histories do not fit.
var mutants = map[string]func(workflow.Context, protocol.Started) error{
	"begins with a timer": func(ctx workflow.Context, in protocol.Started) error {
		if err := workflow.Sleep(ctx, time.Second); err != nil {
			return err
		}
		return workflows.OrderIntake(ctx, in)
	},
	"sends a mail first": func(ctx workflow.Context, in protocol.Started) error {
		if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Second,
		}), mails.SendMail, protocol.MailRef{MailID: 1}).Get(ctx, nil); err != nil {
			return err
		}
		return workflows.OrderIntake(ctx, in)
	},
	"ends at once": func(workflow.Context, protocol.Started) error { return nil },
	"ends too late": func(ctx workflow.Context, in protocol.Started) error {
		if err := workflows.OrderIntake(ctx, in); err != nil {
			return err
		}
		return workflow.Sleep(ctx, time.Second)
	},
}

// TestReplayCatchesAChange registers changed workflows under the intake's name:
// the replay has to refuse each, or it would prove nothing.
func TestReplayCatchesAChange(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(kept, "order-closed-straight.*.json"))
	house.Must(t, err)
	if len(files) == 0 {
		t.Fatal("the history is not kept")
	}
	for name, mutant := range mutants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := histories.ReadFile(files[0]) // each its own: a replayer writes into what it plays
			house.Must(t, err)
			err = replay(&historypb.History{Events: h.Events}, func(r sdkworker.WorkflowReplayer) {
				r.RegisterWorkflowWithOptions(mutant, workflow.RegisterOptions{Name: protocol.OrderIntakeWorkflow})
			})
			if err == nil {
				t.Error("the replay does not notice")
			}
		})
	}
}

// TestKeptHistoriesSpeakInCodes looks at every text that our own data put into a
// history: only words of closed lists, times and numbers are there, and failures
// say no more than a code.
func TestKeptHistoriesSpeakInCodes(t *testing.T) {
	t.Parallel()
	known, looked := knownWords(), 0
	for _, file := range keptFiles(t) {
		h, err := histories.ReadFile(file)
		house.Must(t, err)
		for _, text := range histories.Texts(h) {
			if !spoken(text) {
				continue
			}
			looked++
			if !known[text.Value] && !isTime(text.Value) && !isNumber(text.Value) {
				t.Errorf("%s event %d: %s is %q", filepath.Base(file), text.EventID, text.Place, text.Value)
			}
		}
	}
	if looked < 100 {
		t.Errorf("only %d texts were looked at", looked)
	}
}

// spoken says whether a text is a single word or key of our data, or what a
// failure says. The JSON around words is left out: the words come by themselves.
func spoken(t histories.Text) bool {
	if strings.HasSuffix(t.Place, "failure.message") || strings.HasSuffix(t.Place, "stack_trace") {
		return true
	}
	return t.Payload && strings.Contains(t.Place, ".data.") && !strings.Contains(t.Place, ".metadata.") &&
		!strings.HasSuffix(t.Place, ".data") && !strings.HasSuffix(t.Place, ".base64")
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// knownWords are statuses, whom orders wait for, what comes next, and field names.
func knownWords() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{
		string(models.NextWait), string(models.NextAccept), string(models.NextRegister), string(models.NextDeliver),
		string(models.NextDone), string(models.WaitingForStaff), string(models.WaitingForReseller),
		"SubjectID", "DecisionID", "OrderID", "Version", "Next", "Status", "WaitingFor", "SendBackID", "Mails", "RemindAt",
		"GraceUntil", "Number", "MailID", "MailIDs", "Sent", "Waiting",
		// the SDK's own marker of a local activity
		"ActivityID", "ActivityType", "ReplayTime", "Attempt", "Backoff",
		"AdvanceOrder", "RegisterOrder", "FinishDelivery", "QueueReminder", "MailsOfApplication",
		"AdvanceResend", "NoteResendDue", "FinishResend", "ResendID", "Notices", "WarnAt", "DueAt", "Escalated", "Overdue",
		"AdvanceNameChange", "NoteNameChangeDue", "NameChangeID",
		"LookAtActivation", "ExpireActivation", "RequestID", "Until",
		"GatherRenewalNotices", "QueueRenewalNotices", "UnsentRenewalNotices", "HandOverMails", "At", "After", "Count", "Done", "Notice",
		"Noticed", "Queued", "HandedOver", "Stage",
		"AdvanceNews", "SendNews", "Deferred", "Ended", string(models.NextLook), string(models.NextSend),
		"mail_refused_for_now", // the code of an error
	} {
		words[w] = true
	}
	for _, s := range models.OrderStatuses {
		words[string(s)] = true
	}
	for _, s := range models.ResendStatuses {
		words[string(s)] = true
	}
	for _, s := range models.NameChangeStatuses {
		words[string(s)] = true
	}
	for _, s := range models.ActivationStatuses {
		words[string(s)] = true
	}
	for _, s := range models.NewsStatuses {
		words[string(s)] = true
	}
	for _, s := range models.MailStatuses {
		words[string(s)] = true
	}
	return words
}
