package activities

import (
	"context"
	"errors"
	"log/slog"
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
	result, err := in.Next.ExecuteActivity(ctx, input)
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
		slog.Int("attempt", int(info.Attempt)), slog.String("code", domain.Code), slog.String("cause", causeOf(domain)))
	return nil, forHistory(err, domain)
}

// notRetried are the kinds that another try cannot mend.
var notRetried = []models.Kind{models.KindInvalid, models.KindNotFound, models.KindConflict, models.KindForbidden, models.KindUnsigned}

// forHistory gives the error that may stand in a history.
func forHistory(err error, domain *models.Error) error {
	if errors.Is(err, context.Canceled) || temporal.IsCanceledError(err) {
		return temporal.NewCanceledError()
	}
	return temporal.NewApplicationErrorWithOptions(domain.Code, domain.Code, temporal.ApplicationErrorOptions{
		NonRetryable: slices.Contains(notRetried, domain.Kind),
	})
}

// causeOf names the kind of cause without its text where that could hold what
// was typed: database errors quote values.
func causeOf(e *models.Error) string {
	cause := errors.Unwrap(e)
	if cause == nil {
		return ""
	}
	return store.Describe(cause)
}
