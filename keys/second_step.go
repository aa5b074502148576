package keys

import (
	"errors"
	"fmt"

	"github.com/todoke/todoke/models"
)

const secondPurpose = "second-step"

// SealSecond encrypts the secret that an account shares with an authenticator app.
// It opens for that account alone.
func (r *Ring) SealSecond(accountID int64, secret []byte) (sealed []byte, key int, err error) {
	sealed, err = r.seal(secondPurpose, ofAccount(accountID), secret)
	return sealed, r.current, err
}

// OpenSecond decrypts an account's secret.
func (r *Ring) OpenSecond(a models.Account) ([]byte, error) {
	seal, err := r.aead(a.SecondKey, secondPurpose)
	if err != nil {
		return nil, err
	}
	if len(a.SecondSecret) < seal.NonceSize() {
		return nil, models.Internal(errors.New("no secret"))
	}
	nonce, sealed := a.SecondSecret[:seal.NonceSize()], a.SecondSecret[seal.NonceSize():]
	secret, err := seal.Open(nil, nonce, sealed, ofAccount(a.ID))
	if err != nil {
		return nil, models.Internal(fmt.Errorf("account %d: %w", a.ID, err))
	}
	return secret, nil
}

func ofAccount(id int64) []byte { return fmt.Appendf(nil, "account %d", id) }
