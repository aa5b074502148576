// Package keys is the ring of numbered server keys. Nothing secret is stored to
// be mailed later: delivery passwords and tokens are derived when they are
// needed, activation codes are kept encrypted. Old keys stay on the ring until
// the rows that name them are gone.
package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/todoke/todoke/models"
)

// KeySize is the size of a server key in bytes.
const KeySize = 32

// Ring holds the server keys by number; the highest is used for what is new.
type Ring struct {
	keys    map[int][]byte
	current int
	// hashKey makes the look-up hashes of codes; nil where it derives from the lowest key.
	hashKey []byte
}

// Parse reads keys as "1:base64,2:base64", each of 32 bytes.
func Parse(text string) (*Ring, error) {
	r := &Ring{keys: map[int][]byte{}}
	for _, part := range strings.Split(text, ",") {
		number, encoded, ok := strings.Cut(strings.TrimSpace(part), ":")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 1 {
			return nil, errors.New("keys are written NUMBER:BASE64, separated by commas")
		}
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != KeySize {
			return nil, fmt.Errorf("key %d is not %d bytes in base64", n, KeySize)
		}
		if _, twice := r.keys[n]; twice {
			return nil, fmt.Errorf("key %d is given twice", n)
		}
		r.keys[n] = key
		r.current = max(r.current, n)
	}
	return r, nil
}

// Generate makes a new key in the form that Parse reads.
func Generate(number int) (string, error) {
	key := make([]byte, KeySize)
	if _, err := rand.Read(key); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d:%s", number, base64.StdEncoding.EncodeToString(key)), nil
}

// CurrentKey is the number of the key that new secrets derive from.
func (r *Ring) CurrentKey() int { return r.current }

// Numbers lists the keys on the ring.
func (r *Ring) Numbers() []int { return slices.Sorted(maps.Keys(r.keys)) }

// subkey gives the key for one purpose, so that no key serves two.
func (r *Ring) subkey(number int, purpose string) ([]byte, error) {
	key, ok := r.keys[number]
	if !ok {
		return nil, models.NewError(models.KindInternal, "key_missing", "number", strconv.Itoa(number))
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("todoke/" + purpose))
	return mac.Sum(nil), nil
}

// passwordAlphabet leaves out what people mistake for one another when they
// type a password from a mail: 0 O o, 1 l I.
const passwordAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"

// passwordLength gives 81 bits.
const passwordLength = 14

// DeliveryPassword derives a shipment's password: always the same for a version,
// another for the next.
func (r *Ring) DeliveryPassword(s models.Shipment) (string, error) {
	return r.password(s.PasswordKey, "delivery-password", s.ID, s.PasswordSalt, s.PasswordVersion)
}

// TemporaryPassword derives an account's temporary password, alike.
func (r *Ring) TemporaryPassword(a models.Account) (string, error) {
	return r.password(a.TemporaryKey, "temporary-password", a.ID, a.TemporarySalt, a.TemporaryVersion)
}

// password derives the password of a row in a version, for one purpose.
func (r *Ring) password(number int, purpose string, id int64, salt string, version int) (string, error) {
	key, err := r.subkey(number, purpose)
	if err != nil {
		return "", err
	}
	password := make([]byte, 0, passwordLength)
	for block := 0; len(password) < passwordLength; block++ {
		mac := hmac.New(sha256.New, key)
		mac.Write(fmt.Appendf(nil, "%d|%s|%d|%d", id, salt, version, block))
		for _, b := range mac.Sum(nil) {
			// Bytes beyond the last whole multiple would make some letters likelier.
			if limit := 256 - 256%len(passwordAlphabet); int(b) < limit && len(password) < passwordLength {
				password = append(password, passwordAlphabet[int(b)%len(passwordAlphabet)])
			}
		}
	}
	return string(password), nil
}

// ResendToken derives the token of the link by which the person who asked follows
// a resend. It is the same as long as the row is there.
func (r *Ring) ResendToken(resend models.Resend) (string, error) {
	key, err := r.subkey(resend.LinkKey, "resend-link")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(fmt.Appendf(nil, "%d|%s", resend.ID, resend.LinkSalt))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tokenBytes]), nil
}

// ResendAllowed says whether a token is the resend's.
func (r *Ring) ResendAllowed(resend models.Resend, token string) bool {
	return r.underAnyKey(token, func(number int) (string, error) {
		resend.LinkKey = number
		return r.ResendToken(resend)
	})
}

// underAnyKey says whether a token was derived under a key of the ring. Links and
// addresses that stand in mails go on working that way when their row takes a newer
// key, for as long as the older one is on the ring.
func (r *Ring) underAnyKey(given string, derive func(number int) (string, error)) bool {
	fits := 0
	for number := range r.keys {
		if right, err := derive(number); err == nil {
			fits |= subtle.ConstantTimeCompare([]byte(right), []byte(given))
		}
	}
	return fits == 1
}

// tokenBytes gives 144 bits, in 24 characters.
const tokenBytes = 18

// SealCode encrypts an activation code and gives its hash for look-up.
func (r *Ring) SealCode(code string) (models.SealedCode, error) {
	sealed, err := r.seal(codePurpose, nil, []byte(code))
	if err != nil {
		return models.SealedCode{}, err
	}
	hash, err := r.codeHash(code)
	return models.SealedCode{Cipher: sealed, Key: r.current, Hash: hash}, err
}

// OpenCode decrypts a holding's activation code.
func (r *Ring) OpenCode(h models.Holding) (string, error) {
	return r.openCode(h.CodeCipher, h.CodeKey, fmt.Sprintf("holding %d", h.ID))
}

// openCode decrypts a code that SealCode sealed; what names its row for the log.
func (r *Ring) openCode(cipher []byte, key int, what string) (string, error) {
	seal, err := r.aead(key, codePurpose)
	if err != nil {
		return "", err
	}
	if len(cipher) < seal.NonceSize() {
		return "", models.NotFound("activation_code")
	}
	nonce, sealed := cipher[:seal.NonceSize()], cipher[seal.NonceSize():]
	code, err := seal.Open(nil, nonce, sealed, nil)
	if err != nil {
		return "", models.Internal(fmt.Errorf("%s: %w", what, err))
	}
	return string(code), nil
}

const codePurpose = "activation-code"

func (r *Ring) aead(number int, purpose string) (cipher.AEAD, error) {
	key, err := r.subkey(number, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
