package api

import (
	"sync"
	"testing"
	"time"
)

func TestLimitersCountByCaller(t *testing.T) {
	l := newLimiters[string](1, 3)
	now := time.Unix(1_800_000_000, 0)
	for range 3 {
		if !l.left("a", now) || !l.take("a", now) {
			t.Fatal("refused within the burst")
		}
	}
	if l.left("a", now) || l.take("a", now) {
		t.Error("allowed beyond the burst")
	}
	if got := l.pause("a", now); got != "1" {
		t.Errorf("pause %q", got)
	}
	if !l.take("b", now) {
		t.Error("one caller's use counts for another")
	}
	if !l.take("a", now.Add(time.Second)) {
		t.Error("refused after the pause")
	}
}

func TestLimitersForgetQuietCallers(t *testing.T) {
	l := newLimiters[int64](1, 2)
	now := time.Unix(1_800_000_000, 0)
	for i := range int64(1000) {
		l.take(i, now)
	}
	l.take(5000, now.Add(2*sweepEvery))
	if n := len(l.byCaller); n != 1 {
		t.Errorf("%d callers are kept", n)
	}
}

func TestLimitersAreSafeForManyAtOnce(t *testing.T) {
	l := newLimiters[string](0.001, 50)
	now := time.Now()
	var allowed sync.Map
	var wait sync.WaitGroup
	for i := range 200 {
		wait.Go(func() {
			if l.take("same", now) {
				allowed.Store(i, true)
			}
		})
	}
	wait.Wait()
	n := 0
	allowed.Range(func(any, any) bool { n++; return true })
	if n != 50 {
		t.Errorf("%d of 50 were allowed", n)
	}
}

func TestCallerAddress(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1",
		"::ffff:192.0.2.1":     "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
		"":                     "",
		"noaddress":            "noaddress",
	} {
		if got := callerAddress(ip); got != want {
			t.Errorf("%q: %q instead of %q", ip, got, want)
		}
	}
}
