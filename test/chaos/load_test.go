//go:build chaos || e2e

package chaos

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/harness"
)

// load is resellers who order at a steady rate, whatever happens, and ask again until they have an answer.
type load struct {
	in     *harness.Installation
	store  *store.Store
	every  time.Duration
	clerks [2]*person
	ring   *keys.Ring

	mu       sync.Mutex
	backlog  int // accepted and not delivered yet
	resting  bool
	accepted []acceptedOrder
	posts    []post
	refused  []string
	again    []string       // numbers of resends that were accepted
	reissued map[string]int // order number → how often its password was asked for on the site
	changes  []changed
	names    []renamed
	codes    []*activation
	due      int // contracts up to this one turned due
	retries  int
	repeats  int
	next     int
}

// acceptedOrder is one that todoke answered 202 to.
type acceptedOrder struct {
	number string
	key    string
	order  harness.Order
}

// post is one POST /v1/orders that was answered 202.
type post struct {
	at   time.Time
	took time.Duration
}

const (
	// giveUp is when a reseller whose requests fail stops asking; no outage here lasts that long.
	giveUp     = 3 * time.Minute
	retryPause = 200 * time.Millisecond
	// longestBacklog holds ordering up on a machine that is too slow for the rate: there the end would only come later.
	// It is more than comes in while a server is away.
	longestBacklog = 150
	restedBacklog  = 10
	// everyRepeat-th order is sent once more after it was accepted.
	everyRepeat = 7
	// Of every everyResend-th delivery the mails are asked for again, of every everyReissue-th the password.
	everyResend  = 5
	everyReissue = 12
	// Of every everyChange-th contract the holder's phone is changed, for every everyRename-th another name is asked.
	everyChange = 4
	everyRename = 6
	// For every everyActivation-th contract a further code is asked.
	everyActivation = 4
)

// run orders until the context ends, and returns when every reseller has an answer.
func (l *load) run(ctx context.Context, t *testing.T) {
	ticker := time.NewTicker(l.every)
	defer ticker.Stop()
	var resellers sync.WaitGroup
	defer resellers.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if n, ok := l.turn(); ok {
				resellers.Go(func() { l.reseller(t.Context(), n) })
			}
		}
	}
}

// turn gives the next order's number, unless too many wait already.
func (l *load) turn() (n int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.resting || l.backlog > longestBacklog {
		return 0, false
	}
	l.next++
	return l.next, true
}

// rest stops ordering until most of what was accepted is delivered, so that what comes next finds things as usual.
func (l *load) rest(ctx context.Context) error {
	set := func(resting bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.resting = resting
	}
	set(true)
	defer set(false)
	for {
		if err := pause(ctx, 2*time.Second); err != nil { // the backlog is looked at every second
			return err
		}
		l.mu.Lock()
		backlog := l.backlog
		l.mu.Unlock()
		if backlog <= restedBacklog {
			return nil
		}
	}
}

// watch keeps the backlog up to date. While the database is away it stays as it was.
func (l *load) watch(ctx context.Context) {
	for pause(ctx, time.Second) == nil {
		accepted, _, _ := l.counts()
		left, err := underWay(ctx, l.store, accepted, 0)
		if err != nil {
			continue
		}
		l.mu.Lock()
		l.backlog = left.Orders
		l.mu.Unlock()
	}
}

// reseller files one application and orders on it.
func (l *load) reseller(ctx context.Context, n int) {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	client := l.in.Clients[n%len(l.in.Clients)]
	var receipt string
	if err := l.insist(ctx, func() (err error) {
		receipt, err = client.File(ctx, harness.SampleApplication(n))
		return err
	}); err != nil {
		l.refuse("application %d: %v", n, err)
		return
	}
	o, key := harness.SampleOrder(n, receipt), fmt.Sprintf("order-%d", n)
	var taken harness.Taken
	if err := l.insist(ctx, func() (err error) {
		start := time.Now()
		if taken, err = client.Order(ctx, key, o); err == nil {
			l.answered(start)
		}
		return err
	}); err != nil {
		l.refuse("order %d: %v", n, err)
		return
	}
	l.mu.Lock()
	l.accepted = append(l.accepted, acceptedOrder{taken.OrderNumber, key, o})
	l.mu.Unlock()
	if n%everyRepeat == 0 {
		l.repeat(ctx, client, key, o, taken.OrderNumber)
	}
	switch {
	case n%everyResend == 0:
		l.resend(ctx, client, key, taken.OrderNumber)
	case n%everyReissue == 0:
		l.reissue(ctx, client, taken.OrderNumber)
	case n%everyChange == 1:
		l.changeContacts(ctx, client, n, taken.OrderNumber)
	case n%everyRename == 2:
		l.changeName(ctx, client, n, taken.OrderNumber)
	case n%everyActivation == 3:
		l.activate(ctx, client, n, taken.OrderNumber)
	}
}

// repeat sends an accepted order once more: the answer must name the same order.
func (l *load) repeat(ctx context.Context, client *harness.Client, key string, o harness.Order, number string) {
	var again harness.Taken
	err := l.insist(ctx, func() (err error) {
		again, err = client.Order(ctx, key, o)
		return err
	})
	if err != nil || again.OrderNumber != number {
		l.refuse("the repeated request for %s gave %q: %v", number, again.OrderNumber, err)
	}
	l.mu.Lock()
	l.repeats++
	l.mu.Unlock()
}

// insist tries until it works or can never work.
func (l *load) insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil || !harness.Passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("given up: %w", err)
		case <-time.After(retryPause):
		}
		l.mu.Lock()
		l.retries++
		l.mu.Unlock()
	}
}

func (l *load) refuse(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused = append(l.refused, fmt.Sprintf(format, args...))
}

func (l *load) answered(start time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.posts = append(l.posts, post{start, time.Since(start)})
}

// between gives how long the POSTs that began in a span took.
func (l *load) between(from, to time.Time) []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var took []time.Duration
	for _, p := range l.posts {
		if !p.at.Before(from) && p.at.Before(to) {
			took = append(took, p.took)
		}
	}
	return took
}

func (l *load) counts() (accepted, retries, repeats int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accepted), l.retries, l.repeats
}
