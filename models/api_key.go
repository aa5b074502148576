package models

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"
)

const (
	apiKeyStart    = "tdk_" // lets secret scanners and people recognise a key
	apiKeyLength   = 40
	apiKeyPrefix   = 10 // of the key, shown in lists
	apiKeyAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewAPIKeySecret draws an API key. The key is shown once; prefix and hash are kept.
func NewAPIKeySecret(random io.Reader) (key, prefix, hash string, err error) {
	body, err := randomText(random, apiKeyAlphabet, apiKeyLength)
	if err != nil {
		return "", "", "", err
	}
	key = apiKeyStart + body
	return key, key[:apiKeyPrefix], HashAPIKey(key), nil
}

// HashAPIKey gives what a key is kept and looked up by. A key has 238 bits of
// chance, so a plain hash is as good as a slow one and does not cost each request 50 ms.
func HashAPIKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// May says whether the key has the scope.
func (k APIKey) May(s Scope) bool { return slices.Contains(strings.Fields(k.Scopes), string(s)) }

// NewToken draws an unguessable token for a link, 160 bits or more.
func NewToken(random io.Reader) (string, error) { return randomText(random, apiKeyAlphabet, 28) }
