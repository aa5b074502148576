package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/keys"
	"github.com/todoke/todoke/store"
)

func checkKeys(c config.Config) finding {
	ring, err := keys.Parse(c.Keys)
	if err != nil {
		return result("keys", "", err, "make one with `todoke keys generate` and keep it in your secret store")
	}
	numbers := ring.Numbers()
	return finding{subject: "keys", state: fine, detail: fmt.Sprintf("keys %v, new secrets under %d", numbers, ring.CurrentKey())}
}

// checkKeysInUse compares the ring with the keys that rows name, and with what
// the hashes of activation codes were made with.
func (a *app) checkKeysInUse(ctx context.Context) []finding {
	var findings []finding
	used, err := a.store.KeysInUse(ctx)
	if err != nil {
		return []finding{result("keys in use", "", err, "")}
	}
	for _, u := range used {
		if !slices.Contains(a.ring.Numbers(), u.Number) {
			findings = append(findings, finding{
				"keys in use", warning, fmt.Sprintf("rows name key %d, which is not on the ring: what it encrypted cannot be read", u.Number),
				"put the key back into TODOKE_KEYS, in front of the others",
			})
		} else if old := u.Sealed + u.Links; old > 0 && u.Number != a.ring.CurrentKey() {
			findings = append(findings, finding{
				"keys in use", warning, fmt.Sprintf("key %d is not the newest, and %d rows still need it", u.Number, old),
				"once every serve and worker runs with the newest key, run `todoke keys rotate`",
			})
		}
	}
	if f := a.checkOldKeys(ctx, used); f != nil {
		findings = append(findings, *f)
	}
	h, err := a.store.HoldingWithCode(ctx)
	if err != nil || h == nil || h.CodeHash == nil {
		return findings
	}
	if code, err := a.ring.OpenCode(*h); err == nil && a.ring.CodeHash(code) != *h.CodeHash {
		findings = append(findings, finding{
			"keys in use", broken, "the ring's lowest key is not the one that the look-up hashes of activation codes were made with: codes are not found",
			"put the key with the lowest number back, or take away one that was added below it",
		})
	}
	return findings
}

// checkOldKeys says which keys of the ring may be removed by now: an old key that is
// kept is one more that can leak.
func (a *app) checkOldKeys(ctx context.Context, used []store.KeyUse) *finding {
	rotated, err := a.store.KeysRotatedAt(ctx, a.ring.CurrentKey())
	if err != nil || rotated == nil || a.store.Now().Before(rotated.Add(linksKept)) {
		return nil
	}
	var old []int
	for _, number := range a.ring.Numbers() {
		needed := slices.ContainsFunc(used, func(u store.KeyUse) bool { return u.Number == number })
		if number != a.ring.CurrentKey() && !needed {
			old = append(old, number)
		}
	}
	if len(old) == 0 {
		return nil
	}
	return &finding{"keys in use", warning, fmt.Sprintf("nothing needs keys %v any more", old), "remove them from TODOKE_KEYS"}
}
