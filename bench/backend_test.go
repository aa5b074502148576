//go:build bench

package bench

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// backend measures todoke on one database and one Temporal server.
type backend struct {
	name  string
	sizes sizes
	in    *harness.Installation
	peers *peers
	db    *sql.DB
	next  int // number of the next application
	sent  int // orders accepted so far
}

const stepDeadline = 10 * time.Minute

func newBackend(t *testing.T, name string, s sizes, o harness.Options) *backend {
	t.Helper()
	o.Keys = 8 // one key may make only so many requests a second
	o.Env = map[string]string{"LOG_LEVEL": "warn"}
	b := &backend{name: name, sizes: s, in: harness.Start(t, o)}
	b.peers = newPeers(t, b.in.Temporal.HostPort())
	var err error
	if b.db, err = b.in.Store(t).DB(); err != nil {
		t.Fatalf("database: %v", err)
	}
	return b
}

// measure takes all figures of the backend.
func (b *backend) measure(ctx context.Context) (f Backend, err error) {
	watch := watchMemory(b.in.Serve, b.in.Worker)
	defer watch.stop()
	f.Name = b.name
	if f.TemporalServer, err = b.temporalVersion(ctx); err != nil {
		return f, err
	}
	if f.Durability, err = b.durability(ctx); err != nil {
		return f, err
	}
	if f.Throughput, err = b.throughput(ctx); err != nil {
		return f, fmt.Errorf("throughput: %w", err)
	}
	rate := max(f.Throughput.Orders/2, 1)
	if f.PostAtHalf, err = b.post(ctx, rate, func() error { return nil }); err != nil {
		return f, fmt.Errorf("POST at half the throughput: %w", err)
	}
	if f.PostAlone, err = b.post(ctx, rate, b.in.Temporal.Kill); err != nil {
		return f, fmt.Errorf("POST with Temporal stopped: %w", err)
	}
	if err := b.in.Temporal.Start(ctx); err != nil {
		return f, err
	}
	if err := b.settled(ctx); err != nil {
		return f, err
	}
	f.OrdersDelivered = b.sent
	if f.Memory, err = watch.peak(); err != nil {
		return f, err
	}
	_, err = b.in.Run(ctx, "verify")
	return f, err
}

// applications files so many and returns when all that follows them is done, so that it is not measured.
func (b *backend) applications(ctx context.Context, count int) (orders []harness.Order, err error) {
	orders = make([]harness.Order, count)
	first := b.next
	b.next += count
	err = spread(count, resellers, func(i int) error {
		n := first + i
		receipt, err := b.client(n).File(ctx, harness.SampleApplication(n))
		orders[i] = harness.SampleOrder(n, receipt)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("applications: %w", err)
	}
	return orders, b.settled(ctx)
}

func (b *backend) client(n int) *harness.Client { return b.in.Clients[n%len(b.in.Clients)] }

// settled waits until nothing is under way.
func (b *backend) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepDeadline)
	defer cancel()
	return b.until(ctx, `SELECT (SELECT COUNT(*) FROM orders WHERE status <> 'delivered')
		+ (SELECT COUNT(*) FROM mails WHERE status IN ('queued', 'sending')) + (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL)
		+ (SELECT COUNT(*) FROM applications) - (SELECT COUNT(*) FROM documents WHERE kind = 'application')`, 0)
}

// until waits until a query gives the number.
func (b *backend) until(ctx context.Context, query string, want int) error {
	for {
		var got int
		if err := b.db.QueryRowContext(ctx, query).Scan(&got); err != nil {
			return err
		}
		if got == want {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d instead of %d: %w", got, want, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// throughput measures orders and workflows in turn, so that whatever else the machine does slows all of them.
func (b *backend) throughput(ctx context.Context) (f Throughput, err error) {
	f = Throughput{Rounds: b.sizes.rounds, PerRound: b.sizes.orders, Reseller: resellers}
	var ratios []float64
	for round := range b.sizes.rounds + 1 {
		orders, number, err := b.orders(ctx, b.sizes.orders)
		if err != nil {
			return f, err
		}
		empty, _, err := b.peers.run(ctx, emptyName, b.sizes.empty, resellers)
		if err != nil {
			return f, err
		}
		shape, last, err := b.peers.run(ctx, shapeName, b.sizes.orders, resellers)
		if err != nil {
			return f, err
		}
		if round == 0 { // everything was cold
			if err := b.compareShapes(ctx, &f, number, last); err != nil {
				return f, err
			}
			continue
		}
		f.AllOrders, f.AllEmpty, f.AllSameShape = append(f.AllOrders, orders), append(f.AllEmpty, empty), append(f.AllSameShape, shape)
		ratios = append(ratios, orders/shape)
	}
	f.Orders, f.Empty, f.SameShape, f.Ratio = median(f.AllOrders), median(f.AllEmpty), median(f.AllSameShape), median(ratios)
	return f, nil
}

// orders sends so many at once and gives how many were delivered in a second, from the first POST to the last
// delivery.
func (b *backend) orders(ctx context.Context, count int) (perSecond float64, number string, err error) {
	sheets, err := b.applications(ctx, count)
	if err != nil {
		return 0, "", err
	}
	start := time.Now()
	err = spread(count, resellers, func(i int) error {
		taken, err := b.client(i).Order(ctx, sheets[i].PONumber, sheets[i])
		if i == 0 {
			number = taken.OrderNumber
		}
		return err
	})
	if err != nil {
		return 0, "", err
	}
	b.sent += count
	ctx, cancel := context.WithTimeout(ctx, stepDeadline)
	defer cancel()
	if err := b.until(ctx, "SELECT COUNT(*) FROM orders WHERE status = 'delivered'", b.sent); err != nil {
		return 0, "", fmt.Errorf("orders delivered: %w", err)
	}
	var end time.Time
	// By row, not MAX: SQLite's driver knows that a column holds times, but not that a function's result does.
	query := "SELECT delivered_at FROM orders ORDER BY delivered_at DESC LIMIT 1"
	if err := b.db.QueryRowContext(ctx, query).Scan(&end); err != nil {
		return 0, "", err
	}
	return float64(count) / end.Sub(start).Seconds(), number, nil
}

// compareShapes makes sure that the comparison is fair: both must do the same in Temporal's eyes.
func (b *backend) compareShapes(ctx context.Context, f *Throughput, number, peer string) (err error) {
	if f.Events, err = shapeOf(ctx, b.peers.client, (models.Order{OrderNumber: number}).WorkflowID()); err != nil {
		return err
	}
	if f.PeerEvents, err = shapeOf(ctx, b.peers.client, peer); err != nil {
		return err
	}
	if f.Events.Activities != f.PeerEvents.Activities || f.Events.LocalActivities != f.PeerEvents.LocalActivities {
		return fmt.Errorf("the peer is not of the same shape any more: an order has %+v, the peer %+v", f.Events, f.PeerEvents)
	}
	return nil
}

func (b *backend) temporalVersion(ctx context.Context) (string, error) {
	info, err := b.peers.client.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
	return info.GetServerVersion(), err
}

// durability says how the database keeps what it commits, for figures are worth little without it.
func (b *backend) durability(ctx context.Context) (string, error) {
	settings := []string{"fsync", "synchronous_commit", "full_page_writes"}
	ask := "SHOW "
	if b.in.Database.Dialect == store.SQLite {
		settings, ask = []string{"journal_mode", "synchronous"}, "PRAGMA "
	}
	var said []string
	for _, setting := range settings {
		var value string
		if err := b.db.QueryRowContext(ctx, ask+setting).Scan(&value); err != nil {
			return "", err
		}
		said = append(said, setting+"="+value)
	}
	return strings.Join(said, ", "), nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
