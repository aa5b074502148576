package passwords_test

import (
	"context"
	"testing"
	"time"

	"github.com/todoke/todoke/web/passwords"
)

// Comparing with the decoy must be no shorter than with somebody's hash, or time
// would tell whether there is an account.
func TestDecoyTakesAsLongAsAHash(t *testing.T) {
	hash, err := passwords.Hash("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	shortest := func(hash string) time.Duration {
		least := time.Hour
		for range 5 {
			started := time.Now()
			fits, err := passwords.Matches(context.Background(), "wrong horse battery", hash)
			if fits || err != nil {
				t.Fatalf("fits %v, %v", fits, err)
			}
			least = min(least, time.Since(started))
		}
		return least
	}
	var own, decoy time.Duration
	for range 5 { // what is there shows every time, what other programs do to the clock does not
		if own, decoy = shortest(hash), shortest(passwords.Decoy); own/2 <= decoy && decoy <= own*2 {
			return
		}
	}
	t.Errorf("%v with a hash, %v with the decoy", own, decoy)
}
