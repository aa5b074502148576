package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/todoke/todoke/config"
	"github.com/todoke/todoke/keys"
)

func checkKeys(c config.Config) finding {
	ring, err := keys.Parse(c.Keys)
	if err != nil {
		return result("keys", "", err, "make one with `todoke keys generate` and keep it in your secret store")
	}
	numbers := ring.Numbers()
	return finding{subject: "keys", state: fine, detail: fmt.Sprintf(
		"keys %v, new secrets under %d; key %d makes the look-up hashes of activation codes and has to stay", numbers, ring.CurrentKey(), numbers[0])}
}

// checkKeysInUse compares the ring with the keys that rows name, and with what
// the hashes of activation codes were made with.
func (a *app) checkKeysInUse(ctx context.Context) []finding {
	var findings []finding
	used, err := a.store.KeysInUse(ctx)
	if err != nil {
		return []finding{result("keys in use", "", err, "")}
	}
	for _, number := range used {
		if !slices.Contains(a.ring.Numbers(), number) {
			findings = append(findings, finding{
				"keys in use", warning, fmt.Sprintf("rows name key %d, which is not on the ring: what it encrypted cannot be read", number),
				"put the key back into TODOKE_KEYS, in front of the others",
			})
		}
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
