// Package passwords hashes and compares what people sign in with. All sites take
// their turn at it, because it takes much memory by design.
package passwords

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/todoke/todoke/models"
	"golang.org/x/sync/semaphore"
)

// params is argon2id with 19 MiB and two passes: the least that OWASP's password
// storage sheet asks for, chosen so that sign-ins leave the server's memory alone.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// atOnce bounds the memory that sign-ins take together.
const atOnce = 2

// longest is more than any site takes for a password, in characters; it keeps hashing cheap.
const longest = 128

var turns = semaphore.NewWeighted(atOnce)

// Decoy is a hash that no password has, made once: hashing is slow by design. It
// is compared with where there is no account, so that time tells nothing.
var Decoy = sync.OnceValues(func() (string, error) {
	hash, err := Hash(rand.Text())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
})

// Hash gives the argon2id hash that a password is kept as, at once.
func Hash(password string) (string, error) { return argon2id.CreateHash(password, params) }

// HashInTurn is Hash for requests, which wait for their turn.
func HashInTurn(ctx context.Context, password string) (string, error) {
	if err := take(ctx); err != nil {
		return "", err
	}
	defer turns.Release(1)
	hash, err := Hash(password)
	if err != nil {
		return "", models.Internal(err)
	}
	return hash, nil
}

// Matches compares a password with a hash. It takes as long for a wrong one as for
// a right one.
func Matches(ctx context.Context, password, hash string) (bool, error) {
	if err := take(ctx); err != nil {
		return false, err
	}
	defer turns.Release(1)
	if utf8.RuneCountInString(password) > longest {
		password = "" // no account has it, and it costs the same
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

func take(ctx context.Context) error {
	if err := turns.Acquire(ctx, 1); err != nil {
		return models.NewError(models.KindUnavailable, "busy").WithCause(err)
	}
	return nil
}
