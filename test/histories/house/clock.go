package house

import (
	"sync"
	"time"
)

// Clock is the time that the house's store writes by. It stands still until it
// is moved, or follows another clock.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	follow func() time.Time
}

// NewClock makes a clock that stands at a moment.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now gives the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.follow != nil {
		return c.follow()
	}
	return c.now
}

// Pass moves a standing clock forward.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Follow makes the clock tell another one's time, such as that of a test
// environment which skips over waiting.
func (c *Clock) Follow(other func() time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.follow = other
}
