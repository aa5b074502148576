package console

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/todoke/todoke/models"
)

// hashing is argon2id with 19 MiB and two passes: the least that OWASP's password
// storage sheet asks for, chosen so that sign-ins leave the server's memory alone.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// hashesAtOnce bounds the memory that sign-ins take together.
const hashesAtOnce = 2

// The bounds of a password, in characters. The upper one keeps hashing cheap.
const (
	minPassword = 12
	maxPassword = 128
)

// HashPassword gives the argon2id hash that a password is kept as.
func HashPassword(password string) (string, error) { return argon2id.CreateHash(password, hashing) }

// decoyHash is a hash that no password has, made once: hashing is slow by design.
var decoyHash = sync.OnceValues(func() (string, error) {
	hash, err := HashPassword(rand.Text())
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
})

// checkPassword compares a password with a hash. It takes as long for a wrong
// one as for a right one.
func (c *Console) checkPassword(ctx context.Context, password, hash string) (bool, error) {
	if err := c.hashing.Acquire(ctx, 1); err != nil {
		return false, models.NewError(models.KindUnavailable, "busy").WithCause(err)
	}
	defer c.hashing.Release(1)
	if utf8.RuneCountInString(password) > maxPassword {
		password = "" // no account has it, and it costs the same
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

// newPassword checks a password that somebody chose and hashes it.
func (c *Console) newPassword(ctx context.Context, password string) (string, error) {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return "", models.Invalid(models.Field("password", "password_short", "min", fmt.Sprint(minPassword)))
	case n > maxPassword:
		return "", models.Invalid(models.Field("password", "too_long", "max", fmt.Sprint(maxPassword)))
	}
	if err := c.hashing.Acquire(ctx, 1); err != nil {
		return "", models.NewError(models.KindUnavailable, "busy").WithCause(err)
	}
	defer c.hashing.Release(1)
	hash, err := HashPassword(password)
	if err != nil {
		return "", models.Internal(err)
	}
	return hash, nil
}
