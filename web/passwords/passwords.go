// Package passwords hashes and compares what people sign in with. All sites take
// their turn at it, because it takes much memory by design.
package passwords

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/todoke/todoke/models"
	"golang.org/x/crypto/argon2"
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

// Decoy is a hash that no password has: nobody knows what would give its random
// bytes. It is compared with where there is no account, so that time tells nothing.
var Decoy = decoy()

func decoy() string {
	salt, key := make([]byte, params.SaltLength), make([]byte, params.KeyLength)
	_, _ = rand.Read(salt) // never fails, says its documentation
	_, _ = rand.Read(key)
	encoded := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, params.Memory, params.Iterations, params.Parallelism, encoded(salt), encoded(key))
}

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
