//go:build bench

package bench

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// post sends orders at a steady rate and measures each from the moment that it was due, so that a server that
// stalls is charged with all who wait. before is done after the applications are filed and before the first order.
func (b *backend) post(ctx context.Context, perSecond float64, before func() error) (Latency, error) {
	count := max(int(perSecond*b.sizes.post.Seconds()), 1)
	sheets, err := b.applications(ctx, count)
	if err != nil {
		return Latency{}, err
	}
	if err := before(); err != nil {
		return Latency{}, err
	}
	var (
		requests sync.WaitGroup
		mu       sync.Mutex
		took     []time.Duration
		failed   error
	)
	start := time.Now()
	for i := range count {
		due := start.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		time.Sleep(time.Until(due))
		requests.Go(func() {
			_, err := b.client(i).Order(ctx, sheets[i].PONumber, sheets[i])
			mu.Lock()
			defer mu.Unlock()
			took, failed = append(took, time.Since(due)), errors.Join(failed, err)
		})
	}
	requests.Wait()
	b.sent += count
	slices.Sort(took)
	return latencyOf(took, perSecond), failed
}
