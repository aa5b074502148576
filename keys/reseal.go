package keys

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/todoke/todoke/models"
)

// Reseal gives what a row keeps encrypted under a key of the ring, encrypted under the
// current one. The ID is that of the row that it was sealed for.
func (r *Ring) Reseal(kind models.SealedKind, id int64, sealed []byte, key int) ([]byte, error) {
	purpose, bound := "", []byte(nil)
	switch kind {
	case models.SealedActivationCode:
		purpose = codePurpose
	case models.SealedSecondStep:
		purpose, bound = secondPurpose, ofAccount(id)
	case models.SealedHashKey:
		purpose = hashKeyPurpose
	default:
		return nil, fmt.Errorf("nothing is sealed as %q", kind)
	}
	plain, err := r.open(key, purpose, bound, sealed)
	if err != nil {
		return nil, err
	}
	return r.seal(purpose, bound, plain)
}

// seal encrypts for one purpose, and for what it is bound to, under the current key.
func (r *Ring) seal(purpose string, bound, plain []byte) ([]byte, error) {
	seal, err := r.aead(r.current, purpose)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, seal.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return seal.Seal(nonce, nonce, plain, bound), nil
}

// errSealed says that something was not sealed by this ring for this purpose.
var errSealed = errors.New("what is sealed does not open")

func (r *Ring) open(number int, purpose string, bound, sealed []byte) ([]byte, error) {
	seal, err := r.aead(number, purpose)
	if err != nil {
		return nil, err
	}
	if len(sealed) < seal.NonceSize() {
		return nil, errSealed
	}
	plain, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], bound)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
