package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/emersion/go-msgauth/dkim"
)

// DKIM signs mails in the name of a domain (RFC 6376), so that receivers can
// tell ours from forged ones.
type DKIM struct {
	Domain   string
	Selector string // the key's record stands at SELECTOR._domainkey.DOMAIN
	Key      crypto.Signer
}

// minRSABits is what receivers still believe (RFC 8301).
const minRSABits = 1024

// ParseDKIMKey reads a private key in PEM: RSA or Ed25519.
func ParseDKIMKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key is not in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the key is neither PKCS #8 nor PKCS #1")
		}
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < minRSABits {
			return nil, fmt.Errorf("the RSA key has %d bits; receivers believe %d and more", k.N.BitLen(), minRSABits)
		}
		return k, nil
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, fmt.Errorf("a key for DKIM is RSA or Ed25519, this is a %T", key)
}

// signedFields are the fields that a signature holds. Those that a mail has not,
// or not a second time, are signed as missing: none can be added on the way.
var signedFields = []string{
	"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Language", "Auto-Submitted",
	"Reply-To", "Cc", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Precedence",
	"From", "To", "Subject", "Date",
}

// Sign puts the signature before a mail. Relaxed forms survive servers that fold
// fields anew or trim lines.
func (d *DKIM) Sign(raw []byte) ([]byte, error) {
	var signed bytes.Buffer
	err := dkim.Sign(&signed, bytes.NewReader(raw), &dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: d.Key, Hash: crypto.SHA256, HeaderKeys: signedFields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return nil, fmt.Errorf("signing a mail: %w", err)
	}
	return signed.Bytes(), nil
}

// RecordName is where the DNS holds the public key.
func (d *DKIM) RecordName() string { return d.Selector + "._domainkey." + d.Domain }

// Record is what the DNS must hold there.
func (d *DKIM) Record() (string, error) {
	kind, err := "rsa", error(nil)
	var public []byte
	switch k := d.Key.Public().(type) {
	case ed25519.PublicKey:
		kind, public = "ed25519", k
	default:
		public, err = x509.MarshalPKIXPublicKey(k)
	}
	return "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(public), err
}
