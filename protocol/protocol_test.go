package protocol_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/worker"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"
)

// registered collects what a worker registers, and with it all signatures that
// histories see.
type registered struct {
	workflows  map[string]reflect.Type
	activities map[string]reflect.Type
}

func (r *registered) RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions) {
	r.workflows[o.Name] = reflect.TypeOf(w)
}

func (r *registered) RegisterActivityWithOptions(a any, _ activity.RegisterOptions) {
	collaborator := reflect.TypeOf(a)
	for i := range collaborator.NumMethod() {
		method := collaborator.Method(i)
		// The receiver is no part of what crosses the boundary.
		in := make([]reflect.Type, 0, method.Type.NumIn())
		for j := 1; j < method.Type.NumIn(); j++ {
			in = append(in, method.Type.In(j))
		}
		out := make([]reflect.Type, 0, method.Type.NumOut())
		for j := range method.Type.NumOut() {
			out = append(out, method.Type.Out(j))
		}
		r.activities[method.Name] = reflect.FuncOf(in, out, method.Type.IsVariadic())
	}
}

func everything(t *testing.T) *registered {
	t.Helper()
	r := &registered{workflows: map[string]reflect.Type{}, activities: map[string]reflect.Type{}}
	worker.Register(r, worker.Activities{})
	if len(r.workflows) < 3 || len(r.activities) < 9 {
		t.Fatalf("only %d workflows and %d activities are registered", len(r.workflows), len(r.activities))
	}
	return r
}

var (
	protocolPath    = reflect.TypeFor[protocol.Started]().PkgPath()
	contextType     = reflect.TypeFor[context.Context]()
	workflowContext = reflect.TypeFor[workflow.Context]()
	errorType       = reflect.TypeFor[error]()
	int64Type       = reflect.TypeFor[int64]()
)

// crosses says whether a type may stand in the signature of a workflow or activity.
func crosses(typ reflect.Type) bool {
	return typ == int64Type || (typ.PkgPath() == protocolPath && typ.Kind() == reflect.Struct)
}

// wrongIn tells what a signature has that may not cross.
func wrongIn(f reflect.Type, first reflect.Type) (wrong []string) {
	if f.NumIn() == 0 || f.In(0) != first {
		wrong = append(wrong, fmt.Sprintf("does not begin with %s", first))
	}
	for i := 1; i < f.NumIn(); i++ {
		if !crosses(f.In(i)) {
			wrong = append(wrong, fmt.Sprintf("takes %s", f.In(i)))
		}
	}
	if f.NumOut() == 0 || f.NumOut() > 2 || f.Out(f.NumOut()-1) != errorType {
		return append(wrong, "does not end with an error alone")
	}
	for i := range f.NumOut() - 1 {
		if !crosses(f.Out(i)) {
			wrong = append(wrong, fmt.Sprintf("gives %s", f.Out(i)))
		}
	}
	return wrong
}

func TestOnlyProtocolCrosses(t *testing.T) {
	t.Parallel()
	all := everything(t)
	for name, f := range all.workflows {
		for _, wrong := range wrongIn(f, workflowContext) {
			t.Errorf("workflow %s %s", name, wrong)
		}
	}
	for name, f := range all.activities {
		for _, wrong := range wrongIn(f, contextType) {
			t.Errorf("activity %s %s", name, wrong)
		}
	}
}

// codes are the string fields: each holds a code out of a closed list, or, for
// people in the Temporal UI, the name of one. A new one has to be argued for here.
var codes = []string{
	"OrderState.Next", "OrderState.Status", "OrderState.WaitingFor", "MailResult.Status", "ResendState.Next", "ResendState.Status",
	"NameChangeState.Next", "NameChangeState.Status", "ActivationState.Next", "ActivationState.Status", "NewsState.Next", "NewsState.Status",
}

// wrongField tells what is wrong with a type that a field has, or nothing.
func wrongField(owner string, typ reflect.Type) string {
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return ""
	case typ.Kind() == reflect.String:
		if !slices.Contains(codes, owner) {
			return "is text, and is not listed as a code"
		}
		return ""
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() != reflect.String && typ.Elem().Kind() != reflect.Uint8:
		return wrongField(owner, typ.Elem())
	case slices.Contains([]reflect.Kind{reflect.Int, reflect.Int64, reflect.Bool}, typ.Kind()):
		return ""
	}
	return "is a " + typ.String() + ", which is no ID, code, count or time"
}

// TestProtocolHoldsNoPersonalData walks through every type that crosses, and
// through the signal.
func TestProtocolHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	all := everything(t)
	types := map[reflect.Type]bool{reflect.TypeFor[protocol.Decided](): true}
	for _, signatures := range []map[string]reflect.Type{all.workflows, all.activities} {
		for _, f := range signatures {
			for i := range f.NumIn() {
				types[f.In(i)] = true
			}
			for i := range f.NumOut() {
				types[f.Out(i)] = true
			}
		}
	}
	seen := 0
	for typ := range types {
		if typ.PkgPath() != protocolPath || typ.Kind() != reflect.Struct {
			continue
		}
		for i := range typ.NumField() {
			seen++
			owner := typ.Name() + "." + typ.Field(i).Name
			if wrong := wrongField(owner, typ.Field(i).Type); wrong != "" {
				t.Errorf("%s %s", owner, wrong)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d fields were looked at", seen)
	}
}

// TestTheseChecksCanFail shows both checks what they must refuse.
func TestTheseChecksCanFail(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]any{
		"a name":        func(context.Context, string) error { return nil },
		"a struct":      func(context.Context, struct{ ID int64 }) error { return nil },
		"a pointer":     func(context.Context, *protocol.OrderRef) error { return nil },
		"text back":     func(context.Context) (string, error) { return "", nil },
		"no error":      func(context.Context, int64) protocol.OrderState { return protocol.OrderState{} },
		"many answers":  func(context.Context) (int64, protocol.Mails, error) { return 0, protocol.Mails{}, nil },
		"wrong context": func(workflow.Context, int64) error { return nil },
	} {
		if len(wrongIn(reflect.TypeOf(f), contextType)) == 0 {
			t.Errorf("%s may cross", name)
		}
	}
	for _, field := range []any{"name", []string{"name"}, []byte("name"), map[string]string{}, new(int64), any(struct{}{}), 1.5} {
		if wrongField("Some.Field", reflect.TypeOf(field)) == "" {
			t.Errorf("a %T may be a field", field)
		}
	}
}

// TestNamesStay holds the names that stand in histories: whoever changes one
// strands the processes under way.
func TestNamesStay(t *testing.T) {
	t.Parallel()
	all := everything(t)
	var names []string
	for name := range all.workflows {
		names = append(names, "workflow "+name)
	}
	for name := range all.activities {
		names = append(names, "activity "+name)
	}
	slices.Sort(names)
	want := []string{
		"activity AdvanceNameChange", "activity AdvanceNews", "activity AdvanceOrder", "activity AdvanceResend", "activity DrainOutbox", "activity ExpireActivation", "activity FinishDelivery", "activity FinishResend", "activity GatherRenewalNotices", "activity HandOverMails", "activity LookAtActivation",
		"activity MailsOfApplication", "activity NoteNameChangeDue", "activity NoteResendDue", "activity QueueReminder", "activity QueueRenewalNotices", "activity RegisterOrder", "activity RenderApplication", "activity RenderCertificate",
		"activity SendMail", "activity SendNews", "activity UnsentRenewalNotices", "workflow ActivationIssue", "workflow ApplicationFiled", "workflow DeliveryResend", "workflow MailQueued", "workflow NameChange", "workflow NewsIssue", "workflow OrderIntake", "workflow OutboxDrain", "workflow RenewalNotices",
	}
	if !slices.Equal(names, want) {
		t.Errorf("registered are\n%s\nwant\n%s", strings.Join(names, "\n"), strings.Join(want, "\n"))
	}
	for got, want := range map[string]string{
		protocol.DecidedSignal: "decided", protocol.TaskQueue: "todoke", protocol.OutboxDrainScheduleID: "outbox-drain", protocol.RenewalNoticesScheduleID: "renewal-notices",
		models.Application{ID: 12}.WorkflowID(): "application/12", models.MailWorkflowID(5): "mail/5", models.Order{OrderNumber: "ORDC1"}.WorkflowID(): "order/ORDC1",
		models.Resend{ResendNumber: "RS1"}.WorkflowID():      "resend/RS1",
		models.NameChange{Number: "NC1"}.WorkflowID():        "name-change/NC1",
		models.ActivationRequest{Number: "AR1"}.WorkflowID(): "activation/AR1",
	} {
		if got != want {
			t.Errorf("the name is %q, histories have %q", got, want)
		}
	}
}
