package activities_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/protocol"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/histories"
	"github.com/todoke/todoke/test/histories/house"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"
)

const (
	personName = "髙﨑 薫"
	personMail = "kaoru@customer.example.jp"
)

// failing runs an activity that ends as told, inside the interceptor, and gives
// the error as a process would get it and what the interceptor reports.
func failing(ctx context.Context, end func(context.Context) error) (failed []string, log string, err error) {
	var written bytes.Buffer
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(quiet())
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(sdkworker.Options{
		BackgroundActivityContext: ctx,
		Interceptors: []interceptor.WorkerInterceptor{&activities.Interceptor{
			Log:      slog.New(slog.NewTextHandler(&written, nil)),
			OnFailed: func(activity, code string) { failed = append(failed, activity+" "+code) },
		}},
	})
	env.RegisterActivityWithOptions(end, activity.RegisterOptions{Name: "Fail"})
	_, err = env.ExecuteActivity("Fail")
	return failed, written.String(), err
}

// TestOnlyTheCodeLeavesAnActivity lets activities fail in every way that quotes a
// person, and looks for that person in what would stand in the history.
func TestOnlyTheCodeLeavesAnActivity(t *testing.T) {
	t.Parallel()
	quoting := fmt.Errorf("cannot draw %q for <%s>", personName, personMail)
	for name, c := range map[string]struct {
		end  func(context.Context) error
		code string
	}{
		"plain error":  {func(context.Context) error { return quoting }, "internal"},
		"joined":       {func(context.Context) error { return errors.Join(quoting, errors.New("and more")) }, "internal"},
		"with a cause": {func(context.Context) error { return models.NotFound("order").WithCause(quoting) }, "order_not_found"},
		"with a parameter": {func(context.Context) error {
			return models.NewError(models.KindConflict, "order_changed", "name", personName)
		}, "order_changed"},
		"with a field": {func(context.Context) error {
			return models.Invalid(models.Field("end_user."+personName, "required", "value", personMail))
		}, "invalid_input"},
		"wrapped":    {func(context.Context) error { return fmt.Errorf("%s: %w", personName, models.NotFound("mail")) }, "mail_not_found"},
		"panic":      {func(context.Context) error { panic(personName + personMail) }, "internal"},
		"panic with": {func(context.Context) error { panic(quoting) }, "internal"},
		"the SDK's own": {func(context.Context) error {
			return temporal.NewApplicationErrorWithCause(personName, personMail, quoting, personName)
		}, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed, _, err := failing(t.Context(), c.end)
			failure := temporal.GetDefaultFailureConverter().ErrorToFailure(err)
			for _, f := range scanFailure(failure) {
				t.Error(f)
			}
			application, ok := errors.AsType[*temporal.ApplicationError](err)
			if !ok || application.Message() != c.code || application.Type() != c.code {
				t.Errorf("the error is %v, want code %s and nothing else", err, c.code)
			}
			if application != nil && (application.HasDetails() || application.Unwrap() != nil) {
				t.Errorf("the error carries details or a cause: %v", application.Unwrap())
			}
			if len(failed) != 1 || failed[0] != "Fail "+c.code {
				t.Errorf("reported is %v", failed)
			}
		})
	}
}

func scanFailure(failure *failurepb.Failure) []histories.Finding {
	event := &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_ActivityTaskFailedEventAttributes{
		ActivityTaskFailedEventAttributes: &historypb.ActivityTaskFailedEventAttributes{Failure: failure},
	}}
	return histories.Scan([]histories.History{{Events: []*historypb.HistoryEvent{event}}}, []string{personName, personMail, "髙﨑"})
}

// TestDatabaseErrorsAreLoggedWithoutValues breaks a unique key: databases quote
// the value in their message.
func TestDatabaseErrorsAreLoggedWithoutValues(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		db, err := h.DB()
		house.Must(t, err)
		_, broken := db.ExecContext(t.Context(), "INSERT INTO staff SELECT * FROM staff")
		if broken == nil {
			t.Fatal("the database takes a row twice")
		}
		_, log, err := failing(t.Context(), func(context.Context) error { return models.Internal(broken) })
		if err == nil || !strings.Contains(log, "cause=") || strings.Contains(log, "clerk@") || strings.Contains(log, "花子") {
			t.Errorf("the log says %s", log)
		}
		if described := store.Cause(models.Internal(broken)); !strings.HasPrefix(described, h.Dialect()) {
			t.Errorf("the cause is described as %q", described)
		}
	})
}

func TestRetriedByKind(t *testing.T) {
	t.Parallel()
	for kind, retried := range map[models.Kind]bool{
		models.KindInvalid: false, models.KindNotFound: false, models.KindConflict: false, models.KindUnsigned: false,
		models.KindForbidden: false, models.KindTooMany: true, models.KindUnavailable: true, models.KindInternal: true,
	} {
		_, _, err := failing(t.Context(), func(context.Context) error { return models.NewError(kind, "some_code") })
		failure, ok := errors.AsType[*temporal.ApplicationError](err)
		if !ok || failure.NonRetryable() == retried {
			t.Errorf("%s gives %v, want retried: %v", kind, err, retried)
		}
	}
}

// TestCancelledOnlyWhenAskedTo tells a cancelled process from a stopping worker.
func TestCancelledOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	waiting := func(ctx context.Context) error {
		<-ctx.Done()
		return fmt.Errorf("for %s: %w", personName, ctx.Err())
	}
	for name, c := range map[string]struct {
		cause     error
		cancelled bool
	}{
		"asked to":        {temporal.NewCanceledError(), true},
		"worker shutdown": {sdkworker.ErrWorkerShutdown, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(c.cause)
			_, _, err := failing(ctx, waiting)
			if err == nil || temporal.IsCanceledError(err) != c.cancelled {
				t.Errorf("the error is %v, want cancelled: %v", err, c.cancelled)
			}
			if failure, ok := errors.AsType[*temporal.ApplicationError](err); !c.cancelled && (!ok || failure.NonRetryable()) {
				t.Errorf("the error is %v, want one that is tried again", err)
			}
			for _, f := range scanFailure(temporal.GetDefaultFailureConverter().ErrorToFailure(err)) {
				t.Error(f)
			}
		})
	}
}

// TestActivitiesTellWhatIsNotThere runs every activity on a row that does not
// exist: that cannot be mended by trying again, and it must not fall over.
func TestActivitiesTellWhatIsNotThere(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		const none = int64(4711)
		for name, c := range map[string]struct {
			method any
			input  any
		}{
			"AdvanceOrder":      {h.Activities.Orders.AdvanceOrder, none},
			"RegisterOrder":     {h.Activities.Orders.RegisterOrder, protocol.OrderRef{OrderID: none}},
			"FinishDelivery":    {h.Activities.Orders.FinishDelivery, none},
			"QueueReminder":     {h.Activities.Orders.QueueReminder, protocol.Reminder{SendBackID: none, Number: 1}},
			"SendMail":          {h.Activities.Mails.SendMail, protocol.MailRef{MailID: none}},
			"RenderCertificate": {h.Activities.Documents.RenderCertificate, none},
			"RenderApplication": {h.Activities.Documents.RenderApplication, none},
		} {
			_, err := execute(c.method, []any{c.input})
			failure, ok := errors.AsType[*temporal.ApplicationError](err)
			if !ok || !failure.NonRetryable() || !strings.HasSuffix(failure.Message(), "_not_found") {
				t.Errorf("%s gives %v, want not found, for good", name, err)
			}
		}
	})
}

// TestRenderingIsTriedAgainWhenTheFilesAreAway puts a file where the folder was.
func TestRenderingIsTriedAgainWhenTheFilesAreAway(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house.House) {
		o := h.NewOrder()
		h.Register(o)
		away := filepath.Join(h.Folder, "certificates")
		house.Must(t, os.WriteFile(away, nil, 0o600))
		_, err := execute(h.Activities.Documents.RenderCertificate, []any{o.ID})
		if failure, ok := errors.AsType[*temporal.ApplicationError](err); !ok || failure.NonRetryable() {
			t.Fatalf("without its folder it gives %v, want an error to be tried again", err)
		}
		if d := h.Detail(o.OrderNumber); d.Certificate != nil {
			t.Errorf("a certificate without a file is known: %+v", d.Certificate)
		}
		house.Must(t, os.Remove(away))
		if _, err := execute(h.Activities.Documents.RenderCertificate, []any{o.ID}); err != nil {
			t.Fatal(err)
		}
		d := h.Detail(o.OrderNumber)
		if d.Certificate == nil || len(h.FilePaths()) != 1 {
			t.Fatalf("certificate %+v, files %v", d.Certificate, h.FilePaths())
		}
		pdf, err := os.ReadFile(h.FilePaths()[0])
		house.Must(t, err)
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) || int64(len(pdf)) != d.Certificate.Size {
			t.Errorf("the file has %d bytes, the row says %d", len(pdf), d.Certificate.Size)
		}
	})
}
