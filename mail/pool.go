package mail

import (
	"context"
	"errors"
	"sync"
	"time"
)

// pool holds the connections to the server: at most PoolSize at once, the ones
// last used first, so that a quiet hour lets the others grow old and be dropped.
type pool struct {
	config SMTPConfig
	slots  chan struct{}

	mu     sync.Mutex
	idle   []*session
	closed bool
}

var errClosed = errors.New("the sender is closed")

func newPool(config SMTPConfig) *pool {
	return &pool{config: config, slots: make(chan struct{}, config.PoolSize)}
}

// acquire waits for a free slot.
func (p *pool) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return at(StageConnect, ctx.Err())
	}
}

func (p *pool) release() { <-p.slots }

// take gives an idle connection that is young enough, or none.
func (p *pool) take() *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropOld(time.Now())
	if len(p.idle) == 0 {
		return nil
	}
	last := len(p.idle) - 1
	s := p.idle[last]
	p.idle = p.idle[:last]
	return s
}

// dropOld closes what has been idle for too long; the oldest stand first.
func (p *pool) dropOld(now time.Time) {
	for len(p.idle) > 0 && now.Sub(p.idle[0].since) > p.config.MaxIdle {
		p.idle[0].drop()
		p.idle = p.idle[1:]
	}
}

// give takes a healthy connection back.
func (p *pool) give(s *session) {
	s.rest()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		s.drop()
		return
	}
	p.idle = append(p.idle, s)
}

// dial makes a connection, unless the pool is closed.
func (p *pool) dial(ctx context.Context) (*session, error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return nil, at(StageConnect, errClosed)
	}
	return connect(ctx, p.config)
}

// close ends the idle connections; those in use end when they are given back.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, s := range idle {
		// The mails on it were answered long ago: a failed goodbye changes nothing.
		_ = s.quit()
	}
}
