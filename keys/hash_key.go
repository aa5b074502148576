package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/todoke/todoke/models"
)

const hashKeyPurpose = "code-hash-key"

// CodeHash gives the hash that a typed code is looked up by, or nothing for what
// cannot be a code.
func (r *Ring) CodeHash(typed string) string {
	key, ok := models.ActivationCodeKey(typed)
	if !ok {
		return ""
	}
	hash, err := r.codeHash(key)
	if err != nil {
		return ""
	}
	return hash
}

// codeHash is made with one key for ever, so that one code has one hash and the
// database can hold it unique.
func (r *Ring) codeHash(code string) (string, error) {
	key, err := r.lookUpKey()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(models.NormaliseNumber(code)))
	return hex.EncodeToString(mac.Sum(nil)), nil
}

// lookUpKey is the key of look-up hashes. It derives from the ring's lowest key until
// keys are rotated for the first time; from then on it is kept sealed in the database,
// and no key of the ring has to stay for it.
func (r *Ring) lookUpKey() ([]byte, error) {
	if r.hashKey != nil {
		return r.hashKey, nil
	}
	return r.subkey(r.Numbers()[0], "activation-code-hash")
}

// SealHashKey seals the key of look-up hashes under the current key.
func (r *Ring) SealHashKey() (models.CodeHashKey, error) {
	key, err := r.lookUpKey()
	if err != nil {
		return models.CodeHashKey{}, err
	}
	sealed, err := r.seal(hashKeyPurpose, nil, key)
	return models.CodeHashKey{Sealed: sealed, Key: r.current}, err
}

// UseHashKey has codes looked up by the key that the database keeps. It is called once,
// before the ring is used.
func (r *Ring) UseHashKey(kept models.CodeHashKey) error {
	key, err := r.open(kept.Key, hashKeyPurpose, nil, kept.Sealed)
	if err == nil {
		r.hashKey = key
	}
	return err
}
