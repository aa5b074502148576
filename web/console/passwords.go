package console

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/web/passwords"
)

// The bounds of a password, in characters. The upper one keeps hashing cheap.
const (
	minPassword = 12
	maxPassword = 128
)

// HashPassword gives the argon2id hash that a password is kept as.
func HashPassword(password string) (string, error) { return passwords.Hash(password) }

// checkPassword compares a password with a hash. It takes as long for a wrong
// one as for a right one.
func (c *Console) checkPassword(ctx context.Context, password, hash string) (bool, error) {
	return passwords.Matches(ctx, password, hash)
}

// newPassword checks a password that somebody chose and hashes it.
func (c *Console) newPassword(ctx context.Context, password string) (string, error) {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return "", models.Invalid(models.Field("password", "password_short", "min", fmt.Sprint(minPassword)))
	case n > maxPassword:
		return "", models.Invalid(models.Field("password", "too_long", "max", fmt.Sprint(maxPassword)))
	}
	return passwords.HashInTurn(ctx, password)
}
