package api

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiters holds one rate limiter per caller and forgets those that have been
// quiet for so long that they are full again.
type limiters[K comparable] struct {
	perSecond float64
	burst     int
	mu        sync.Mutex
	byCaller  map[K]*limiter
	sweepAt   time.Time
}

type limiter struct {
	*rate.Limiter
	usedAt time.Time
}

// sweepEvery is how often quiet callers are forgotten.
const sweepEvery = time.Minute

func newLimiters[K comparable](perSecond float64, burst int) *limiters[K] {
	return &limiters[K]{perSecond: perSecond, burst: burst, byCaller: map[K]*limiter{}}
}

func (l *limiters[K]) of(caller K, now time.Time) *limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.After(l.sweepAt) {
		l.sweepAt = now.Add(sweepEvery)
		full := time.Duration(float64(l.burst) / l.perSecond * float64(time.Second))
		for k, known := range l.byCaller {
			if now.Sub(known.usedAt) > full {
				delete(l.byCaller, k)
			}
		}
	}
	known, ok := l.byCaller[caller]
	if !ok {
		known = &limiter{Limiter: rate.NewLimiter(rate.Limit(l.perSecond), l.burst)}
		l.byCaller[caller] = known
	}
	known.usedAt = now
	return known
}

// take counts one use and says whether it was within the limit.
func (l *limiters[K]) take(caller K, now time.Time) bool { return l.of(caller, now).AllowN(now, 1) }

// left says whether one more use would be within the limit, without counting it.
func (l *limiters[K]) left(caller K, now time.Time) bool { return l.of(caller, now).TokensAt(now) >= 1 }

// pause is the number of seconds until one more use is within the limit.
func (l *limiters[K]) pause(caller K, now time.Time) string {
	missing := 1 - l.of(caller, now).TokensAt(now)
	return strconv.Itoa(max(1, int(math.Ceil(missing/l.perSecond))))
}

// callerAddress is what failures are counted by: an IPv4 address, or the first
// 64 bits of an IPv6 one, because a single client may use all of the rest.
func callerAddress(clientIP string) string {
	addr, err := netip.ParseAddr(clientIP)
	if err != nil {
		return clientIP
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return addr.String()
	}
	return prefix.String()
}
