package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
)

// Interceptor is the one place that says what is retried, and that keeps
// personal data out of histories: whatever an activity returns, only the domain
// error's code leaves it. The cause goes to the log.
type Interceptor struct {
	interceptor.WorkerInterceptorBase
	Log      *slog.Logger
	OnFailed func(activity, code string)
}

// InterceptActivity wraps every activity.
func (i *Interceptor) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	in := &inbound{outer: i}
	in.Next = next
	return in
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
	outer *Interceptor
}

// ExecuteActivity runs the activity and reduces its error to code and retry.
func (in *inbound) ExecuteActivity(ctx context.Context, input *interceptor.ExecuteActivityInput) (any, error) {
	result, err := in.guarded(ctx, input)
	if err == nil {
		return result, nil
	}
	info := activity.GetInfo(ctx)
	domain := models.AsError(err)
	if in.outer.OnFailed != nil {
		in.outer.OnFailed(info.ActivityType.Name, domain.Code)
	}
	in.outer.Log.LogAttrs(ctx, slog.LevelWarn, "activity failed",
		slog.String("activity", info.ActivityType.Name), slog.String("workflow_id", info.WorkflowExecution.ID),
		slog.Int("attempt", int(info.Attempt)), slog.String("code", domain.Code), slog.String("cause", store.Cause(domain)))
	return nil, forHistory(ctx, err, domain)
}

// errPanicked stands for a panic whose value stays out of histories and logs: it
// can quote what was being worked on.
var errPanicked = errors.New("panic")

// guarded turns a panic into an error. Left to the SDK its text and its stack
// would stand in the history.
func (in *inbound) guarded(ctx context.Context, input *interceptor.ExecuteActivityInput) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			in.outer.Log.LogAttrs(ctx, slog.LevelError, "activity panicked",
				slog.String("type", fmt.Sprintf("%T", p)), slog.String("stack", string(debug.Stack())))
			result, err = nil, models.Internal(errPanicked)
		}
	}()
	return in.Next.ExecuteActivity(ctx, input)
}

// notRetried are the kinds that another try cannot mend.
var notRetried = []models.Kind{models.KindInvalid, models.KindNotFound, models.KindConflict, models.KindForbidden, models.KindUnsigned}

// codeInterrupted is for an activity that this worker cut short by stopping:
// another worker tries it again.
const codeInterrupted = "interrupted"

// forHistory gives the error that may stand in a history. An activity counts as
// cancelled only when its process asked for that; a worker that stops cancels
// contexts too, and then the work is still to be done.
func forHistory(ctx context.Context, err error, domain *models.Error) error {
	if errors.Is(err, context.Canceled) || temporal.IsCanceledError(err) {
		if temporal.IsCanceledError(err) || temporal.IsCanceledError(context.Cause(ctx)) {
			return temporal.NewCanceledError()
		}
		return temporal.NewApplicationError(codeInterrupted, codeInterrupted)
	}
	return temporal.NewApplicationErrorWithOptions(domain.Code, domain.Code, temporal.ApplicationErrorOptions{
		NonRetryable: slices.Contains(notRetried, domain.Kind),
	})
}
