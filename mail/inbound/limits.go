package inbound

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// clients counts what each client does: an IPv4 address, or the first 64 bits of
// an IPv6 one, because one client may use all of the rest.
type clients struct {
	most, perClient, mailsPerMinute int

	mu       sync.Mutex
	open     int
	byClient map[string]*client
	sweepAt  time.Time
}

type client struct {
	open   int
	mails  *rate.Limiter
	usedAt time.Time
}

// sweepEvery is how often quiet clients are forgotten. By then the limit of one
// who did nothing is full again.
const sweepEvery = time.Minute

func newClients(o Options) *clients {
	return &clients{
		most: o.Connections, perClient: o.ConnectionsPerClient, mailsPerMinute: o.MailsPerMinute, byClient: map[string]*client{},
	}
}

func (c *clients) of(name string) *client {
	now := time.Now()
	if now.After(c.sweepAt) {
		c.sweepAt = now.Add(sweepEvery)
		for n, known := range c.byClient {
			if known.open == 0 && now.Sub(known.usedAt) > sweepEvery {
				delete(c.byClient, n)
			}
		}
	}
	known, ok := c.byClient[name]
	if !ok {
		known = &client{mails: rate.NewLimiter(rate.Limit(float64(c.mailsPerMinute)/time.Minute.Seconds()), c.mailsPerMinute)}
		c.byClient[name] = known
	}
	known.usedAt = now
	return known
}

// enter takes a connection, unless there are too many.
func (c *clients) enter(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.of(name)
	if c.open >= c.most || known.open >= c.perClient {
		return false
	}
	c.open++
	known.open++
	return true
}

func (c *clients) leave(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	c.of(name).open--
}

// mail counts a mail and says whether it was within the limit.
func (c *clients) mail(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of(name).mails.Allow()
}

func clientOf(remote net.Addr) string {
	port, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return remote.String()
	}
	addr := port.Addr().Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}

// limitedListener turns away clients that have too many connections open, and
// gives each connection an end.
type limitedListener struct {
	net.Listener
	server *Server
}

// Accept gives the next connection that there is room for.
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		name := clientOf(conn.RemoteAddr())
		if l.server.clients.enter(name) {
			return &limitedConn{
				Conn: conn, end: time.Now().Add(l.server.options.SessionTimeout),
				leave: sync.OnceFunc(func() { l.server.clients.leave(name) }),
			}, nil
		}
		l.server.counts.refused("connections")
		// The socket is new, so these few bytes never wait; whether they or the
		// goodbye arrive is the client's affair.
		_, _ = conn.Write([]byte("421 4.7.0 Too many connections, try again later\r\n"))
		_ = conn.Close()
	}
}

// limitedConn ends when its time is over, however often a deadline is renewed.
type limitedConn struct {
	net.Conn
	end   time.Time
	leave func()
}

func (c *limitedConn) sooner(t time.Time) time.Time {
	if t.IsZero() || t.After(c.end) {
		return c.end
	}
	return t
}

func (c *limitedConn) SetDeadline(t time.Time) error     { return c.Conn.SetDeadline(c.sooner(t)) }
func (c *limitedConn) SetReadDeadline(t time.Time) error { return c.Conn.SetReadDeadline(c.sooner(t)) }
func (c *limitedConn) SetWriteDeadline(t time.Time) error {
	return c.Conn.SetWriteDeadline(c.sooner(t))
}

// Close ends the connection and makes room for another.
func (c *limitedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
