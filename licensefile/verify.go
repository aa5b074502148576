package licensefile

import (
	"crypto/ed25519"
	"slices"
	"time"

	"github.com/todoke/todoke/models"
)

// State says what a license file proves on a day.
type State string

// What a check can come to.
const (
	Valid      State = "valid"
	NotYet     State = "not_yet"
	Ended      State = "ended"
	Forged     State = "forged"      // changed after it was signed, or signed by somebody else
	UnknownKey State = "unknown_key" // signed by a key that is not published, as far as this list goes
	Withdrawn  State = "withdrawn"   // signed by a key that was withdrawn
)

// clocksDiffer is how far a file's time may lie outside of its key's: servers that sign
// take a new key one after another.
const clocksDiffer = 24 * time.Hour

// Verify checks a file against published keys and says what it proves on a day. The
// license is given where its signature is right.
func Verify(file []byte, published Published, on models.Date) (License, State, error) {
	p, err := open(file)
	if err != nil {
		return License{}, Forged, err
	}
	i := slices.IndexFunc(published.Keys, func(k PublishedKey) bool { return k.Key == p.key })
	if i < 0 {
		return License{}, UnknownKey, nil
	}
	key := published.Keys[i]
	if !ed25519.Verify(key.PublicKey, p.payload, p.signature) {
		return License{}, Forged, nil
	}
	if key.WithdrawnAt != nil {
		return License{}, Withdrawn, nil
	}
	l, err := read(p.payload)
	if err != nil {
		return License{}, "", err
	}
	switch {
	case l.IssuedAt.Before(key.SignsFrom.Add(-clocksDiffer)), key.SignsUntil != nil && l.IssuedAt.After(key.SignsUntil.Add(clocksDiffer)):
		return License{}, Forged, nil
	case on.Before(l.StartsOn):
		return l, NotYet, nil
	case l.EndsOn.Before(on):
		return l, Ended, nil
	}
	return l, Valid, nil
}
