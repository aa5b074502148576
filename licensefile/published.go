package licensefile

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
)

// MaxKeysSize bounds a list of published keys.
const MaxKeysSize = 1 << 20

// Published is the list of public keys, as it is published.
type Published struct {
	Format string         `json:"format"`
	Keys   []PublishedKey `json:"keys"`
}

// PublishedKey is one key. It signed from one moment until another, which is missing
// while it signs; one that was withdrawn proves nothing any more.
type PublishedKey struct {
	Key         string     `json:"key"`
	Algorithm   string     `json:"algorithm"`
	PublicKey   []byte     `json:"public_key"` // base64 of 32 bytes
	PEM         string     `json:"pem"`
	SignsFrom   time.Time  `json:"signs_from"`
	SignsUntil  *time.Time `json:"signs_until,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

const algorithm = "Ed25519"

// Publish writes the list of all keys there ever were, oldest first as they are given:
// each signed until the next one was published.
func Publish(keys []models.LicenseKey) ([]byte, error) {
	list := Published{Format: keysFormat, Keys: []PublishedKey{}}
	for i, k := range keys {
		der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(k.PublicKey))
		if err != nil {
			return nil, err
		}
		key := PublishedKey{
			Key: k.ID, Algorithm: algorithm, PublicKey: k.PublicKey, SignsFrom: k.PublishedAt.UTC(), WithdrawnAt: k.WithdrawnAt,
			PEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		}
		if i+1 < len(keys) {
			until := keys[i+1].PublishedAt.UTC()
			key.SignsUntil = &until
		}
		list.Keys = append(list.Keys, key)
	}
	text, err := json.MarshalIndent(list, "", "  ")
	return append(text, '\n'), err
}

// ReadKeys reads a published list. It refuses one in which a key does not have its own name.
func ReadKeys(text []byte) (Published, error) {
	var list Published
	if len(text) > MaxKeysSize || json.Unmarshal(text, &list) != nil || list.Format != keysFormat {
		return Published{}, errors.New("this is no list of license keys")
	}
	for _, k := range list.Keys {
		if k.Algorithm != algorithm || len(k.PublicKey) != ed25519.PublicKeySize || k.Key != KeyID(k.PublicKey) {
			return Published{}, fmt.Errorf("the key %.40q is not what it says", k.Key)
		}
	}
	return list, nil
}
