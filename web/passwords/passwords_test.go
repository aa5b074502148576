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
	own, decoy := shortest(hash), shortest(passwords.Decoy)
	if decoy < own/2 || decoy > own*2 {
		t.Errorf("%v with a hash, %v with the decoy", own, decoy)
	}
}
