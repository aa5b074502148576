package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/profile"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/test/migrated"
)

// installation is a database with seeded rows and a clock that tests move.
type installation struct {
	*store.Store
	t   *testing.T
	now time.Time
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	p, err := profile.Default()
	must(t, err)
	i := &installation{t: t, now: time.Date(2026, time.June, 10, 3, 0, 0, 0, time.UTC)}
	i.Store, err = store.Open(t.Context(), store.Options{
		URL: migrated.Database(t, store.SQLite), Rules: p.Rules(), Clock: func() time.Time { return i.now },
	})
	must(t, err)
	t.Cleanup(func() { must(t, i.Close()) })
	return i
}

// with gives the application as a process with that ring has it.
func (i *installation) with(ring *keys.Ring) *app {
	i.t.Helper()
	a := &app{store: i.Store, ring: ring}
	must(i.t, a.loadHashKey(i.t.Context()))
	return a
}

func (i *installation) status(a *app) string {
	i.t.Helper()
	var out bytes.Buffer
	must(i.t, a.reportKeys(i.t.Context(), &out))
	return strings.Join(strings.Fields(out.String()), " ")
}

func (i *installation) wants(what, text string, parts ...string) {
	i.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			i.t.Errorf("%s says\n%s\nnot %q", what, text, part)
		}
	}
}

// TestKeysAreChangedByCommand goes the way of docs/operations.md: a key is added, rows
// are moved, passwords end, the old key is taken away, twice over.
func TestKeysAreChangedByCommand(t *testing.T) {
	t.Parallel()
	ctx, i := t.Context(), newInstallation(t)
	first, second, third := generated(t, 1), generated(t, 2), generated(t, 3)
	must(t, i.Seed(ctx, store.SeedOptions{Orders: 20, RandSeed: 1, Sealer: ringOf(t, first)}))
	i.wants("the status at first", i.status(i.with(ringOf(t, first))), "current")
	both := i.with(ringOf(t, first, second))
	i.wants("the status before", i.status(both), "1 ", "run `todoke keys rotate`", "2 0 0 0 - current")
	var out bytes.Buffer
	must(t, both.rotateKeys(ctx, 7, &out, io.Discard))
	i.wants("rotating", out.String(), "rows encrypted anew", "moved to key 2", "remove it from 2026-12-07 on")
	if found := both.checkKeysInUse(ctx); len(found) > 0 {
		t.Errorf("after rotating the doctor finds %+v", found)
	}
	i.now = i.now.AddDate(0, 7, 0)
	if found := both.checkKeysInUse(ctx); len(found) != 1 || !strings.Contains(found[0].detail, "nothing needs keys [1] any more") {
		t.Errorf("half a year later the doctor finds %+v", found)
	}
	without := i.with(ringOf(t, second))
	if found := without.checkKeysInUse(ctx); len(found) > 0 {
		t.Errorf("without the old key the doctor finds %+v", found)
	}
	must(t, i.with(ringOf(t, second, third)).rotateKeys(ctx, 500, &out, io.Discard))
	last := i.with(ringOf(t, third))
	h, err := i.HoldingWithCode(ctx)
	must(t, err)
	code, err := last.ring.OpenCode(*h)
	if err != nil || last.ring.CodeHash(code) != *h.CodeHash {
		t.Errorf("with the third key alone the code opens as %q (%v)", code, err)
	}
	if err := (&app{store: i.Store, ring: ringOf(t, second)}).loadHashKey(ctx); err == nil || !strings.Contains(err.Error(), "need server key 3") {
		t.Errorf("a process without the newest key starts: %v", err)
	}
}

// TestAWrongRingRotatesNothing: the key of the look-up hashes would be a wrong one for ever.
func TestAWrongRingRotatesNothing(t *testing.T) {
	t.Parallel()
	ctx, i := t.Context(), newInstallation(t)
	first, second := generated(t, 1), generated(t, 2)
	must(t, i.Seed(ctx, store.SeedOptions{Orders: 20, RandSeed: 1, Sealer: ringOf(t, second)}))
	err := i.with(ringOf(t, first, second)).rotateKeys(ctx, 500, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "the ring's lowest key is not the one") {
		t.Errorf("it rotates: %v", err)
	}
	if kept, err := i.CodeHashKey(context.WithoutCancel(ctx)); err != nil || kept != nil {
		t.Errorf("kept is %+v (%v)", kept, err)
	}
	if err := i.with(ringOf(t, second)).rotateKeys(ctx, 0, io.Discard, io.Discard); err == nil {
		t.Error("batches of none are taken")
	}
}
