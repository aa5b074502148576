package house

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/activities"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/testenv"
	"github.com/todoke/todoke/worker"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
)

// Identity stands in histories for whoever worked: no machine's name.
const Identity = "house"

// Dial connects to a Temporal server, in a namespace of this test's own.
func Dial(t testing.TB) client.Client {
	t.Helper()
	hostPort, namespace := testenv.TemporalNamespace(t)
	return DialTo(t, hostPort, namespace)
}

// DialTo connects to a namespace of a server.
func DialTo(t testing.TB, hostPort, namespace string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort: hostPort, Namespace: namespace, Identity: Identity, Logger: log.NewStructuredLogger(Quiet()),
	})
	Must(t, err)
	t.Cleanup(c.Close)
	return c
}

// Work starts a worker for the house's activities; outer interceptors stand
// around the project's own. stop is how long a stopping worker waits. The worker
// is stopped with the test, or before by the caller.
func (h *House) Work(t testing.TB, c client.Client, stop time.Duration, outer ...interceptor.WorkerInterceptor) (end func()) {
	t.Helper()
	w := worker.New(c, h.Activities, worker.Options{
		Interceptor: &chain{all: append(outer, &activities.Interceptor{Log: Quiet()})}, StopTimeout: stop,
	})
	Must(t, w.Start())
	end = sync.OnceFunc(w.Stop)
	t.Cleanup(end)
	return end
}

// chain makes one interceptor of several, the first outermost.
type chain struct {
	interceptor.WorkerInterceptorBase
	all []interceptor.WorkerInterceptor
}

// InterceptActivity wraps an activity in all of them.
func (c *chain) InterceptActivity(ctx context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	for _, i := range slices.Backward(c.all) {
		next = i.InterceptActivity(ctx, next)
	}
	return next
}

// awaited bounds waiting for a process.
const awaited = 60 * time.Second

// Await waits until an order is as told, and gives it.
func (h *House) Await(t testing.TB, number, what string, is func(models.Order) bool) models.Order {
	t.Helper()
	for deadline := time.Now().Add(awaited); ; time.Sleep(20 * time.Millisecond) {
		o := h.Order(number)
		if is(o) {
			return o
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s and waits for %q, not %s", number, o.Status, o.WaitingFor, what)
		}
	}
}

// AwaitStatus waits until an order has a status.
func (h *House) AwaitStatus(t testing.TB, number string, status models.OrderStatus) models.Order {
	t.Helper()
	return h.Await(t, number, string(status), func(o models.Order) bool { return o.Status == status })
}

// AwaitWaiting waits until an order waits for somebody.
func (h *House) AwaitWaiting(t testing.TB, number string, who models.WaitingFor) models.Order {
	t.Helper()
	return h.Await(t, number, "waiting for "+string(who), func(o models.Order) bool { return o.WaitingFor == who })
}

// Told tells Temporal of a decision, which must not have been refused.
func (h *House) Told(t testing.TB, d store.Decided, err error) {
	t.Helper()
	Must(t, err)
	h.Outbox.Tell(d.OutboxID)
}
