package licensefile

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/todoke/todoke/models"
)

// Signer holds the keys that license files are signed with, by number; the highest signs.
type Signer struct {
	keys   map[int]ed25519.PrivateKey
	issuer string
}

// ParseSigner reads keys as "1:base64,2:base64", each the 32 bytes of an Ed25519 seed.
// Nothing gives no signer: then no license files are issued.
func ParseSigner(text, issuer string) (*Signer, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	s := &Signer{keys: map[int]ed25519.PrivateKey{}, issuer: issuer}
	for part := range strings.SplitSeq(text, ",") {
		number, encoded, ok := strings.Cut(strings.TrimSpace(part), ":")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 1 {
			return nil, errors.New("keys are written NUMBER:BASE64, separated by commas")
		}
		seed, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("key %d is not %d bytes in base64", n, ed25519.SeedSize)
		}
		if _, twice := s.keys[n]; twice {
			return nil, fmt.Errorf("key %d is given twice", n)
		}
		s.keys[n] = ed25519.NewKeyFromSeed(seed)
	}
	return s, nil
}

// Generate makes a new key in the form that ParseSigner reads.
func Generate(number int) (string, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d:%s", number, base64.StdEncoding.EncodeToString(seed)), nil
}

// KeyID is a public key's fingerprint, by which files name it.
func KeyID(public []byte) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// Keys are the public halves, oldest first, to be published.
func (s *Signer) Keys() []models.LicenseKey {
	if s == nil {
		return nil
	}
	var list []models.LicenseKey
	for number, key := range s.keys {
		public, _ := key.Public().(ed25519.PublicKey)
		list = append(list, models.LicenseKey{ID: KeyID(public), Number: number, PublicKey: public})
	}
	slices.SortFunc(list, func(a, b models.LicenseKey) int { return a.Number - b.Number })
	return list
}

// Current is the public half of the key that signs.
func (s *Signer) Current() models.LicenseKey {
	all := s.Keys()
	return all[len(all)-1]
}

// Sign writes the license file that says what was issued.
func (s *Signer) Sign(f models.LicenseFileFacts) ([]byte, error) {
	payload, err := json.Marshal(License{
		Format: licenseFormat, Issuer: s.issuer, LicenseID: f.LicenseID, Holder: f.Holder,
		Product:  Product{Code: f.ProductCode, NameJA: f.Product.JA, NameEN: f.Product.EN},
		Quantity: f.Quantity, StartsOn: f.StartsOn, EndsOn: f.EndsOn, CodeEnd: f.CodeEnd, IssuedAt: f.IssuedAt.UTC().Truncate(time.Second),
	})
	if err != nil {
		return nil, err
	}
	current := s.Current()
	file, err := json.MarshalIndent(envelope{
		Format: fileFormat, Key: current.ID, Payload: base64.StdEncoding.EncodeToString(payload),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(s.keys[current.Number], payload)),
	}, "", "  ")
	return append(file, '\n'), err
}
