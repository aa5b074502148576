package models

import "strings"

// ProductCodeKey brings a product's activation code, typed with or without the prefix, in any width and grouped
// anyhow, to the form it is looked up by. What cannot be a code of that prefix gives nothing.
func ProductCodeKey(typed, prefix string) (key string, ok bool) {
	if len(typed) > maxPortalKey {
		return "", false
	}
	key, prefix = NormaliseNumber(typed), NormaliseNumber(prefix)
	if len(key) == activationLength {
		key = prefix + key
	}
	if key, ok = ActivationCodeKey(key); !ok || !strings.HasPrefix(key, prefix) {
		return "", false
	}
	return key, true
}
